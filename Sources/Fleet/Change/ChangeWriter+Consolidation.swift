import Promotion
import YAML

extension ChangeWriter {
  /// An override, and what would give the value if it went.
  struct Hidden {
    let cluster: Int
    let component: Int
    /// The override's whole scalar.
    let text: String
    let isString: Bool
    let below: FoundValue
    let source: Source
    let content: ContentID
  }

  mutating func consolidation(
    _ slot: Slot, _ overrides: [ClusterName: Set<ComponentName>]
  ) async throws(FleetError) -> Consolidation? {
    var candidates = hidden(overrides)
    candidates = try await prunable(candidates)
    var going: [Hidden] = []
    for (source, group) in Dictionary(grouping: candidates, by: \.source).sorted(by: { $0.key < $1.key }) {
      if try await raise(source, group, slot) { going += group }
    }
    if going.isEmpty { return nil }
    for hidden in going { prune(hidden) }
    await apply()
    try problems.check()
    removeEmptied(going)
    return Consolidation(
      clusters: Set(going.map { fleet.clusters[$0.cluster].name }).sorted(), changes: result)
  }

  /// The overrides that stand over another value of the same field.
  private func hidden(_ overrides: [ClusterName: Set<ComponentName>]) -> [Hidden] {
    guard let own = fleet.policy.fleet.ownLayer else { return [] }
    let table = FactPlan(fleet.policy).layerTable
    let numbers = Dictionary(uniqueKeysWithValues: components.enumerated().map { ($1.name, $0) })
    var found: [Hidden] = []
    for (index, cluster) in fleet.clusters.enumerated() {
      for name in (overrides[cluster.name] ?? []).sorted() {
        guard let number = numbers[name], let value = cluster.components[name], value.definition.layer == own, !value.isPinned,
          let field = table.index(of: components[number].field),
          let (below, file) = below(own, in: cluster, field), let content = file.content
        else { continue }
        found.append(
          Hidden(
            cluster: index, component: number, text: value.text, isString: value.isString, below: below,
            source: Source(below, in: file), content: content))
      }
    }
    return found
  }

  /// What the layers before a cluster's own file say of a field.
  private func below(_ own: Int, in cluster: ResolvedCluster, _ field: Int) -> (FoundValue, ReadFile)? {
    let layers = Array(cluster.layers[..<own])
    let (found, layer) = EffectiveLookup(layers, fleet.facts).find(field)
    guard case .value(let value) = found else { return nil }
    return (value, layers[layer])
  }

  /// Those whose key can be taken out of the cluster's own file without anything else changing in it or elsewhere.
  private mutating func prunable(_ candidates: [Hidden]) async throws(FleetError) -> [Hidden] {
    var own: [Int: ReadFile] = [:]
    for hidden in candidates {
      guard let file = ownFile(Inheritor(cluster: hidden.cluster, component: hidden.component)) else { continue }
      own[hidden.cluster] = file
      contents[file.path] = file.content
    }
    try await parse(Set(own.values.map(\.path)))
    try problems.check()
    let readers = readers(of: Set(own.values.map(\.path)))
    return candidates.filter { hidden in
      guard let file = own[hidden.cluster], readers[file.path] == 1, let parsed = parsed[file.path] else { return false }
      let field = components[hidden.component].field
      return EditSite.aliasedAnchor(at: field, in: parsed) == nil && EditSite.sharedAnchor(above: field, in: parsed) == nil
    }
  }

  /// Makes a definition say what the overrides over it say.
  /// - Returns: Whether it does then.
  private mutating func raise(_ source: Source, _ group: [Hidden], _ slot: Slot) async throws(FleetError) -> Bool {
    guard let first = group.first, group.allSatisfy({ $0.text == first.text && $0.isString == first.isString }) else {
      return false
    }
    let old = first.below
    if old.isPinned { return false }
    if old.text == first.text, old.isString == first.isString { return true }
    let inherits = fleet.clusters.contains { $0.components.values.contains { Source($0.definition) == source } }
    if inherits || isAwaited(source, saying: first.text, beyond: slot) { return false }
    contents[source.path] = first.content
    try await parse([source.path])
    try problems.check()
    let span = Int(old.start)..<Int(old.end)
    guard let file = parsed[source.path], let site = EditSite(file, document: source.document, span: span), !site.isShared else {
      return false
    }
    edits[source.path, default: []].append(
      YAMLEdit(document: source.document, path: site.path, operation: .set(first.text)))
    result.definitions.append(
      ChangeSet.Definition(
        components: Set(group.map { components[$0.component].name }).sorted(), path: source.path, field: site.path,
        line: Int(old.line), from: old.text, to: first.text,
        clusters: Set(group.map { fleet.clusters[$0.cluster].name }).sorted()))
    return true
  }

  /// Whether a cluster of another stage, which desires something else, has the definition below its own file.
  private func isAwaited(_ source: Source, saying text: String, beyond slot: Slot) -> Bool {
    guard let own = fleet.policy.fleet.ownLayer else { return false }
    let table = FactPlan(fleet.policy).layerTable
    return fleet.clusters.contains { cluster in
      guard cluster.stages[slot.group] != slot.stage, cluster.layers.contains(where: { $0.path == source.path }) else {
        return false
      }
      return components.contains { component in
        guard component.file == nil, let field = table.index(of: component.field),
          let value = cluster.components[component.name], value.text != text,
          let (below, file) = below(own, in: cluster, field)
        else { return false }
        return Source(below, in: file) == source
      }
    }
  }

  private mutating func prune(_ hidden: Hidden) {
    guard let file = ownFile(Inheritor(cluster: hidden.cluster, component: hidden.component)) else { return }
    let field = components[hidden.component].field
    // Components that are parts of one scalar go with it.
    if edits[file.path]?.contains(where: { $0.path == field }) != true {
      edits[file.path, default: []].append(YAMLEdit(path: field, operation: .prune))
    }
    result.removed.append(
      ChangeSet.Override(
        cluster: fleet.clusters[hidden.cluster].name, component: components[hidden.component].name, path: file.path, field: field,
        value: hidden.text))
  }

  /// A file that may be absent, and holds nothing any more, goes too: an override made it.
  private mutating func removeEmptied(_ going: [Hidden]) {
    guard let own = fleet.policy.fleet.ownLayer, fleet.policy.fleet.layers[own].pattern.isOptional else { return }
    for hidden in going {
      let cluster = fleet.clusters[hidden.cluster]
      let path = cluster.layers[own].path
      guard let bytes = result.files[path], cluster.source != path,
        bytes.allSatisfy({ $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: " ") })
      else { continue }
      result.files[path] = nil
      result.emptied.insert(path)
    }
  }
}

extension ChangeWriter.Source: Comparable {
  fileprivate init(_ value: FoundValue, in file: ReadFile) {
    self.init(path: file.path, document: Int(value.document), start: Int(value.start))
  }

  static func < (a: Self, b: Self) -> Bool { (a.path, a.document, a.start) < (b.path, b.document, b.start) }
}
