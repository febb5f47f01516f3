import Foundation
import Synchronization

/// A server on loopback that does byte for byte what a test tells it, however wrong. A thread for each connection.
package final class RawServer: Sendable {
  package let port: Int
  private let listener: Int32
  private let handler: @Sendable (RawConnection) throws -> Void

  struct Log: Sendable {
    var accepts = 0
    var requests: [RawRequest] = []
    var underWay = 0
    var mostUnderWay = 0
    var open: Set<Int32> = []
    var isStopped = false
  }
  private let log = Mutex(Log())

  package init(_ handler: @escaping @Sendable (RawConnection) throws -> Void) throws {
    self.handler = handler
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) | listen(listener, 512) | getsockname(listener, $0, &size)
      }
    }
    guard code == 0 else { throw Command.Failure(description: "there is no free port") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in accept() }
  }

  /// Answers every request on every connection.
  package convenience init(answering answer: @escaping @Sendable (RawRequest) throws -> Reply) throws {
    try self.init { connection in
      while let request = connection.request() { try connection.send(answer(request).bytes) }
    }
  }

  deinit { stop() }

  package func stop() {
    log.withLock { log in
      guard !log.isStopped else { return }
      log.isStopped = true
      shutdown(listener, Int32(SHUT_RDWR))
      for file in log.open { shutdown(file, Int32(SHUT_RDWR)) }
    }
  }

  package var accepts: Int { log.withLock(\.accepts) }
  package var requests: [RawRequest] { log.withLock(\.requests) }
  package var mostUnderWay: Int { log.withLock(\.mostUnderWay) }
  package var openConnections: Int { log.withLock(\.open.count) }

  func began(_ request: RawRequest) {
    log.withLock {
      $0.requests.append(request)
      $0.underWay += 1
      $0.mostUnderWay = max($0.mostUnderWay, $0.underWay)
    }
  }

  func ended() { log.withLock { $0.underWay -= 1 } }

  private func accept() {
    while true {
      let file = Glibc.accept(listener, nil, nil)
      guard file >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        close(listener)
        return
      }
      _ = fcntl(file, F_SETFD, FD_CLOEXEC)
      let isStopped = log.withLock { log in
        log.accepts += 1
        if !log.isStopped { log.open.insert(file) }
        return log.isStopped
      }
      if isStopped { close(file) } else { Thread.detachNewThread { [self] in serve(file) } }
    }
  }

  private func serve(_ file: Int32) {
    try? handler(RawConnection(file, self))
    log.withLock {
      $0.open.remove(file)
      close(file)
    }
  }
}

package struct RawRequest: Sendable {
  package var method: String
  package var target: String
  package var headers: [String: String]
  package var body: [UInt8] = []

  package init(method: String, target: String, headers: [String: String] = [:], body: [UInt8] = []) {
    (self.method, self.target, self.headers, self.body) = (method, target, headers, body)
  }

  package var text: String { String(decoding: body, as: UTF8.self) }
}

package struct Reply: Sendable {
  package var status = 200
  package var headers: [String] = []
  package var body: [UInt8] = []

  package init(_ status: Int = 200, _ body: String = "", _ headers: [String] = []) {
    self.status = status
    self.headers = headers
    self.body = Array(body.utf8)
  }

  package var bytes: [UInt8] {
    let lines = ["HTTP/1.1 \(status) X"] + headers + ["Content-Length: \(body.count)", "", ""]
    return Array(lines.joined(separator: "\r\n").utf8) + body
  }
}

/// One connection, as the server's side sees it.
package final class RawConnection {
  let file: Int32
  let server: RawServer
  private var buffer: [UInt8] = []
  private var isAnswering = false

  init(_ file: Int32, _ server: RawServer) {
    self.file = file
    self.server = server
    var one: Int32 = 1
    setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { end() }

  private func end() {
    if isAnswering { server.ended() }
    isAnswering = false
  }

  /// Reads the next request with its body; nil when the client is gone.
  package func request() -> RawRequest? {
    end()
    guard var request = head() else { return nil }
    if request.headers["transfer-encoding"] == "chunked" {
      while let size = line().flatMap({ Int($0, radix: 16) }) {
        request.body += bytes(size)
        _ = line()
        if size == 0 { break }
      }
    } else if let length = request.headers["content-length"].flatMap({ Int($0) }) {
      request.body = bytes(length)
    }
    server.began(request)
    isAnswering = true
    return request
  }

  /// Reads only the head.
  package func head() -> RawRequest? {
    guard let first = line() else { return nil }
    let words = first.split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    var request = RawRequest(method: words[0], target: words[1])
    while let text = line(), !text.isEmpty {
      guard let colon = text.firstIndex(of: ":") else { return nil }
      request.headers[text[..<colon].lowercased()] = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return request
  }

  package func bytes(_ count: Int) -> [UInt8] {
    while buffer.count < count, fill() {}
    defer { buffer.removeFirst(min(count, buffer.count)) }
    return Array(buffer.prefix(count))
  }

  private func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer.removeFirst(end + 1) }
        return String(decoding: buffer[..<end], as: UTF8.self).trimmingCharacters(in: .newlines)
      }
      guard fill() else { return nil }
    }
  }

  private func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = recv(file, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    buffer += chunk[..<count]
    return true
  }

  package struct Gone: Error {}

  package func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// - Throws: `Gone` when the client has closed, or does not read for as long as `sendLimit` says.
  package func send(_ bytes: [UInt8]) throws {
    guard write(bytes) == bytes.count else { throw Gone() }
  }

  /// How many of the bytes went.
  package func write(_ bytes: [UInt8]) -> Int {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(file, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { break }
      sent += count
    }
    return sent
  }

  package func sendLimit(milliseconds: Int) {
    var limit = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
    setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Waits until the client closes.
  package func waitForClose() {
    var byte: UInt8 = 0
    while recv(file, &byte, 1, 0) > 0 {}
  }

  /// Ends with a reset instead of an end: closing with bytes unread or with this option does that.
  package func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(file, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }
}
