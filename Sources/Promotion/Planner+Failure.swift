extension Planner {
  /// Whether too many of those that run the tuple got worse on it, or too few are left. Derived: it heals by itself.
  package func failed(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    guard let roster = rosters[slot], roster.cohorts.contains(where: { $0.worse > 0 }) else { return false }
    var (count, worse) = (0, 0)
    if roster.isUniform, let cohort = roster.cohort(desiring: tuple) {
      (count, worse) = (cohort.units.count, cohort.worse)
    } else {
      for cohort in roster.cohorts where cohort.tuple.matches(tuple) {
        count += cohort.units.count
        worse += cohort.worse
      }
    }
    guard worse > 0 else { return false }
    return worse > roster.stage.maxUnhealthy.roundedDown(of: count)
      || situation.keeps(.tooFewLeftIsFailure) && count - worse < roster.stage.atLeast.roundedUp(of: count)
  }

  /// Whether so many of those that desire the tuple are degraded, for whatever reason, that it can't qualify as things are.
  ///
  /// Where they were so before it came, that is not its failure; but nor can it go on, and something newer may cure them.
  func isHopeless(_ roster: Roster, _ tuple: VersionTuple) -> Bool {
    guard let cohort = roster.cohort(desiring: tuple), cohort.degraded > 0 else { return false }
    return cohort.units.count - cohort.degraded < max(1, roster.stage.atLeast.roundedUp(of: cohort.units.count))
  }

  /// The tuples desired in the slot that failed there, by their text.
  package func failures(_ slot: Slot) -> [VersionTuple] {
    guard let roster = rosters[slot] else { return [] }
    return failures(roster)
  }

  /// The clusters that got worse on the tuple.
  package func failedOn(_ slot: Slot, _ tuple: VersionTuple) -> [ClusterName] {
    rosters[slot].map { worseOn($0, tuple) } ?? []
  }

  func failures(_ roster: Roster) -> [VersionTuple] {
    if !roster.cohorts.contains(where: { $0.worse > 0 }) { return [] }
    return roster.cohorts.filter { $0.worse > 0 && failed(roster.slot, $0.tuple) }.map(\.tuple).sorted {
      precedes($0, $1, roster)
    }
  }

  func worseOn(_ roster: Roster, _ tuple: VersionTuple) -> [ClusterName] {
    roster.units.filter { $0.standing.isWorse && roster.tuple($0).matches(tuple) }.map(\.name)
  }

  /// Degraded clusters that the target would cure: they desire an older tuple that failed here or is held (trap 4).
  func cure(_ roster: Roster, _ target: VersionTuple?) -> Set<Int> {
    guard let target, situation.keeps(.degradedAreCured) else { return [] }
    var cured: Set<Int> = []
    for cohort in roster.cohorts where isLess(cohort.tuple, target) && isBad(roster, cohort) {
      cured.formUnion(cohort.units.filter { roster.units[$0].standing.isDegraded })
    }
    return cured
  }

  func isBad(_ roster: Roster, _ cohort: Roster.Cohort) -> Bool {
    (cohort.worse > 0 && failed(roster.slot, cohort.tuple)) || isHeld(roster.slot, cohort.tuple)
  }

  /// Clusters whose upgrade started and is not over; what is unknown counts. Soaking is not in flight, nor is what degraded: that
  /// takes room of `maxUnhealthy`, and if it took room here too, one lasting fault within it would stop the stage for ever.
  ///
  /// Where the stage has no upgrade command a merge starts the upgrade, so each that is not settled has started.
  package func inFlight(_ slot: Slot, target: VersionTuple? = nil) -> [ClusterName] {
    guard let roster = rosters[slot] else { return [] }
    return inFlightUnits(roster, target).sorted().map { roster.units[$0].name }
  }

  func inFlightUnits(_ roster: Roster, _ target: VersionTuple?) -> Set<Int> {
    let moving = roster.units.indices.filter { index in
      let unit = roster.units[index]
      let started = !roster.stage.applies || situation.clusters[unit.cluster].startedAt[roster.slot.group] != nil
      return started && !unit.standing.isSettled && !unit.standing.isDegraded
    }
    return Set(moving)
  }

  /// Degraded clusters that count against the target, when they are more than `maxUnhealthy` of the stage: those that got worse
  /// on what they desire. What was broken before does not keep a version from anybody (DESIGN 9).
  func unhealthy(_ roster: Roster, _ target: VersionTuple?) -> [ClusterName] {
    let degraded = roster.units.indices.filter { roster.units[$0].standing.isWorse }
    if degraded.isEmpty || !situation.keeps(.unhealthyStop) { return [] }
    let cured = cure(roster, target)
    let counted = degraded.filter { !cured.contains($0) }
    guard counted.count > roster.stage.maxUnhealthy.roundedDown(of: roster.units.count) else { return [] }
    return counted.map { roster.units[$0].name }
  }
}
