import Ledger
import Promotion

extension Look {
  /// How many more upgrades may be started in a slot: `maxInFlight` less those that were started and are not settled.
  func room(_ slot: Slot, _ records: LedgerRecords, now: Timestamp) -> Int {
    guard let limit = situation.policy.stage(slot)?.maxInFlight else { return Int.max }
    return limit - situation.clusters.count { $0.stages[slot.group] == slot.stage && isUnderWay($0, slot, records) }
  }

  /// Whether an upgrade to what the cluster desires was started, and has not settled.
  func isUnderWay(_ cluster: ClusterState, _ slot: Slot, _ records: LedgerRecords) -> Bool {
    guard let group = situation.policy.group(slot.group), let last = records.applies[ClusterPart(cluster.name, slot.group)]
    else { return false }
    // One is under way until it has ended, whatever became of what it brings meanwhile.
    if last.isUnderWay(at: now) { return true }
    guard last.to == cluster.desired.tuple(of: group), last.claimedAt >= (cluster.desiredSince[slot.group] ?? now),
      let standing = planner.standing(cluster.name, group: slot.group)
    else { return false }
    // As the planner has it: what is degraded is over, else one lasting fault would take the room of all that follow (L9).
    return !standing.isSettled && !standing.isDegraded
  }

  /// Whether the start brings a cluster back to what it desired before.
  func isTakeBack(_ start: ApplyJob.Start) -> Bool {
    planner.relation(start.to, start.from) == .less
  }
}

extension ApplyRecord {
  /// Claimed and not over: nothing else starts on the cluster.
  func isUnderWay(at now: Timestamp) -> Bool { ended == nil && now <= leaseUntil }
}
