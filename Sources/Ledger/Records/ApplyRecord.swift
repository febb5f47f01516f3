package import Promotion

/// The upgrade of one group in one cluster. Claimed by compare-and-swap before it starts, so that it starts once.
package struct ApplyRecord: LedgerRecord {
  package static let kind = RecordKind.applies

  package var cluster: ClusterName
  package var group: GroupName
  package var to: VersionTuple
  /// Who runs it: a name for this run.
  package var claimedBy: String
  /// The recorded start of the upgrade: deadlines count from it.
  package var claimedAt: Timestamp
  /// No second start before then.
  package var leaseUntil: Timestamp
  package var started: Timestamp?
  package var ended: Timestamp?
  package var status: Status
  /// The command's exit code, once it has ended by itself.
  package var exit: Int?
  /// Whether the group was healthy in the last known reading before the start.
  package var healthyBefore: Bool?

  /// `accepted`: the command ended with 0. Whether the upgrade worked, readings tell.
  package enum Status: String, Sendable, Equatable { case claimed, started, accepted, failed, timedOut }

  package init(
    cluster: ClusterName, group: GroupName, to: VersionTuple, claimedBy: String, claimedAt: Timestamp,
    leaseUntil: Timestamp, started: Timestamp? = nil, ended: Timestamp? = nil, status: Status = .claimed,
    exit: Int? = nil, healthyBefore: Bool? = nil
  ) {
    self.cluster = cluster
    self.group = group
    self.to = to
    self.claimedBy = claimedBy
    self.claimedAt = claimedAt
    self.leaseUntil = leaseUntil
    self.started = started
    self.ended = ended
    self.status = status
    self.exit = exit
    self.healthyBefore = healthyBefore
  }

  package var subject: ClusterPart { ClusterPart(cluster, group) }

  package init(from members: Members) throws(MalformedRecord) {
    cluster = try members.text("cluster")
    group = try members.text("group")
    to = try members.tuple("to")
    claimedBy = try members.text("claimedBy")
    claimedAt = try members.moment("claimedAt")
    leaseUntil = try members.moment("leaseUntil")
    started = try members.optionalMoment("started")
    ended = try members.optionalMoment("ended")
    status = try members.choice("status")
    exit = try members.optionalNumber("exit")
    healthyBefore = try members.optionalFlag("healthyBefore")
  }

  package func write(to members: inout Members) {
    members.set("cluster", cluster)
    members.set("group", group)
    members.set("to", to)
    members.set("claimedBy", claimedBy)
    members.set("claimedAt", claimedAt)
    members.set("leaseUntil", leaseUntil)
    members.set("started", started)
    members.set("ended", ended)
    members.set("status", status.rawValue)
    members.set("exit", exit)
    members.set("healthyBefore", healthyBefore)
  }
}
