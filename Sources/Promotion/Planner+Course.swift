extension Planner {
  /// The plan of one slot, whatever keeps it from moving left aside (DECISIONS 2).
  func course(_ slot: Slot) -> Decision {
    guard let roster = rosters[slot], !roster.units.isEmpty else {
      return .wait([Reason(.noClusters(pinned: rosters[slot]?.pinned ?? [], paused: rosters[slot]?.paused ?? []))])
    }
    if let back = takeBackOfHeld(roster, own: true) { return .takeBack(back) }
    guard let front = front(roster) else { return rest(roster, nil, nil) }
    let newer = newer(roster, front.tuple)
    let aim = target(roster, front, newer)
    // Nobody goes to a front that can't be started; those who could not go there anyway may still go on the way to it.
    var target = aim ?? front.tuple
    var movers = aim == nil ? [] : movers(roster, target)
    if movers.isEmpty, let detour = detour(roster, front, target) { (target, movers) = detour }
    if movers.isEmpty { return rest(roster, front, newer) }
    let unhealthy = unhealthy(roster, target)
    if !unhealthy.isEmpty { return .wait(failureReasons(roster) + [Reason(.unhealthy(unhealthy))]) }
    return advance(roster, target, movers)
  }

  /// Nobody moves forward: what failed goes back where the policy asks for it, and what is through is tidied.
  private func rest(_ roster: Roster, _ front: Front?, _ newer: VersionTuple?) -> Decision {
    if let back = takeBackOfHeld(roster, own: false) ?? takeBackOfFailed(roster) { return .takeBack(back) }
    if let front, let tidy = consolidation(roster, front) { return .consolidate(tidy) }
    return idle(roster, front, newer)
  }

  /// Where the stage is to go: the front, or what is newer if it may take that, or what its open promotion sticks to.
  ///
  /// A front that failed goes no further, even below `maxUnhealthy` (trap 5: the stage opens to newer ones).
  private func target(_ roster: Roster, _ front: Front, _ newer: VersionTuple?) -> VersionTuple? {
    if sticky(roster, front) != nil { return situation.open[roster.slot]?.tuple }
    if let newer, mayTake(roster, front) { return newer }
    let isStopped = situation.keeps(.failedGoesNoFurther) && failed(roster.slot, front.tuple)
    return admissible(roster.slot, front.tuple) && !isStopped ? front.tuple : nil
  }

  /// The units that can take the target now.
  func movers(_ roster: Roster, _ target: VersionTuple) -> [Int] {
    var able = roster.cohorts.filter { canMove(roster, $0.tuple, target) }.flatMap(\.units)
    if let alone = holdingOn[roster.slot], !alone.isEmpty {
      able.removeAll { hold(roster.slot, target, on: roster.units[$0].name) != nil }
    }
    let demanding = demanding(roster)
    if demanding.isEmpty { return able }
    return able.filter { unit in demanding.allSatisfy { unmet(roster.units[unit], $0, target) == nil } }
  }

  /// Where nobody can take the target: the newest on the way to the front that a laggard can take, and those who can too
  /// (trap 25). Laggards are asked by name; the first that has a way shows it.
  private func detour(_ roster: Roster, _ front: Front, _ target: VersionTuple) -> (VersionTuple, [Int])? {
    var asked: Set<Int> = []
    guard situation.keeps(.laggardsStepAlone) else { return nil }
    var blocked: (VersionTuple, [Int])?
    for laggard in laggards(roster, target) where asked.insert(roster.units[laggard].cohort).inserted {
      let from = roster.tuple(roster.units[laggard])
      var ways = ways(roster, from, upTo: front.tuple)
      // What keeps a promotion to the front keeps one on the way there too.
      if let open = situation.open[roster.slot], open.red.isEmpty, ways.contains(open.tuple),
        permission(roster, open) != nil
      {
        ways = [open.tuple]
      }
      for way in ways {
        let movers = movers(roster, way).filter { laggards(roster, target).contains($0) }
        if movers.isEmpty { continue }
        // One who may go stands behind nobody's ill cluster: perhaps he is the one that cures it.
        // And what is red lands nowhere, as long as there is something else.
        if unhealthy(roster, way).isEmpty, !isRed(roster.slot, way) { return (way, movers) }
        blocked = blocked ?? (way, movers)
      }
    }
    return blocked
  }

  func laggards(_ roster: Roster, _ target: VersionTuple) -> [Int] {
    roster.cohorts.filter { isLess($0.tuple, target) && !canMove(roster, $0.tuple, target) && isOurs(roster, $0.tuple, target) }
      .flatMap(\.units).sorted()
  }

  /// What is admissible between a laggard and the front and can be reached at once, the newest first.
  private func ways(_ roster: Roster, _ from: VersionTuple, upTo front: VersionTuple) -> [VersionTuple] {
    let ways: [VersionTuple]
    if roster.stage.after.isEmpty {
      var way = VersionTuple([:])
      for (component, version) in from.versions {
        let limit = front[component] ?? version
        way.versions[component] =
          steps(roster, component, from: version).first {
            $0 == limit || ordering.compare($0, limit, of: component) == .less
          } ?? version
      }
      // Where all at once can't be taken, as when that is red, perhaps one alone can.
      let alone = way.versions.sorted { $0.key < $1.key }.map { component, version in
        VersionTuple(from.versions.merging([component: version]) { $1 })
      }
      ways = [way] + alone.filter { $0 != way && $0 != from }
    } else {
      ways = proven(roster).map(\.tuple).sorted { precedes($1, $0, roster) }
    }
    return ways.filter {
      isAtMost($0, front) && canMove(roster, from, $0) && admissible(roster.slot, $0) && !failed(roster.slot, $0)
    }
  }
}
