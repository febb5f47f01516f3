import Foundation
import TestSupport

/// GitHub with one repository, as an HTTP server on loopback: its REST API as GHES serves it (`/api/v3`), and the real
/// `git http-backend`.
///
/// One lock guards everything, so that what happens has an order; git itself serves without it.
package final class FakeGitHub: @unchecked Sendable {  // see `lock`
  package let folder: String
  package let owner: String
  let bare: Bare
  let server: Server
  let clock: @Sendable () -> Int
  let lock = NSRecursiveLock()

  // What follows is read and written under the lock.
  var nameNow: String
  var oldNames: Set<String> = []
  var clockAhead = 0
  var accounts: [String: Account] = [:]
  var tokens: [String: Token] = [:]
  var app: FakeApp?
  var otherApps: [Int: String] = [15368: "github-actions"]
  /// Slugs of the owner's teams that may read.
  var teams: Set<String> = []
  var pulls: [Int: FakePull] = [:]
  var labels: [String: String] = [:]
  var statuses: [String: [FakeStatus]] = [:]
  var checkRuns: [String: [FakeCheckRun]] = [:]
  var protections: [String: Protection] = [:]
  var mergeSettings = MergeSettings()
  var lastNumber = 0
  var lastID = 1_000
  var limits = Limits()
  var behaviour = Behaviour()
  var spending: [String: Spending] = [:]
  var log: [LoggedRequest] = []
  var served = 0
  /// Lists as they were, for those that see writes late.
  var history: [(served: Int, pulls: [Int: FakePull])] = []
  /// Bases that moved, which requests have not been looked at for.
  var unseenMoves: [(served: Int, base: String, by: String)] = []
  /// Tips of bases as they were before those moves.
  var seenTips: [String: String] = [:]
  var faults: [FakeFault] = []

  /// How it behaves where GitHub is free to.
  package struct Behaviour: Sendable {
    /// How many times `mergeable` is null before it is known.
    package var mergeableAfter = 1
    /// How many requests later lists show what was written.
    package var listLag = 0
    /// How many requests later a push of a request's head onto its base marks it as merged; `.max`: when `seeMerges` is called.
    package var seesMergesAfter = 0
    /// Merges by the API that are told that the base moved.
    package var basesMoved = 0
    package var isPrivate = true
    /// What `/meta` and a header say; nil: it is github.com.
    package var enterpriseVersion: String? = "3.17.2"
  }

  /// - Parameters:
  ///   - folder: where the repository is made, and git's root.
  ///   - bare: a bare repository to serve instead of one that is made.
  ///   - tls: the certificate to show; nil: plain HTTP.
  ///   - clock: seconds since 1970.
  package init(
    folder: String, repository: String = "example/fleet", bare existing: String? = nil, tls: FakeCertificate? = nil,
    port: Int = 0,
    clock: @escaping @Sendable () -> Int = { Int(Date().timeIntervalSince1970) }
  ) throws {
    let parts = repository.split(separator: "/").map(String.init)
    guard parts.count == 2 else { throw Command.Failure(description: "\(repository) is not like owner/name") }
    self.folder = folder
    owner = parts[0]
    nameNow = parts[1]
    self.clock = clock
    let path = folder + "/" + parts[0] + "/" + parts[1] + ".git"
    let files = FileManager.default
    try files.createDirectory(atPath: folder + "/" + parts[0], withIntermediateDirectories: true)
    if let existing, existing != path {
      try files.createSymbolicLink(atPath: path, withDestinationPath: existing)
    } else if !files.fileExists(atPath: path) {
      try Command.check(["git", "init", "-q", "--bare", "-b", "main", path])
    }
    bare = Bare(path)
    try Self.prepare(path)
    server = try Server(port: port, tls: tls)
    for (name, color) in [("bug", "d73a4a"), ("documentation", "0075ca"), ("enhancement", "a2eeef")] { labels[name] = color }
    accounts[owner] = Account(login: owner, id: 1, permission: .admin)
    accounts["web-flow"] = Account(login: "web-flow", id: 19_864_447, permission: .none)
    server.start { [weak self] in try self?.serve($0, $1) ?? false }
  }

  deinit { stop() }

  /// Closes everything and waits for its threads. Twice is fine.
  package func stop() { server.stop() }

  func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body()
  }

  // MARK: Where it is

  package var port: Int { server.port }
  package var origin: String { "\(server.tls == nil ? "http" : "https")://127.0.0.1:\(port)" }
  /// The API's root, as GHES has it.
  package var api: String { origin + "/api/v3" }
  /// Where git clones from.
  package var url: String { "\(origin)/\(name).git" }
  /// `owner/name`
  package var name: String { locked { owner + "/" + nameNow } }
  package var barePath: String { bare.path }

  // MARK: Settings

  package var now: Int { locked { clock() + clockAhead } }
  package func advance(seconds: Int) { locked { clockAhead += seconds } }
  package func change(_ body: (inout Behaviour) -> Void) { locked { body(&behaviour) } }
  package func limit(_ body: (inout Limits) -> Void) { locked { body(&limits) } }
  package func allow(_ body: (inout MergeSettings) -> Void) { locked { body(&mergeSettings) } }
  /// - Parameter protection: nil: none any more.
  package func protect(_ branch: String, _ protection: Protection?) { locked { protections[branch] = protection } }

  /// Somebody, with a token of their own.
  ///
  /// - Returns: the token.
  @discardableResult
  package func add(_ login: String, _ permission: Permission, token: String? = nil, isBot: Bool = false) -> String {
    locked {
      lastID += 1
      accounts[login] = Account(login: login, id: accounts[login]?.id ?? lastID, permission: permission, isBot: isBot)
      let token = token ?? "ghp_" + Self.hash(login + "\(lastID)", 36)
      tokens[token] = Token(login: login, kind: .person)
      return token
    }
  }

  package func add(team slug: String) { _ = locked { teams.insert(slug) } }

  /// - Parameter publicKey: PEM.
  package func install(
    app slug: String, publicKey: String, id: Int = 4242, installation: Int = 77,
    permissions: [String: String] = [
      "contents": "write", "pull_requests": "write", "statuses": "write", "checks": "read", "metadata": "read", "issues": "write",
    ]
  ) {
    locked {
      let app = FakeApp(
        id: id, clientID: "Iv23" + Self.hash(slug, 16), slug: slug, installation: installation, publicKey: publicKey,
        permissions: permissions)
      self.app = app
      lastID += 1
      accounts[app.login] = Account(login: app.login, id: lastID, permission: .write, isBot: true)
    }
  }

  package var installedApp: FakeApp? { locked { app } }
  package func revoke(token: String) { locked { tokens[token] = nil } }
  package func expire(token: String) { locked { tokens[token]?.expires = now } }
  package func revokeAllTokens() { locked { tokens = [:] } }
  package func suspendApp(_ flag: Bool = true) { locked { app?.isSuspended = flag } }

  /// The repository has another name from now on; the old one redirects.
  package func rename(to name: String) throws {
    try locked {
      let old = nameNow
      oldNames.insert(old)
      nameNow = name
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/" + owner + "/" + name + ".git", withDestinationPath: bare.path)
    }
  }

  // MARK: What tests see

  package func pull(_ number: Int) -> FakePull? { locked { pulls[number] } }
  package var allPulls: [FakePull] { locked { pulls.values.sorted { $0.number < $1.number } } }
  package var openPulls: [FakePull] { allPulls.filter(\.isOpen) }
  package func statuses(of commit: String) -> [FakeStatus] { locked { statuses[commit] ?? [] } }
  package func branch(_ name: String) -> String? { locked { bare.branch(name) } }
  package func text(_ file: String, at revision: String = "main") throws -> String? {
    try locked { try bare.file(file, at: revision).map { String(decoding: $0, as: UTF8.self) } }
  }

  // MARK: Numbers and names

  func newID() -> Int {
    lastID += 1
    return lastID
  }

  static func hash(_ text: String, _ count: Int) -> String {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    var result = ""
    for round in 0..<((count + 15) / 16) {
      for byte in text.utf8 + [UInt8(round)] {
        state ^= UInt64(byte)
        state = state &* 0x100_0000_01b3
      }
      let digits = String(state, radix: 16)
      result += String(repeating: "0", count: 16 - digits.count) + digits
    }
    return String(result.prefix(count))
  }

  func account(_ login: String) throws -> Account {
    guard let found = accounts[login] else { throw Command.Failure(description: "nobody is called \(login)") }
    return found
  }
}
