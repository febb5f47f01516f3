package import HTTP
package import Host

/// Who Sluice is at GitHub.
package enum GitHubCredentials: Sendable {
  /// A person's or machine account's token, as it is.
  case token(SecretReference)
  /// A GitHub App by its id and private key (PEM). Its installation is found where none is given.
  case app(id: String, installation: Int?, key: SecretReference)

  /// `the token in the variable GITHUB_TOKEN`: for messages.
  var token: String {
    switch self {
    case .app(let id, _, _): "the token that it made for app \(id)"
    case .token(let reference):
      switch reference.source {
      case .environment(let name): "the token in the variable \(name)"
      case .file(let path): "the token in \(path)"
      }
    }
  }
}

/// Which repository at github.com or at a GitHub Enterprise Server, how it is reached, and as whom.
package struct GitHubSettings: Sendable {
  /// `https://api.github.com`, `https://HOST/api/v3`, `https://api.SUB.ghe.com`.
  package var api: HTTPURL
  /// The host that people see.
  package var host: String
  package var owner: String
  package var name: String
  package var credentials: GitHubCredentials
  /// Authorities, proxy.
  package var connection: HTTPConnection
  /// Where the secrets' variables are looked up.
  package var environment: [String: String]
  /// A file in the cache's folder; nil: nothing is remembered from run to run. It holds no secret.
  package var memoryPath: String?

  /// - Parameters:
  ///   - repository: as git has it: `https://github.com/OWNER/NAME.git`, `git@HOST:OWNER/NAME.git`, `ssh://git@HOST/OWNER/NAME`.
  ///   - api: where it is not what the repository's address says.
  ///   - project: `OWNER/NAME`, where git reaches the repository by another way.
  /// - Throws: `ForgeError` for an address that names no repository of GitHub, and where a token would go over plain http.
  package init(
    repository: String, api: String? = nil, project: String? = nil, credentials: GitHubCredentials,
    connection: HTTPConnection = HTTPConnection(), environment: [String: String], memoryPath: String? = nil
  ) throws(ForgeError) {
    let address = GitHubAddress(repository)
    guard let path = project ?? address?.path, let (owner, name) = GitHubAddress.project(path) else {
      throw .invalid(
        "\(project.map { "\"\($0)\"" } ?? "the repository's address") names no repository at GitHub, "
          + "hint: https://github.com/OWNER/NAME.git, or write the project as OWNER/NAME")
    }
    guard let text = api ?? address?.api else {
      throw .invalid("the repository's address names no host, hint: give the API's address: https://HOST/api/v3")
    }
    let url: HTTPURL
    do { url = try HTTPURL(text) } catch {
      throw .invalid("the address of GitHub's API is none: \(error.message)\(error.hint.map { ", hint: \($0)" } ?? "")")
    }
    guard url.isSecure || url.origin.isLoopback else {
      throw .invalid("the token would go to \(url.origin.authority) over plain http, hint: https://\(url.origin.host)…")
    }
    self.api = url
    host = Self.webHost(of: url)
    (self.owner, self.name) = (owner, name)
    self.credentials = credentials
    self.connection = connection
    self.environment = environment
    self.memoryPath = memoryPath
  }

  /// Its name in paths of the API.
  var project: String { "\(owner)/\(name)" }

  private static func webHost(of api: HTTPURL) -> String {
    let authority = api.origin.authority
    guard authority.hasPrefix("api.") else { return authority }
    return authority == "api.github.com" || authority.hasSuffix(".ghe.com") ? String(authority.dropFirst(4)) : authority
  }
}

/// A repository's address, as far as it tells of GitHub.
private struct GitHubAddress {
  var scheme: String
  var authority: String
  var path: String

  init?(_ text: String) {
    if let mark = text.firstRange(of: "://") {
      scheme = text[..<mark.lowerBound].lowercased()
      let rest = text[mark.upperBound...]
      guard let slash = rest.firstIndex(of: "/") else { return nil }
      authority = String(rest[..<slash])
      path = String(rest[slash...])
    } else if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") {
      scheme = "ssh"
      authority = String(text[..<colon])
      path = String(text[text.index(after: colon)...])
    } else {
      return nil
    }
    if let at = authority.lastIndex(of: "@") { authority = String(authority[authority.index(after: at)...]) }
    authority = authority.lowercased()
    // The port of ssh says nothing about the API's.
    if scheme.contains("ssh"), let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      authority = String(authority[..<colon])
    }
    // How github.com is reached over ssh where only port 443 is open.
    if authority.hasPrefix("ssh.") && (authority == "ssh.github.com" || authority.hasSuffix(".ghe.com")) {
      authority = String(authority.dropFirst(4))
    }
  }

  var api: String? {
    guard !authority.isEmpty, ["https", "http", "ssh", "git+ssh", "ssh+git"].contains(scheme) else { return nil }
    if authority == "github.com" || authority == "www.github.com" { return "https://api.github.com" }
    if authority.hasSuffix(".ghe.com") { return "https://api.\(authority)" }
    return "\(scheme == "http" ? "http" : "https")://\(authority)/api/v3"
  }

  static func project(_ path: String) -> (owner: String, name: String)? {
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count == 2 else { return nil }
    let name = parts[1].hasSuffix(".git") ? String(parts[1].dropLast(4)) : parts[1]
    for part in [parts[0], name] {
      guard !part.isEmpty, part != ".", part != "..",
        part.utf8.allSatisfy({ "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8.contains($0) })
      else { return nil }
    }
    return (parts[0], name)
  }
}
