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
  /// Tuples whose consolidation a person closed.
  var refused: Set<SlotTuple> = []

  init(policy: PolicyFile, records: LedgerRecords, walk: Walk, fleet: ResolvedFleet, now: Timestamp) {
    rollouts = records.rollouts
    let heartbeats = records.heartbeats.values.values.map(\.beat)
    var states = fleet.states
    for index in states.indices {
      states[index].add(
        desired: walk.desired[states[index].name] ?? [:], record: records.clusters[states[index].name]?.record,
        applies: records.applies, heartbeats: heartbeats)
      if let pause = records.pauses[states[index].name], pause.holds(at: now) { states[index].setAside(pause) }
    }
    situation = Situation(
      now: now, policy: policy.promotion, clusters: states, seen: walk.seen,
      qualified: Dictionary(grouping: records.qualified.values.values, by: \.slot).mapValues { $0.map(\.qualification) },
      holds: walk.holds, stops: records.stops.values.values.map(\.stop), calendars: policy.calendars(at: now))
    for rollout in records.rollouts.values.values {
      situation.rollouts[rollout.slot, default: [:]][rollout.to] = Rollout(
        startedAt: rollout.startedAt, members: Set(rollout.members))
      // A gate that the policy no longer asks for is no reason any more.
      if policy.promotion.stage(rollout.slot)?.gates.contains(where: rollout.red.contains) == true {
        situation.red[rollout.slot, default: []].insert(rollout.to)
      }
    }
  }

  /// Adds an open promotion.
  mutating func add(_ branch: PromotionBranch, gates: [GateName: GateRecord]) {
    // A tip that was closed unmerged is not open: its tuple is held, or Sluice closed it. A person's commits on it keep the slot
    // all the same, since nothing else may be written over them.
    if branch.request == nil, branch.closed != nil, branch.personsCommit == nil { return }
    let tuple = branch.trailers?.to ?? VersionTuple([:])
    let rollout = rollouts[SlotTuple(branch.slot, tuple)]
    var open = OpenPromotion(
      number: branch.request?.number, tuple: tuple, clusters: Set(rollout?.from.keys.map(\.self) ?? []),
      openedAt: rollout?.startedAt ?? Timestamp(seconds: branch.tip.committer.seconds),
      heldByPerson: branch.mark)
    open.approvals = branch.approvals.count
    open.isObjected = branch.request?.objections.isEmpty == false
    open.red = gates.filter { $0.value.result != .passed }.map(\.key).sorted()
    situation.open[branch.slot] = open
  }

  /// Adds an open take-back: what its content would make the clusters desire.
  mutating func addTakeBack(_ branch: PromotionBranch, in workspace: Workspace) async throws {
    if branch.request == nil, branch.closed != nil, branch.personsCommit == nil { return }
    var to: [ClusterName: VersionTuple] = [:]
    if let tree = branch.tree, let group = situation.policy.group(branch.slot.group),
      let after = try? await workspace.fleets.fleet(at: tree)
    {
      for state in situation.clusters where state.stages[group.name] == branch.slot.stage {
        guard let tuple = after.cluster(state.name)?.desired.tuple(of: group), tuple != state.desired.tuple(of: group) else {
          continue
        }
        to[state.name] = tuple
      }
    }
    situation.openTakeBacks[branch.slot] = OpenTakeBack(number: branch.request?.number, to: to, heldByPerson: branch.mark)
  }

  mutating func addConsolidation(_ branch: PromotionBranch) {
    if branch.request == nil, branch.closed != nil, branch.personsCommit == nil { return }
    situation.openConsolidations[branch.slot] = OpenConsolidation(
      number: branch.request?.number, tuple: branch.trailers?.to ?? VersionTuple([:]), heldByPerson: branch.mark)
  }

  /// Adds the overrides that Sluice wrote and that still stand, but for those that a person wants to keep.
  mutating func addOverrides(_ records: Records<OverrideRecord>, in fleet: ResolvedFleet) {
    for record in records.values.values where fleet.isOverridden(record.component, in: record.cluster) {
      guard let group = situation.policy.groups.first(where: { $0.components.contains(record.component) }),
        let cluster = fleet.cluster(record.cluster), let stage = cluster.stages[group.name]
      else { continue }
      let slot = Slot(stage: stage, group: group.name)
      if refused.contains(SlotTuple(slot, cluster.desired.tuple(of: group))) { continue }
      situation.overrides[slot, default: []].insert(record.cluster)
    }
  }
}

extension PromotionBranch {
  /// Who approves exactly what would be merged. Nobody approves what they wrote.
  var approvals: [String] { request?.approvals(atHead: tip.id, excluding: authors) ?? [] }

  /// What says that a person wants Sluice's hands off it. A label keeps it from landing too, so it goes before a commit.
  var mark: OpenPromotion.PersonsMark? {
    if request?.labels.contains("sluice/hold") == true { return .label }
    return personsCommit.map { .commit($0.id.hex) }
  }
}

extension ClusterState {
  /// Adds what is recorded of the cluster.
  fileprivate mutating func add(
    desired: [GroupName: DesiredTuple], record: ClusterRecord?, applies: Records<ApplyRecord>,
    heartbeats: [Heartbeat]
  ) {
    reading = record?.reading?.covered(by: heartbeats, cluster: name)
    first = record?.first
    for (group, it) in desired {
      desiredSince[group] = it.since
      healthyBefore[group] = it.healthyBefore
      previous[group] = it.previous
      if let apply = applies[ClusterPart(name, group)], apply.to == it.tuple, apply.claimedAt >= it.since {
        startedAt[group] = apply.claimedAt
        healthyBefore[group] = apply.healthyBefore ?? it.healthyBefore
      }
    }
  }

  /// Paused until a date; without one it is pinned.
  fileprivate mutating func setAside(_ pause: PauseRecord) {
    if pause.until == nil { pinned.formUnion(desired.keys) } else { paused = true }
  }
}
