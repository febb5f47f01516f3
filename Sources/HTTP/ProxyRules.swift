import CCurl

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A proxy as libcurl takes it, its password apart.
struct ProxyAddress: Sendable, Hashable {
  let address: String
  let host: String
  let user: String?
  let password: String?

  init(_ text: String) throws(HTTPError) {
    let handle = curl_url()
    defer { curl_url_cleanup(handle) }
    // Without a scheme it is one of http, as everywhere.
    let whole = text.contains("://") ? text : "http://" + text
    let code = curl_url_set(handle, CURLUPART_URL, whole, UInt32(CURLU_NON_SUPPORT_SCHEME))
    func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
      var found: UnsafeMutablePointer<CChar>?
      guard curl_url_get(handle, part, &found, UInt32(flags)) == CURLUE_OK, let found else { return nil }
      defer { curl_free(found) }
      return String(cString: found)
    }
    guard code == CURLUE_OK, let host = part(CURLUPART_HOST), let scheme = part(CURLUPART_SCHEME)?.lowercased(),
      ["http", "https", "socks5", "socks5h"].contains(scheme)
    else {
      throw HTTPError(
        .invalid, "the proxy's address", "it cannot be read", hint: "write http://, https:// or socks5://, then host and port")
    }
    // The proxy asks for the host's address: only it may be able to.
    let spoken = scheme == "socks5" ? "socks5h" : scheme
    address = "\(spoken)://\(host)" + (part(CURLUPART_PORT, CURLU_DEFAULT_PORT).map { ":\($0)" } ?? ":1080")
    self.host = host
    user = part(CURLUPART_USER, CURLU_URLDECODE)
    password = part(CURLUPART_PASSWORD, CURLU_URLDECODE)
  }
}

extension HTTPConnection {
  func proxyAddress(for url: HTTPURL) throws(HTTPError) -> ProxyAddress? {
    switch proxy {
    case .none: return nil
    case .url(let text): return try ProxyAddress(text)
    case .environment(let environment):
      // HTTP_PROXY in capitals is what a CGI server makes of a client's header `Proxy`.
      let capitals = environment["REQUEST_METHOD"] == nil ? ["HTTP_PROXY"] : []
      let names = url.isSecure ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"] + capitals
      guard let text = names.lazy.compactMap({ environment[$0] }).first(where: { !$0.isEmpty }) else { return nil }
      let exceptions = environment["no_proxy"] ?? environment["NO_PROXY"] ?? ""
      return ProxyExceptions(exceptions).contain(url.origin) ? nil : try ProxyAddress(text)
    }
  }
}

/// `no_proxy`, by the rules that Go's programs and with them kubectl follow (golang.org/x/net/http/httpproxy).
struct ProxyExceptions {
  private let entries: [Substring]

  init(_ text: String) {
    entries = text.lowercased().split { $0 == "," || $0 == " " }
  }

  func contain(_ origin: HTTPURL.Origin) -> Bool {
    let host = origin.host.first == "[" ? String(origin.host.dropFirst().dropLast()) : origin.host
    let address = Self.address(host)
    if host == "localhost" || address?.isLoopback == true { return true }
    return entries.contains { entry in
      if entry == "*" { return true }
      if let slash = entry.firstIndex(of: "/") {
        guard let address, let net = Self.address(String(entry[..<slash])),
          let bits = Int(entry[entry.index(after: slash)...])
        else { return false }
        return address.isIn(net, bits: bits)
      }
      var name = entry
      if let colon = entry.lastIndex(of: ":"), Self.address(String(entry)) == nil {
        guard Int(entry[entry.index(after: colon)...]) == origin.port else { return false }
        name = entry[..<colon]
      }
      if name.first == "[" { name = name.dropFirst().dropLast() }
      if let fixed = Self.address(String(name)) { return fixed == address }
      guard address == nil else { return false }
      if name.hasPrefix("*.") { name = name.dropFirst() }
      return name.first == "." ? host.hasSuffix(name) : host == name || host.hasSuffix("." + name)
    }
  }

  private struct Address: Equatable {
    let bytes: [UInt8]

    var isLoopback: Bool { bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1] }

    func isIn(_ net: Address, bits: Int) -> Bool {
      guard net.bytes.count == bytes.count, (0...bytes.count * 8).contains(bits) else { return false }
      return (0..<bits).allSatisfy { bit in
        (bytes[bit / 8] ^ net.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
      }
    }
  }

  private static func address(_ text: String) -> Address? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return Address(bytes: Array(bytes[..<4])) }
    return inet_pton(AF_INET6, text, &bytes) == 1 ? Address(bytes: bytes) : nil
  }
}
