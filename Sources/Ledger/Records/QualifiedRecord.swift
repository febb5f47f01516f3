package import Promotion

/// A tuple that has qualified in a stage. Never removed: what qualified stays so.
package struct QualifiedRecord: LedgerRecord {
  package static let kind = RecordKind.qualified

  package var slot: Slot
  package var tuple: VersionTuple
  package var at: Timestamp
  /// The ledger's tip that the evidence stands in.
  package var ledgerTip: String?
  /// The clusters that had soaked.
  package var clusters: [ClusterName]

  package init(slot: Slot, tuple: VersionTuple, at: Timestamp, ledgerTip: String? = nil, clusters: [ClusterName]) {
    self.slot = slot
    self.tuple = tuple
    self.at = at
    self.ledgerTip = ledgerTip
    self.clusters = clusters
  }

  package var subject: SlotTuple { SlotTuple(slot, tuple) }
  package var qualification: Qualification { Qualification(tuple: tuple, at: at) }

  package init(from members: Members) throws(MalformedRecord) {
    slot = try members.slot()
    tuple = try members.tuple("tuple")
    at = try members.moment("at")
    ledgerTip = try members.optionalText("ledgerTip")
    clusters = try members.texts("clusters")
  }

  package func write(to members: inout Members) {
    members.set(slot)
    members.set("tuple", tuple)
    members.set("at", at)
    members.set("ledgerTip", ledgerTip)
    members.set("clusters", clusters)
  }
}
