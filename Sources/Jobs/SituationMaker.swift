import Fleet
import Forge
import Git
import Ledger
import Promotion
import Report

/// Makes the planner's situation of what was read.
struct SituationMaker {
  var situation: Situation
  let rollouts: Records<RolloutRecord>

  init(policy: PolicyFile, records: LedgerRecords, walk: Walk, fleet: ResolvedFleet, now: Timestamp) {
    rollouts = records.rollouts
    let heartbeats = records.heartbeats.values.values.map(\.beat)
    var states = fleet.states
    for index in states.indices {
      states[index].add(
        desired: walk.desired[states[index].name] ?? [:], record: records.clusters[states[index].name]?.record,
        applies: records.applies, heartbeats: heartbeats)
    }
    situation = Situation(
      now: now, policy: policy.promotion, clusters: states, seen: walk.seen,
      qualified: Dictionary(grouping: records.qualified.values.values, by: \.slot).mapValues { $0.map(\.qualification) },
      stops: records.stops.values.values.map(\.stop))
    for hold in records.holds.values.values + walk.takenBack {
      situation.takenBack[hold.slot, default: [:]][hold.tuple] = hold.takenBack
    }
  }

  mutating func add(_ branch: PromotionBranch, gates: [GateName: GateRecord]) {
    // A tip that was closed unmerged is not open: its tuple is taken back, or Sluice closed it. A person's commits on it keep
    // the slot all the same, since nothing else may be written over them.
    if branch.request == nil, branch.closed != nil, branch.personsCommit == nil { return }
    let tuple = branch.trailers?.to ?? VersionTuple([:])
    let rollout = rollouts[SlotTuple(branch.slot, tuple)]
    let needed = situation.policy.stage(branch.slot.stage)?.approvals ?? 1
    var open = OpenPromotion(
      number: branch.request?.number, tuple: tuple, clusters: Set(rollout?.from.keys.map(\.self) ?? []),
      openedAt: rollout?.startedAt ?? Timestamp(seconds: branch.tip.committer.seconds))
    if let request = branch.request {
      open.approved = request.objections.isEmpty && branch.approvals.count >= needed
      if request.labels.contains("sluice/hold") { open.heldByPerson = .label }
    }
    if let persons = branch.personsCommit { open.heldByPerson = .commit(persons.id.hex) }
    open.red = gates.filter { $0.value.result != .passed }.map(\.key).sorted()
    situation.open[branch.slot] = open
  }
}

extension PromotionBranch {
  /// Who approves exactly what would be merged. Nobody approves what they wrote.
  var approvals: [String] { request?.approvals(atHead: tip.id, excluding: authors) ?? [] }
}

extension ClusterState {
  /// Adds what is recorded of the cluster.
  fileprivate mutating func add(
    desired: [GroupName: DesiredTuple], record: ClusterRecord?, applies: Records<ApplyRecord>,
    heartbeats: [Heartbeat]
  ) {
    reading = record?.reading?.covered(by: heartbeats, cluster: name)
    for (group, it) in desired {
      desiredSince[group] = it.since
      healthyBefore[group] = it.healthyBefore
      if let apply = applies[ClusterPart(name, group)], apply.to == it.tuple, apply.claimedAt >= it.since {
        startedAt[group] = apply.claimedAt
        healthyBefore[group] = apply.healthyBefore ?? it.healthyBefore
      }
    }
  }
}
