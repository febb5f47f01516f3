/// The header lines of an answer as libcurl reports them, one by one; the loop's thread alone has it.
struct Receiving {
  private(set) var head: HTTPHead?
  private(set) var isHeadComplete = false
  private var headers: [(name: String, value: String)] = []
  private var status = 0
  private var version = HTTPHead.Version.http1
  private var headerBytes = 0
  private var headerCount = 0
  /// Of the body, after decompression.
  var bodyBytes = 0
  /// What we refused, where libcurl only knows that we did.
  var failure: Failure?

  /// Takes a line; true once the head of the final answer is whole, at that line.
  mutating func line(_ bytes: UnsafeRawBufferPointer, _ request: HTTPRequest) -> Bool {
    headerBytes += bytes.count
    headerCount += 1
    guard headerBytes <= request.limits.headerBytes, headerCount <= request.limits.headerCount else {
      failure = Failure(
        .tooLarge, "its header lines are more than \(request.limits.headerCount), or \(request.limits.headerBytes) bytes")
      return false
    }
    let text = String(decoding: bytes, as: UTF8.self)
    // Trailers come after the body; nobody here uses them.
    guard !isHeadComplete else { return false }
    if text.hasPrefix("HTTP/") {
      headers = []
      status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int(String($0).trimmingSpaces) } ?? 0
      version = text.hasPrefix("HTTP/2") ? .http2 : .http1
      return false
    }
    let isEmpty = text.trimmingSpaces.isEmpty
    if isEmpty {
      // 100, 103: the answer itself follows.
      guard status >= 200 else { return false }
      isHeadComplete = true
      var fields = HTTPHeaders()
      for header in headers { fields.append(header.name, header.value) }
      if !Self.isLengthPlain(fields) {
        failure = Failure(.malformed, "its Content-Length is no number, or more than one")
        return false
      }
      head = HTTPHead(status: status, headers: fields, version: version, url: request.url)
      return true
    }
    if text.first == " " || text.first == "\t", let last = headers.indices.last {
      headers[last].value += " " + text.trimmingSpaces
    } else if let colon = text.firstIndex(of: ":") {
      headers.append((String(text[..<colon]).trimmingSpaces, String(text[text.index(after: colon)...]).trimmingSpaces))
    }
    return false
  }

  /// libcurl takes one of several lengths, and none for one that is too large: then a cut body would look whole.
  private static func isLengthPlain(_ headers: HTTPHeaders) -> Bool {
    let lengths = Set(headers.values("content-length"))
    return lengths.count <= 1
      && lengths.allSatisfy { text in
        (1...18).contains(text.utf8.count) && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }

  /// How long the body says that it is, where that is comparable with the limit.
  var announcedBody: Int? {
    guard let head, head.headers["content-encoding"] == nil else { return nil }
    return head.headers["content-length"].flatMap { Int($0) }
  }
}
