import Fleet
import Forge
import Git
import Ledger
import Promotion
import Report

extension SituationMaker {
  /// What people said by closing requests: a promotion's version is held, a take-back's clusters stay where they are.
  ///
  /// Not what Sluice closed (it marks those first), and no promotion whose clusters have all moved on (forges close empty
  /// requests themselves; trap 8). A cause that was released never holds again, though its request is still there (trap 10).
  mutating func addClosed(_ closed: [PullRequest], in workspace: Workspace) async {
    let names = BranchNames(policy: situation.policy.name)
    // No branch may hold their heads any more. What can't be had is known by the ledger, or not at all.
    _ = try? await workspace.repository.bring(commits: closed.filter { !$0.isMarked }.map(\.head))
    let known = Set(situation.holds.map(\.id))
    for request in closed where !request.isMarked && !workspace.policy.forge.bots.contains(request.closedBy ?? "") {
      guard let place = names.place(ofReference: "refs/heads/\(request.branch)") else { continue }
      switch place.kind {
      case .promote where !known.contains(request.holdID): await hold(request, place.slot, workspace)
      case .takeBack: await decline(request, place.slot, workspace)
      case .consolidate: await refuse(request, place.slot, workspace)
      case .promote: continue
      }
    }
  }

  private mutating func hold(_ request: PullRequest, _ slot: Slot, _ workspace: Workspace) async {
    let own = await newestPromotion(of: request, in: slot, workspace.repository)
    guard let tuple = own?.tuple ?? recorded(request, in: slot), await !hasMovedOn(slot, tuple, own?.commit, workspace) else {
      return
    }
    situation.holds.append(
      Hold(
        id: request.holdID, slot: slot, bar: .exactly(tuple),
        cause: .closedRequest(request.number, by: request.closedBy ?? "somebody"),
        at: request.closedAt.map(Timestamp.init(seconds:))))
  }

  /// Closing a take-back says "not again" of what its clusters desired then; whoever holds it by hand afterwards wants it again.
  private mutating func decline(_ request: PullRequest, _ slot: Slot, _ workspace: Workspace) async {
    let closedAt = Timestamp(seconds: request.closedAt ?? 0)
    guard let own = await newestPromotion(of: request, in: slot, workspace.repository) else { return }
    let today = situation.policy.today(slot, own.tuple)
    let slots = today.groups.map { Slot(stage: today.stage ?? slot.stage, group: $0.name) }
    let isWantedAgain = situation.holds.contains { hold in
      guard hold.isActive, hold.slot == slot || slots.contains(hold.slot), case .manual = hold.cause, let at = hold.at else {
        return false
      }
      return at >= closedAt
    }
    if isWantedAgain { return }
    guard let parent = own.commit.parents.first,
      let before = try? await workspace.fleets.fleet(at: workspace.repository.commit(parent).tree),
      let moved = await clusters(movedBy: own.commit, today.groups, workspace)
    else { return }
    for name in moved {
      for (slot, group) in zip(slots, today.groups) {
        guard let tuple = before.cluster(name)?.desired.tuple(of: group) else { continue }
        situation.declined.insert(DeclinedTakeBack(slot: slot, cluster: name, tuple: tuple))
      }
    }
  }

  /// Closing a consolidation says "not again" of its tuple: its overrides stay.
  private mutating func refuse(_ request: PullRequest, _ slot: Slot, _ workspace: Workspace) async {
    guard let own = await newestPromotion(of: request, in: slot, workspace.repository) else { return }
    // Under today's names, should its stage or its group have had another then (trap 33).
    let today = situation.policy.today(slot, own.tuple)
    for group in today.groups {
      refused.insert(SlotTuple(Slot(stage: today.stage ?? slot.stage, group: group.name), own.tuple))
    }
  }

  /// The newest commit of a request that says what it promotes; a person's own may stand above it.
  private func newestPromotion(
    of request: PullRequest, in slot: Slot, _ repository: Repository
  ) async -> (commit: Commit, tuple: VersionTuple)? {
    guard (try? await repository.holds([request.head]))?.isEmpty == false else { return nil }
    let history = (try? await repository.firstParentHistory(from: request.head, until: nil, limit: 100)) ?? []
    for commit in history {
      if let trailers = PromotionTrailers(message: commit.message), trailers.slot == slot { return (commit, trailers.to) }
    }
    return nil
  }

  /// What the ledger says that a request promoted last.
  private func recorded(_ request: PullRequest, in slot: Slot) -> VersionTuple? {
    rollouts.values.values.filter { $0.slot == slot && $0.pull == request.number }.max { $0.startedAt < $1.startedAt }?.to
  }

  private func hasMovedOn(_ slot: Slot, _ tuple: VersionTuple, _ commit: Commit?, _ workspace: Workspace) async -> Bool {
    let ordering = Ordering(policy: situation.policy, seen: situation.seen)
    let today = situation.policy.today(slot, tuple)
    let all = situation.clusters.filter { cluster in
      today.groups.contains { group in cluster.stages[group.name].map { today.stage == nil || today.stage == $0 } ?? false }
    }
    let behind = all.filter { cluster in
      tuple.versions.contains { component, version in
        guard let desired = cluster.desired[component] else { return false }
        let order = ordering.compare(desired, version, of: component)
        return order != .equal && order != .greater
      }
    }
    if behind.isEmpty { return true }
    // Where some are there, those that are not may have joined since.
    guard behind.count < all.count, let commit, let moved = await clusters(movedBy: commit, today.groups, workspace) else {
      return false
    }
    return moved.isDisjoint(with: behind.map(\.name))
  }

  /// The clusters in which a commit changed what one of the groups is; nil where that can't be told.
  private func clusters(movedBy commit: Commit, _ groups: [Group], _ workspace: Workspace) async -> Set<ClusterName>? {
    guard let parent = commit.parents.first,
      let before = try? await workspace.fleets.fleet(at: workspace.repository.commit(parent).tree),
      let after = try? await workspace.fleets.fleet(at: commit.tree)
    else { return nil }
    let moved = after.clusters.filter { cluster in
      groups.contains { before.cluster(cluster.name)?.desired.tuple(of: $0) != cluster.desired.tuple(of: $0) }
    }
    return moved.isEmpty ? nil : Set(moved.map(\.name))
  }
}

extension Policy {
  /// What a slot of an earlier policy is now: its stage, nil where nobody knows it any more, and its group or, where that is
  /// gone, those that have its components (trap 33; a hold that was recorded is read in the same way).
  fileprivate func today(_ slot: Slot, _ tuple: VersionTuple) -> (stage: StageName?, groups: [Group]) {
    let stage = stages.first { $0.name == slot.stage } ?? stages.first { $0.was.contains(slot.stage) }
    if let group = group(slot.group) { return (stage?.name, [group]) }
    return (stage?.name, groups.filter { group in group.components.contains { tuple[$0] != nil } })
  }
}

extension PullRequest {
  /// Names the hold that closing it causes; closing it once more after that one was released is another.
  fileprivate var holdID: String { "request:\(number)" + (closedAt.map { ":\($0)" } ?? "") }
}
