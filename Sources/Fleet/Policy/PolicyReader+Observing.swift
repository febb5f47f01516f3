import Promotion
import YAML

extension PolicyReader {
  // MARK: connect

  mutating func connect(_ node: YAMLNode) -> ConnectSettings? {
    let ways = ["run", "kubeconfig", "inCluster"]
    guard let connect = section(node, "connect", keys: ways + ["parallel", "timeout"]) else { return nil }
    let parallel = count(connect["parallel"], "parallel", in: 1...4096) ?? 64
    let timeout = duration(connect["timeout"], "timeout", default: .seconds(20))
    guard
      let entry = onlyOne(
        of: ways, in: connect, hint: "write run: [command, \"{cluster}\"] or kubeconfig: {context: \"{cluster}\"}"),
      let way = way(entry)
    else { return nil }
    return ConnectSettings(way: way, parallel: parallel, timeout: timeout, place: place(node))
  }

  private mutating func way(_ entry: (key: String, value: YAMLNode)) -> ConnectSettings.Way? {
    switch entry.key {
    case "run": return command(entry.value, "run").map { .command($0) }
    case "inCluster": return section(entry.value, "inCluster", keys: []).map { _ in .inCluster }
    default:
      guard let section = section(entry.value, "kubeconfig", keys: ["file", "context"]) else { return nil }
      let file = section["file"].flatMap { text($0, "file") }
      return .kubeconfig(file: file, context: section["context"].flatMap { text($0, "context") })
    }
  }

  /// The one key of some that a section must have.
  mutating func onlyOne(of keys: [String], in section: Section, hint: String) -> (key: String, value: YAMLNode)? {
    let given = section.entries.filter { keys.contains($0.key) }
    if given.count == 1 { return (given[0].key, given[0].value) }
    let words = keys.count == 2 ? keys.joined(separator: " and ") : keys.joined(separator: ", ")
    // A key without a value was reported already.
    if !given.isEmpty || !section.node.entries.contains(where: { keys.contains($0.key) }) {
      report("\(section.name) needs one of \(words)", at: section.node, hint: hint)
    }
    return nil
  }

  // MARK: health

  mutating func health(_ node: YAMLNode?) -> HealthSettings {
    var health = HealthSettings()
    guard let node, let section = section(node, "health", keys: ["kubernetes", "probes"]) else { return health }
    if let node = section["kubernetes"] { health.kubernetes = kubernetes(node) }
    if let node = section["probes"] { health.probes = probes(node) }
    return health
  }

  private mutating func kubernetes(_ node: YAMLNode) -> HealthSettings.Kubernetes {
    var settings = HealthSettings.Kubernetes()
    let keys = ["namespaces", "maxUnreadyNodes", "passes", "reads", "nodes"]
    guard let section = section(node, "kubernetes", keys: keys) else { return settings }
    if let node = section["namespaces"], let texts = texts(node, "namespaces", hint: "write [kube-system], or [] for all") {
      settings.namespaces = texts.map(\.text)
      for (name, node) in texts where !Self.isLabel(name) { report("\"\(name)\" is no namespace", at: node) }
    }
    settings.maxUnreadyNodes = count(section["maxUnreadyNodes"], "maxUnreadyNodes", in: 0...100_000) ?? 0
    settings.passes = count(section["passes"], "passes", in: 1...100) ?? settings.passes
    settings.reads = count(section["reads"], "reads", in: 1...10) ?? settings.reads
    if let node = section["nodes"] { settings.nodes = nodes(node) }
    return settings
  }

  private mutating func nodes(_ node: YAMLNode) -> HealthSettings.NodeCount? {
    if node.kind == .scalar { return count(node, "nodes", in: 1...100_000).map { .count($0) } }
    guard let section = section(node, "nodes", keys: ["field"]),
      let fieldNode = require("field", in: section, hint: "write nodes: {field: nodes.count}, or nodes: 3"),
      let text = text(fieldNode, "field"), let field = field(text, "field", at: fieldNode)
    else { return nil }
    return .field(field, text)
  }

  // MARK: observe

  private static let observed = ["kubernetes", "image", "helm", "configMap", "http", "run"]

  mutating func observe(_ node: YAMLNode, of component: ComponentName) -> ObserveSettings? {
    guard let section = section(node, "observe", keys: Self.observed + ["timeout"]),
      let entry = onlyOne(
        of: Self.observed, in: section, hint: "write observe: {image: {namespace: \(component), deployment: \(component)}}")
    else { return nil }
    if entry.key != "run", let node = section["timeout"] {
      report("timeout in observe belongs to run", at: node, hint: "remove it; http has one of its own")
    }
    switch entry.key {
    case "kubernetes":
      guard let section = self.section(entry.value, "kubernetes", keys: ["part"]) else { return nil }
      return .kubernetes(word(section["part"], "part", of: ObserveSettings.VersionPart.allCases, default: .whole))
    case "image": return image(entry.value)
    case "helm": return names(entry.value, "helm", ["namespace", "release"]).map { .helm(namespace: $0[0], release: $0[1]) }
    case "configMap":
      return names(entry.value, "configMap", ["namespace", "name", "key"]).map {
        .configMap(namespace: $0[0], name: $0[1], key: $0[2])
      }
    case "http": return observedHTTP(entry.value)
    default:
      let timeout = duration(section["timeout"], "timeout", default: .seconds(20))
      return command(entry.value, "run").map { .command($0, timeout: timeout) }
    }
  }

  private mutating func image(_ node: YAMLNode) -> ObserveSettings? {
    let kinds = ObserveSettings.WorkloadPlace.Kind.allCases
    guard let section = section(node, "image", keys: ["namespace", "container"] + kinds.map(\.rawValue)),
      let workload = onlyOne(of: kinds.map(\.rawValue), in: section, hint: "write image: {namespace: api, deployment: api}"),
      let kind = kinds.first(where: { $0.rawValue == workload.key }),
      let namespace = require("namespace", in: section, hint: "write namespace: of the workload").flatMap({
        text($0, "namespace")
      }),
      let name = text(workload.value, workload.key)
    else { return nil }
    return .image(
      ObserveSettings.WorkloadPlace(
        namespace: namespace, kind: kind, name: name, container: section["container"].flatMap { text($0, "container") }))
  }

  /// The texts of keys that all must be there.
  private mutating func names(_ node: YAMLNode, _ what: String, _ keys: [String]) -> [String]? {
    guard let section = section(node, what, keys: keys) else { return nil }
    let texts = keys.map { key in require(key, in: section, hint: "write \(key): …").flatMap { text($0, key) } }
    return texts.contains(nil) ? nil : texts.compactMap(\.self)
  }

  private mutating func observedHTTP(_ node: YAMLNode) -> ObserveSettings? {
    guard let section = section(node, "http", keys: Self.addressKeys + ["field"]), let address = address(section),
      let fieldNode = require("field", in: section, hint: "write field: of the JSON answer, like build.version"),
      let text = text(fieldNode, "field"), let field = field(text, "field", at: fieldNode)
    else { return nil }
    return .http(address, field: field)
  }

  // MARK: probes

  mutating func probes(_ node: YAMLNode) -> [ProbeSettings] {
    guard node.kind == .sequence else {
      report("probes must be a list", at: node, hint: "write probes: [{name: ingress, http: {url: …}}]")
      return []
    }
    var probes: [ProbeSettings] = []
    for element in node.elements {
      guard let probe = probe(element) else { continue }
      if probes.contains(where: { $0.name == probe.name }) {
        report("probe \"\(probe.name)\" is there twice", at: element, hint: "give one another name")
      }
      probes.append(probe)
    }
    return probes
  }

  private mutating func probe(_ node: YAMLNode) -> ProbeSettings? {
    let kinds = ["prometheus", "http", "run"]
    guard let section = section(node, "a probe", keys: ["name", "timeout", "errorLimit", "dryRun"] + kinds) else { return nil }
    let name = require("name", in: section, hint: "write name: …").flatMap { self.name($0, "probe") }
    let limit = count(section["errorLimit"], "errorLimit", in: 0...1000) ?? 4
    let isDryRun = flag(section["dryRun"], "dryRun")
    guard
      let entry = onlyOne(
        of: kinds, in: section, hint: "write http: {url: …}, prometheus: {url: …, query: …, expect: …} or run: […]"),
      let question = question(entry, section), let name
    else { return nil }
    return ProbeSettings(name: name, question: question, errorLimit: limit, isDryRun: isDryRun, place: place(node))
  }

  private mutating func question(_ entry: (key: String, value: YAMLNode), _ probe: Section) -> ProbeSettings.Question? {
    if entry.key == "run" {
      let timeout = duration(probe["timeout"], "timeout", default: .seconds(20))
      return command(entry.value, "run").map { .command($0, timeout: timeout) }
    }
    if let node = probe["timeout"] {
      report("timeout of a probe that runs no command stands beside its url", at: node, hint: "move it into \(entry.key)")
    }
    if entry.key == "http" {
      guard let section = section(entry.value, "http", keys: Self.addressKeys + ["status"]), let address = address(section) else {
        return nil
      }
      var statuses: [Int] = []
      for (_, node) in section["status"].flatMap({ textOrTexts($0, "status") }) ?? [] {
        if let status = count(node, "status", in: 100...599) { statuses.append(status) }
      }
      return .http(address, statuses: statuses)
    }
    guard let section = section(entry.value, "prometheus", keys: Self.addressKeys + ["query", "expect"]),
      let address = address(section),
      let query = require("query", in: section, hint: "write query: in PromQL").flatMap({ text($0, "query") }),
      let node = require("expect", in: section, hint: "write expect: \"< 0.01\""), let text = text(node, "expect")
    else { return nil }
    guard let expectation = Expectation(text) else {
      report("expect \"\(text)\" compares with no number", at: node, hint: "write like \"< 0.01\"; one of <, <=, ==, !=, >=, >")
      return nil
    }
    return .prometheus(address, query: query, expect: expectation)
  }

  // MARK: Addresses

  private static let addressKeys = ["url", "credentials", "ca", "timeout"]

  private mutating func address(_ section: Section) -> HTTPSettings? {
    let timeout = duration(section["timeout"], "timeout", default: .seconds(20))
    let token = section["credentials"].flatMap { credentials($0) }
    let ca = section["ca"].flatMap { text($0, "ca") }
    guard let node = require("url", in: section, hint: "write url: https://…"), let url = text(node, "url") else { return nil }
    if !url.hasPrefix("https://"), !url.hasPrefix("http://") {
      report("\"\(url.prefix(40))\" is no address", at: node, hint: "write https://…")
    } else if token != nil, !url.hasPrefix("https://") {
      report("a token is sent over https alone", at: node, hint: "write https://…, or remove credentials")
    }
    return HTTPSettings(url: url, token: token, ca: ca, timeout: timeout)
  }

  /// As Kubernetes names namespaces (RFC 1123).
  private static func isLabel(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 63 && !text.hasPrefix("-") && !text.hasSuffix("-")
      && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
  }

  // MARK: Together

  /// What is asked of clusters must be reachable, and what is to be promoted must be seen.
  mutating func checkObserving(_ components: [ReadComponent], _ connect: ConnectSettings?, _ section: YAMLNode?) {
    var reachesAPI = false
    if let connect, case .kubeconfig = connect.way { reachesAPI = true }
    if let connect, case .inCluster = connect.way { reachesAPI = true }
    for (component, saysWhere) in components.map({ ($0.settings, $0.saysWhere) }) {
      switch component.observe {
      case nil where reachesAPI && !saysWhere:
        report(
          Problem(
            "component \(component.name) does not say where its running version is read", at: component.place,
            hint: "add observe: {kubernetes: {}}, or image, helm, configMap, http or run"))
      case .kubernetes?, .image?, .helm?, .configMap?:
        if !reachesAPI {
          report(
            Problem(
              "component \(component.name) is observed in the cluster's API, and nothing says how that is reached",
              at: component.place, hint: "write connect: {kubeconfig: {context: \"{cluster}\"}}"))
        }
      default: break
      }
    }
    if !reachesAPI, let node = section?.entries.first(where: { $0.key == "kubernetes" })?.keyNode {
      report(
        "health of kubernetes needs the cluster's API", at: node, hint: "write connect: {kubeconfig: {context: \"{cluster}\"}}")
    }
  }
}
