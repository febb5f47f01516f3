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
  /// What the files that may be edited hold; those that are not there yet are absent.
  var contents: [String: ContentID] = [:]

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
    let sources = inheritors.keys.sorted()
    try await parse(Set(sources.map(\.path)))
    for source in sources { overrides += edit(source, inheritors[source] ?? []) }
    try problems.check()
    write(overrides)
    try problems.check()
    try await parse(Set(edits.keys.filter { contents[$0] != nil }))
    await apply()
    try problems.check()
    return result
  }

  // MARK: Reading

  /// Every inheritor of every definition that gives a value to be moved.
  private mutating func inheritors() -> [Source: [Inheritor]] {
    var inheritors: [Source: [Inheritor]] = [:]
    for (name, numbers) in moves {
      guard let versions = fleet.cluster(name)?.versions else { continue }
      for number in numbers.keys {
        guard let definition = versions.components[components[number].name]?.definition else { continue }
        inheritors[Source(definition)] = []
        contents[definition.path] = definition.content
      }
    }
    // Clusters that inherit alike have one object of their versions.
    var known: [ObjectIdentifier: [(component: Int, source: Source)]] = [:]
    var last: (versions: EffectiveVersions, sources: [(component: Int, source: Source)])?
    for (index, cluster) in fleet.clusters.enumerated() {
      if last?.versions !== cluster.versions {
        let id = ObjectIdentifier(cluster.versions)
        let sources = known[id] ?? sources(cluster.versions, among: inheritors)
        known[id] = sources
        last = (cluster.versions, sources)
      }
      guard let sources = last?.sources else { continue }
      for (component, source) in sources { inheritors[source]?.append(Inheritor(cluster: index, component: component)) }
    }
    return inheritors
  }

  private func sources(
    _ versions: EffectiveVersions, among known: [Source: [Inheritor]]
  ) -> [(component: Int, source: Source)] {
    components.enumerated().compactMap { number, component in
      guard let value = versions.components[component.name] else { return nil }
      let source = Source(value.definition)
      return known[source] == nil ? nil : (number, source)
    }
  }

  mutating func parse(_ paths: Set<String>) async throws(FleetError) {
    let missing = paths.filter { parsed[$0] == nil }.sorted()
    for start in stride(from: 0, to: missing.count, by: 1000) {
      let batch = Array(missing[start..<min(start + 1000, missing.count)])
      let read = try await fleet.snapshot.contents(of: Array(Set(batch.compactMap { contents[$0] })))
      let files = batch.map { path in (path: path, bytes: contents[path].flatMap { read[$0] }) }
      let results = await Parallel.map(files) { file -> Result<YAMLFile, FactError> in
        guard let bytes = file.bytes else {
          return .failure(FactError(Problem("\(file.path): its content can't be found in the repository", at: nil)))
        }
        do throws(YAMLError) { return .success(try YAMLFile(bytes, name: file.path)) } catch { return .failure(FactError(error)) }
      }
      for (path, result) in zip(batch, results) {
        switch result {
        case .success(let file):
          parsed[path] = file
          if let content = contents[path] { fleet.parsed.keep([(content, file)]) }
        case .failure(let error): problems.add(error.problem, cluster: nil)
        }
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

  mutating func apply() async {
    let work = edits.sorted { $0.key < $1.key }.map { (path: $0.key, file: parsed[$0.key], edits: $0.value) }
    let results = await Parallel.map(work) { it -> Result<[UInt8], FactError> in
      do throws(YAMLError) {
        let file = if let known = it.file { known } else { try YAMLFile([], name: it.path) }
        return .success(try file.applying(it.edits))
      } catch {
        return .failure(FactError(error))
      }
    }
    for (it, result) in zip(work, results) {
      switch result {
      case .success(let bytes): self.result.files[it.path] = bytes
      case .failure(let error): problems.add(error.problem, cluster: nil)
      }
    }
  }
}

extension ChangeWriter.Source {
  init(_ definition: EffectiveValue.Definition) {
    self.init(path: definition.path, document: definition.document, start: definition.span.lowerBound)
  }
}
