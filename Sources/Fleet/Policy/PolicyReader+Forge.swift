import YAML

extension PolicyReader {
  mutating func forge(_ node: YAMLNode?, repository: RepositorySettings?) -> ForgeSettings {
    let keys = ["kind", "api", "project", "credentials", "ca", "bots"]
    guard let node, let section = self.section(node, "forge", keys: keys) else { return ForgeSettings(kind: .local) }
    let kind = require("kind", in: section, hint: "write kind: github, or local")
    let bots = section["bots"].flatMap { texts($0, "bots", hint: "write bots: [\"renovate[bot]\"]") } ?? []
    var forge = ForgeSettings(
      kind: word(kind, "forge", of: ForgeSettings.Kind.allCases, default: .local, later: ["gitlab", "gitea"]),
      bots: bots.map(\.text), place: place(kind ?? node))
    forge.api = section["api"].flatMap { apiAddress($0) }
    forge.project = section["project"].flatMap { project($0) }
    forge.ca = section["ca"].flatMap { text($0, "ca") }
    forge.credentials = section["credentials"].flatMap { forgeCredentials($0) }
    guard kind != nil else { return forge }
    switch forge.kind {
    case .local: reportNeedless(section)
    case .github:
      if section["credentials"] == nil {
        report(
          "forge github lacks \"credentials\"", at: node,
          hint: "write credentials: {token: {env: GITHUB_TOKEN}}, or {app: {id: …, key: {file: …}}}")
      }
      if let repository, !Self.isHTTP(repository.url), !repository.url.contains("@"), !repository.url.hasPrefix("ssh://") {
        let missing = ["api", "project"].filter { section[$0] == nil }
        if !missing.isEmpty {
          report(
            "forge github lacks \(missing.joined(separator: " and ")), which a repository on a path does not tell", at: node,
            hint: "write api: https://HOST/api/v3 and project: owner/name")
        }
      }
    }
    return forge
  }

  private mutating func reportNeedless(_ section: Section) {
    for entry in section.entries where !["kind", "bots"].contains(entry.key) {
      report("\"\(entry.key)\" is nothing that the local forge needs", at: entry.keyNode, hint: "remove it")
    }
  }

  private mutating func apiAddress(_ node: YAMLNode) -> String? {
    guard let text = self.text(node, "api") else { return nil }
    guard Self.isHTTP(text), !text.contains("@") else {
      report("\"\(text.prefix(40))\" is no address of an API", at: node, hint: "write like https://github.example.com/api/v3")
      return nil
    }
    return text
  }

  private mutating func project(_ node: YAMLNode) -> String? {
    guard let text = self.text(node, "project") else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "/._-".utf8.contains(byte)
      }
    }
    guard parts.count == 2, isPlain, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      report("\"\(text)\" is no project", at: node, hint: "write owner/name")
      return nil
    }
    return text
  }

  static func isHTTP(_ url: String) -> Bool {
    let lower = url.lowercased()
    return lower.hasPrefix("https://") || lower.hasPrefix("http://")
  }

  // MARK: Credentials

  /// `{token: {env: NAME}}` or `{token: {file: …}}`.
  mutating func credentials(_ node: YAMLNode) -> SecretPlace? {
    guard let section = section(node, "credentials", keys: ["token"]),
      let token = require("token", in: section, hint: "write credentials: {token: {env: NAME}} or {token: {file: …}}")
    else { return nil }
    return secret(token, "token")
  }

  mutating func secret(_ node: YAMLNode, _ what: String) -> SecretPlace? {
    if node.kind == .scalar {
      // Never shown: it may well be one.
      report("\(what) must not stand in the policy itself", at: node, hint: "write \(what): {env: NAME} or \(what): {file: …}")
      return nil
    }
    guard let place = self.section(node, what, keys: ["env", "file"]),
      let entry = onlyOne(of: ["env", "file"], in: place, hint: "write \(what): {env: NAME} or \(what): {file: …}"),
      let text = text(entry.value, entry.key)
    else { return nil }
    return entry.key == "file" ? .file(text) : .environment(text)
  }

  private mutating func forgeCredentials(_ node: YAMLNode) -> ForgeCredentials? {
    guard let section = section(node, "credentials", keys: ["token", "app"]),
      let entry = onlyOne(
        of: ["token", "app"], in: section, hint: "write credentials: {token: {env: NAME}} or {app: {id: …, key: {file: …}}}")
    else { return nil }
    if entry.key == "token" { return secret(entry.value, "token").map { .token($0) } }
    guard let app = self.section(entry.value, "app", keys: ["id", "installation", "key"]) else { return nil }
    let installation = count(app["installation"], "installation", in: 1...Int.max)
    guard let idNode = require("id", in: app, hint: "write id: of the App, or its client id"), let id = text(idNode, "id"),
      let keyNode = require("key", in: app, hint: "write key: {file: …}, the App's private key"), let key = secret(keyNode, "key")
    else { return nil }
    return .app(id: id, installation: installation, key: key)
  }

  mutating func repositoryCredentials(_ node: YAMLNode) -> RepositoryCredentials? {
    guard let section = section(node, "credentials", keys: ["user", "token"]),
      let token = require("token", in: section, hint: "write credentials: {token: {env: NAME}} or {token: {file: …}}"),
      let place = secret(token, "token")
    else { return nil }
    // Whatever the user is called, servers look at the token; GitHub's Apps have this one.
    let user = section["user"].flatMap { text($0, "user") } ?? "x-access-token"
    if user.contains(":"), let node = section["user"] { report("user \"\(user)\" holds a colon", at: node) }
    return RepositoryCredentials(user: user, password: place)
  }

  // MARK: A stage's requests

  mutating func request(_ node: YAMLNode?, _ title: String) -> StageSettings.RequestSettings {
    var request = StageSettings.RequestSettings()
    guard let node, let section = self.section(node, "pullRequest of \(title)", keys: ["labels", "reviewers"]) else {
      return request
    }
    for (label, node) in section["labels"].flatMap({ textOrTexts($0, "labels") }) ?? [] {
      request.labels.append(label)
      if label.hasPrefix("sluice/") {
        report("label \"\(label)\" is one that people put on", at: node, hint: "give another")
      }
    }
    request.reviewers = section["reviewers"].flatMap { textOrTexts($0, "reviewers") }?.map(\.text) ?? []
    return request
  }
}
