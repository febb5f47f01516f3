extension Planner {
  /// The plan of one slot, whatever keeps it from moving left aside (DECISIONS 2, without waves).
  func course(_ slot: Slot) -> Decision {
    guard let roster = rosters[slot], !roster.units.isEmpty else {
      return .wait([Reason(.noClusters(pinned: rosters[slot]?.pinned ?? [], paused: rosters[slot]?.paused ?? []))])
    }
    guard let front = front(roster) else { return idle(roster, nil, nil) }
    let newer = newer(roster, front.tuple)
    guard var target = target(roster, front, newer) else { return idle(roster, front, newer) }
    var movers = movers(roster, target)
    if movers.isEmpty, let detour = detour(roster, front, target) { (target, movers) = detour }
    if movers.isEmpty { return idle(roster, front, newer) }
    let unhealthy = unhealthy(roster, target)
    if !unhealthy.isEmpty { return .wait(failureReasons(roster) + [Reason(.unhealthy(unhealthy))]) }
    let picks = picks(roster, movers, target)
    if picks.isEmpty {
      let moving = inFlight(roster.slot, target: target)
      return .wait([Reason(.inFlight(moving))] + unknownReasons(roster))
    }
    var from: [ClusterName: VersionTuple] = [:]
    for pick in picks { from[roster.units[pick].name] = roster.tuple(roster.units[pick]) }
    return .promote(PlannedPromotion(slot: slot, to: target, from: from))
  }

  /// Where the stage is to go: the front, or what is newer if it may take that, or what its open promotion sticks to.
  ///
  /// A front that failed goes no further, even below `maxUnhealthy` (trap 5: the stage opens to newer ones).
  private func target(_ roster: Roster, _ front: Front, _ newer: VersionTuple?) -> VersionTuple? {
    if sticky(roster, front) != nil { return situation.open[roster.slot]?.tuple }
    if let newer, mayTake(roster, front) { return newer }
    return admissible(roster.slot, front.tuple) && !failed(roster.slot, front.tuple) ? front.tuple : nil
  }

  /// The units that can take the target now.
  func movers(_ roster: Roster, _ target: VersionTuple) -> [Int] {
    let able = roster.cohorts.filter { canMove(roster, $0.tuple, target) }.flatMap(\.units)
    let demanding = demanding(roster)
    if demanding.isEmpty { return able }
    return able.filter { unit in demanding.allSatisfy { unmet(roster.units[unit], $0, target) == nil } }
  }

  /// Where nobody can take the target: the newest on the way to the front that a laggard can take, and those who can too
  /// (trap 25). Laggards are asked by name; the first that has a way shows it.
  private func detour(_ roster: Roster, _ front: Front, _ target: VersionTuple) -> (VersionTuple, [Int])? {
    var asked: Set<Int> = []
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
        if !movers.isEmpty { return (way, movers) }
      }
    }
    return nil
  }

  func laggards(_ roster: Roster, _ target: VersionTuple) -> [Int] {
    roster.cohorts.filter { isLess($0.tuple, target) && !step($0.tuple, target) && isOurs(roster, $0.tuple, target) }
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
      ways = [way]
    } else {
      ways = (proven[roster.slot] ?? []).map(\.tuple).sorted { precedes($1, $0, roster) }
    }
    return ways.filter {
      isAtMost($0, front) && canMove(roster, from, $0) && admissible(roster.slot, $0) && !failed(roster.slot, $0)
    }
  }

  /// Of the movers those that there is room for: degraded on a bad version first, then in an order that no name favours.
  ///
  /// With an upgrade command all go at once: apply waits for a place (DECISIONS, plan).
  private func picks(_ roster: Roster, _ movers: [Int], _ target: VersionTuple) -> [Int] {
    guard let room = roster.stage.maxInFlight, !roster.stage.applies else { return movers }
    let bad = Set(roster.cohorts.indices.filter { isBad(roster, roster.cohorts[$0]) })
    func rank(_ index: Int) -> (Int, UInt64, Int) {
      let unit = roster.units[index]
      return (unit.standing.isDegraded && bad.contains(unit.cohort) ? 0 : 1, stableHash(unit.name), index)
    }
    var busy = inFlightUnits(roster, target)
    var picks: [Int] = []
    for mover in movers.map({ (rank($0), $0) }).sorted(by: { $0.0 < $1.0 }).map(\.1) {
      busy.insert(mover)
      if busy.count > room { break }
      picks.append(mover)
    }
    return picks
  }
}

/// FNV-1a, 64 bits: the same on every machine and in every run.
func stableHash(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
}
