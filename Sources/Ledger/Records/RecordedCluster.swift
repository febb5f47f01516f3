import Host
package import Promotion

/// What is known of one cluster, as the ledger keeps it: `clusters/…`. Written only when something changes; heartbeats
/// say that it still holds.
package struct RecordedCluster: LedgerRecord {
  package static let kind = RecordKind.clusters

  package var cluster: ClusterName
  package var record: ClusterRecord
  /// When this was written.
  package var at: Timestamp
  /// Whether the newest look told anything. One that did not changes nothing else.
  package var known: Bool

  package init(cluster: ClusterName, record: ClusterRecord, at: Timestamp, known: Bool) {
    self.cluster = cluster
    self.record = record
    self.at = at
    self.known = known
  }

  package var subject: ClusterName { cluster }

  package init(from members: Members) throws(MalformedRecord) {
    cluster = try members.text("cluster")
    at = try members.moment("at")
    known = try members.flag("known")
    let desired = try members.objectMap("desired") { (group) throws(MalformedRecord) in
      DesiredTuple(
        tuple: try group.tuple("tuple"), since: try group.moment("since"),
        healthyBefore: try group.optionalFlag("healthyBefore"),
        hasSettled: try group.optionalFlag("hasSettled") ?? false, commit: try group.optionalText("commit"),
        previous: try group.objects("previous") { (tuple) throws(MalformedRecord) in try tuple.tuple("tuple") })
    }
    record = ClusterRecord(reading: try Self.reading(members), desired: desired, first: try members.moment("first"))
    if let evidence = members.value("evidence")?.object { record.evidence = try Evidence(from: Members(evidence)) }
  }

  private static func reading(_ members: Members) throws(MalformedRecord) -> Reading? {
    let groups = try members.objectMap("groups") { (group) throws(MalformedRecord) in
      GroupHealth(
        healthy: try group.optionalFlag("healthy"), reasons: try group.texts("reasons"),
        since: try group.moment("since"), watchedSince: try group.optionalMoment("watchedSince"),
        lastKnown: try group.optionalMoment("lastKnown"))
    }
    guard let last = try members.optionalMoment("last") else {
      guard groups.isEmpty else { throw MalformedRecord(why: "'last' is missing") }
      return nil
    }
    return Reading(versions: try members.versions("versions"), groups: groups, last: last)
  }

  package func write(to members: inout Members) {
    let reading = record.reading
    members.set("cluster", cluster)
    members.set("first", record.first)
    members.set("at", at)
    members.set("known", known)
    members.set("last", reading?.last)
    members.set("versions", reading?.versions ?? [:])
    members.set("groups", objects: reading?.groups ?? [:]) { group, members in
      members.set("healthy", group.healthy)
      members.set("reasons", group.reasons)
      members.set("since", group.since)
      members.set("watchedSince", group.watchedSince)
      members.set("lastKnown", group.lastKnown)
    }
    members.set("desired", objects: record.desired) { desired, members in
      members.set("tuple", desired.tuple)
      members.set("since", desired.since)
      members.set("healthyBefore", desired.healthyBefore)
      members.set("hasSettled", desired.hasSettled ? true : nil)
      members.set("commit", desired.commit)
      members.set("previous", list: desired.previous, identity: "tuple") { $1.set("tuple", $0) }
    }
    members.set("evidence", record.evidence)
    writeSummary(to: &members)
  }

  /// The cluster as a whole, for those who read the file; decisions are made from its groups.
  private func writeSummary(to members: inout Members) {
    let groups = (record.reading?.groups ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    let isToldOfAll = !groups.isEmpty && groups.allSatisfy { $0.healthy != nil }
    let isBad = groups.contains { $0.healthy == false }
    members.set("healthy", isBad ? false : isToldOfAll ? true : nil)
    members.set("reasons", groups.flatMap(\.reasons))
    members.set("since", groups.map(\.since).max())
  }
}
