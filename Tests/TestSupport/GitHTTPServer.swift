import Foundation
import Synchronization

/// Repositories over HTTP on loopback: `git http-backend` behind a small server that misbehaves when it is told to.
package final class GitHTTPServer: Sendable {
  /// What becomes of a request.
  package enum Action: Sendable {
    case serve
    /// This instead; git is not asked.
    case answer(Reply)
    /// As many bytes of git's answer, its head included, and then the connection ends.
    case cut(after: Int)
    /// Git does what was asked, and nobody hears of it.
    case dropAnswer
  }

  package struct Settings: Sendable {
    /// Who may come in; nil: everybody.
    package var credentials: (user: String, password: String)?
    /// Whether protocol version 2 is spoken.
    package var isVersion2 = true
    package var backend: GitBackend
    /// Asked for each request that was let in; the number counts all requests from 0.
    package var hook: @Sendable (_ request: RawRequest, _ number: Int) -> Action = { _, _ in .serve }
  }

  /// A request that was answered, or not.
  package struct Entry: Sendable {
    package var method: String
    package var target: String
    package var status: Int
    /// Of the request's body.
    package var received: Int
    /// Of the whole answer, but the mark at its end.
    package var sent: Int
    package var headers: [String: String]

    /// `GET info/refs`, `POST git-upload-pack`, without the repository's path.
    package var name: String {
      let path = target.prefix { $0 != "?" }.split(separator: "/")
      return "\(method) \(path.suffix(path.last == "refs" ? 2 : 1).joined(separator: "/"))"
    }
  }

  private let settings: Mutex<Settings>
  private let log = Mutex((count: 0, entries: [Entry]()))
  private let server = Mutex<RawServer?>(nil)
  package let port: Int

  /// - Parameter root: the folder of the repositories.
  package init(root: String, _ change: (inout Settings) -> Void = { _ in }) throws {
    var first = Settings(backend: GitBackend(root: root, configuration: ["uploadpack.allowFilter": "true"]))
    change(&first)
    settings = Mutex(first)
    let box = WeakBox()
    let raw = try RawServer { connection in
      while let request = connection.request() {
        guard let server = box.server, try server.answer(request, on: connection) else { return }
      }
    }
    port = raw.port
    server.withLock { $0 = raw }
    box.server = self
  }

  deinit { server.withLock { $0?.stop() } }

  package func change(_ change: @Sendable (inout Settings) -> Void) { settings.withLock { change(&$0) } }

  /// Whole answers in the order of their ends.
  package var entries: [Entry] { log.withLock(\.entries) }

  /// What came since this was asked last.
  @discardableResult
  package func newEntries() -> [Entry] {
    log.withLock { log in
      defer { log.entries = [] }
      return log.entries
    }
  }

  /// - Parameter path: below the root, with a slash.
  package func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  // MARK: One request

  /// Whether the connection can take another.
  private func answer(_ request: RawRequest, on connection: RawConnection) throws -> Bool {
    let settings = settings.withLock(\.self)
    let number = log.withLock { log in
      defer { log.count += 1 }
      return log.count
    }
    var entry = Entry(
      method: request.method, target: request.target, status: 0, received: request.body.count, sent: 0, headers: request.headers)
    var user: String?
    if let wanted = settings.credentials {
      let pair = Data("\(wanted.user):\(wanted.password)".utf8).base64EncodedString()
      guard request.headers["authorization"] == "Basic " + pair else {
        return try send(Reply(401, "who is there?", ["WWW-Authenticate: Basic realm=\"git\""]), &entry, connection)
      }
      user = wanted.user
    }
    var request = request
    if !settings.isVersion2 { request.headers["git-protocol"] = nil }
    switch settings.hook(request, number) {
    case .answer(let reply): return try send(reply, &entry, connection)
    case .serve: return try serve(request, user, settings.backend, limit: nil, &entry, connection)
    case .cut(let limit): return try serve(request, user, settings.backend, limit: limit, &entry, connection)
    case .dropAnswer:
      entry.status = try settings.backend.answer(request, user: user).head.status
      note(entry)
      connection.reset()
      return false
    }
  }

  private func send(_ reply: Reply, _ entry: inout Entry, _ connection: RawConnection) throws -> Bool {
    entry.status = reply.status
    entry.sent = reply.bytes.count
    note(entry)
    try connection.send(reply.bytes)
    return true
  }

  private func serve(
    _ request: RawRequest, _ user: String?, _ backend: GitBackend, limit: Int?, _ entry: inout Entry, _ connection: RawConnection
  ) throws -> Bool {
    struct Cut: Error {}
    var (sent, status) = (0, 0)
    func put(_ bytes: [UInt8]) throws {
      let part = bytes.prefix(max(0, (limit ?? .max) - sent))
      sent += part.count
      try connection.send(Array(part))
      if part.count < bytes.count { throw Cut() }
    }
    func tell() {
      entry.sent = sent
      entry.status = status
      note(entry)
    }
    do {
      try backend.run(
        request, user: user,
        head: { head in
          status = head.status
          let lines = head.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
          try put(Array("HTTP/1.1 \(head.status) X\r\n\(lines)Transfer-Encoding: chunked\r\n\r\n".utf8))
        },
        body: { try put(Array("\(String($0.count, radix: 16))\r\n".utf8) + $0 + [13, 10]) })
    } catch {
      tell()
      if error is Cut { return false }
      throw error
    }
    // Told before the end is sent: a client that has its answer finds it told.
    tell()
    do { try put(Array("0\r\n\r\n".utf8)) } catch is Cut { return false }
    return true
  }

  private func note(_ entry: Entry) { log.withLock { $0.entries.append(entry) } }
}

/// What the connections' threads know of the server; it goes without waiting for them.
private final class WeakBox: Sendable {
  private struct Reference { weak var server: GitHTTPServer? }
  private let reference = Mutex(Reference())

  var server: GitHTTPServer? {
    get { reference.withLock(\.server) }
    set { reference.withLock { $0.server = newValue } }
  }
}
