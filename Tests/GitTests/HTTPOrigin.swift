import Foundation
import Git
import HTTP
import Host
import Synchronization
import TestSupport
import Testing

/// A bare repository behind a server over HTTP, and who asks it.
final class HTTPOrigin: Sendable {
  let origin: Origin
  let server: GitHTTPServer
  /// Pauses between attempts take no time.
  static let client = {
    var settings = HTTPClient.Settings()
    settings.time = HTTPTime(sleep: { _ in })
    return HTTPClient(settings)
  }()

  init(_ change: (inout GitHTTPServer.Settings) -> Void = { _ in }) throws {
    origin = try Origin()
    server = try GitHTTPServer(root: origin.folder.path, change)
  }

  var url: String { server.url("/origin.git") }
  var cache: String { origin.folder.path + "/cache" }

  func open(
    _ credentials: HTTPAccess.Provider? = nil, url: String? = nil, cache: String? = nil,
    progress: (@Sendable (String) -> Void)? = nil
  ) async throws -> Repository {
    try await Repository.open(
      try RemoteLocation(url ?? self.url, relativeTo: "/"), cache: cache ?? self.cache,
      http: HTTPAccess(client: Self.client, credentials: credentials, progress: progress))
  }

  /// The one folder in the folder of caches.
  func cacheFolder() throws -> String {
    let caches = try FileManager.default.contentsOfDirectory(atPath: cache)
    try #require(caches.count == 1 && caches[0].count == 16)
    return cache + "/" + caches[0]
  }

  /// Does something to the cache's repository by a shell.
  func inCache(_ script: String) throws {
    try Command.check(["sh", "-c", script], in: try cacheFolder() + "/repository.git")
  }

  /// The objects of the packs in the cache, by their kinds.
  func cached() throws -> [String: Int] {
    let listed = try Command.check(
      [
        "git", "--git-dir", try cacheFolder() + "/repository.git", "cat-file", "--batch-all-objects",
        "--batch-check=%(objecttype)",
      ])
    return listed.split(separator: "\n").reduce(into: [:]) { $0[String($1), default: 0] += 1 }
  }

  /// The names of the requests since this was asked last.
  @discardableResult
  func asked() -> [String] { server.newEntries().map(\.name) }

  static func login(_ user: String = "me", _ password: String = "hunter2-secret") -> HTTPAccess.Provider {
    { _ in HTTPAccess.Credentials(user: user, password: Secret(password)) }
  }
}

let ask = "POST git-upload-pack"
let discover = "GET info/refs"
let send = "POST git-receive-pack"

/// What an attempt that must fail says.
func failure(_ place: SourceLocation = #_sourceLocation, _ work: () async throws -> Void) async throws -> GitError {
  do {
    try await work()
  } catch let error as GitError { return error }
  Issue.record("it did not fail", sourceLocation: place)
  throw Command.Failure(description: "no failure")
}

/// How often something happened.
final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock(\.self) }
  @discardableResult
  func add() -> Int {
    count.withLock { count in
      count += 1
      return count
    }
  }
}
