import Git
import HTTP
import Host
import Synchronization
import TestSupport

@testable import Forge

/// A repository `octo/fleet` at a server that answers as a test has written down, and a clock that only pauses move.
struct GitHubFixture {
  static let now = 1_790_000_000
  static let head = String(repeating: "a", count: 40)
  static let other = String(repeating: "b", count: 40)

  let folder: TemporaryFolder
  let script: GitHubScript
  let server: RawServer
  let clock = TestClock(now: Self.now)

  init() throws {
    folder = try TemporaryFolder()
    let script = GitHubScript()
    self.script = script
    server = try RawServer { connection in
      while let request = connection.request() {
        guard let reply = script.answer(request) else { return }
        try connection.send(reply.bytes)
      }
    }
  }

  func settings(
    credentials: GitHubCredentials = .token(SecretReference(.environment("TOKEN"))),
    environment: [String: String] = ["TOKEN": "ghp_first"], memory: Bool = true
  ) throws -> GitHubSettings {
    try GitHubSettings(
      repository: "http://127.0.0.1:\(server.port)/octo/fleet.git", credentials: credentials, environment: environment,
      memoryPath: memory ? folder.path + "/github.json" : nil)
  }

  /// A forge with nothing in its process's memory, as a new run has it.
  func forge(_ settings: GitHubSettings? = nil) throws -> GitHubForge {
    GitHubForge(
      try settings ?? self.settings(), http: client(), clock: { [clock] in clock.now }, pause: { [clock] in clock.pause($0) })
  }

  func client() -> HTTPClient {
    var settings = HTTPClient.Settings()
    settings.cache = HTTPCache(folder: folder.path + "/http")
    settings.time = HTTPTime(sleep: { _ in })
    return HTTPClient(settings)
  }

  /// The requests so far, each as `GET /pulls?state=open`, below the repository's path.
  var asked: [String] { server.requests.map(GitHubScript.name) }
  /// Those that write.
  var written: [String] { asked.filter { !$0.hasPrefix("GET ") } }

  func body(_ name: String) throws -> JSONValue {
    let request = server.requests.last { GitHubScript.name($0) == name }
    return try JSONValue(parsing: request?.body ?? [])
  }

  // MARK: Answers

  /// A pull request as the API has it.
  static func pull(
    _ number: Int, branch: String = "sluice/fleet/promote/dev/kubernetes", title: String = "Promote", body: String? = "Why",
    state: String = "open", head: String = Self.head, base: String = "main", author: String = "sluice-bot",
    fork: Bool = false, updated: Int = Self.now, closed: Int? = nil, merged: String? = nil, extra: String = ""
  ) -> String {
    func text(_ text: String?) -> String {
      text.map { String(decoding: JSONValue.string($0).serialized(), as: UTF8.self) } ?? "null"
    }
    func moment(_ at: Int?) -> String { text(at.map { RFC3339.text(seconds: $0) }) }
    return """
      {"number": \(number), "title": \(text(title)), "body": \(text(body)), "state": "\(state)", "draft": false,
      "user": {"login": "\(author)"}, "labels": [{"name": "auto"}], "html_url": "https://github.com/octo/fleet/pull/\(number)",
      "created_at": \(moment(updated - 100)), "updated_at": \(moment(updated)), "closed_at": \(moment(closed)),
      "merged_at": \(moment(merged.map { _ in updated })), "merge_commit_sha": \(text(merged)), "auto_merge": null,
      "head": {"ref": "\(branch)", "sha": "\(head)", "repo": {"id": \(fork ? 8 : 7)}},
      "base": {"ref": "\(base)", "sha": "\(other)", "repo": {"id": 7}}\(extra.isEmpty ? "" : ", " + extra)}
      """
  }

  static func list(_ items: [String]) -> String { "[" + items.joined(separator: ",\n") + "]" }

  static func review(_ name: String, _ state: String, commit: String = Self.head, association: String = "MEMBER") -> String {
    """
    {"user": {"login": "\(name)"}, "state": "\(state)", "commit_id": "\(commit)", "submitted_at": "2026-09-01T00:00:00Z",
    "author_association": "\(association)"}
    """
  }

  static func refusal(_ message: String, _ problems: String = "[]") -> String {
    "{\"message\": \"\(message)\", \"errors\": \(problems), \"documentation_url\": \"https://docs.github.com/rest\"}"
  }
}

/// Time that stands until somebody pauses.
final class TestClock: Sendable {
  private let state: Mutex<(now: Int, pauses: [Int])>

  init(now: Int) { state = Mutex((now, [])) }

  var now: Int {
    get { state.withLock { $0.now } }
    set { state.withLock { $0.now = newValue } }
  }

  /// In seconds.
  var pauses: [Int] { state.withLock { $0.pauses } }

  func pause(_ duration: Duration) {
    let seconds = Int(duration.components.seconds)
    state.withLock { state in
      state.now += seconds
      state.pauses.append(seconds)
    }
  }
}

/// What the server answers: for each call a line of answers, the last of which stays.
final class GitHubScript: Sendable {
  typealias Answer = @Sendable (RawRequest) -> Reply?

  private let answers = Mutex<[String: [Answer]]>([:])

  /// - Parameter name: `GET /pulls`, with or without a query; a whole path where it is not below the repository's.
  func on(_ name: String, _ status: Int = 200, _ body: String = "{}", _ headers: [String] = []) {
    on(name) { _ in Reply(status, body, headers) }
  }

  func on(_ name: String, _ answer: @escaping Answer) { answers.withLock { $0[name, default: []].append(answer) } }

  /// The connection closes without an answer.
  func lose(_ name: String) { on(name) { _ in nil } }

  func forget(_ name: String) { answers.withLock { $0[name] = nil } }

  static func name(_ request: RawRequest) -> String {
    var target = request.target
    for prefix in ["/api/v3/repos/octo/fleet", "/api/v3"] where target.hasPrefix(prefix) {
      target = String(target.dropFirst(prefix.count))
      break
    }
    return "\(request.method) \(target)"
  }

  /// nil: none. A GET's answer has an ETag, and is a 304 where the client knows it.
  func answer(_ request: RawRequest) -> Reply? {
    let name = Self.name(request)
    let short = String(name.prefix { $0 != "?" })
    let answer = answers.withLock { answers -> Answer? in
      for key in [name, short] {
        guard let line = answers[key] else { continue }
        if line.count > 1 { answers[key]?.removeFirst() }
        return line[0]
      }
      return nil
    }
    guard let answer else { return Reply(404, "{\"message\": \"Not Found\"}") }
    guard var reply = answer(request) else { return nil }
    if request.method == "GET", reply.status == 200 {
      let tag = "\"\(SHA256Digest.hex(reply.body).prefix(16))\""
      if request.headers["if-none-match"] == tag { return Reply(304, "", reply.headers + ["ETag: \(tag)"]) }
      reply.headers.append("ETag: \(tag)")
    }
    return reply
  }
}

extension ObjectID {
  static let head = ObjectID(hex: GitHubFixture.head)!  // forty digits
  static let other = ObjectID(hex: GitHubFixture.other)!  // forty digits
}

/// What a call throws, in words.
func words(_ call: () async throws(ForgeError) -> Void) async -> String {
  do throws(ForgeError) {
    try await call()
    return "nothing was thrown"
  } catch {
    return "\(error)"
  }
}
