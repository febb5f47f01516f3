import Promotion
import YAML

/// Derives where each move is written.
struct ChangeWriter {
  let fleet: ResolvedFleet
  let components: [ComponentSettings]
  let moves: [ClusterName: [Int: Version]]
  var problems: ProblemCollector
  var result = ChangeSet()
  var edits: [String: [YAMLEdit]] = [:]
  var parsed: [String: YAMLFile] = [:]

  /// A written scalar that gives at least one value to be moved.
  struct Source: Hashable {
    let path: String
    let document: Int
    let start: Int
  }

  /// A cluster's component that inherits a definition.
  struct Inheritor {
    let cluster: Int
    let component: Int
  }

  init(_ fleet: ResolvedFleet, _ moves: [ClusterName: [ComponentName: Version]]) {
    self.fleet = fleet
    components = fleet.policy.components
    var problems = ProblemCollector()
    var wanted: [ClusterName: [Int: Version]] = [:]
    for (name, versions) in moves {
      guard let cluster = fleet.cluster(name) else {
        let hint = NearestName.hint(name, in: fleet.clusters.map(\.name))
        problems.add(Problem("unknown cluster \"\(name)\"", at: nil, hint: hint), cluster: nil)
        continue
      }
      for (component, version) in versions {
        guard let number = components.firstIndex(where: { $0.name == component }), let value = cluster.components[component]
        else {
          problems.add(
            Problem("component \(component) is absent", at: nil, hint: "only a value that is there can be moved"), cluster: name)
          continue
        }
        if value.version != version { wanted[name, default: [:]][number] = version }
      }
    }
    self.moves = wanted
    self.problems = problems
  }

  mutating func changeSet() async throws(FleetError) -> ChangeSet {
    try problems.check()
    let inheritors = inheritors()
    var overrides: [Inheritor] = []
    let sources = inheritors.keys.sorted { ($0.path, $0.document, $0.start) < ($1.path, $1.document, $1.start) }
    try await parse(Set(sources.map(\.path)))
    for source in sources { overrides += edit(source, inheritors[source] ?? []) }
    try problems.check()
    write(overrides)
    try problems.check()
    try await parse(Set(edits.keys.filter { fleet.snapshot.files[$0] != nil }))
    apply()
    try problems.check()
    return result
  }

  // MARK: Reading

  /// Every inheritor of every definition that gives a value to be moved.
  private func inheritors() -> [Source: [Inheritor]] {
    var inheritors: [Source: [Inheritor]] = [:]
    for name in moves.keys {
      for number in moves[name, default: [:]].keys {
        if let value = fleet.cluster(name)?.components[components[number].name] { inheritors[Source(value.definition)] = [] }
      }
    }
    let paths = Set(inheritors.keys.map(\.path))
    for (index, cluster) in fleet.clusters.enumerated() {
      for (number, component) in components.enumerated() {
        guard let value = cluster.components[component.name], paths.contains(value.definition.path) else { continue }
        inheritors[Source(value.definition)]?.append(Inheritor(cluster: index, component: number))
      }
    }
    return inheritors
  }

  private mutating func parse(_ paths: Set<String>) async throws(FleetError) {
    let missing = paths.filter { parsed[$0] == nil }.sorted()
    for start in stride(from: 0, to: missing.count, by: 1000) {
      let batch = missing[start..<min(start + 1000, missing.count)]
      let contents = try await fleet.snapshot.contents(of: Array(Set(batch.compactMap { fleet.snapshot.files[$0] })))
      for path in batch {
        guard let bytes = fleet.snapshot.files[path].flatMap({ contents[$0] }) else {
          problems.add(Problem("\(path): its content can't be found in the repository", at: nil), cluster: nil)
          continue
        }
        do { parsed[path] = try YAMLFile(bytes, name: path) } catch { problems.add(Problem(error), cluster: nil) }
      }
    }
  }

  func target(_ inheritor: Inheritor) -> Version? { moves[fleet.clusters[inheritor.cluster].name]?[inheritor.component] }

  func value(_ inheritor: Inheritor) -> EffectiveValue? {
    fleet.clusters[inheritor.cluster].components[components[inheritor.component].name]
  }

  // MARK: Definitions

  /// Edits a definition for the components all of whose inheritors move to one version; gives the moves that need an override.
  private mutating func edit(_ source: Source, _ inheritors: [Inheritor]) -> [Inheritor] {
    let moving = inheritors.filter { target($0) != nil }
    guard let first = moving.first, let value = value(first), let file = parsed[source.path] else { return [] }
    var targets: [Int: Version] = [:]
    for number in Set(moving.map(\.component)) {
      let all = Set(inheritors.filter { $0.component == number }.map(target))
      if all.count == 1, let version = all.first ?? nil { targets[number] = version }
    }
    guard let change = change(value.text, targets, among: Set(inheritors.map(\.component))),
      let site = EditSite(file, document: source.document, span: value.definition.span)
    else { return moving }
    if site.isShared {
      let fields = Set(
        inheritors.filter { targets[$0.component] != nil }.map { components[$0.component] }.filter { $0.file == nil }.map(\.field)
      )
      guard site.paths.allSatisfy(fields.contains), inheritors.allSatisfy({ targets[$0.component] != nil }) else { return moving }
    }
    edits[source.path, default: []].append(YAMLEdit(document: source.document, path: site.path, operation: change.operation))
    result.definitions.append(
      ChangeSet.Definition(
        components: targets.keys.sorted().map { components[$0].name }, path: source.path, field: site.path,
        line: value.definition.line, from: value.text, to: change.text,
        clusters: Set(inheritors.filter { targets[$0.component] != nil }.map { fleet.clusters[$0.cluster].name }).sorted()))
    return moving.filter { targets[$0.component] == nil }
  }

  /// How a scalar must change so that some components in it get their versions and the others keep theirs; nil where it can't.
  func change(
    _ text: String, _ targets: [Int: Version], among present: Set<Int>
  ) -> (text: String, operation: YAMLEdit.Operation)? {
    var parts: [(range: Range<Int>, text: String)] = []
    for (number, version) in targets.sorted(by: { $0.key < $1.key }) {
      guard let found = VersionText.replacements(in: text, components[number].value, to: version) else { return nil }
      for part in found where !parts.contains(where: { $0.range == part.range && $0.text == part.text }) {
        if parts.contains(where: { $0.range.overlaps(part.range) }) { return nil }
        parts.append(part)
      }
    }
    guard !parts.isEmpty else { return nil }
    parts.sort { $0.range.lowerBound < $1.range.lowerBound }
    let changed = VersionText.applying(parts, to: text)
    for number in present {
      let wanted = targets[number].map { VersionText.Reading.version($0) } ?? VersionText.read(text, components[number].value)
      if VersionText.read(changed, components[number].value) != wanted { return nil }
    }
    let isWhole = parts.count == 1 && parts[0].range == 0..<text.utf8.count
    return (changed, isWhole ? .set(changed) : .replace(parts.map { (range: $0.range, with: $0.text) }))
  }

  // MARK: Writing

  private mutating func apply() {
    for (path, edits) in edits.sorted(by: { $0.key < $1.key }) {
      do throws(YAMLError) {
        let file = if let known = parsed[path] { known } else { try YAMLFile([], name: path) }
        result.files[path] = try file.applying(edits)
      } catch {
        problems.add(Problem(error), cluster: nil)
      }
    }
  }
}

extension ChangeWriter.Source {
  init(_ definition: EffectiveValue.Definition) {
    self.init(path: definition.path, document: definition.document, start: definition.span.lowerBound)
  }
}
