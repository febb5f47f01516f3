import Glibc
import LoopbackTLS

/// One client's connection: HTTP/1.1, one request after the other.
final class Connection {
  let file: Int32
  let hosted: HostedCluster
  private let number: Int
  private let acceptor: Acceptor
  private var buffer: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 4096)

  init(_ file: Int32, _ hosted: HostedCluster, _ number: Int, _ acceptor: Acceptor) {
    self.file = file
    self.hosted = hosted
    self.number = number
    self.acceptor = acceptor
  }

  /// - Parameter context: nil: to say nothing until the client gives up.
  func serve(_ context: TLSContext?) {
    var one: Int32 = 1
    setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    guard let context else {
      while recv(file, &chunk, chunk.count, 0) > 0 {}
      return
    }
    guard let client = TLSConnection(context, file) else { return }
    while let head = nextHead(client), answer(head, client) {}
  }

  // MARK: Reading

  struct Head {
    var method: String
    var target: String
    /// Empty for what is no bearer token.
    var token: String?
    var headers: [String: String] = [:]

    var closes: Bool { headers["connection"]?.lowercased() == "close" }
  }

  /// Nil when the client has gone, or does not speak HTTP.
  private func nextHead(_ client: TLSConnection) -> Head? {
    while true {
      if let end = endOfHead() {
        let head = Self.head(buffer[..<end])
        buffer.removeFirst(end + 4)
        return head
      }
      guard buffer.count < 65_536 else { return nil }
      let count = chunk.withUnsafeMutableBytes { client.read($0) }
      guard count > 0 else { return nil }
      buffer += chunk[..<count]
    }
  }

  private func endOfHead() -> Int? {
    buffer.withUnsafeBytes { bytes in
      var place = 3
      while place < bytes.count {
        if bytes[place] == 10, bytes[place - 1] == 13, bytes[place - 2] == 10 { return place - 3 }
        place += 1
      }
      return nil
    }
  }

  private static func head(_ bytes: ArraySlice<UInt8>) -> Head? {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3 else { return nil }
    var head = Head(method: String(words[0]), target: String(words[1]))
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      let name = line[..<colon].lowercased()
      if name == "authorization" {
        head.token = value.hasPrefix("Bearer ") ? String(value.dropFirst(7)) : ""
      } else {
        head.headers[name] = String(value)
      }
    }
    return head
  }

  // MARK: Answering

  /// Whether the connection goes on.
  private func answer(_ head: Head, _ client: TLSConnection) -> Bool {
    let meeting = hosted.meet(head, connection: number, certified: client.user)
    let isLast = head.closes || head.method != "GET"
    guard let fault = meeting.fault else {
      if let (resource, namespace) = Self.watched(meeting) { return watch(resource, namespace, meeting.request, client) }
      return send(answer(meeting), client, isLast)
    }
    switch fault {
    case .answer(let body, let status, let type): return send(Answer(text: body, status: status, type: type), client, isLast)
    case .status(let code, let headers): return send(.failure(code, headers: headers), client, isLast)
    case .html:
      let page = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"
      return send(Answer(text: page, type: "text/html; charset=utf-8"), client, isLast)
    case .redirect(let place):
      var answer = Answer(text: "", status: 302)
      answer.headers["Location"] = place
      return send(answer, client, isLast)
    case .truncated:
      var answer = answer(meeting)
      answer.body.removeLast(answer.body.count - answer.body.count / 2)
      return send(answer, client, isLast)
    case .cutOff:
      let answer = answer(meeting)
      _ =
        client.write(self.head(answer, isLast, length: answer.body.count))
        && client.write(answer.body[..<(answer.body.count / 2)])
      return false
    case .huge(let count): return sendHuge(answer(meeting), count, client, isLast)
    case .slow(let rate): return sendSlowly(answer(meeting), rate, client, isLast)
    case .close: return false
    case .reset:
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(file, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
      return false
    case .hang:
      waitForEnd(client)
      return false
    }
  }

  private func answer(_ meeting: HostedCluster.Meeting) -> Answer {
    guard meeting.request.user != nil else { return .failure(401) }
    return meeting.answers.answer(meeting.request, of: meeting.cluster)
  }

  private func waitForEnd(_ client: TLSConnection) {
    while chunk.withUnsafeMutableBytes({ client.read($0) }) > 0 {}
  }

  // MARK: Sending

  func head(_ answer: Answer, _ isLast: Bool, length: Int?) -> [UInt8] {
    var text = "HTTP/1.1 \(answer.status) \(Self.phrase(answer.status))\r\n"
    text += "Audit-Id: \(hosted.auditID)\r\nCache-Control: no-cache, private\r\nContent-Type: \(answer.type)\r\n"
    for (name, value) in answer.headers.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
    text += "Date: \(HTTPDate.text(acceptor.clock()))\r\n"
    text += length.map { "Content-Length: \($0)\r\n" } ?? "Transfer-Encoding: chunked\r\n"
    if isLast { text += "Connection: close\r\n" }
    return Array((text + "\r\n").utf8)
  }

  private static func phrase(_ status: Int) -> String {
    [
      200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 410: "Gone",
      422: "Unprocessable Entity", 429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
    ][status] ?? "Status"
  }

  /// A small body goes with its head in one piece.
  func send(_ answer: Answer, _ client: TLSConnection, _ isLast: Bool) -> Bool {
    var bytes = head(answer, isLast, length: answer.body.count)
    let start = min(answer.body.count, 16_384 - bytes.count)
    bytes += answer.body[..<start]
    let isSent = client.write(bytes) && client.write(answer.body[start...])
    if isLast { client.end() }
    return isSent && !isLast
  }

  /// The answer's own JSON with a member more, which makes it so long; never in memory as a whole.
  private func sendHuge(_ answer: Answer, _ count: Int, _ client: TLSConnection, _ isLast: Bool) -> Bool {
    var body = answer.body[...]
    while let last = body.last, last == 10 { body.removeLast() }
    var end: [UInt8] = []
    if body.last == UInt8(ascii: "}") {
      body.removeLast()
      body += ",\"padding\":\"".utf8
      end = Array("\"}".utf8)
    }
    let filling = max(0, count - body.count - end.count)
    let piece = [UInt8](repeating: UInt8(ascii: " "), count: 65_536)
    guard client.write(head(answer, isLast, length: body.count + filling + end.count)), client.write(body) else { return false }
    var left = filling
    while left > 0 {
      guard client.write(piece[..<min(left, piece.count)]) else { return false }
      left -= piece.count
    }
    return client.write(end) && !isLast
  }

  private func sendSlowly(_ answer: Answer, _ rate: Int, _ client: TLSConnection, _ isLast: Bool) -> Bool {
    let bytes = head(answer, isLast, length: answer.body.count) + answer.body
    let piece = max(1, rate / 50)
    for start in stride(from: 0, to: bytes.count, by: piece) {
      guard !acceptor.isStopped, client.write(bytes[start..<min(bytes.count, start + piece)]) else { return false }
      usleep(UInt32(1_000_000 * piece / max(1, rate)))
    }
    return !isLast
  }
}
