import Promotion

/// What is known of a fleet as bytes, for a later process: its tree, the facts of its files, and its clusters. Not a format to keep:
/// what is not understood counts for nothing.
struct FleetMemo {
  let facts: FactTable
  /// The tree that the clusters are of; nil: one without a name.
  let tree: ContentID?
  /// Empty where the policy is another.
  let clusters: [ResolvedCluster]

  private static let magic = Array("sluice fleet 2\n".utf8)

  static func encode(_ fleet: ResolvedFleet, _ plan: FactPlan) -> [UInt8] {
    var writer = ByteWriter()
    writer.bytes.reserveCapacity(1024 + fleet.clusters.count * 200)
    writer.bytes += magic
    writer.text(plan.key)
    writer.text(String(decoding: fleet.policy.contents, as: UTF8.self))
    writer.content(fleet.snapshot.tree)
    StoredFacts.write(fleet.facts, of: used(fleet), to: &writer)
    ClusterWriter.write(fleet.clusters, fleet.policy, to: &writer)
    let sum = writer.bytes.withUnsafeBytes { checksum($0) }
    withUnsafeBytes(of: sum.littleEndian) { writer.bytes += $0 }
    return writer.bytes
  }

  /// The contents that some cluster reads, by how it reads them.
  private static func used(_ fleet: ResolvedFleet) -> Set<FactTable.Key> {
    var used: Set<FactTable.Key> = []
    let roles = Dictionary(uniqueKeysWithValues: fleet.policy.components.enumerated().map { ($1.name, $0 + 1) })
    for cluster in fleet.clusters {
      for file in cluster.layers { if let content = file.content { used.insert(FactTable.Key(role: 0, content: content)) } }
      for (component, file) in cluster.files {
        if let content = file.content { used.insert(FactTable.Key(role: roles[component] ?? 0, content: content)) }
      }
    }
    return used
  }

  /// nil for bytes that are damaged, of another version, or of other fields.
  static func decode(_ bytes: [UInt8], _ policy: PolicyFile, _ plan: FactPlan) -> FleetMemo? {
    let end = bytes.count - 8
    guard end > magic.count, bytes.starts(with: magic) else { return nil }
    return bytes.withUnsafeBytes { raw in
      let sum = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: end, as: UInt64.self))
      guard sum == checksum(UnsafeRawBufferPointer(rebasing: raw[..<end])) else { return nil }
      var reader = ByteReader(raw, from: magic.count, to: end)
      guard reader.text() == plan.key, let text = reader.slice(), let tree = reader.content(),
        let stored = StoredFacts(&reader, in: bytes)
      else { return nil }
      let facts = FactTable(stored)
      if !text.elementsEqual(policy.contents) { return FleetMemo(facts: facts, tree: nil, clusters: []) }
      guard let clusters = ClusterReader.clusters(&reader, policy), reader.isAtEnd else { return nil }
      return FleetMemo(facts: facts, tree: tree, clusters: clusters)
    }
  }

  /// Eight bytes at a time, so that a megabyte takes well under a millisecond. Against damage, not against people.
  private static func checksum(_ raw: UnsafeRawBufferPointer) -> UInt64 {
    var sum: UInt64 = 0xcbf2_9ce4_8422_2325
    let words = raw.count / 8
    for word in 0..<words {
      sum = (sum ^ raw.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15
      sum ^= sum >> 29
    }
    for place in (words * 8)..<raw.count { sum = (sum ^ UInt64(raw[place])) &* 0x0000_0100_0000_01b3 }
    return sum
  }
}
