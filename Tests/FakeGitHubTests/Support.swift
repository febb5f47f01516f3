import FakeGitHub
import Foundation
import HTTP
import TestSupport

/// A fake with a history, some people, and a client of our own to ask it.
struct Asked: Sendable {
  let folder: TemporaryFolder
  let fake: FakeGitHub
  let client: HTTPClient
  /// By login.
  let tokens: [String: String]
  let clock: FakeClock

  init(tls: FakeCertificate? = nil, _ change: (inout FakeGitHub.Behaviour) -> Void = { _ in }) throws {
    let folder = try TemporaryFolder()
    let clock = FakeClock()
    let fake = try FakeGitHub(folder: folder.path, tls: tls, clock: { clock.now })
    fake.change { $0.mergeableAfter = 0 }
    fake.change(change)
    var tokens: [String: String] = [:]
    for (login, permission) in [
      ("ada", Permission.write), ("grace", .write), ("root", .admin), ("reader", .read), ("stranger", .none), ("sluice", .write),
    ] {
      tokens[login] = fake.add(login, permission)
    }
    try fake.commit(["versions/dev": "1\n", "README.md": "fleet\n"], on: "main", message: "Begin", as: "ada")
    self.folder = folder
    self.fake = fake
    self.clock = clock
    self.tokens = tokens
    client = HTTPClient()
  }

  /// A branch with one change, and a request for it.
  @discardableResult
  func pull(_ branch: String = "bump", as login: String = "sluice", text: String = "2\n") throws -> Int {
    try fake.commit(["versions/dev": text], on: branch, message: "Bump dev", as: login)
    return try fake.openPull("Bump dev", body: "why", from: branch, as: login)
  }

  struct Reply {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]

    var any: Any? { try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed) }
    var json: [String: Any] { any as? [String: Any] ?? [:] }
    var list: [[String: Any]] { any as? [[String: Any]] ?? [] }
    var message: String { json["message"] as? String ?? "" }
    var errors: [[String: Any]] { json["errors"] as? [[String: Any]] ?? [] }
    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(name: String) -> String? { json[name] as? String }
  }

  /// Asks below the repository; a path that begins with a slash is the API's.
  func ask(
    _ method: HTTPRequest.Method, _ path: String, as login: String? = "sluice", _ body: [String: any Sendable]? = nil,
    headers more: [(String, String)] = []
  ) async throws -> Reply {
    let url = path.hasPrefix("/") ? fake.api + path : "\(fake.api)/repos/\(fake.name)" + (path.isEmpty ? "" : "/" + path)
    var request = HTTPRequest(method, try HTTPURL(url))
    if let login { request.headers.set("Authorization", "Bearer \(tokens[login] ?? login)", isSecret: true) }
    for (name, value) in more { request.headers.set(name, value) }
    if let body { request.body = .bytes(Array(try JSONSerialization.data(withJSONObject: body))) }
    request.retry = .never
    request.redirects = 0
    if fake.api.hasPrefix("https") { request.connection.trust = .only(.bytes(Array(FakeGitHubAuthority.ca.utf8))) }
    let answer = try await client.send(request)
    return Reply(status: answer.status, headers: answer.headers, body: answer.body)
  }

  /// git as a person, with a home of their own.
  func git(_ arguments: [String], as login: String = "ada", in name: String? = nil) throws -> Command {
    try Command.run(
      ["timeout", "200", "git", "-c", "credential.helper=", "-c", "http.extraHeader=" + basic(login)] + arguments,
      in: name.map { folder.path + "/" + $0 } ?? folder.path)
  }

  private func basic(_ login: String) -> String {
    "Authorization: Basic " + Data("x:\(tokens[login] ?? login)".utf8).base64EncodedString()
  }
}

/// A clock that stands until it is told.
final class FakeClock: @unchecked Sendable {  // see `lock`
  private let lock = NSLock()
  private var seconds = 1_770_000_000

  var now: Int { lock.withLock { seconds } }
  func advance(_ count: Int) { lock.withLock { seconds += count } }
}
