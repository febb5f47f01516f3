extension Planner {
  /// What desires something held goes back to what it desired before, all at once (DECISIONS, plan); nil: nobody can or should.
  ///
  /// What was taken back in this very stage goes first. What was taken back in an earlier one is offered here where nothing newer
  /// can come in its place: nobody in this stage has asked for it.
  func takeBackOfHeld(_ roster: Roster, own: Bool) -> PlannedTakeBack? {
    guard situation.keeps(.takeBackIsOffered), holding[roster.slot] != nil else { return nil }
    var causes: [Hold] = []
    var planned = PlannedTakeBack(slot: roster.slot, moves: [:], because: .held([]))
    for cohort in roster.cohorts {
      let holds = holds(roster.slot, cohort.tuple)
      if holds.isEmpty || own && !holds.contains(where: { isOwn($0, roster.slot) }) { continue }
      let (moves, stranded) = wayBack(roster, cohort, holds)
      planned.moves.merge(moves) { first, _ in first }
      planned.stranded += stranded
      causes += holds.filter { !moves.isEmpty && !causes.contains($0) }
    }
    planned.because = .held(causes)
    planned.stranded.sort()
    return planned.moves.isEmpty ? nil : planned
  }

  /// What desires a version that failed goes back, where the policy asks for that and nothing newer is at hand.
  func takeBackOfFailed(_ roster: Roster) -> PlannedTakeBack? {
    guard roster.stage.onFailure == .revert, situation.keeps(.failureIsTakenBack) else { return nil }
    var planned = PlannedTakeBack(slot: roster.slot, moves: [:], because: .failed([]))
    var failed: [VersionTuple] = []
    for cohort in roster.cohorts where cohort.worse > 0 && self.failed(roster.slot, cohort.tuple) {
      let (moves, stranded) = wayBack(roster, cohort, [])
      if !moves.isEmpty { failed.append(cohort.tuple) }
      planned.moves.merge(moves) { first, _ in first }
      planned.stranded += stranded
    }
    planned.because = .failed(failed.sorted { precedes($0, $1, roster) })
    planned.stranded.sort()
    return planned.moves.isEmpty ? nil : planned
  }

  /// Clusters at a held version that can't go back: shown, and left where they are.
  func stranded(_ roster: Roster) -> [Reason] {
    roster.cohorts.compactMap { cohort in
      let holds = holds(roster.slot, cohort.tuple)
      if holds.isEmpty { return nil }
      let names = wayBack(roster, cohort, holds).stranded
      return names.isEmpty ? nil : Reason(.stranded(names, cohort.tuple))
    }
  }

  private func wayBack(
    _ roster: Roster, _ cohort: Roster.Cohort, _ holds: [Hold]
  ) -> (moves: [ClusterName: Hold.Taken], stranded: [ClusterName]) {
    var (moves, stranded): ([ClusterName: Hold.Taken], [ClusterName]) = ([:], [])
    for index in cohort.units {
      let unit = roster.units[index]
      if situation.declined.contains(DeclinedTakeBack(slot: roster.slot, cluster: unit.name, tuple: cohort.tuple)) { continue }
      if let to = before(unit, roster, cohort.tuple, holds), goesBack(cohort.tuple, to) {
        moves[unit.name] = Hold.Taken(from: cohort.tuple, to: to)
      } else {
        stranded.append(unit.name)
      }
    }
    return (moves, stranded)
  }

  /// The newest older tuple that the cluster desired before and that nothing holds; else what the hold's commit went back to.
  private func before(_ unit: Roster.Unit, _ roster: Roster, _ tuple: VersionTuple, _ holds: [Hold]) -> VersionTuple? {
    for previous in situation.clusters[unit.cluster].previous[roster.slot.group] ?? [] {
      let candidate = VersionTuple(previous.versions.filter { tuple[$0.key] != nil })
      if candidate.versions.count == tuple.versions.count, isLess(candidate, tuple), !isHeld(roster.slot, candidate),
        hold(roster.slot, candidate, on: unit.name) == nil, !failed(roster.slot, candidate)
      {
        return candidate
      }
    }
    for case .above(let low, _) in holds.map(\.bar) {
      var candidate = tuple
      for (component, version) in low.versions where tuple[component] != nil { candidate.versions[component] = version }
      if isLess(candidate, tuple), !isHeld(roster.slot, candidate) { return candidate }
    }
    return nil
  }

  /// Whether every component that would be older can be (`goesBack`).
  package func goesBack(_ from: VersionTuple, _ to: VersionTuple) -> Bool {
    from.versions.allSatisfy { component, version in
      guard let next = to[component], next != version else { return true }
      switch situation.policy.component(component)?.goesBack ?? .always {
      case .always: return true
      case .never: return false
      case .patch:
        let minors = (ordering.semantic(version, of: component)?.minor, ordering.semantic(next, of: component)?.minor)
        guard let old = minors.0, let new = minors.1 else { return false }
        return old == new
      }
    }
  }
}

/// What becomes of a slot's open take-back.
package enum TakeBackTreatment: Sendable, Equatable {
  case keep
  /// Other clusters, or others to go back to.
  case rewrite(PlannedTakeBack)
  /// Nobody desires what is held any more, or nothing is held.
  case closeMoot
  case leave([Reason])
}

extension Planner {
  /// What becomes of the open take-back, by the one plan; nil: none is open.
  package func takeBackTreatment(_ slot: Slot) -> TakeBackTreatment? {
    guard let open = situation.openTakeBacks[slot] else { return nil }
    let obstacles = obstacles(slot, .takeBack, forMerge: false)
    if !obstacles.isEmpty { return .leave(obstacles) }
    guard case .takeBack(let planned) = course(slot) else { return .closeMoot }
    return planned.moves.mapValues(\.to) == open.to ? .keep : .rewrite(planned)
  }

  /// Whether a take-back may land now: no window and no freeze keeps it (L8).
  package func mayMergeTakeBack(_ slot: Slot, to: [ClusterName: VersionTuple]) -> Bool {
    guard obstacles(slot, .takeBack, forMerge: true).isEmpty, case .takeBack(let planned) = course(slot) else { return false }
    return !to.isEmpty && to.allSatisfy { planned.moves[$0.key]?.to == $0.value }
  }
}
