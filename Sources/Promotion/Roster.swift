/// The clusters of one slot: those that count, by the tuple that they desire, and those set aside.
struct Roster: Sendable {
  let slot: Slot
  let stage: Stage
  /// In the group's own order.
  let components: [ComponentName]
  /// Neither pinned nor paused, by name. (A cluster with one component of the group pinned is pinned for the whole group: its
  /// versions move together or not at all.)
  private(set) var units: [Unit] = []
  private(set) var pinned: [ClusterName] = []
  private(set) var paused: [ClusterName] = []
  /// One for each tuple that some unit desires.
  private(set) var cohorts: [Cohort] = []
  /// The components that some unit has, in the group's order.
  private(set) var shape: [ComponentName] = []
  /// Where no unit has all of `shape`: the newest of each component, which nobody runs as a whole.
  private(set) var join: VersionTuple?
  private var cohortOf: [[Version?]: Int] = [:]

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

  init(slot: Slot, stage: Stage, components: [ComponentName]) {
    self.slot = slot
    self.stage = stage
    self.components = components
  }

  /// Adds a cluster; they come sorted by name.
  mutating func add(_ cluster: ClusterState, at index: Int, policy: JudgingPolicy, now: Timestamp) {
    let versions = components.map { cluster.desired[$0] }
    if versions.allSatisfy({ $0 == nil }) { return }  // not a target
    if !cluster.pinned.isEmpty, components.contains(where: cluster.pinned.contains) {
      pinned.append(cluster.name)
    } else if cluster.paused {
      paused.append(cluster.name)
    } else {
      let cohort = cohortOf[versions] ?? newCohort(versions)
      let standing = Standing(
        cluster, group: slot.group, stage: stage, tuple: cohorts[cohort].tuple, policy: policy, now: now)
      cohorts[cohort].units.append(units.count)
      if standing.isSoaked { cohorts[cohort].soaked += 1 }
      if standing.isWorse { cohorts[cohort].worse += 1 }
      if standing.isDegraded { cohorts[cohort].degraded += 1 }
      units.append(Unit(cluster: index, name: cluster.name, cohort: cohort, standing: standing))
    }
  }

  private mutating func newCohort(_ versions: [Version?]) -> Int {
    var tuple = VersionTuple([:])
    for (component, version) in zip(components, versions) { tuple.versions[component] = version }
    cohortOf[versions] = cohorts.count
    cohorts.append(Cohort(tuple: tuple))
    return cohorts.count - 1
  }

  /// Derives what needs all clusters.
  mutating func close(_ ordering: Ordering) {
    shape = components.filter { component in cohorts.contains { $0.tuple[component] != nil } }
    if cohorts.isEmpty || cohorts.contains(where: { $0.tuple.versions.count == shape.count }) { return }
    var newest = VersionTuple([:])
    for component in shape {
      for version in cohorts.compactMap({ $0.tuple[component] }) {
        guard let best = newest[component] else {
          newest.versions[component] = version
          continue
        }
        switch ordering.compare(best, version, of: component) {
        case .less?: newest.versions[component] = version
        case nil: return
        default: break
        }
      }
    }
    join = newest
  }

  /// Whether all units have the same components, as nearly always.
  var isUniform: Bool { cohorts.allSatisfy { $0.tuple.versions.count == shape.count } }

  func tuple(_ unit: Unit) -> VersionTuple { cohorts[unit.cohort].tuple }

  /// The cohort that desires exactly this.
  func cohort(desiring tuple: VersionTuple) -> Cohort? {
    guard tuple.versions.keys.allSatisfy(components.contains) else { return nil }
    return cohortOf[components.map { tuple[$0] }].map { cohorts[$0] }
  }

  /// What may qualify here: each desired tuple, and the join.
  var candidates: [VersionTuple] { cohorts.map(\.tuple) + (join.map { [$0] } ?? []) }

  func restrict(_ tuple: VersionTuple) -> VersionTuple {
    var restricted = VersionTuple([:])
    for component in shape { restricted.versions[component] = tuple[component] }
    return restricted
  }
}

extension VersionTuple {
  /// Whether a cluster that desires this desires all of what `whole` says for its components.
  package func isPart(of whole: VersionTuple) -> Bool { versions.allSatisfy { whole.versions[$0] == $1 } }

  /// Whether one of the two says all that the other says: the same version, told for other components.
  func matches(_ other: VersionTuple) -> Bool { isPart(of: other) || other.isPart(of: self) }
}

extension Share {
  /// At least so many of `count`.
  package func roundedUp(of count: Int) -> Int {
    switch self {
    case .count(let number): number
    case .percent(let share): -Int.wholes(in: -share * Double(count) / 100)
    }
  }

  /// At most so many of `count`.
  func roundedDown(of count: Int) -> Int {
    switch self {
    case .count(let number): number
    case .percent(let share): Int.wholes(in: share * Double(count) / 100)
    }
  }
}

extension Int {
  /// Rounds down, forgiving what binary fractions lose. (`rounded` would need the C library's mathematics, which nothing links.)
  fileprivate static func wholes(in number: Double) -> Int {
    let near = number + 1e-9
    let cut = Int(near)
    return Double(cut) > near ? cut - 1 : cut
  }
}
