/// Whether a promotion may land now: whether the plan, made again, still says it.
package enum MergeVerdict: Sendable, Equatable {
  case allowed
  /// The plan promotes another version now.
  case otherVersion(PlannedPromotion)
  /// The plan promotes this version, but not to all of these clusters.
  case otherClusters(PlannedPromotion, refused: [ClusterName])
  /// Nothing is left to promote.
  case upToDate
  case wait([Reason])
}

extension Planner {
  /// DECISIONS, merge: plan again = promote(V, ⊇ changed). The situation is the one at the very tip that is swapped, and the
  /// tuple and clusters are those that the content changes. A stop refuses; a label and a closed window too; a person's commit
  /// does not.
  package func mayMerge(_ slot: Slot, tuple: VersionTuple, clusters: Set<ClusterName>) -> MergeVerdict {
    let obstacles = obstacles(slot, forMerge: true) + closed(slot)
    if !obstacles.isEmpty { return .wait(obstacles) }
    if !situation.keeps(.mergePlansAgain) { return .allowed }
    switch course(slot) {
    case .upToDate, .takeBack, .consolidate: return .upToDate
    case .wait(let reasons): return .wait(reasons)
    case .promote(let planned):
      guard planned.to == tuple else { return .otherVersion(planned) }
      let refused = clusters.filter { planned.from[$0] == nil }.sorted()
      return refused.isEmpty ? .allowed : .otherClusters(planned, refused: refused)
    }
  }
}

extension Planner {
  /// Why no upgrade may start in the slot now: outside its windows, or in a freeze (L8).
  package func closed(_ slot: Slot, at now: Timestamp? = nil) -> [Reason] {
    switch situation.calendars[slot]?.closure(at: now ?? situation.now) {
    case nil: []
    case .freeze(let until, let reason)?: [Reason(.freeze(reason: reason), until: until)]
    case .window(let opensAt)?: [Reason(.window, until: opensAt)]
    }
  }
}

/// What becomes of a slot's open promotion.
package enum OpenTreatment: Sendable, Equatable {
  /// The plan is what is open. (Its content may still differ from what the base gives now: that is for bump to compare.)
  case keep
  /// The same version, other clusters.
  case rewrite(PlannedPromotion)
  /// Superseded.
  case replace(with: PlannedPromotion)
  /// The plan promotes it nowhere in the stage any more.
  case closeMoot(Moot)
  /// It stays as it is: what forbids it may pass.
  case leave([Reason])

  package enum Moot: Sendable, Equatable {
    case noClusters
    /// No cluster that counts desires an older version.
    case landed
    /// The stage desires a newer version already.
    case overtaken(by: VersionTuple)
    case held(Hold)
    /// A version that is withdrawn or that `allow` does not admit any more.
    case notAdmitted([ComponentName])
  }
}

extension Planner {
  /// What becomes of the open promotion, by the one plan; nil: none is open. A person's mark, a stop and a silent forge leave all.
  package func treatment(_ slot: Slot) -> OpenTreatment? {
    guard let open = situation.open[slot] else { return nil }
    let obstacles = obstacles(slot, forMerge: false)
    if !obstacles.isEmpty { return .leave(obstacles) }
    switch course(slot) {
    case .promote(let planned) where planned.to == open.tuple:
      return planned.clusters == open.clusters ? .keep : .rewrite(planned)
    case .promote(let planned): return .replace(with: planned)
    case .upToDate, .consolidate:
      let strange = open.tuple.versions.keys.sorted()
      return .closeMoot(moot(slot, open.tuple) ?? .notAdmitted(strange))
    case .takeBack: return moot(slot, open.tuple).map(OpenTreatment.closeMoot) ?? .leave([])
    case .wait(let reasons): return moot(slot, open.tuple).map(OpenTreatment.closeMoot) ?? .leave(reasons)
    }
  }

  private func moot(_ slot: Slot, _ tuple: VersionTuple) -> OpenTreatment.Moot? {
    guard let roster = rosters[slot], !roster.units.isEmpty else { return .noClusters }
    if let hold = hold(slot, tuple) { return .held(hold) }
    if !roster.cohorts.contains(where: { isLess($0.tuple, tuple) }) { return .landed }
    if let front = front(roster), isLess(tuple, front.tuple) { return .overtaken(by: front.tuple) }
    let barred = tuple.versions.filter { component, version in
      if catalogue.isWithdrawn(version, of: component) { return true }
      return roster.stage.after.isEmpty
        ? catalogue.verdict(version, of: component) == .disallowed : isDisallowed(version, of: component)
    }
    return barred.isEmpty ? nil : .notAdmitted(barred.keys.sorted())
  }

  private func isDisallowed(_ version: Version, of component: ComponentName) -> Bool {
    catalogue.allows(version, of: component) == false
  }
}
