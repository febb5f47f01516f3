extension Planner {
  /// Nobody moves: everything is as new as it may be, or every reason why not, what holds the slot itself in front.
  func idle(_ roster: Roster, _ front: Front?, _ newer: VersionTuple?) -> Decision {
    var reasons = failureReasons(roster)
    reasons += stranded(roster)
    if let front, let hold = hold(roster.slot, front.tuple) { reasons.append(Reason(.held(front.tuple, hold))) }
    if let front, newer != nil, !mayTake(roster, front) { reasons.append(notQualified(roster, front.tuple)) }
    if let front { reasons += laggardReasons(roster, front.tuple) }
    let start = front?.tuple ?? greatest(roster.candidates, roster)
    if let start {
      reasons += roster.stage.after.isEmpty ? sourceReasons(roster, start) : stageReasons(roster, start, front)
    }
    if front == nil { reasons += unorderedReasons(roster) }
    reasons = distinct(reasons)
    return reasons.isEmpty ? .upToDate : .wait(reasons + unknownReasons(roster))
  }

  func failureReasons(_ roster: Roster) -> [Reason] {
    failures(roster).map {
      Reason(.failed(stage: roster.stage.name, tuple: $0, clusters: worseOn(roster, $0)))
    }
  }

  func unknownReasons(_ roster: Roster) -> [Reason] {
    let unknown = roster.units.filter(\.standing.isUnknown).map(\.name)
    return unknown.isEmpty ? [] : [Reason(.unknown(unknown))]
  }

  private func notQualified(_ roster: Roster, _ tuple: VersionTuple) -> Reason {
    var lacking: [ClusterName: Lack] = [:]
    var until: Timestamp?
    var onlySoaking = true
    for index in memberUnits(roster, tuple) {
      guard let lack = lack(roster.units[index], roster, tuple) else { continue }
      lacking[roster.units[index].name] = lack
      if case .soaking(let end) = lack { until = max(until ?? end, end) } else { onlySoaking = false }
    }
    return Reason(
      .notQualified(stage: roster.stage.name, tuple: tuple, lacking: lacking), until: onlySoaking ? until : nil)
  }

  /// What stays behind the front, and what it lacks of going there.
  private func laggardReasons(_ roster: Roster, _ front: VersionTuple) -> [Reason] {
    var reasons: [Reason] = []
    for cohort in roster.cohorts where isLess(cohort.tuple, front) && isOurs(roster, cohort.tuple, front) {
      let names = cohort.units.map { roster.units[$0].name }
      if let missing = missingStep(cohort.tuple, front) {
        reasons.append(Reason(.noPath(from: cohort.tuple, to: front, missing: missing, clusters: names)))
      } else if let missing = unleavable(roster, cohort.tuple, front) {
        reasons.append(Reason(.step(stage: roster.stage.name, missing: missing)))
      }
      if let hold = names.lazy.compactMap({ self.hold(roster.slot, front, on: $0) }).first {
        reasons.append(Reason(.held(front, hold)))
      }
    }
    return reasons + requirementReasons(roster, front)
  }

  private func requirementReasons(_ roster: Roster, _ tuple: VersionTuple) -> [Reason] {
    unmet(roster, tuple).map { Reason(.requires(cluster: $0.cluster, $0.requirement, $0.version)) }
  }

  /// First stage: what the sources have above the front, and why it is not started.
  private func sourceReasons(_ roster: Roster, _ front: VersionTuple) -> [Reason] {
    var reasons: [Reason] = []
    for component in roster.shape {
      guard let version = front[component], situation.policy.component(component)?.hasUpstream == true else { continue }
      if catalogue.verdict(version, of: component) == .withdrawn {
        reasons.append(Reason(.withdrawn(component: component, version)))
      }
      if catalogue.isEmpty(component) { reasons.append(Reason(.nothingAdmitted(component: component))) }
      let above = catalogue.above(version, of: component)
      for next in above {
        switch catalogue.verdict(next, of: component) {
        case .young(let until)?:
          reasons.append(Reason(.minimumAge(component: component, next), until: until))
        case .withdrawn?: reasons.append(Reason(.withdrawn(component: component, next)))
        default: continue
        }
      }
      if let next = above.first(where: { catalogue.verdict($0, of: component) == .admitted }) {
        reasons += obstacles(roster, front, front.replacing(component, by: next))
      }
      if let next = steps(roster, component, from: version).first {
        reasons += obstacles(roster, front, front.replacing(component, by: next))
      }
    }
    if let candidate = candidate(roster, front), candidate != front { reasons += obstacles(roster, front, candidate) }
    return reasons
  }

  /// Later stage: what the stages before are at, and what has qualified there and is not started.
  private func stageReasons(_ roster: Roster, _ start: VersionTuple, _ front: Front?) -> [Reason] {
    var reasons: [Reason] = []
    for name in roster.stage.after {
      guard let before = rosters[Slot(stage: name, group: roster.slot.group)], !before.units.isEmpty else {
        reasons.append(Reason(.emptyStage(name)))
        continue
      }
      let open = before.candidates.filter { !hasQualified(before.slot, $0) && isLess(start, roster.restrict($0)) }
      if let next = greatest(open, before) {
        reasons.append(notQualified(before, next))
      } else if front == nil, !hasQualified(before.slot, start), !memberUnits(before, start).isEmpty {
        reasons.append(notQualified(before, start))
      }
    }
    // The few that qualified last tell enough.
    for proof in proven(roster).lazy.filter({ $0.isAllowed && self.isLess(start, $0.tuple) }).prefix(4) {
      reasons += proof.withdrawn.map { Reason(.withdrawn(component: $0, proof.tuple[$0] ?? Version(""))) }
      reasons += obstacles(roster, start, proof.tuple)
    }
    return reasons
  }

  /// Why a tuple above the front can't be the next one.
  private func obstacles(_ roster: Roster, _ front: VersionTuple, _ tuple: VersionTuple) -> [Reason] {
    var reasons: [Reason] = []
    if let hold = hold(roster.slot, tuple) { reasons.append(Reason(.held(tuple, hold))) }
    if let stage = failedBefore(roster, tuple), let before = rosters[Slot(stage: stage, group: roster.slot.group)] {
      reasons.append(Reason(.failed(stage: stage, tuple: tuple, clusters: worseOn(before, tuple))))
    }
    if let missing = missingStep(front, tuple) {
      let names = roster.units.map(\.name)
      reasons.append(Reason(.noPath(from: front, to: tuple, missing: missing, clusters: names)))
    } else if let missing = unleavable(roster, front, tuple) {
      reasons.append(Reason(.step(stage: roster.stage.name, missing: missing)))
    }
    return reasons + requirementReasons(roster, tuple)
  }

  /// Values that have no place in the order of their component, or none against anything that has qualified before: they are
  /// never moved automatically (trap 30).
  private func unorderedReasons(_ roster: Roster) -> [Reason] {
    let proofs = proven(roster).map(\.tuple)
    return roster.shape.compactMap { component in
      let before = proofs.compactMap { $0[component] }
      let versions = Set(roster.cohorts.compactMap { $0.tuple[component] }).filter { version in
        !ordering.isOrdered(version, of: component)
          || !before.isEmpty && before.allSatisfy { ordering.compare(version, $0, of: component) == nil }
      }
      return versions.isEmpty
        ? nil : Reason(.unordered(component: component, versions.sorted { $0.text < $1.text }))
    }
  }

  /// Of each kind that tells of many versions, the first: the newest.
  private func distinct(_ reasons: [Reason]) -> [Reason] {
    var kept: [Reason] = []
    for reason in reasons where !kept.contains(where: { $0.kind.tellsTheSame(as: reason.kind) }) { kept.append(reason) }
    return kept
  }
}

extension Reason.Kind {
  fileprivate func tellsTheSame(as other: Reason.Kind) -> Bool {
    switch (self, other) {
    case (.minimumAge(let a, _), .minimumAge(let b, _)), (.withdrawn(let a, _), .withdrawn(let b, _)): a == b
    case (.held, .held), (.step, .step), (.requires, .requires): true
    case (.noPath(let a, _, _, _), .noPath(let b, _, _, _)): a == b
    case (.failed(let a, _, _), .failed(let b, _, _)): a == b
    default: self == other
    }
  }
}

extension VersionTuple {
  func replacing(_ component: ComponentName, by version: Version) -> VersionTuple {
    var replaced = self
    replaced.versions[component] = version
    return replaced
  }
}
