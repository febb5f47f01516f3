import Host
package import Promotion

/// A record: what the ledger keeps of one subject, as one JSON file.
package protocol LedgerRecord: Sendable, Equatable {
  /// What tells records of this kind apart. It is written in the record too, so that a file can be told from its place.
  associatedtype Subject: Hashable, Sendable

  static var kind: RecordKind { get }
  /// The parts of a record's path below its kind's folder.
  static func parts(of subject: Subject) -> [String]

  var subject: Subject { get }

  init(from members: Members) throws(MalformedRecord)
  /// Sets every member that this format knows; those that it does not know stay as they are.
  func write(to members: inout Members)
}

extension LedgerRecord {
  static func path(of subject: Subject, policy: String) -> String {
    RecordPlace.path(policy: policy, kind: kind, parts: parts(of: subject))
  }
}

extension LedgerRecord where Subject == String {
  package static func parts(of subject: String) -> [String] { [subject] }
}

/// A tuple of a group's versions in a stage: what rollouts, qualifications and holds are about.
package struct SlotTuple: Hashable, Sendable {
  package let slot: Slot
  package let tuple: VersionTuple

  package init(_ slot: Slot, _ tuple: VersionTuple) {
    self.slot = slot
    self.tuple = tuple
  }

  var parts: [String] { [slot.stage, slot.group, tuple.digest] }
  var words: String { "\(slot.stage)/\(slot.group) \(tuple.text(in: tuple.versions.keys.sorted()))" }
}

extension LedgerRecord where Subject == SlotTuple {
  package static func parts(of subject: SlotTuple) -> [String] { subject.parts }
}

/// A group, or a component, in one cluster.
package struct ClusterPart: Hashable, Sendable {
  package let cluster: ClusterName
  package let part: String

  package init(_ cluster: ClusterName, _ part: String) {
    self.cluster = cluster
    self.part = part
  }
}

extension LedgerRecord where Subject == ClusterPart {
  package static func parts(of subject: ClusterPart) -> [String] { [subject.cluster, subject.part] }
}

extension VersionTuple {
  /// A short name of the tuple for file names: 16 hex digits of the SHA-256 of its sorted `component=version` lines.
  package var digest: String {
    let lines = versions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)\n" }
    return String(SHA256Digest.hex(lines.joined().utf8).prefix(16))
  }
}

package enum RecordFormat {
  /// The format that this program writes, and the newest that it reads.
  package static let current = 1
}
