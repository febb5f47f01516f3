extension Planner {
  /// The clusters that count for the tuple: those that desire it or an older one. By name.
  package func members(_ slot: Slot, _ tuple: VersionTuple) -> [ClusterName] {
    guard let roster = rosters[slot] else { return [] }
    return memberUnits(roster, tuple).map { roster.units[$0].name }
  }

  func memberUnits(_ roster: Roster, _ tuple: VersionTuple) -> [Int] {
    let cohorts = roster.cohorts.filter { isAtMost($0.tuple, tuple) }
    return cohorts.count == 1 ? cohorts[0].units : cohorts.flatMap(\.units).sorted()
  }

  /// Whether enough members are soaked at the tuple now. What did is recorded by check, and stays qualified.
  ///
  /// One of them must have as many of its components as any member: versions that ran apart prove nothing of each other.
  package func qualifies(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    guard let roster = rosters[slot], !tuple.isEmpty else { return false }
    let members = roster.cohorts.filter { isAtMost($0.tuple, tuple) }
    let at = members.filter { $0.soaked > 0 && $0.tuple.isPart(of: tuple) }
    let count = members.reduce(0) { $0 + $1.units.count }
    let soaked = at.reduce(0) { $0 + $1.soaked }
    guard count > 0, soaked >= max(1, roster.stage.atLeast.roundedUp(of: count)) else { return false }
    let widest = members.map(\.tuple.versions.count).max()
    return at.contains { $0.tuple.versions.count == widest }
      && tuple.versions.keys.allSatisfy { component in at.contains { $0.tuple[component] != nil } }
  }

  /// What qualifies now and is not recorded yet; what check writes.
  package func newQualifications() -> [Slot: [VersionTuple]] {
    var new: [Slot: [VersionTuple]] = [:]
    for (slot, roster) in rosters {
      let tuples = roster.candidates.filter { qualifiedIn[slot]?.contains($0) != true && qualifies(slot, $0) }
      if !tuples.isEmpty { new[slot] = tuples.sorted { precedes($0, $1, roster) } }
    }
    return new
  }

  /// Whether it is recorded that the tuple qualified, alone or as a part of a larger one.
  package func hasQualified(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    guard let recorded = qualifiedIn[slot] else { return false }
    return recorded.contains(tuple) || recorded.contains { tuple.isPart(of: $0) }
  }

  /// Members that desire an older tuple. By name.
  package func behind(_ slot: Slot, _ tuple: VersionTuple) -> [ClusterName] {
    guard let roster = rosters[slot] else { return [] }
    return roster.cohorts.filter { isLess($0.tuple, tuple) }.flatMap(\.units).sorted().map { roster.units[$0].name }
  }

  /// Whether nobody is behind that can step to the tuple.
  package func complete(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    guard let roster = rosters[slot] else { return false }
    return !roster.cohorts.contains { isLess($0.tuple, tuple) && step($0.tuple, tuple) && isOurs(roster, $0.tuple, tuple) }
  }

  /// In a first stage, a component without a source is moved by people alone (DETAILS, `upstream:` is optional).
  func isOurs(_ roster: Roster, _ from: VersionTuple, _ to: VersionTuple) -> Bool {
    guard roster.stage.after.isEmpty else { return true }
    return from.versions.allSatisfy { component, version in
      version == to[component] || situation.policy.component(component)?.hasUpstream == true
    }
  }
}
