extension Planner {
  /// The clusters that count for the tuple: those that desire it or an older one. By name.
  package func members(_ slot: Slot, _ tuple: VersionTuple) -> [ClusterName] {
    guard let roster = rosters[slot] else { return [] }
    return memberUnits(roster, tuple).map { roster.units[$0].name }
  }

  /// - Parameter withJoiners: whether those that joined after the rollout had started and have not soaked count all the same.
  func memberUnits(_ roster: Roster, _ tuple: VersionTuple, withJoiners: Bool? = nil) -> [Int] {
    let cohorts = counted(roster, tuple)
    let units = cohorts.count == 1 ? cohorts[0].units : cohorts.flatMap(\.units).sorted()
    if !hasExceptions(roster, tuple) { return units }
    let rollout = situation.rollouts[roster.slot]?[tuple]
    return units.filter { index in
      if hold(roster.slot, tuple, on: roster.units[index].name) != nil { return false }
      if withJoiners == true || !isJoiner(roster, index, rollout) { return true }
      // One that has soaked counts like any other (trap 23); waves are of those that were there.
      return withJoiners == nil && isSoaked(roster, index, tuple)
    }
  }

  private func counted(_ roster: Roster, _ tuple: VersionTuple) -> [Roster.Cohort] {
    situation.keeps(.aheadDoesNotCount) ? roster.cohorts.filter { isAtMost($0.tuple, tuple) } : roster.cohorts
  }

  /// How many of so many must be soaked.
  private func quorum(_ roster: Roster, of count: Int) -> Int {
    max(situation.keeps(.someoneQualifies) ? 1 : 0, roster.stage.atLeast.roundedUp(of: count))
  }

  private func isSoaked(_ roster: Roster, _ index: Int, _ tuple: VersionTuple) -> Bool {
    roster.units[index].standing.isSoaked && roster.tuple(roster.units[index]).isPart(of: tuple)
  }

  /// Whether some clusters that desire the tuple or an older one may not count for it.
  func hasExceptions(_ roster: Roster, _ tuple: VersionTuple) -> Bool {
    holdingOn[roster.slot]?.isEmpty == false || situation.rollouts[roster.slot]?[tuple] != nil
  }

  /// Whether enough members are soaked at the tuple now. What did is recorded by check, and stays qualified.
  ///
  /// One of them must have as many of its components as any member: versions that ran apart prove nothing of each other.
  package func qualifies(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    guard let roster = rosters[slot], !tuple.isEmpty else { return false }
    if hasExceptions(roster, tuple) { return qualifiesAlone(roster, tuple) }
    let members = counted(roster, tuple)
    let at = members.filter { $0.soaked > 0 && $0.tuple.isPart(of: tuple) }
    let count = members.reduce(0) { $0 + $1.units.count }
    let soaked = at.reduce(0) { $0 + $1.soaked }
    guard count > 0, soaked >= quorum(roster, of: count) else { return false }
    if !situation.keeps(.someoneQualifies), soaked == 0 { return true }
    if !situation.keeps(.ranTogether) { return true }
    let widest = members.map(\.tuple.versions.count).max()
    return at.contains { $0.tuple.versions.count == widest }
      && tuple.versions.keys.allSatisfy { component in at.contains { $0.tuple[component] != nil } }
  }

  /// As `qualifies`, cluster by cluster.
  private func qualifiesAlone(_ roster: Roster, _ tuple: VersionTuple) -> Bool {
    let members = memberUnits(roster, tuple)
    let soaked = members.filter { isSoaked(roster, $0, tuple) }
    guard !members.isEmpty, soaked.count >= quorum(roster, of: members.count) else { return false }
    if !situation.keeps(.ranTogether) { return true }
    func width(_ index: Int) -> Int { roster.tuple(roster.units[index]).versions.count }
    let widest = members.map(width).max()
    return soaked.contains { width($0) == widest }
      && tuple.versions.keys.allSatisfy { component in
        soaked.contains { roster.tuple(roster.units[$0])[component] != nil }
      }
  }

  /// What qualifies now and is not recorded yet; what check writes.
  package func newQualifications() -> [Slot: [VersionTuple]] {
    var new: [Slot: [VersionTuple]] = [:]
    for (slot, roster) in rosters where !roster.units.isEmpty {
      let tuples = roster.candidates.filter { !qualified(roster).contains($0) && qualifies(slot, $0) }
      if !tuples.isEmpty { new[slot] = tuples.sorted { precedes($0, $1, roster) } }
    }
    return new
  }

  /// Whether it is recorded that the tuple qualified, alone or as a part of a larger one.
  package func hasQualified(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    guard let roster = rosters[slot] else { return false }
    let recorded = qualified(roster)
    return recorded.contains(tuple) || recorded.contains { tuple.isPart(of: $0) }
  }

  /// Members that desire an older tuple. By name.
  package func behind(_ slot: Slot, _ tuple: VersionTuple) -> [ClusterName] {
    guard let roster = rosters[slot] else { return [] }
    return memberUnits(roster, tuple).filter { isLess(roster.tuple(roster.units[$0]), tuple) }.map { roster.units[$0].name }
  }

  /// Whether nobody is behind that can step to the tuple.
  package func complete(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    guard let roster = rosters[slot] else { return false }
    let behind = roster.cohorts.indices.filter {
      let own = roster.cohorts[$0].tuple
      return isLess(own, tuple) && step(own, tuple) && isOurs(roster, own, tuple)
    }
    if behind.isEmpty { return true }
    return hasExceptions(roster, tuple)
      && !memberUnits(roster, tuple).contains { behind.contains(roster.units[$0].cohort) }
  }

  /// In a first stage, a component without a source is moved by people alone (DETAILS, `upstream:` is optional).
  func isOurs(_ roster: Roster, _ from: VersionTuple, _ to: VersionTuple) -> Bool {
    guard roster.stage.after.isEmpty else { return true }
    return from.versions.allSatisfy { component, version in
      version == to[component] || situation.policy.component(component)?.hasUpstream == true
    }
  }
}
