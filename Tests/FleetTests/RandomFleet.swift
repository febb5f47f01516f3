import Fleet

/// A value together with how it is written, so that a text and what it means come from one source.
indirect enum Written {
  case null(String)
  case scalar(String, quoted: Bool)
  case list([Written])
  case map([(key: String, value: Written)])
  /// `&name` before a value.
  case anchored(String, Written)
  /// `*name`.
  case alias(String, Written)
  /// `<<: *name` and own keys, which win.
  case merged(String, Written, [(key: String, value: Written)])

  var model: Model {
    switch self {
    case .null: .null
    case .scalar(let text, let quoted):
      .scalar(text, isString: quoted || text.contains { !"0123456789.".contains($0) } || text.filter { $0 == "." }.count > 1)
    case .list(let elements): .list(elements.map(\.model))
    case .map(let entries): .map(Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.value.model) }))
    case .anchored(_, let value), .alias(_, let value): value.model
    case .merged(_, let base, let own):
      if case .map(let below) = base.model { .map(below.merging(own.map { ($0.key, $0.value.model) }) { $1 }) } else { .null }
    }
  }

  func text(_ indent: Int = 0) -> String {
    let pad = String(repeating: " ", count: indent)
    switch self {
    case .null(let spelled): return " \(spelled)\n"
    case .scalar(let text, let quoted): return quoted ? " \"\(text)\"\n" : " \(text)\n"
    case .list(let elements):
      return elements.isEmpty ? " []\n" : "\n" + elements.map { "\(pad)-\($0.text(indent + 2))" }.joined()
    case .map(let entries):
      return entries.isEmpty ? " {}\n" : "\n" + entries.map { "\(pad)\($0.key):\($0.value.text(indent + 2))" }.joined()
    case .anchored(let name, let value): return " &\(name)" + value.text(indent)
    case .alias(let name, _): return " *\(name)\n"
    case .merged(let name, _, let own):
      return "\n\(pad)<<: *\(name)\n" + own.map { "\(pad)\($0.key):\($0.value.text(indent + 2))" }.joined()
    }
  }
}

/// A random layered fleet: its files, what they mean, and which features they have.
struct RandomFleet {
  static let kubernetes = ["versions", "kubernetes"]
  static let automation = ["versions", "größe"]
  static let image = ["images", "api"]

  static let policy =
    Policies.head + """
      fleet:
        clusters: clusters/{region}/{cluster}.yaml
        layers: [defaults.yaml, "accounts/{account}.yaml?", "tiers/{tier}.yaml", "clusters/{region}/{cluster}.yaml", "late/{region}.yaml?"]
      components:
        kubernetes: {field: versions.kubernetes}
        automation: {field: versions.größe}
        api: {field: images.api, value: "acme/api:{version}"}
        web: {file: "apps/{cluster}/web", field: "images.[name=web].newTag"}
      stages:
        - {name: dev, select: {tier: dev}}
        - {name: prod, after: dev, select: {tier: prod}}
      """

  enum Feature: String, CaseIterable { case anchors, aliases, mergeKeys, mapsOverScalars, nulls, optionalLayers, nonASCII }

  var tree = MemoryTree([:])
  var models: [String: Model] = [:]
  var features: Set<Feature> = []
  /// Layer paths of each cluster, by hand.
  var layers: [String: [String]] = [:]
  private var random: Seeded
  private var anchors = 0

  private static let keys = ["versions", "images", "cfg", "größe", "naïve", "limits", "log", "x"]

  init(_ seed: Int) {
    random = Seeded(seed)
    let tiers = ["dev", "prod"]
    let accounts = ["one", "two"]
    write("defaults.yaml", required: [Self.kubernetes, Self.automation])
    for account in accounts where !random.once(in: 2) { write("accounts/\(account).yaml", required: []) }
    for tier in tiers { write("tiers/\(tier).yaml", required: random.once(in: 2) ? [Self.kubernetes] : []) }
    for region in ["eu", "us"] where random.once(in: 3) {
      write("late/\(region).yaml", required: random.once(in: 4) ? [Self.kubernetes] : [], depth: 2)
    }
    for number in 0..<Int.random(in: 3...6, using: &random) {
      let name = number == 2 ? "größte-\(number)" : "c\(number)"
      let (region, account, tier) = (
        ["eu", "us"].randomElement(using: &random)!, accounts.randomElement(using: &random)!,
        number < 2 ? tiers[number] : tiers.randomElement(using: &random)!
      )
      let path = "clusters/\(region)/\(name).yaml"
      var required: [[String]] = []
      for field in [Self.kubernetes, Self.automation, Self.image] where random.once(in: 4) { required.append(field) }
      write(path, required: required, fixed: [("account", account), ("tier", tier)])
      layers[name] = ["defaults.yaml", "accounts/\(account).yaml", "tiers/\(tier).yaml", path, "late/\(region).yaml"]
      if models["accounts/\(account).yaml"] == nil { features.insert(.optionalLayers) }
      if !random.once(in: 3) {
        tree.files["apps/\(name)/web"] = Array(
          "images:\n  - name: db\n    newTag: v1\n  - name: web\n    newTag: 1.\(number).0\n".utf8)
      }
    }
    if layers.values.contains(where: { hasMapOverScalar($0) }) { features.insert(.mapsOverScalars) }
  }

  // MARK: Files

  private mutating func write(_ path: String, required: [[String]], fixed: [(String, String)] = [], depth: Int = 3) {
    var entries: [(key: String, value: Written)] = fixed.map { ($0.0, .scalar($0.1, quoted: random.once(in: 2))) }
    var shared: [(name: String, value: Written)] = []
    if random.once(in: 3) {
      anchors += 1
      let value = random.once(in: 2) ? map(1, []) : .scalar(version(), quoted: false)
      shared.append(("a\(anchors)", value))
      entries.append(("shared\(anchors)", .anchored("a\(anchors)", value)))
      features.insert(.anchors)
    }
    for key in Self.keys.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random))
    where !required.contains(where: { $0[0] == key }) {
      entries.append((key, value(depth - 1, shared)))
      if !key.utf8.allSatisfy({ $0 < 0x80 }) { features.insert(.nonASCII) }
    }
    for top in Set(required.map { $0[0] }).sorted() {
      var below: [(key: String, value: Written)] = required.filter { $0[0] == top }.map { ($0[1], versionValue($0, shared)) }
      if random.once(in: 3) { below.append(("log", value(1, shared))) }
      entries.append((top, .map(below)))
    }
    let written = Written.map(entries)
    tree.files[path] = Array(String(written.text().dropFirst()).utf8)
    models[path] = written.model
  }

  private mutating func versionValue(_ field: [String], _ shared: [(name: String, value: Written)]) -> Written {
    if field == Self.image { return .scalar("ghcr.io/acme/api:\(version())", quoted: random.once(in: 2)) }
    if let anchor = shared.first(where: { if case .scalar = $0.value { true } else { false } }), random.once(in: 2) {
      features.insert(.aliases)
      return .alias(anchor.name, anchor.value)
    }
    return .scalar(version(), quoted: random.once(in: 3))
  }

  private mutating func version() -> String {
    "1.\(Int.random(in: 20...40, using: &random)).\(Int.random(in: 0...9, using: &random))"
  }

  private mutating func value(_ depth: Int, _ shared: [(name: String, value: Written)]) -> Written {
    switch Int.random(in: 0..<12, using: &random) {
    case 0:
      features.insert(.nulls)
      return .null(["null", "~", ""].randomElement(using: &random)!)
    case 1: return .list([.scalar(version(), quoted: false), .map([(key: "name", value: .scalar("a", quoted: false))])])
    case 2, 3:
      guard let anchor = shared.first else { return .scalar(version(), quoted: false) }
      features.insert(.aliases)
      if case .map = anchor.value, depth > 0, !random.once(in: 3) {
        features.insert(.mergeKeys)
        return .merged(anchor.name, anchor.value, entries(depth - 1, []))
      }
      return .alias(anchor.name, anchor.value)
    case 4, 5: return .scalar(version(), quoted: random.once(in: 2))
    default: return depth > 0 ? map(depth - 1, shared) : .scalar(version(), quoted: false)
    }
  }

  private mutating func map(_ depth: Int, _ shared: [(name: String, value: Written)]) -> Written { .map(entries(depth, shared)) }

  private mutating func entries(_ depth: Int, _ shared: [(name: String, value: Written)]) -> [(key: String, value: Written)] {
    let names = (Self.keys + ["kubernetes", "api"]).shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
    return names.map { name in
      // Values at the components' places are versions or nothing.
      if name == "api" { return (name, .scalar("acme/api:\(version())", quoted: false)) }
      if name == "kubernetes" || name == "größe" {
        return (name, random.once(in: 6) ? null() : .scalar(version(), quoted: false))
      }
      return (name, value(depth, shared))
    }
  }

  private mutating func null() -> Written {
    features.insert(.nulls)
    return .null("null")
  }

  /// Whether some layer has a mapping where a layer below has a scalar, or the other way round.
  private func hasMapOverScalar(_ paths: [String]) -> Bool {
    func clash(_ a: Model, _ b: Model) -> Bool {
      switch (a, b) {
      case (.map(let x), .map(let y)): x.contains { key, value in y[key].map { clash(value, $0) } ?? false }
      case (.map, .scalar), (.scalar, .map): true
      default: false
      }
    }
    let present = paths.compactMap { models[$0] }
    return present.indices.contains { i in present[..<i].contains { clash($0, present[i]) } }
  }

  // MARK: Reference

  func effective(_ cluster: String) -> Model {
    layers[cluster, default: []].reduce(Model.map([:])) { $0.overlaid(by: models[$1] ?? .map([:])) ?? .map([:]) }
  }
}
