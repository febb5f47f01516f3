import Promotion

extension World {
  /// Trap 25's dead end: with `step: minor` somebody is left behind whom no rule lets on, whatever people say, and without whom
  /// the stage can't qualify. All else that stands still is a violation of L9.
  var isStuckForGood: Bool {
    guard policy.components.contains(where: { $0.step == .minor }) else { return false }
    let stuck = slots.filter { slot in
      counted(slot).contains { _, site in group(slot).components.contains { !isNewest(site.desired[$0], $0) } }
    }
    return !stuck.isEmpty
      && stuck.allSatisfy { slot in
        let all = counted(slot)
        // All that are left behind, wherever people put them.
        if all.allSatisfy({ isThere($0.site, slot) || !hasWay($0.name, $0.site, slot) }) { return true }
        // One that a person put somewhere does not lead the others out.
        let led = all.filter { !isPlaced($0.name, slot) }
        return (led.isEmpty ? all : led).contains { !isThere($0.site, slot) && !hasWay($0.name, $0.site, slot) }
          || isHeldBack(slot, all)
      }
  }

  /// Whether the front can never qualify, since those who are behind it and have no way are too many for that.
  private func isHeldBack(_ slot: Slot, _ all: [(name: ClusterName, site: Site)]) -> Bool {
    let (group, stage) = (group(slot), stage(slot))
    let tuples = Set(all.map { $0.site.tuple(group) })
    let fronts = tuples.filter { own in !tuples.contains { isOlder(own, $0) } }
    if stage.follow == .latest { return false }
    return fronts.contains { front in
      if recorded(slot).contains(front) { return false }
      let members = oracle.members(slot, front, base: tip, self, withSoakedJoiners: true)
      let left = members.filter { isOlder($0.site.tuple(group), front) && !hasWay($0.name, $0.site, slot) }
      return !left.isEmpty && members.count - left.count < max(1, Oracle.atLeast(stage.atLeast, of: members.count))
    }
  }

  private func isPlaced(_ name: ClusterName, _ slot: Slot) -> Bool {
    oracle.moved[ClusterPart(cluster: name, group: slot.group)]?.last.map { commits[$0.commit].by != Self.sluice } ?? false
  }

  private func isThere(_ site: Site, _ slot: Slot) -> Bool {
    group(slot).components.allSatisfy { isNewest(site.desired[$0], $0) }
  }

  private func isNewest(_ version: Version?, _ component: ComponentName) -> Bool {
    rank(version) == upstream[component]?.map(\.rank).max()
  }

  private func hasWay(_ name: ClusterName, _ site: Site, _ slot: Slot) -> Bool { !ways(name, site, slot).isEmpty }

  /// What the cluster could take, by the rules alone.
  func ways(_ name: ClusterName, _ site: Site, _ slot: Slot) -> [VersionTuple] {
    let own = site.tuple(group(slot))
    // What is ill is cured by what is newer only.
    let ill = counted(slot).filter { !isHealthy($0.name, group(slot)) || hangs($0.site.tuple(group(slot))) }
      .map { $0.site.tuple(group(slot)) }
    // What lies beside the front is on no way to it, nor from it.
    let tuples = counted(slot).map { $0.site.tuple(group(slot)) }
    let fronts = Set(tuples).filter { one in !tuples.contains { isOlder(one, $0) } }
    return options(own, slot).filter { tuple in
      fronts.contains { tuple == $0 || isOlder(tuple, $0) || isOlder($0, tuple) } && ill.allSatisfy { isOlder($0, tuple) }
        && isOlder(own, tuple) && !isRed(tuple) && canStep(own, tuple, slot)
        && !isBarredAnyhow(tuple, slot, name)
        && !tuple.versions.contains { component, version in
          upstream[component]?.contains { $0.version == version && $0.isWithdrawn } == true
            || isSick(version, of: component, on: name, in: slot.stage)
            // A requirement holds on each that would move.
            || counted(slot).contains { lacks(component, version, tuple, $0.site) }
        }
    }
  }

  private func lacks(_ component: ComponentName, _ version: Version, _ tuple: VersionTuple, _ site: Site) -> Bool {
    guard let rule = policy.component(component), site.desired[component] != version else { return false }
    return rule.requires.contains {
      rank(tuple[$0.component] ?? site.desired[$0.component]) / 10_000 < rank(version) / 10_000
    }
  }

  /// What could be started in a slot: published, or proven in all stages before.
  private func options(_ own: VersionTuple, _ slot: Slot) -> [VersionTuple] {
    let before = stage(slot).after.map { recorded(Slot(stage: $0, group: slot.group)) }
    if let first = before.first { return before.dropFirst().reduce(first) { $0.intersection($1) }.map { $0 } }
    return own.versions.keys.flatMap { component in
      (upstream[component] ?? []).map { release in
        var tuple = own
        tuple.versions[component] = release.version
        return tuple
      }
    }
  }

  /// What is proven, and was seen to be in time: a run that looked later finds it gone.
  private func recorded(_ slot: Slot) -> Set<VersionTuple> {
    (oracle.proven[slot] ?? []).intersection((ledger.qualified[slot] ?? []).map(\.tuple))
  }

  private func canStep(_ from: VersionTuple, _ to: VersionTuple, _ slot: Slot) -> Bool {
    to.versions.allSatisfy { component, version in
      guard policy.component(component)?.step == .minor else { return true }
      let (old, new) = (rank(from[component]) / 10_000, rank(version) / 10_000)
      if new == old { return true }
      if new > old + 1 { return false }
      if policy.followers(of: slot.stage).isEmpty { return true }
      return recorded(slot).contains { rank($0[component]) / 10_000 == old }
    }
  }

  private func isBarredAnyhow(_ tuple: VersionTuple, _ slot: Slot, _ name: ClusterName) -> Bool {
    oracle.decisions.contains { decision in
      guard decision.isActive, decision.slot.group == slot.group, oracle.bars(decision, tuple, self) else { return false }
      if let clusters = decision.clusters { return decision.slot == slot && clusters.contains(name) }
      return policy.stageAndFollowers(decision.slot.stage).contains(slot.stage)
    }
  }
}
