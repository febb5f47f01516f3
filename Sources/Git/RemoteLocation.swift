package import HTTP

/// Where a repository is: a path on this machine, or an address to reach over https or ssh.
package struct RemoteLocation: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// An absolute path; the repository is opened in place.
    case path(String)
    /// `ssh://user@host:port/path`.
    case ssh(SSHAddress)
    /// `https://host/path`, without a slash at its end; or `http://`.
    case http(HTTPURL)
  }

  package struct SSHAddress: Hashable, Sendable {
    package var user: String
    package var host: String
    package var port: Int
    package var path: String

    /// How known_hosts names the host.
    package var hostKeyName: String { port == 22 ? host : "[\(host)]:\(port)" }

    var url: String {
      let shown = host.contains(":") ? "[\(host)]" : host
      return "ssh://\(user)@\(shown):\(port)\(path.hasPrefix("/") ? "" : "/")\(path)"
    }
  }

  package let kind: Kind

  /// Reads an address as git does: a path (relative ones against `folder`), `file://`, `https://`, `ssh://` or
  /// `user@host:path`.
  ///
  /// - Throws: `GitError` of kind `unsupported` for other schemes, of kind `invalid` for one with a password.
  package init(_ text: String, relativeTo folder: String) throws(GitError) {
    guard !text.isEmpty, !text.utf8.contains(where: { $0 < 32 || $0 == 127 }) else {
      throw Self.wrong(text, "it is empty or has control characters")
    }
    if let mark = text.firstRange(of: "://") {
      let scheme = text[..<mark.lowerBound].lowercased()
      let rest = String(text[mark.upperBound...])
      switch scheme {
      case "file": kind = .path(Self.normal(try Self.localPath(rest, of: text)))
      case "ssh", "git+ssh", "ssh+git": kind = .ssh(try Self.address(rest, of: text))
      case "https", "http": kind = .http(try Self.webAddress(text))
      default:
        throw GitError(
          .unsupported, "cannot use \(Self.withoutPassword(text))", "\(scheme) is not supported yet",
          hint: "use a path, https:// or ssh://")
      }
    } else if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") {
      guard !text[text.index(after: colon)...].hasPrefix(":") else {
        throw GitError(.unsupported, "cannot use \(text)", "remote helpers are not supported")
      }
      kind = .ssh(try Self.scpForm(text, colon))
    } else {
      kind = .path(Self.normal(text.hasPrefix("/") ? text : folder + "/" + text))
    }
  }

  /// What is the same for the same repository; the name of a cache folder is made from it.
  package var identity: String {
    switch kind {
    case .path(let path): path
    case .ssh(let address): address.url
    case .http(let url): url.text
    }
  }

  package var description: String { identity }

  private static func wrong(_ text: String, _ why: String) -> GitError {
    GitError(.invalid, "cannot use \"\(withoutPassword(text))\" as a repository's address", why)
  }

  private static func withoutPassword(_ text: String) -> String {
    guard let mark = text.firstRange(of: "://") else { return text }
    let authority = text[mark.upperBound...].prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else { return text }
    return text[..<colon] + ":***" + text[at...]
  }

  private static func webAddress(_ text: String) throws(GitError) -> HTTPURL {
    let shown = text.prefix { $0 != "?" && $0 != "#" }
    let authority = text.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard !authority.contains("@") else {
      throw GitError(
        .invalid, "cannot use an address of \(authority.split(separator: "@").last ?? "https")", "it holds a user or a password",
        hint: "write it without, and name where the credentials are: an environment variable or a file")
    }
    guard shown.count == text.count else {
      throw GitError(.invalid, "cannot use \"\(shown)\" as a repository's address", "it has a ? or #")
    }
    do throws(HTTPError) {
      let url = try HTTPURL(text)
      return try HTTPURL(try HTTPURL(url.origin.description + url.target).trimmed)
    } catch {
      throw GitError(.invalid, "cannot use \"\(text)\" as a repository's address", error.message, hint: error.hint)
    }
  }

  private static func localPath(_ rest: String, of text: String) throws(GitError) -> String {
    guard let slash = rest.firstIndex(of: "/"), slash == rest.startIndex || rest[..<slash] == "localhost" else {
      throw wrong(text, "file:// takes an absolute path on this machine")
    }
    guard let path = decoded(String(rest[slash...])) else { throw wrong(text, "a % without two hex digits") }
    return path
  }

  private static func address(_ rest: String, of text: String) throws(GitError) -> SSHAddress {
    guard let slash = rest.firstIndex(of: "/"), let path = decoded(String(rest[slash...])), path.count > 1 else {
      throw wrong(text, "ssh:// takes user@host:port/path")
    }
    var authority = rest[..<slash]
    var user = "git"
    if let at = authority.lastIndex(of: "@") {
      guard !authority[..<at].contains(":") else { throw wrong(text, "an address must not hold a password") }
      user = String(authority[..<at])
      authority = authority[authority.index(after: at)...]
    }
    var port = 22
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      guard let number = Int(authority[authority.index(after: colon)...]), (1...65535).contains(number) else {
        throw wrong(text, "the port is no number from 1 to 65535")
      }
      port = number
      authority = authority[..<colon]
    }
    if authority.hasPrefix("["), authority.hasSuffix("]") { authority = authority.dropFirst().dropLast() }
    return try checked(SSHAddress(user: user, host: String(authority), port: port, path: path), text)
  }

  private static func scpForm(_ text: String, _ colon: String.Index) throws(GitError) -> SSHAddress {
    var host = text[..<colon]
    var user = "git"
    if let at = host.lastIndex(of: "@") {
      user = String(host[..<at])
      host = host[host.index(after: at)...]
    }
    var path = String(text[text.index(after: colon)...])
    // Relative to the home folder there: ssh:// says so with a tilde.
    if !path.hasPrefix("/") { path = path.hasPrefix("~") ? "/" + path : "/~/" + path }
    return try checked(SSHAddress(user: user, host: String(host), port: 22, path: path), text)
  }

  private static func checked(_ address: SSHAddress, _ text: String) throws(GitError) -> SSHAddress {
    guard !address.host.isEmpty, !address.user.isEmpty else { throw wrong(text, "it names no host or no user") }
    for part in [address.host, address.user, address.path] where part.hasPrefix("-") {
      throw wrong(text, "a part begins with a dash")
    }
    return address
  }

  private static func decoded(_ text: String) -> String? {
    guard text.contains("%") else { return text }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), value != 0
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The path without `.`, `..` and doubled slashes.
  private static func normal(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }
}
