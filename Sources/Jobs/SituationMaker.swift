import Fleet
import Forge
import Git
import Ledger
import Promotion
import Report

/// Makes the planner's situation of what was read.
struct SituationMaker {
  var situation: Situation
  private let rollouts: Records<RolloutRecord>

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

  /// A promotion that a person closed is taken back: not one that Sluice closed (it marks those first), and not one whose
  /// clusters had all moved on by then (forges close empty requests themselves; trap 8).
  mutating func addTakenBack(_ closed: [PullRequest], in repository: Repository) async {
    let names = BranchNames(policy: situation.policy.name)
    for request in closed where !request.isMarked {
      guard let slot = names.slot(ofReference: "refs/heads/\(request.branch)"),
        let tuple = await tuple(of: request, in: slot, repository), !hasMovedOn(slot, tuple)
      else { continue }
      let cause = TakenBack(
        cause: .closedRequest(request.number, by: request.closedBy ?? "somebody"),
        at: request.closedAt.map(Timestamp.init(seconds:)))
      situation.takenBack[slot, default: [:]][tuple] = cause
    }
  }

  /// What a request promoted: its head says so, else the ledger.
  private func tuple(of request: PullRequest, in slot: Slot, _ repository: Repository) async -> VersionTuple? {
    if let commit = try? await repository.commit(request.head),
      let trailers = PromotionTrailers(message: commit.message), trailers.slot == slot
    {
      return trailers.to
    }
    return rollouts.values.values.first { $0.slot == slot && $0.pull == request.number }?.to
  }

  private func hasMovedOn(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    let ordering = Ordering(policy: situation.policy, seen: situation.seen)
    return situation.clusters.filter { $0.stages[slot.group] == slot.stage }.allSatisfy { cluster in
      tuple.versions.allSatisfy { component, version in
        guard let desired = cluster.desired[component] else { return true }
        let order = ordering.compare(desired, version, of: component)
        return order == .equal || order == .greater
      }
    }
  }

  mutating func add(_ branch: PromotionBranch, gates: [GateName: GateRecord]) {
    // A tip that was closed unmerged is not open: its tuple is taken back, or Sluice closed it.
    if branch.request == nil, branch.closed != nil { return }
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
      if let apply = applies[ClusterPart(name, group)], apply.to == it.tuple {
        startedAt[group] = apply.claimedAt
        healthyBefore[group] = apply.healthyBefore ?? it.healthyBefore
      }
    }
  }
}
