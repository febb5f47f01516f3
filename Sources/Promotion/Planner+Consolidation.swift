extension Planner {
  /// Overrides that a rollout left behind, once it has qualified and nobody is behind any more.
  func consolidation(_ roster: Roster, _ front: Front) -> PlannedConsolidation? {
    guard let all = situation.overrides[roster.slot], !all.isEmpty, hasQualified(roster.slot, front.tuple),
      complete(roster.slot, front.tuple), !isHeld(roster.slot, front.tuple)
    else { return nil }
    // One that came from another stage, or that a person put elsewhere, has other values in its overrides.
    let there = roster.cohort(desiring: front.tuple)?.units.map { roster.units[$0].name } ?? []
    let left = there.filter(all.contains)
    return left.isEmpty ? nil : PlannedConsolidation(slot: roster.slot, tuple: front.tuple, clusters: left)
  }
}

/// What becomes of a slot's open consolidation.
package enum ConsolidationTreatment: Sendable, Equatable {
  case keep
  /// The stage moves again, or its overrides are gone.
  case closeMoot
  case leave([Reason])
}

extension Planner {
  /// The consolidation that a slot's plan asks for, whatever keeps it from being written.
  package func wantedConsolidation(_ slot: Slot) -> PlannedConsolidation? {
    guard case .consolidate(let planned) = course(slot) else { return nil }
    return planned
  }

  /// What becomes of the open consolidation, by the one plan; nil: none is open.
  package func consolidationTreatment(_ slot: Slot) -> ConsolidationTreatment? {
    guard let open = situation.openConsolidations[slot] else { return nil }
    let obstacles = obstacles(slot, .consolidate, forMerge: false)
    if !obstacles.isEmpty { return .leave(obstacles) }
    switch course(slot) {
    case .consolidate(let planned): return planned.tuple == open.tuple ? .keep : .closeMoot
    case .promote, .takeBack, .upToDate: return .closeMoot
    case .wait(let reasons): return .leave(reasons)
    }
  }

  /// Whether a consolidation may land now: the plan, made again, asks for exactly this one. No window keeps it, since nothing
  /// that a cluster runs changes.
  package func mayMergeConsolidation(_ slot: Slot, tuple: VersionTuple, clusters: Set<ClusterName>) -> Bool {
    guard obstacles(slot, .consolidate, forMerge: true).isEmpty, case .consolidate(let planned) = course(slot) else {
      return false
    }
    return planned.tuple == tuple && Set(planned.clusters) == clusters
  }
}
