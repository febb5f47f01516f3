import Crypto

/// What an answer is kept under: a digest of everything that the answer may depend on.
///
/// Of credentials only a digest goes into it, and the name of the file is a digest of that.
struct CacheKey: Sendable, Hashable {
  let name: String

  /// Nil where the request is none that is remembered.
  init?(_ request: HTTPRequest) {
    guard case .conditional(let identity) = request.cache, request.method == .get, !request.hasBody,
      !request.headers.fields.contains(where: { Self.own.contains($0.name.lowercased()) })
    else { return nil }
    var hash = SHA256()
    func add(_ name: String, _ value: String) {
      // Lengths, so that no two lists of fields are the same text.
      hash.update(data: Array("\(name.utf8.count) \(value.utf8.count) \(name)\(value)".utf8))
    }
    add("url", request.url.text)
    // Whatever `Vary` may name, but our own version.
    let fields = request.headers.fields.filter { $0.name.lowercased() != "user-agent" }
    for field in fields.sorted(by: { ($0.name.lowercased(), $0.value) < ($1.name.lowercased(), $1.value) }) {
      if !field.isSecret {
        add(field.name.lowercased(), field.value)
      } else if identity == nil {
        add(field.name.lowercased(), SHA256.hash(data: Array(field.value.utf8)).hex)
      }
    }
    let connection = request.connection
    switch connection.certificate {
    case nil: break
    case .file(let path): add("certificate file", path)
    case .bytes(let bytes): add("certificate", SHA256.hash(data: bytes).hex)
    }
    if let identity { add("identity", identity) }
    if let name = connection.serverName { add("server name", name) }
    // What an unverified server said is nothing to believe later.
    if connection.trust == .anything { add("trust", "anything") }
    name = hash.finalize().hex
  }

  private static let own: Set<String> = ["if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "range"]
}

extension SHA256Digest {
  var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
