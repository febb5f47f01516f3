import CCurl

/// An address of `http` or `https` without a user or password in it, read as libcurl itself will read it.
package struct HTTPURL: Sendable, Hashable {
  /// What credentials belong to.
  package struct Origin: Sendable, Hashable {
    package let scheme: String
    /// In lower case; an IPv6 address in brackets.
    package let host: String
    package let port: Int
  }

  /// The whole address, normalised, without its fragment.
  package let text: String
  package let origin: Origin
  /// The path with the query, as a request line has it.
  package let target: String

  package var isSecure: Bool { origin.scheme == "https" }

  /// - Throws: `HTTPError` (`invalid`) for what is no address, for other schemes, and where a password would stand.
  package init(_ text: String) throws(HTTPError) {
    try self.init(text, from: nil)
  }

  /// The address that a reference such as that of a `Location` header means here.
  package func resolving(_ reference: String) throws(HTTPError) -> HTTPURL {
    try HTTPURL(reference, from: self)
  }

  private init(_ text: String, from base: HTTPURL?) throws(HTTPError) {
    // Not the text itself in these messages: it may hold what is being refused.
    func refuse(_ why: String, hint: String? = nil) -> HTTPError {
      HTTPError(.invalid, "the address of a request", why, hint: hint)
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !text.isEmpty else {
      throw refuse("it is empty or has spaces or characters beyond ASCII", hint: "encode them: %20 for a space")
    }
    let handle = curl_url()
    defer { curl_url_cleanup(handle) }
    let flags = UInt32(CURLU_DISALLOW_USER)
    if let base { _ = curl_url_set(handle, CURLUPART_URL, base.text, flags) }
    switch curl_url_set(handle, CURLUPART_URL, text, flags) {
    case CURLUE_OK: break
    case CURLUE_USER_NOT_ALLOWED:
      throw refuse("it holds a user or password", hint: "credentials go into a header, from the environment or a file")
    case CURLUE_UNSUPPORTED_SCHEME: throw refuse("it is neither https:// nor http://")
    case CURLUE_BAD_SCHEME: throw refuse("it begins with no scheme", hint: "write https://…")
    case let code: throw refuse("it cannot be read: \(String(cString: curl_url_strerror(code)))")
    }
    func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
      var found: UnsafeMutablePointer<CChar>?
      guard curl_url_get(handle, part, &found, UInt32(flags)) == CURLUE_OK, let found else { return nil }
      defer { curl_free(found) }
      return String(cString: found)
    }
    _ = curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
    guard let scheme = part(CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https" else {
      throw refuse("it is neither https:// nor http://")
    }
    guard let host = part(CURLUPART_HOST)?.lowercased(), let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap({ Int($0) }),
      let whole = part(CURLUPART_URL)
    else { throw refuse("it has no host") }
    origin = Origin(scheme: scheme, host: host, port: port)
    target = (part(CURLUPART_PATH) ?? "/") + (part(CURLUPART_QUERY).map { "?" + $0 } ?? "")
    self.text = whole
  }

  package static func == (a: HTTPURL, b: HTTPURL) -> Bool { a.text == b.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension HTTPURL.Origin {
  /// Whether it is this very machine: nobody can listen on the way there.
  package var isLoopback: Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}

extension HTTPURL.Origin: CustomStringConvertible {
  package var isDefaultPort: Bool { port == (scheme == "https" ? 443 : 80) }
  /// `host:port`, the port only where it is not the usual one.
  package var authority: String { isDefaultPort ? host : "\(host):\(port)" }
  package var description: String { "\(scheme)://\(authority)" }
}

extension HTTPURL: CustomStringConvertible {
  /// The address as people may see it: nothing that looks like a secret, nothing endless.
  package var description: String {
    guard let mark = target.firstIndex(of: "?") else { return origin.description + target }
    let path = target[..<mark]
    let query = target[target.index(after: mark)...].split(separator: "&", omittingEmptySubsequences: false).map(Self.shown)
    return origin.description + path + "?" + query.joined(separator: "&")
  }

  private static func shown(parameter: Substring) -> String {
    guard let equals = parameter.firstIndex(of: "=") else { return String(parameter.prefix(64)) }
    let value = parameter[parameter.index(after: equals)...]
    if isSecret(parameter: parameter[..<equals]) { return "\(parameter[...equals])***" }
    return "\(parameter[...equals])" + (value.count > 64 ? "\(value.prefix(60))…" : String(value))
  }

  /// Signed addresses of object stores, tokens in queries: the value is the credential.
  private static func isSecret(parameter: Substring) -> Bool {
    let name = parameter.lowercased()
    return ["token", "secret", "passw", "key", "sig", "auth", "credential", "code", "jwt", "session"]
      .contains { name.contains($0) }
  }
}
