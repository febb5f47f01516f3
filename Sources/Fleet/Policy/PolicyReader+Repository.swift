import YAML

extension PolicyReader {
  mutating func repository(_ node: YAMLNode) -> RepositorySettings? {
    guard
      let section = self.section(
        node, "repository", keys: ["url", "branch", "author", "sign", "ledger", "credentials", "ca"])
    else { return nil }
    let branch = section["branch"].flatMap { self.branch($0, "branch") }
    let author = self.author(section["author"])
    let signing = section["sign"].flatMap { self.signing($0) }
    let ledger = self.ledger(section["ledger"], base: branch)
    let credentials = section["credentials"].flatMap { repositoryCredentials($0) }
    let ca = section["ca"].flatMap { text($0, "ca") }
    guard let urlNode = require("url", in: section, hint: "write url: a path, file://…, ssh://… or https://…"),
      let url = text(urlNode, "url"), checkRemote(url, at: urlNode)
    else { return nil }
    if credentials != nil || ca != nil, !Self.isHTTP(url), let node = section["credentials"] ?? section["ca"] {
      report("credentials and ca of a repository are for https", at: node, hint: "remove them; ssh has its own keys")
    }
    return RepositorySettings(
      url: url, branch: branch, authorName: author.name, authorEmail: author.email, signing: signing,
      ledgerReference: ledger, credentials: credentials, ca: ca, place: place(urlNode))
  }

  /// Paths, `file://`, `ssh://`, `user@host:path` and `https://` are served; `http://` where nothing secret is sent, or to this
  /// machine, which is seen to when it is used.
  mutating func checkRemote(_ url: String, at node: YAMLNode) -> Bool {
    guard let end = url.firstRange(of: "://") else { return true }
    let scheme = url[..<end.lowerBound].lowercased()
    switch scheme {
    case "file", "ssh": return true
    case "http", "https":
      guard url[end.upperBound...].prefix(while: { $0 != "/" }).contains("@") else { return true }
      report(
        "an address must not hold a user or password", at: node,
        hint: "write repository: {credentials: {token: {env: NAME}}}")
    default:
      report("unknown scheme \"\(scheme)\" in \"\(url)\"", at: node, hint: "use https://, ssh://, file:// or a path")
    }
    return false
  }

  private mutating func author(_ node: YAMLNode?) -> (name: String, email: String) {
    guard let node, let section = section(node, "author", keys: ["name", "email"]) else { return ("sluice", "sluice@localhost") }
    func clean(_ reader: inout PolicyReader, _ key: String, _ fallback: String) -> String {
      guard let node = section[key], let text = reader.text(node, key) else { return fallback }
      if text.contains(where: { $0 == "<" || $0 == ">" }) { reader.report("\(key) \"\(text)\" holds < or >", at: node) }
      return text
    }
    return (clean(&self, "name", "sluice"), clean(&self, "email", "sluice@localhost"))
  }

  private mutating func signing(_ node: YAMLNode) -> SigningSettings? {
    let hint = "write sign: {ssh: {file: …}} or sign: {openpgp: KEY}"
    guard let section = self.section(node, "sign", keys: ["ssh", "openpgp"]) else { return nil }
    guard section.entries.count == 1, let entry = section.entries.first else {
      if section.entries.count == node.entries.count { report("sign needs one of ssh and openpgp", at: node, hint: hint) }
      return nil
    }
    if entry.key == "openpgp" { return text(entry.value, "openpgp").map { .openPGP($0) } }
    guard let key = self.section(entry.value, "ssh", keys: ["file", "env"]) else { return nil }
    if key.entries.count == 1, let place = key.entries.first {
      return text(place.value, place.key).map { .ssh(place.key == "file" ? .file($0) : .environment($0)) }
    }
    if key.entries.count == entry.value.entries.count { report("ssh needs one of file and env", at: entry.value, hint: hint) }
    return nil
  }

  private mutating func ledger(_ node: YAMLNode?, base: String?) -> String {
    let fallback = "refs/heads/sluice-ledger"
    guard let node,
      let section = self.section(node, "ledger", keys: ["branch", "ref"], later: ["url", "credentials"])
    else { return fallback }
    if section.entries.count > 1 { report("ledger needs one of branch and ref", at: node) }
    if let ref = section["ref"], let text = text(ref, "ref") {
      if !text.hasPrefix("refs/") || !Self.isReference(text) {
        report("\"\(text)\" is no whole name of a ref", at: ref, hint: "write like refs/sluice/ledger")
      }
      return text
    }
    guard let branchNode = section["branch"], let branch = branch(branchNode, "branch") else { return fallback }
    if branch == base {
      report("the ledger can't be on the base branch \"\(branch)\"", at: branchNode, hint: "name another branch")
    }
    return "refs/heads/" + branch
  }

  private mutating func branch(_ node: YAMLNode, _ what: String) -> String? {
    guard let text = self.text(node, what) else { return nil }
    if Self.isReference(text), !text.hasPrefix("refs/") { return text }
    report("\"\(text)\" is no name of a branch", at: node, hint: "write like main")
    return nil
  }

  /// What git's check-ref-format allows, less a leading dash.
  private static func isReference(_ text: String) -> Bool {
    if text.hasPrefix("-") || text.hasSuffix(".") || text.contains("..") || text.contains("@{") || text == "@" { return false }
    if text.contains(where: { " ~^:?*[\\".contains($0) }) { return false }
    return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock")
    }
  }

  // MARK: fleet

  mutating func fleet(_ node: YAMLNode) -> FleetLayout? {
    guard let section = self.section(node, "fleet", keys: ["clusters", "layers"]) else { return nil }
    let layers = section["layers"].map { self.layers($0) } ?? []
    guard
      let clustersNode = require("clusters", in: section, hint: "write clusters: clusters/{cluster}.yaml, or a list of names"),
      let clusters = self.clusters(clustersNode)
    else { return nil }
    return FleetLayout(clusters: clusters, clustersPlace: place(clustersNode), layers: layers)
  }

  private mutating func layers(_ node: YAMLNode) -> [FleetLayout.Layer] {
    guard let texts = self.texts(node, "layers", hint: "write layers: [defaults.yaml, \"clusters/{cluster}.yaml\"]") else {
      return []
    }
    return texts.compactMap { _, node in
      guard let pattern = path(node, "a layer") else { return nil }
      checkPlaceholders(pattern, at: node)
      return FleetLayout.Layer(pattern: pattern, place: place(node))
    }
  }

  /// A placeholder other than a capture is a field path.
  mutating func checkPlaceholders(_ pattern: PathPattern, at node: YAMLNode) {
    for name in pattern.placeholders { _ = field(name, "placeholder", at: node) }
  }

  private mutating func clusters(_ node: YAMLNode) -> FleetLayout.Clusters? {
    switch node.kind {
    case .scalar:
      guard let pattern = path(node, "clusters") else { return nil }
      if !pattern.placeholders.contains("cluster") {
        report(
          "clusters \"\(pattern)\" lacks {cluster}", at: node, hint: "write like clusters/{cluster}.yaml, or a list of names")
      }
      if pattern.isOptional { report("clusters can't end in ?", at: node, hint: "remove the ?") }
      return .pattern(pattern)
    case .sequence:
      guard let names = texts(node, "clusters", hint: "") else { return nil }
      if names.isEmpty { report("clusters is empty", at: node, hint: "name a cluster") }
      var seen: Set<String> = []
      return .list(
        names.map { name, node in
          checkCluster(name, &seen, at: node)
          return (name, place(node))
        })
    case .mapping:
      guard let section = freeSection(node, "clusters") else { return nil }
      if section.entries.isEmpty { report("clusters is empty", at: node, hint: "name a cluster") }
      var seen: Set<String> = []
      return .map(
        section.entries.map { entry in
          checkCluster(entry.key, &seen, at: entry.keyNode)
          var values: [String: String] = [:]
          if let section = freeSection(entry.value, "cluster \(entry.key)") {
            for value in section.entries { values[value.key] = text(value.value, value.key) }
          }
          return (entry.key, values, place(entry.keyNode))
        })
    }
  }

  private mutating func checkCluster(_ name: String, _ seen: inout Set<String>, at node: YAMLNode) {
    if !PolicyText.isClusterName(name) { report("\"\(name)\" is no name of a cluster", at: node, hint: "any text without / is") }
    if !seen.insert(name).inserted { report("cluster \"\(name)\" is named twice", at: node, hint: "remove one") }
  }
}
