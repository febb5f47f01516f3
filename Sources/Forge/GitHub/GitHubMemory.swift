import Git
import Host
import Synchronization

/// What is remembered from run to run in a file of the cache's folder. Only a cache: whatever is lost is asked again.
final class GitHubMemory: Sendable {
  struct Contents: Sendable, Equatable {
    /// When something was written, UTC seconds, ascending: at most the last hour's.
    var writes: [Int] = []
    /// Opened lately: number and time. Lists may lack them.
    var created: [Int: Int] = [:]
    /// Of people: what they may do, and when that was asked.
    var permissions: [String: Permission] = [:]
    /// Branches of which all closed requests are in `closed`, up to `watermark`.
    var branches: Set<String> = []
    /// The newest change that the list of closed requests had, by the server's clock.
    var watermark: Int?
    var closed: [Int: PullRequest] = [:]
    /// The name under which what Sluice writes appears.
    var account: String?

    /// Takes in what another process of this machine has noted meanwhile.
    mutating func take(_ other: Contents) {
      var counts = Dictionary(writes.map { ($0, 1) }, uniquingKeysWith: +)
      counts.merge(Dictionary(other.writes.map { ($0, 1) }, uniquingKeysWith: +)) { max($0, $1) }
      writes = counts.flatMap { Array(repeating: $0.key, count: $0.value) }.sorted()
      created.merge(other.created) { max($0, $1) }
      permissions.merge(other.permissions) { $0.at >= $1.at ? $0 : $1 }
    }
  }

  struct Permission: Sendable, Equatable {
    var mayWrite: Bool
    var at: Int
  }

  private static let format = 1
  private static let limit = 16 << 20

  private let path: String?
  private let project: String
  private let state: Mutex<Contents>

  /// - Parameter project: whose memory it is; another's is not used.
  init(path: String?, project: String) {
    self.path = path
    self.project = project
    state = Mutex(path.flatMap { Self.read($0, project) } ?? Contents())
  }

  var contents: Contents { state.withLock { $0 } }

  /// Changes what is remembered; another process's newer writes are taken in. What can't be written is not kept.
  func update(_ change: (inout Contents) -> Void) {
    state.withLock { contents in
      if let path, let there = Self.read(path, project) { contents.take(there) }
      let before = contents
      change(&contents)
      guard let path, contents != before else { return }
      try? AtomicFile.write(Self.bytes(contents, project), to: path, mode: 0o600)
    }
  }

  // MARK: The file

  private static func bytes(_ contents: Contents, _ project: String) -> [UInt8] {
    let closed = contents.closed.sorted { $0.key < $1.key }.map(\.value).map { request in
      JSONValue.object([
        "number": .integer(request.number), "title": .string(request.title), "base": .string(request.base),
        "branch": .string(request.branch), "head": .string(request.head.hex), "author": .string(request.author),
        "closedBy": request.closedBy.map { .string($0) } ?? .null, "closedAt": request.closedAt.map { .integer($0) } ?? .null,
        "mark": request.mark.map { .string($0) } ?? .null, "createdAt": .integer(request.createdAt),
        "url": request.url.map { .string($0) } ?? .null, "labels": .strings(request.labels),
      ])
    }
    return JSONValue.object([
      "format": .integer(format), "project": .string(project), "writes": .array(contents.writes.map { .integer($0) }),
      "created": .array(
        contents.created.sorted { $0.key < $1.key }.map { .object(["number": .integer($0.key), "at": .integer($0.value)]) }),
      "permissions": .object(
        contents.permissions.mapValues { .object(["mayWrite": .bool($0.mayWrite), "at": .integer($0.at)]) }),
      "branches": .strings(contents.branches.sorted()), "watermark": contents.watermark.map { .integer($0) } ?? .null,
      "closed": .array(closed), "account": contents.account.map { .string($0) } ?? .null,
    ]).serialized()
  }

  private static func read(_ path: String, _ project: String) -> Contents? {
    guard let bytes = try? AtomicFile.read(path, limit: limit), let file = try? JSONValue(parsing: bytes),
      file["format"]?.integer == format, file["project"]?.string == project
    else { return nil }
    var contents = Contents()
    contents.writes = (file["writes"]?.array ?? []).compactMap(\.integer).sorted()
    for item in file["created"]?.array ?? [] {
      if let number = item["number"]?.integer, let at = item["at"]?.integer { contents.created[number] = at }
    }
    for (name, item) in file["permissions"]?.object ?? [:] {
      if let mayWrite = item["mayWrite"]?.bool, let at = item["at"]?.integer {
        contents.permissions[name] = Permission(mayWrite: mayWrite, at: at)
      }
    }
    contents.account = file["account"]?.string
    // One that can't be read makes all of them unknown: a closed request that is missing is a hold that is missing.
    let closed = (file["closed"]?.array ?? []).map(request)
    guard closed.allSatisfy({ $0 != nil }) else { return contents }
    for request in closed.compactMap(\.self) { contents.closed[request.number] = request }
    contents.branches = Set(file["branches"]?.strings ?? [])
    contents.watermark = file["watermark"]?.integer
    return contents
  }

  private static func request(_ item: JSONValue) -> PullRequest? {
    guard let number = item["number"]?.integer, let title = item["title"]?.string, let base = item["base"]?.string,
      let branch = item["branch"]?.string, let head = item["head"]?.string.flatMap({ ObjectID(hex: $0) }),
      let author = item["author"]?.string, let createdAt = item["createdAt"]?.integer
    else { return nil }
    return PullRequest(
      number: number, title: title, body: "", base: base, branch: branch, head: head, author: author, state: .closed,
      closedBy: item["closedBy"]?.string, closedAt: item["closedAt"]?.integer, mark: item["mark"]?.string,
      labels: item["labels"]?.strings ?? [], createdAt: createdAt, url: item["url"]?.string)
  }
}
