import Promotion

/// Writes clusters. What many have alike (a layer, a set of versions) is written once and named by its number.
struct ClusterWriter {
  private let componentNumbers: [ComponentName: Int]
  private var texts = Interned<String>()
  private var files = Interned<ReadFile>()
  private var names = Interned<[String: String]>()
  private var own = Interned<[ComponentName: ReadFile]>()
  private var selections = Interned<[Int]>()
  private var versions: [EffectiveVersions] = []
  private var versionNumbers: [ObjectIdentifier: Int] = [:]
  private var clusters = ByteWriter()

  private struct Interned<Value: Hashable> {
    private(set) var values: [Value] = []
    private var numbers: [Value: Int] = [:]

    mutating func number(_ value: Value) -> Int {
      if let known = numbers[value] { return known }
      numbers[value] = values.count
      values.append(value)
      return values.count - 1
    }
  }

  static func write(_ clusters: [ResolvedCluster], _ policy: PolicyFile, to writer: inout ByteWriter) {
    var all = ClusterWriter(policy)
    all.clusters.bytes.reserveCapacity(clusters.count * 32)
    for cluster in clusters { all.add(cluster) }
    all.write(clusters.count, to: &writer)
  }

  private init(_ policy: PolicyFile) {
    componentNumbers = Dictionary(uniqueKeysWithValues: policy.components.enumerated().map { ($0.element.name, $0.offset) })
  }

  private mutating func add(_ cluster: ResolvedCluster) {
    clusters.text(cluster.name)
    clusters.number(cluster.source.map { texts.number($0) + 1 } ?? 0)
    clusters.number(cluster.layers.count)
    for file in cluster.layers { clusters.number(files.number(file)) }
    clusters.number(names.number(cluster.values))
    clusters.number(names.number(cluster.stages))
    clusters.number(number(cluster.versions))
    clusters.number(own.number(cluster.files))
    clusters.number(selections.number(cluster.selected))
  }

  private mutating func number(_ value: EffectiveVersions) -> Int {
    if let known = versionNumbers[ObjectIdentifier(value)] { return known }
    versionNumbers[ObjectIdentifier(value)] = versions.count
    versions.append(value)
    return versions.count - 1
  }

  /// Writes the tables and then the clusters. A table is written to the side before those that it takes numbers from.
  private mutating func write(_ count: Int, to writer: inout ByteWriter) {
    var tables = ByteWriter()
    tables.number(names.values.count)
    for value in names.values { write(value, &tables) }
    tables.number(versions.count)
    for value in versions { write(value.components, &tables) }
    tables.number(own.values.count)
    for value in own.values { write(value, &tables) }
    tables.number(selections.values.count)
    for value in selections.values {
      tables.number(value.count)
      for stage in value { tables.number(stage) }
    }
    var paths = ByteWriter()
    paths.number(files.values.count)
    for file in files.values {
      paths.number(texts.number(file.path))
      paths.content(file.content)
    }
    writer.number(texts.values.count)
    for text in texts.values { writer.text(text) }
    writer.bytes += paths.bytes
    writer.bytes += tables.bytes
    writer.number(count)
    writer.bytes += clusters.bytes
  }

  private mutating func write(_ names: [String: String], _ writer: inout ByteWriter) {
    writer.number(names.count)
    for (key, value) in names.sorted(by: { $0.key < $1.key }) {
      writer.number(texts.number(key))
      writer.number(texts.number(value))
    }
  }

  private mutating func write(_ own: [ComponentName: ReadFile], _ writer: inout ByteWriter) {
    writer.number(own.count)
    for (number, file) in own.map({ (componentNumbers[$0.key] ?? 0, $0.value) }).sorted(by: { $0.0 < $1.0 }) {
      writer.number(number)
      writer.number(files.number(file))
    }
  }

  private mutating func write(_ components: [ComponentName: EffectiveValue], _ writer: inout ByteWriter) {
    writer.number(components.count)
    for (number, value) in components.map({ (componentNumbers[$0.key] ?? 0, $0.value) }).sorted(by: { $0.0 < $1.0 }) {
      let definition = value.definition
      writer.number(number)
      writer.number(texts.number(value.version.text))
      writer.number(texts.number(value.text))
      writer.number((value.isString ? 1 : 0) + (value.isPinned ? 2 : 0))
      writer.number(files.number(ReadFile(path: definition.path, content: definition.content)))
      for part in [definition.document, definition.span.lowerBound, definition.span.count, definition.line, definition.column] {
        writer.number(part)
      }
      writer.number(definition.layer.map { $0 + 1 } ?? 0)
    }
  }
}

/// Reads what `ClusterWriter` wrote.
struct ClusterReader {
  private let policy: PolicyFile
  private let texts: [String]
  private let files: [ReadFile]

  static func clusters(_ reader: inout ByteReader, _ policy: PolicyFile) -> [ResolvedCluster]? {
    guard let texts = reader.list({ $0.text() }),
      let files = reader.list({ reader -> ReadFile? in
        guard let path = reader.element(of: texts), let content = reader.content() else { return nil }
        return ReadFile(path: path, content: content)
      })
    else { return nil }
    let table = ClusterReader(policy: policy, texts: texts, files: files)
    guard let names = reader.list({ table.names(&$0) }),
      let versions = reader.list({ reader in table.components(&reader).map { EffectiveVersions($0) } }),
      let own = reader.list({ table.own(&$0) }), let selections = reader.list({ reader in reader.list { $0.number() } }),
      selections.allSatisfy({ $0.allSatisfy { $0 < policy.stages.count } })
    else { return nil }
    return reader.list { reader in
      guard let name = reader.text(), let source = reader.number(), source <= texts.count,
        let layers = reader.list({ $0.element(of: files) }), let values = reader.element(of: names),
        let stages = reader.element(of: names), let versions = reader.element(of: versions),
        let own = reader.element(of: own), let selected = reader.element(of: selections)
      else { return nil }
      return ResolvedCluster(
        name: name, values: values, layers: layers, stages: stages, versions: versions, files: own,
        source: source == 0 ? nil : texts[source - 1], selected: selected)
    }
  }

  private func component(_ reader: inout ByteReader) -> ComponentName? { reader.element(of: policy.components)?.name }

  private func names(_ reader: inout ByteReader) -> [String: String]? {
    reader.list { reader in reader.element(of: texts).flatMap { key in reader.element(of: texts).map { (key, $0) } } }
      .map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
  }

  private func own(_ reader: inout ByteReader) -> [ComponentName: ReadFile]? {
    reader.list { reader in component(&reader).flatMap { name in reader.element(of: files).map { (name, $0) } } }
      .map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
  }

  private func components(_ reader: inout ByteReader) -> [ComponentName: EffectiveValue]? {
    reader.list { reader in component(&reader).flatMap { name in value(&reader).map { (name, $0) } } }
      .map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
  }

  private func value(_ reader: inout ByteReader) -> EffectiveValue? {
    guard let version = reader.element(of: texts), let whole = reader.element(of: texts), let flags = reader.number(),
      let file = reader.element(of: files), let content = file.content, let document = reader.number(),
      let start = reader.number(), let count = reader.number(), let line = reader.number(), let column = reader.number(),
      let layer = reader.number(), start <= Int.max - count
    else { return nil }
    return EffectiveValue(
      version: Version(version), text: whole, isString: flags & 1 != 0, isPinned: flags & 2 != 0,
      definition: EffectiveValue.Definition(
        path: file.path, content: content, document: document, span: start..<(start + count), line: line, column: column,
        layer: layer == 0 ? nil : layer - 1))
  }
}
