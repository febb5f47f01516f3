import Promotion
import Synchronization

/// What a job has read: the stores as they were, and the planner on that.
struct Look: Sendable {
  let base: Int
  let tick: Int
  let now: Int
  let ledger: Ledger
  let forge: Forge
  let planner: Planner
  let isForgeSilent: Bool

  let tree: Tree
  private let decisions = Decisions()

  /// The plan of a slot, made once for each look.
  func decide(_ slot: Slot) -> Decision {
    if let known = decisions.known.withLock({ $0[slot] }) { return known }
    let decision = planner.decide(slot)
    decisions.known.withLock { $0[slot] = decision }
    return decision
  }

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
}

/// What the planner would say again.
private final class Decisions: Sendable {
  let known = Mutex<[Slot: Decision]>([:])
}

extension World {
  /// Reads everything, unless nothing has changed since that was done last.
  mutating func look() -> Look {
    if let memo, memo.base == tip, memo.now == now, memo.ledger.version == ledger.version,
      memo.forge.version == forge.version, memo.isForgeSilent == isForgeSilent
    {
      return memo
    }
    figures.plans += 1
    let look = Look(
      base: tip, tick: tick, now: now, ledger: ledger, forge: forge,
      planner: Planner(situation(base: tip, ledger: ledger, forge: forge)), isForgeSilent: isForgeSilent, tree: tree)
    memo = look
    return look
  }

  func situation(base: Int, ledger: Ledger, forge: Forge) -> Situation {
    let walked = walk(ledger, to: base)
    let tree = commits[base].tree
    var situation = Situation(
      now: Timestamp(seconds: now), policy: policy,
      clusters: tree.map { cluster($0, $1, desired: walked.desired[$0] ?? [:], ledger) }, seen: ledger.seen,
      qualified: ledger.qualified, rollouts: ledger.rollouts, stops: ledger.stops, calendars: calendars,
      unreadableSlots: isForgeSilent)
    situation.red = ledger.red
    situation.without = without
    situation.holds = Array(holds(walked.holds, forge).values)
    for (name, commits) in forge.branches { add(name, commits, forge, ledger, tree, to: &situation) }
    for request in forge.requests where request.isRefused && request.branch.kind == .takeBack {
      for (cluster, taken) in request.head.moves {
        situation.declined.insert(DeclinedTakeBack(slot: request.branch.slot, cluster: cluster, tuple: taken.from))
      }
    }
    situation.overrides = overrides(tree, forge)
    return situation
  }

  /// The base's history since the ledger's cursor: what is desired since when, and the holds.
  func walk(
    _ ledger: Ledger, to base: Int
  ) -> (desired: [ClusterName: [GroupName: DesiredTuple]], holds: [String: Hold]) {
    let tree = commits[base].tree
    let recorded = ledger.records.mapValues(\.desired)
    if ledger.cursor == base, tree.keys.allSatisfy({ recorded[$0] != nil }) { return (recorded, ledger.holds) }
    var history = BaseHistory(
      desired: recorded, holds: ledger.holds, ordering: Ordering(policy: policy, seen: ledger.seen), without: without)
    if ledger.cursor < base {
      for index in (ledger.cursor + 1)...base {
        let (before, commit) = (commits[index - 1].tree, commits[index])
        let moves = commit.tree.sorted { $0.key < $1.key }.flatMap { name, site -> [BaseHistory.Move] in
          guard let old = before[name], old != site else { return [] }
          return history.moves(name, from: place(old), to: place(site), groups: policy.groups)
        }
        let since = min(now, max(ledger.walkedAt, commit.at))
        history.follow(
          BaseHistory.Commit(id: "\(index)", by: commit.by, at: Timestamp(seconds: since), isPromotion: commit.isPromotion),
          moves: moves
        ) { slot in
          before.filter { $0.value.stage == slot.stage }.map {
            BaseHistory.Standing(
              cluster: $0, tuple: $1.tuple(group(slot)),
              isSetAside: $1.isPinned || ledger.paused.contains($0) && ledger.pausedSince[$0] ?? 0 <= commit.at)
          }
        }
      }
    }
    for (name, site) in tree {
      for group in policy.groups { history.settle(name, group.name, site.tuple(group), at: Timestamp(seconds: now)) }
    }
    return (history.desired, history.holds)
  }

  private func place(_ site: Site) -> BaseHistory.Place {
    BaseHistory.Place(
      stages: Dictionary(uniqueKeysWithValues: policy.groups.map { ($0.name, site.stage) }), desired: site.desired)
  }

  private func cluster(
    _ name: ClusterName, _ site: Site, desired: [GroupName: DesiredTuple], _ ledger: Ledger
  ) -> ClusterState {
    let record = ledger.records[name]
    var state = ClusterState(
      name: name, stages: Dictionary(uniqueKeysWithValues: policy.groups.map { ($0.name, site.stage) }),
      desired: site.desired, pinned: site.isPinned ? Set(site.desired.keys) : [], paused: ledger.paused.contains(name),
      reading: record?.reading?.covered(by: ledger.beats[Self.shard(name)].map { [$0] } ?? [], cluster: name),
      first: record?.first)
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
    _ name: BranchName, _ commits: [BranchCommit], _ forge: Forge, _ ledger: Ledger, _ tree: Tree,
    to situation: inout Situation
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

  private func overrides(_ tree: Tree, _ forge: Forge) -> [Slot: Set<ClusterName>] {
    var overrides: [Slot: Set<ClusterName>] = [:]
    for (name, site) in tree where !site.isPinned {
      for group in site.overrides { overrides[Slot(stage: site.stage, group: group), default: []].insert(name) }
    }
    for request in forge.requests where request.isRefused && request.branch.kind == .consolidate {
      overrides[request.branch.slot] = nil
    }
    return overrides
  }
}
