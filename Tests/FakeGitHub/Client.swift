import Foundation
import LoopbackTLS

/// One connection, as the server's side sees it: HTTP/1.1 with or without TLS.
final class Client {
  private let file: Int32
  private let tls: TLSConnection?
  private var buffer: [UInt8] = []
  private var start = 0
  /// How many bytes may still go before the connection ends; nil: all.
  var budget: Int?
  /// What is written goes nowhere.
  var isMute = false
  private(set) var written = 0

  static let longestHead = 64 << 10
  static let longestBody = 1 << 30

  /// Nil when the handshake fails.
  init?(_ file: Int32, _ certificate: FakeCertificate?) {
    self.file = file
    var one: Int32 = 1
    setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    if let context = certificate.flatMap(FakeGitHubAuthority.context) {
      guard let tls = TLSConnection(context, file) else { return nil }
      self.tls = tls
    } else {
      tls = nil
    }
  }

  func end() { tls?.end() }

  /// From now on it ends with a reset.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(file, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  // MARK: Reading

  private func fill() -> Bool {
    if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    let count = tls.map { tls in chunk.withUnsafeMutableBytes { tls.read($0) } } ?? recv(file, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    buffer += chunk[..<count]
    return true
  }

  private func line() -> String? {
    var looked = start
    while true {
      if let end = buffer[looked...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return String(decoding: buffer[start..<end], as: UTF8.self).trimmingCharacters(in: .newlines)
      }
      guard buffer.count - start < Self.longestHead else { return nil }
      looked = buffer.count - start
      guard fill() else { return nil }
    }
  }

  private func bytes(_ count: Int) -> [UInt8]? {
    guard count <= Self.longestBody else { return nil }
    while buffer.count - start < count { guard fill() else { return nil } }
    defer { start += count }
    return Array(buffer[start..<(start + count)])
  }

  /// The next request with its body; nil when the client has gone, or speaks no HTTP.
  func request() -> IncomingRequest? {
    guard let first = line() else { return nil }
    let words = first.split(separator: " ").map(String.init)
    guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
    var request = IncomingRequest(method: words[0], target: words[1], headers: [:])
    while let text = line() {
      guard !text.isEmpty else { return body(of: request) }
      guard let colon = text.firstIndex(of: ":"), request.headers.count < 200 else { return nil }
      request.headers[text[..<colon].lowercased()] = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }

  private func body(of request: IncomingRequest) -> IncomingRequest? {
    var request = request
    let isChunked = request.headers["transfer-encoding"]?.lowercased() == "chunked"
    let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
    if request.headers["expect"]?.lowercased() == "100-continue", isChunked || length > 0 {
      guard writeWhole(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) else { return nil }
    }
    guard isChunked else {
      guard length > 0 else { return request }
      guard let bytes = bytes(length) else { return nil }
      request.body = bytes
      return request
    }
    while let size = line().flatMap({ Int($0.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces), radix: 16) }) {
      guard size >= 0, size <= Self.longestBody, request.body.count + size <= Self.longestBody, let part = bytes(size) else {
        return nil
      }
      request.body += part
      guard size > 0 else {
        while let trailer = line(), !trailer.isEmpty {}
        return request
      }
      _ = line()
    }
    return nil
  }

  // MARK: Writing

  /// Whether the connection goes on.
  func write(_ bytes: [UInt8]) -> Bool {
    if isMute { return true }
    guard let left = budget else { return writeWhole(bytes) }
    let part = Array(bytes.prefix(left))
    budget = left - part.count
    return writeWhole(part) && part.count == bytes.count
  }

  private func writeWhole(_ bytes: [UInt8]) -> Bool {
    written += bytes.count
    if let tls { return tls.write(bytes) }
    var sent = 0
    while sent < bytes.count {
      // Without MSG_NOSIGNAL, which a static build does not see here: the thread has SIGPIPE blocked.
      let count = bytes.withUnsafeBytes { send(file, $0.baseAddress! + sent, $0.count - sent, 0) }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
