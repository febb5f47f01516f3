import Promotion

/// What the plan wants written for a slot.
enum PlannedChange: Sendable, Equatable {
  case promotion(PlannedPromotion)
  case takeBack(PlannedTakeBack)
  case consolidation(PlannedConsolidation)

  /// - Returns: nil where nothing is to be written.
  init?(_ decision: Decision) {
    switch decision {
    case .promote(let planned): self = .promotion(planned)
    case .takeBack(let planned): self = .takeBack(planned)
    case .consolidate(let planned): self = .consolidation(planned)
    case .upToDate, .wait: return nil
    }
  }

  var place: BranchPlace {
    switch self {
    case .promotion(let planned): BranchPlace(.promote, planned.slot)
    case .takeBack(let planned): BranchPlace(.takeBack, planned.slot)
    case .consolidation(let planned): BranchPlace(.consolidate, planned.slot)
    }
  }

  var slot: Slot { place.slot }
  var kind: ChangeKind { place.kind }

  /// The tuple that each cluster gets; a consolidation changes none.
  var moves: [ClusterName: VersionTuple] {
    switch self {
    case .promotion(let planned): planned.from.mapValues { _ in planned.to }
    case .takeBack(let planned): planned.moves.mapValues(\.to)
    case .consolidation: [:]
    }
  }

  /// The tuple that each cluster it is about has now.
  var from: [ClusterName: VersionTuple] {
    switch self {
    case .promotion(let planned): planned.from
    case .takeBack(let planned): planned.moves.mapValues(\.from)
    case .consolidation(let planned): Dictionary(uniqueKeysWithValues: planned.clusters.map { ($0, planned.tuple) })
    }
  }

  /// What it is called by: of a take-back to several tuples the one that most clusters go back to.
  var to: VersionTuple {
    switch self {
    case .promotion(let planned): planned.to
    case .takeBack(let planned): Self.most(planned.moves.values.map(\.to))
    case .consolidation(let planned): planned.tuple
    }
  }

  static func most(_ tuples: some Sequence<VersionTuple>) -> VersionTuple {
    let counts = Dictionary(grouping: tuples, by: \.self).mapValues(\.count)
    func text(_ tuple: VersionTuple) -> String { tuple.text(in: tuple.versions.keys.sorted()) }
    return counts.max { ($0.value, text($1.key)) < ($1.value, text($0.key)) }?.key ?? VersionTuple([:])
  }

  var consolidation: PlannedConsolidation? {
    if case .consolidation(let planned) = self { return planned }
    return nil
  }

  /// As a promotion, for the words that all kinds have in common.
  var asPromotion: PlannedPromotion {
    if case .promotion(let planned) = self { return planned }
    return PlannedPromotion(slot: slot, to: to, from: from)
  }
}
