import Promotion

extension World {
  /// What a branch's content would change on a base; nil: it conflicts there.
  func effective(_ commit: BranchCommit, _ kind: BranchName.Kind, _ slot: Slot, on tree: Tree) -> [ClusterName: Hold.Taken]? {
    let group = group(slot)
    var changes: [ClusterName: Hold.Taken] = [:]
    for (name, taken) in commit.moves {
      guard let site = tree[name] else { return nil }
      let present = site.tuple(group)
      if kind == .consolidate {
        if present != taken.to || !site.overrides.contains(group.name) { return nil }
        changes[name] = taken
      } else if present == taken.from, !site.isPinned {
        changes[name] = taken
      } else if present != taken.to {
        return nil
      }
    }
    return changes
  }

  /// The branches of what the plan says, where they do not say it yet.
  mutating func bump(_ look: Look) -> [Effect] {
    var effects: [Effect] = []
    for slot in slots {
      let kind: BranchName.Kind
      let moves: [ClusterName: Hold.Taken]
      var to = VersionTuple([:])
      var planned: PlannedPromotion?
      switch look.decide(slot) {
      case .promote(let promotion):
        (kind, to, planned) = (.promote, promotion.to, promotion)
        moves = promotion.from.mapValues { Hold.Taken(from: $0, to: promotion.to) }
      case .takeBack(let back): (kind, moves) = (.takeBack, back.moves)
      case .consolidate(let tidy):
        kind = .consolidate
        moves = Dictionary(uniqueKeysWithValues: tidy.clusters.map { ($0, Hold.Taken(from: tidy.tuple, to: tidy.tuple)) })
      case .upToDate, .wait: continue
      }
      let name = BranchName(kind: kind, slot: slot)
      let tip = look.forge.branches[name]?.last
      // What a person wrote stays.
      if let tip, !look.ledger.tips.contains(tip.id) { continue }
      if let tip, !look.forge.closedHeads.contains(tip.id), tip.to == to, Set(tip.moves.keys) == Set(moves.keys),
        effective(tip, kind, slot, on: look.tree) == moves
      {
        continue
      }
      let commit = BranchCommit(id: makeID(), by: Self.sluice, at: now, moves: moves, to: to)
      effects += [.record(name, commit, planned), .push(name, over: tip?.id, commit)]
    }
    return effects
  }

  mutating func record(_ name: BranchName, _ commit: BranchCommit, _ planned: PlannedPromotion?) {
    ledger.tips.insert(commit.id)
    if let planned, ledger.rollouts[name.slot]?[planned.to] == nil {
      let rollout = Rollout(startedAt: Timestamp(seconds: now), members: Set(planned.members))
      ledger.rollouts[name.slot, default: [:]][planned.to] = rollout
      oracle.rollouts[name.slot, default: [:]][planned.to] = (now, rollout.members)
    }
    ledger.version += 1
  }

  mutating func push(_ name: BranchName, over tip: Int?, _ commit: BranchCommit) {
    guard forge.branches[name]?.last?.id == tip else {
      figures.lostRaces += 1
      return
    }
    if let last = forge.branches[name]?.last, last.by != Self.sluice {
      violate("L6", "a branch with a person's commit was written over")
    }
    forge.branches[name] = [commit]
    if let number = forge.open[name] { forge.requests[number].head = commit }
    forge.version += 1
    note("push \(name.kind) \(name.slot.stage)/\(name.slot.group) \(commit.to.short) \(commit.moves.keys.sorted())")
  }
}
