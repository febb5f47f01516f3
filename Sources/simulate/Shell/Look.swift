import Promotion
import Synchronization

/// What a job has read: the stores as they were, and the planner on that.
final class Look: Sendable {
  let base: Int
  let tick: Int
  let now: Int
  let ledger: Ledger
  let forge: Forge
  let planner: Planner
  let isForgeSilent: Bool
  let tree: Tree
  private let decisions = Mutex<[Slot: Decision]>([:])

  init(base: Int, tick: Int, now: Int, ledger: Ledger, forge: Forge, planner: Planner, isForgeSilent: Bool, tree: Tree) {
    self.base = base
    self.tick = tick
    self.now = now
    self.ledger = ledger
    self.forge = forge
    self.planner = planner
    self.isForgeSilent = isForgeSilent
    self.tree = tree
  }

  /// The plan of a slot, made once for each look.
  func decide(_ slot: Slot) -> Decision {
    if let known = decisions.withLock({ $0[slot] }) { return known }
    let decision = planner.decide(slot)
    decisions.withLock { $0[slot] = decision }
    return decision
  }
}

extension World {
  /// Reads everything, unless nothing has changed since that was done last.
  mutating func look() -> Look {
    if let memo, memo.base == tip, memo.now == now, memo.ledger.version == ledger.version,
      memo.forge.version == forge.version, memo.isForgeSilent == isForgeSilent
    {
      return memo
    }
    let look = Look(
      base: tip, tick: tick, now: now, ledger: ledger, forge: forge,
      planner: planner(base: tip, ledger: ledger, forge: forge), isForgeSilent: isForgeSilent, tree: tree)
    memo = look
    return look
  }

  mutating func planner(
    base: Int, ledger: Ledger, forge: Forge, inHand: [Reading?] = []
  ) -> Planner {
    figures.plans += 1
    let situation = situation(base: base, ledger: ledger, forge: forge, inHand: inHand)
    return Planner(situation, ordering: common.ordering(policy, ledger))
  }

  /// - Parameter inHand: what was read just now and is not in the ledger, of all clusters in their order.
  mutating func situation(
    base: Int, ledger: Ledger, forge: Forge, inHand: [Reading?] = []
  ) -> Situation {
    let walked = walk(ledger, to: base)
    var situation = Situation(
      now: Timestamp(seconds: now), policy: policy, clusters: states(base, walked, ledger), seen: ledger.seen,
      qualified: ledger.qualified, rollouts: ledger.rollouts, stops: ledger.stops, calendars: calendars,
      unreadableSlots: isForgeSilent)
    for index in situation.clusters.indices {
      if !inHand.isEmpty, let reading = inHand[index] { situation.clusters[index].reading = reading }
      guard let beat = ledger.beats[commits[base].shards[index]] else { continue }
      situation.clusters[index].reading?.cover(beat, commits[base].sites[index].name)
    }
    situation.red = ledger.red
    situation.without = without
    situation.holds = Array(holds(walked.holds, forge).values)
    for (name, commits) in forge.branches { add(name, commits, forge, ledger, to: &situation) }
    for request in forge.requests where request.isRefused && request.branch.kind == .takeBack {
      for (cluster, taken) in request.head.moves {
        situation.declined.insert(DeclinedTakeBack(slot: request.branch.slot, cluster: cluster, tuple: taken.from))
      }
    }
    situation.overrides = overrides(base, forge)
    return situation
  }

  /// The clusters as the ledger knows them, heartbeats aside.
  private mutating func states(_ base: Int, _ walked: Walked, _ ledger: Ledger) -> [ClusterState] {
    if walked.desired == nil, let known = common.states(base, ledger) { return known }
    let groups = policy.groups
    let states = commits[base].sites.map { name, site in
      cluster(name, site, stages: common.stages(site.stage, groups), desired: walked.desired(name, ledger), ledger)
    }
    if walked.desired == nil { common.keep(states, base, ledger) }
    return states
  }

  private func cluster(
    _ name: ClusterName, _ site: Site, stages: [GroupName: StageName], desired: [GroupName: DesiredTuple], _ ledger: Ledger
  ) -> ClusterState {
    let record = ledger.records[name]
    var state = ClusterState(
      name: name, stages: stages, desired: site.desired, pinned: site.isPinned ? Set(site.desired.keys) : [],
      paused: ledger.paused.contains(name), reading: record?.reading, first: record?.first)
    for (group, it) in desired {
      state.desiredSince[group] = it.since
      state.healthyBefore[group] = it.healthyBefore
      state.previous[group] = it.previous
      if let claim = ledger.applies[ClusterPart(cluster: name, group: group)], claim.to == it.tuple,
        claim.at >= it.since.seconds
      {
        state.startedAt[group] = Timestamp(seconds: claim.at)
        state.healthyBefore[group] = claim.healthyBefore ?? it.healthyBefore
      }
    }
    return state
  }

  /// Those of commits, and those of requests that a person closed; what is released in the ledger holds no more.
  func holds(_ walked: [String: Hold], _ forge: Forge) -> [String: Hold] {
    var holds = walked
    for request in forge.requests where request.isRefused && request.branch.kind == .promote && !request.hadMovedOn {
      // Closing it again is another cause.
      let id = "request:\(request.number):\(request.closedAt)"
      guard holds[id] == nil, case .closed(let by) = request.state else { continue }
      holds[id] = Hold(
        id: id, slot: request.branch.slot, bar: .exactly(request.head.to), cause: .closedRequest(request.number, by: by),
        at: Timestamp(seconds: request.closedAt))
    }
    return holds
  }

  private func add(
    _ name: BranchName, _ commits: [BranchCommit], _ forge: Forge, _ ledger: Ledger, to situation: inout Situation
  ) {
    guard let tip = commits.last, let own = commits.last(where: { ledger.tips.contains($0.id) }) else { return }
    let request = forge.request(name)
    let isPersons = !ledger.tips.contains(tip.id)
    // What was closed is not open; a person's commits keep the slot all the same.
    if request == nil, forge.closedHeads.contains(tip.id), !isPersons { return }
    // A label says wait, whatever else is there.
    let mark: OpenPromotion.PersonsMark? = request?.hasLabel == true ? .label : isPersons ? .commit(tip.by) : nil
    switch name.kind {
    case .promote:
      situation.open[name.slot] = OpenPromotion(
        number: request?.number, tuple: own.to, clusters: Set(own.moves.keys),
        openedAt: Timestamp(seconds: request?.openedAt ?? own.at), approvals: request?.approvalsOfHead ?? 0,
        isObjected: request?.objections.isEmpty == false, red: ledger.red[name.slot]?.contains(own.to) == true ? ["e2e"] : [],
        heldByPerson: mark)
    case .takeBack:
      situation.openTakeBacks[name.slot] = OpenTakeBack(
        number: request?.number, to: own.moves.mapValues(\.to), heldByPerson: mark)
    case .consolidate: break
    }
  }

  private func overrides(_ base: Int, _ forge: Forge) -> [Slot: Set<ClusterName>] {
    var overrides = commits[base].overrides
    for request in forge.requests where request.isRefused && request.branch.kind == .consolidate {
      overrides[request.branch.slot] = nil
    }
    return overrides
  }
}
