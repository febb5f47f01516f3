/// The clusters of one slot: those that count, by the tuple that they desire, and those set aside.
final class Roster: Sendable {
  let slot: Slot
  let stage: Stage
  /// In the group's own order.
  let components: [ComponentName]
  /// Neither pinned nor paused, by name. (A cluster with one component of the group pinned is pinned for the whole group: its
  /// versions move together or not at all.)
  let units: [Unit]
  let pinned: [ClusterName]
  let paused: [ClusterName]
  /// One for each tuple that some unit desires.
  let cohorts: [Cohort]
  /// The components that some unit has, in the group's order.
  let shape: [ComponentName]
  /// Whether all units have the same components, as nearly always.
  let isUniform: Bool
  /// Where no unit has all of `shape`: the newest of each component, which nobody runs as a whole.
  let join: VersionTuple?
  private let cohortOf: [VersionTuple: Int]

  struct Unit: Sendable {
    /// Its place in the situation's clusters.
    let cluster: Int
    let name: ClusterName
    let cohort: Int
    let standing: Standing
  }

  struct Cohort: Sendable {
    let tuple: VersionTuple
    var units: [Int] = []
    var soaked = 0
    var worse = 0
    var degraded = 0
  }

  init(_ draft: RosterDraft, _ ordering: Ordering) {
    let cohorts = draft.cohorts
    slot = draft.slot
    stage = draft.stage
    components = draft.components
    units = draft.units
    pinned = draft.pinned
    paused = draft.paused
    self.cohorts = cohorts
    cohortOf = draft.cohortOf
    let shape = components.filter { component in cohorts.contains { $0.tuple[component] != nil } }
    self.shape = shape
    isUniform = cohorts.allSatisfy { $0.tuple.versions.count == shape.count }
    join = cohorts.contains { $0.tuple.versions.count == shape.count } ? nil : Self.join(cohorts, shape, ordering)
  }

  private static func join(_ cohorts: [Cohort], _ shape: [ComponentName], _ ordering: Ordering) -> VersionTuple? {
    if cohorts.isEmpty { return nil }
    var newest = VersionTuple([:])
    for component in shape {
      for version in cohorts.compactMap({ $0.tuple[component] }) {
        guard let best = newest[component] else {
          newest.versions[component] = version
          continue
        }
        switch ordering.compare(best, version, of: component) {
        case .less?: newest.versions[component] = version
        case nil: return nil
        default: break
        }
      }
    }
    return newest
  }

  func tuple(_ unit: Unit) -> VersionTuple { cohorts[unit.cohort].tuple }

  /// The cohort that desires exactly this.
  func cohort(desiring tuple: VersionTuple) -> Cohort? {
    cohortOf[tuple].map { cohorts[$0] }
  }

  /// What may qualify here: each desired tuple, and the join.
  var candidates: [VersionTuple] { cohorts.map(\.tuple) + (join.map { [$0] } ?? []) }

  func restrict(_ tuple: VersionTuple) -> VersionTuple {
    if tuple.versions.count == shape.count, shape.allSatisfy({ tuple[$0] != nil }) { return tuple }
    var restricted = VersionTuple([:])
    for component in shape { restricted.versions[component] = tuple[component] }
    return restricted
  }
}
