import Foundation
import Synchronization

/// Repositories over HTTP on loopback: `git http-backend` behind a small server that misbehaves when it is told to.
package final class GitHTTPServer: Sendable {
  /// What becomes of a request.
  package enum Action: Sendable {
    case serve
    /// This instead; git is not asked.
    case answer(Reply)
    /// As many bytes of git's answer, its head included, and then the connection ends; at least one is missing.
    case cut(after: Int)
    /// All but so many bytes.
    case cutEnd(Int)
    /// Git does what was asked, and nobody hears of it.
    case dropAnswer
  }

  package struct Settings: Sendable {
    /// Who may come in; nil: everybody.
    package var credentials: (user: String, password: String)?
    /// Whether protocol version 2 is spoken.
    package var isVersion2 = true
    /// Whether answers say where they end; else they end with the connection, and one that was cut looks whole.
    package var isFramed = true
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
    case .serve: return try serve(request, user, settings, entry, connection)
    case .cut(let count): return try cut(request, user, settings, { min(count, $0 - 1) }, entry, connection)
    case .cutEnd(let count): return try cut(request, user, settings, { $0 - count }, entry, connection)
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
    _ request: RawRequest, _ user: String?, _ settings: Settings, _ entry: Entry, _ connection: RawConnection
  ) throws -> Bool {
    var (sent, status) = (0, 0)
    func put(_ bytes: [UInt8]) throws {
      sent += bytes.count
      try connection.send(bytes)
    }
    do {
      try settings.backend.run(
        request, user: user,
        head: {
          status = $0.status
          try put(Self.bytes($0, isFramed: settings.isFramed))
        },
        body: { try put(settings.isFramed ? Self.chunk($0) : $0) })
    } catch {
      note(entry, status, sent)
      throw error
    }
    // Told before the end is sent: a client that has its answer finds it told.
    note(entry, status, sent)
    if settings.isFramed { try put(Array("0\r\n\r\n".utf8)) }
    return settings.isFramed
  }

  /// Git does all that was asked, before the connection ends too early.
  private func cut(
    _ request: RawRequest, _ user: String?, _ settings: Settings, _ place: (Int) -> Int, _ entry: Entry,
    _ connection: RawConnection
  ) throws -> Bool {
    let (answer, body) = try settings.backend.answer(request, user: user)
    let head = Self.bytes(answer, isFramed: settings.isFramed)
    let count = max(0, place(head.count + body.count))
    note(entry, answer.status, count)
    try connection.send(Array(head.prefix(count)))
    let rest = Array(body.prefix(max(0, count - head.count)))
    if !rest.isEmpty { try connection.send(settings.isFramed ? Self.chunk(rest) : rest) }
    return false
  }

  private static func bytes(_ head: GitBackend.Head, isFramed: Bool) -> [UInt8] {
    let lines = head.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    let framing = isFramed ? "Transfer-Encoding: chunked" : "Connection: close"
    return Array("HTTP/1.1 \(head.status) X\r\n\(lines)\(framing)\r\n\r\n".utf8)
  }

  private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
    Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [13, 10]
  }

  private func note(_ entry: Entry, _ status: Int, _ sent: Int) {
    var entry = entry
    (entry.status, entry.sent) = (status, sent)
    note(entry)
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
