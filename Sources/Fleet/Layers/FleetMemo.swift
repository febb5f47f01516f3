import Promotion

/// What is known of a fleet as bytes, for a later process: the facts of its files, and its clusters. Not a format to keep: what is
/// not understood counts for nothing.
struct FleetMemo {
  let facts: FactTable
  /// Empty where the policy is another.
  let clusters: [ResolvedCluster]

  private static let magic = Array("sluice fleet 1\n".utf8)

  static func encode(_ fleet: ResolvedFleet, _ plan: FactPlan) -> [UInt8] {
    var writer = ByteWriter()
    writer.bytes = magic
    writer.text(plan.key)
    writer.text(String(decoding: fleet.policy.contents, as: UTF8.self))
    var used: Set<ContentID> = []
    for cluster in fleet.clusters {
      for file in cluster.layers { if let content = file.content { used.insert(content) } }
      for file in cluster.files.values { if let content = file.content { used.insert(content) } }
    }
    fleet.facts.write(to: &writer, used.contains)
    var clusters = ClusterWriter(fleet.policy)
    for cluster in fleet.clusters { clusters.add(cluster) }
    clusters.write(to: &writer)
    return writer.bytes + checksum(writer.bytes[...])
  }

  /// nil for bytes that are damaged, of another version, or of other fields.
  static func decode(_ bytes: [UInt8], _ policy: PolicyFile, _ plan: FactPlan) -> FleetMemo? {
    guard bytes.count > magic.count + 8, bytes.starts(with: magic), Array(bytes.suffix(8)) == checksum(bytes.dropLast(8)) else {
      return nil
    }
    return bytes.withUnsafeBytes { raw in
      var reader = ByteReader(raw, from: magic.count, to: bytes.count - 8)
      guard reader.text() == plan.key, let text = reader.text(), let facts = FactTable(from: &reader) else { return nil }
      if text != String(decoding: policy.contents, as: UTF8.self) { return FleetMemo(facts: facts, clusters: []) }
      guard let clusters = ClusterReader.clusters(&reader, policy), reader.isAtEnd else { return nil }
      return FleetMemo(facts: facts, clusters: clusters)
    }
  }

  /// Eight bytes at a time, so that a megabyte takes well under a millisecond. Against damage, not against people.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325
    bytes.withUnsafeBytes { raw in
      let words = raw.count / 8
      for word in 0..<words {
        sum = (sum ^ raw.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15
        sum ^= sum >> 29
      }
      for place in (words * 8)..<raw.count { sum = (sum ^ UInt64(raw[place])) &* 0x0000_0100_0000_01b3 }
    }
    return (0..<8).map { UInt8(truncatingIfNeeded: sum >> UInt64($0 * 8)) }
  }
}

/// Writes clusters. What many have alike (a layer, a set of versions) is written once and named by its number.
private struct ClusterWriter {
  private let componentNumbers: [ComponentName: Int]
  private var texts = Interned<String>()
  private var files = Interned<ReadFile>()
  private var parts = Interned<[UInt8]>()
  private var clusters = ByteWriter()
  private var count = 0

  struct Interned<Value: Hashable> {
    private(set) var values: [Value] = []
    private var numbers: [Value: Int] = [:]

    mutating func number(_ value: Value) -> Int {
      if let known = numbers[value] { return known }
      numbers[value] = values.count
      values.append(value)
      return values.count - 1
    }
  }

  init(_ policy: PolicyFile) {
    componentNumbers = Dictionary(uniqueKeysWithValues: policy.components.enumerated().map { ($0.element.name, $0.offset) })
  }

  mutating func add(_ cluster: ResolvedCluster) {
    count += 1
    clusters.text(cluster.name)
    clusters.number(cluster.source.map { texts.number($0) + 1 } ?? 0)
    clusters.number(cluster.layers.count)
    for file in cluster.layers { clusters.number(files.number(file)) }
    clusters.number(part { part, writer in part.names(cluster.values, &writer) })
    clusters.number(part { part, writer in part.names(cluster.stages, &writer) })
    clusters.number(part { part, writer in part.components(cluster.components, &writer) })
    clusters.number(part { part, writer in part.own(cluster.files, &writer) })
    clusters.number(cluster.selected.count)
    for stage in cluster.selected { clusters.number(stage) }
  }

  func write(to writer: inout ByteWriter) {
    writer.number(texts.values.count)
    for text in texts.values { writer.text(text) }
    writer.number(files.values.count)
    for file in files.values {
      writer.text(file.path)
      writer.content(file.content)
    }
    writer.number(parts.values.count)
    for part in parts.values {
      writer.number(part.count)
      writer.bytes += part
    }
    writer.number(count)
    writer.bytes += clusters.bytes
  }

  private mutating func part(_ write: (inout ClusterWriter, inout ByteWriter) -> Void) -> Int {
    var writer = ByteWriter()
    write(&self, &writer)
    return parts.number(writer.bytes)
  }

  private mutating func names(_ names: [String: String], _ writer: inout ByteWriter) {
    writer.number(names.count)
    for (key, value) in names.sorted(by: { $0.key < $1.key }) {
      writer.number(texts.number(key))
      writer.number(texts.number(value))
    }
  }

  private mutating func own(_ own: [ComponentName: ReadFile], _ writer: inout ByteWriter) {
    writer.number(own.count)
    for (number, file) in own.map({ (componentNumbers[$0.key] ?? 0, $0.value) }).sorted(by: { $0.0 < $1.0 }) {
      writer.number(number)
      writer.number(files.number(file))
    }
  }

  private mutating func components(_ components: [ComponentName: EffectiveValue], _ writer: inout ByteWriter) {
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
private struct ClusterReader {
  let policy: PolicyFile
  let texts: [String]
  let files: [ReadFile]

  static func clusters(_ reader: inout ByteReader, _ policy: PolicyFile) -> [ResolvedCluster]? {
    guard let texts = reader.list({ $0.text() }),
      let files = reader.list({ reader -> ReadFile? in
        guard let path = reader.text(), let content = reader.content() else { return nil }
        return ReadFile(path: path, content: content)
      }),
      let parts = reader.list({ $0.slice() })
    else { return nil }
    let table = ClusterReader(policy: policy, texts: texts, files: files)
    var names: [Int: [String: String]] = [:]
    var components: [Int: [ComponentName: EffectiveValue]] = [:]
    var own: [Int: [ComponentName: ReadFile]] = [:]
    func known<Value>(_ number: Int?, _ memo: inout [Int: Value], _ read: (inout ByteReader) -> Value?) -> Value? {
      guard let number, number < parts.count else { return nil }
      if let value = memo[number] { return value }
      var part = ByteReader(parts[number], from: 0, to: parts[number].count)
      memo[number] = read(&part)
      return memo[number]
    }
    return reader.list { reader in
      guard let name = reader.text(), let source = reader.number(), source <= texts.count,
        let layers = reader.list({ reader in reader.number().flatMap { $0 < files.count ? files[$0] : nil } }),
        let values = known(reader.number(), &names, table.names), let stages = known(reader.number(), &names, table.names),
        let versions = known(reader.number(), &components, table.components), let own = known(reader.number(), &own, table.own),
        let selected = reader.list({ $0.number() }), selected.allSatisfy({ $0 < policy.stages.count })
      else { return nil }
      return ResolvedCluster(
        name: name, values: values, layers: layers, stages: stages, components: versions, files: own,
        source: source == 0 ? nil : texts[source - 1], selected: selected)
    }
  }

  private func text(_ reader: inout ByteReader) -> String? { reader.number().flatMap { $0 < texts.count ? texts[$0] : nil } }
  private func file(_ reader: inout ByteReader) -> ReadFile? { reader.number().flatMap { $0 < files.count ? files[$0] : nil } }
  private func component(_ reader: inout ByteReader) -> ComponentName? {
    reader.number().flatMap { $0 < policy.components.count ? policy.components[$0].name : nil }
  }

  private func names(_ reader: inout ByteReader) -> [String: String]? {
    reader.list { reader in text(&reader).flatMap { key in text(&reader).map { (key, $0) } } }
      .map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
  }

  private func own(_ reader: inout ByteReader) -> [ComponentName: ReadFile]? {
    reader.list { reader in component(&reader).flatMap { name in file(&reader).map { (name, $0) } } }
      .map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
  }

  private func components(_ reader: inout ByteReader) -> [ComponentName: EffectiveValue]? {
    reader.list { reader in component(&reader).flatMap { name in value(&reader).map { (name, $0) } } }
      .map { Dictionary($0, uniquingKeysWith: { first, _ in first }) }
  }

  private func value(_ reader: inout ByteReader) -> EffectiveValue? {
    guard let version = text(&reader), let whole = text(&reader), let flags = reader.number(), let file = file(&reader),
      let content = file.content, let document = reader.number(), let start = reader.number(), let count = reader.number(),
      let line = reader.number(), let column = reader.number(), let layer = reader.number(), start <= Int.max - count
    else { return nil }
    return EffectiveValue(
      version: Version(version), text: whole, isString: flags & 1 != 0, isPinned: flags & 2 != 0,
      definition: EffectiveValue.Definition(
        path: file.path, content: content, document: document, span: start..<(start + count), line: line, column: column,
        layer: layer == 0 ? nil : layer - 1))
  }
}
