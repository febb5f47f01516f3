import Promotion

extension Oracle {
  /// What the newest commit of the base says: since when things are desired, what was taken back, what was undone.
  mutating func followed(_ world: World, before: Tree, isPromotion: Bool) {
    var moves: [Slot: [ClusterName: Hold.Taken]] = [:]
    for (name, site) in world.tree {
      guard let old = before[name] else { continue }
      for group in world.policy.groups {
        let taken = Hold.Taken(from: old.tuple(group), to: site.tuple(group))
        let part = ClusterPart(cluster: name, group: group.name)
        if taken.from == taken.to { continue }
        if old.stage == site.stage { moves[Slot(stage: site.stage, group: group.name), default: [:]][name] = taken }
        wasHealthy[part] = sampled[part].map { $0.healthy && $0.versions == taken.from.versions } ?? false
        moved[part, default: []].append(Moved(at: world.now, commit: world.tip, isMove: old.stage == site.stage))
      }
    }
    for (slot, moves) in moves.sorted(by: { $0.key < $1.key }) {
      takeBack(slot, moves, before, world)
      if !isPromotion { undo(slot, moves, before, world) }
      for index in decisions.indices where decisions[index].slot == slot && decisions[index].isLast {
        // Anything above it that lands is what came after.
        if case .above(_, let high) = decisions[index].bar,
          moves.values.contains(where: { move in world.isAbove(move.to, high) })
        {
          decisions[index].isLast = false
        }
      }
    }
  }

  private mutating func takeBack(_ slot: Slot, _ moves: [ClusterName: Hold.Taken], _ before: Tree, _ world: World) {
    struct Kind: Hashable {
      let from: VersionTuple
      let low: [ComponentName: Int]
    }
    var kinds: [Kind: [ClusterName: Hold.Taken]] = [:]
    for (name, move) in moves {
      var low: [ComponentName: Int] = [:]
      for (component, version) in move.to.versions {
        guard let old = move.from[component], world.rank(version) < world.rank(old) else { continue }
        low[component] = world.rank(version)
      }
      if !low.isEmpty { kinds[Kind(from: move.from, low: low), default: [:]][name] = move }
    }
    let group = world.group(slot)
    for (kind, taken) in kinds.sorted(by: { ($0.value.keys.min() ?? "") < ($1.value.keys.min() ?? "") }) {
      let all = kinds.filter { $0.key.from == kind.from }.flatMap(\.value.keys)
      let there = before.filter {
        $0.value.stage == slot.stage && !$0.value.isPinned && !world.ledger.paused.contains($0.key)
          && $0.value.tuple(group) == kind.from
      }.map(\.key)
      func mover(_ name: ClusterName) -> Int? {
        let own = moved[ClusterPart(cluster: name, group: slot.group)]?.last { $0.commit < world.tip }
        return own.flatMap { $0.isMove ? $0.commit : nil }
      }
      let speaking = Set(there).intersection(all)
      let isWhole =
        !speaking.isEmpty && Set(there).isSubset(of: all)
        || Set(speaking.compactMap(mover)).contains { commit in Set(there.filter { mover($0) == commit }).isSubset(of: all) }
      var high: [ComponentName: Int] = [:]
      for component in kind.low.keys { high[component] = world.rank(kind.from[component]) }
      decisions.append(
        Decision(
          slot: slot, bar: .above(kind.low, upTo: high), clusters: isWhole ? nil : Set(taken.keys), taken: taken,
          commit: world.tip, tick: world.tick))
    }
  }

  private mutating func undo(_ slot: Slot, _ moves: [ClusterName: Hold.Taken], _ before: Tree, _ world: World) {
    for index in decisions.indices {
      let decision = decisions[index]
      guard decision.isActive, decision.slot == slot, let commit = decision.commit, commit != world.tip,
        case .above(let low, _) = decision.bar
      else { continue }
      let here = decision.taken.keys.filter { before[$0]?.stage == slot.stage }
      let back = decision.taken.filter { name, taken in
        guard let move = moves[name] else { return false }
        return low.keys.allSatisfy { move.to[$0] == taken.from[$0] && move.from[$0] != taken.from[$0] }
      }
      if back.isEmpty || !Set(here).isSubset(of: back.keys) { continue }
      decisions[index].isActive = false
    }
  }

  /// A person closed a request unmerged.
  mutating func closed(_ request: Request, tick: Int) {
    guard request.branch.kind == .promote, !request.hadMovedOn else { return }
    decisions.append(
      Decision(
        slot: request.branch.slot, bar: .exactly(request.head.to), clusters: nil, taken: [:], request: request.number,
        tick: tick))
  }

  mutating func reopened(_ number: Int, tick: Int) {
    for index in decisions.indices where decisions[index].request == number { release(index, tick) }
  }

  mutating func released(_ hold: Hold, tick: Int) {
    for index in decisions.indices where decisions[index].slot == hold.slot {
      switch hold.cause {
      case .commit(let id, _):
        if decisions[index].commit == Int(id), Set(decisions[index].taken.keys) == Set(hold.taken.keys) {
          release(index, tick)
        }
      case .closedRequest(let number, _): if decisions[index].request == number { release(index, tick) }
      case .manual:
        if case .exactly(let tuple) = hold.bar, decisions[index].bar == .exactly(tuple), decisions[index].request == nil {
          release(index, tick)
        }
      }
    }
  }

  private mutating func release(_ index: Int, _ tick: Int) {
    decisions[index].isActive = false
    decisions[index].releasedAt = tick
  }
}
