import Crypto

/// An answer that is kept, and its form in a file: a line of magic, a digest of all the rest, the rest.
struct CacheEntry: Sendable, Equatable {
  let key: CacheKey
  let headers: HTTPHeaders
  let body: [UInt8]

  private static let magic = Array("sluice-http 1\n".utf8)

  /// Nil for answers that are not kept.
  init?(_ key: CacheKey, _ head: HTTPHead, _ body: [UInt8]) {
    let control = head.headers.values("cache-control").joined(separator: ",").lowercased()
    guard head.status == 200, head.headers["etag"] ?? head.headers["last-modified"] != nil, !control.contains("no-store"),
      !head.headers.values("vary").contains(where: { $0.contains("*") })
    else { return nil }
    self.key = key
    var kept = HTTPHeaders()
    for field in head.headers.fields where !field.isSecret && !Self.passing.contains(field.name.lowercased()) {
      kept.append(field.name, field.value)
    }
    // What is asked with later must be sendable.
    guard kept.invalidName == nil else { return nil }
    headers = kept
    self.body = body
  }

  /// Reads a file's content; nil for anything that is not exactly what was written.
  init?(_ key: CacheKey, file: [UInt8]) {
    var rest = file[...]
    func line() -> String? {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return String(decoding: rest[..<end], as: UTF8.self)
    }
    guard rest.starts(with: Self.magic) else { return nil }
    rest = rest.dropFirst(Self.magic.count)
    guard let digest = line(), SHA256.hash(data: rest).hex == digest, line() == key.name else { return nil }
    var headers = HTTPHeaders()
    while true {
      guard let text = line() else { return nil }
      if text.isEmpty { break }
      guard let colon = text.firstIndex(of: ":") else { return nil }
      headers.append(String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
    self.key = key
    self.headers = headers
    body = Array(rest)
  }

  var file: [UInt8] {
    let lines = key.name + "\n" + headers.fields.map { "\($0.name):\($0.value)\n" }.joined() + "\n"
    let content = Array(lines.utf8) + body
    return Self.magic + Array((SHA256.hash(data: content).hex + "\n").utf8) + content
  }

  func makeConditional(_ request: inout HTTPHeaders) {
    if let tag = headers["etag"] { request.set("If-None-Match", tag) }
    if let date = headers["last-modified"] { request.set("If-Modified-Since", date) }
  }

  /// The kept head, with what the server says anew: limits, dates.
  func head(renewedBy fresh: HTTPHead) -> HTTPHead {
    var merged = headers
    let names = Set(fresh.headers.fields.map { $0.name.lowercased() }).subtracting(Self.passing)
    for name in names { merged.remove(name) }
    for field in fresh.headers.fields where names.contains(field.name.lowercased()) { merged.append(field.name, field.value) }
    var head = fresh
    head.status = 200
    head.headers = merged
    return head
  }

  /// Of the connection and the way of sending, or not for a file.
  private static let passing: Set<String> = [
    "connection", "keep-alive", "transfer-encoding", "content-encoding", "content-length", "set-cookie", "trailer", "upgrade",
  ]
}
