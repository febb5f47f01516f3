/// A roster while clusters are added to it.
struct RosterDraft {
  let slot: Slot
  let stage: Stage
  let components: [ComponentName]
  private(set) var units: [Roster.Unit] = []
  private(set) var pinned: [ClusterName] = []
  private(set) var paused: [ClusterName] = []
  private(set) var cohorts: [Roster.Cohort] = []
  private(set) var cohortOf: [VersionTuple: Int] = [:]

  init(slot: Slot, stage: Stage, components: [ComponentName]) {
    self.slot = slot
    self.stage = stage
    self.components = components
  }

  /// Adds a cluster; they come sorted by name.
  mutating func add(_ cluster: ClusterState, at index: Int, policy: JudgingPolicy, now: Timestamp) {
    let tuple = tuple(cluster.desired)
    if tuple.isEmpty { return }  // not a target
    if !cluster.pinned.isEmpty, components.contains(where: cluster.pinned.contains) {
      pinned.append(cluster.name)
    } else if cluster.paused {
      paused.append(cluster.name)
    } else {
      let cohort = cohort(tuple)
      let standing = Standing(
        cluster, group: slot.group, stage: stage, tuple: cohorts[cohort].tuple, policy: policy, now: now)
      cohorts[cohort].units.append(units.count)
      if standing.isSoaked { cohorts[cohort].soaked += 1 }
      if standing.isWorse { cohorts[cohort].worse += 1 }
      if standing.isDegraded { cohorts[cohort].degraded += 1 }
      units.append(Roster.Unit(cluster: index, name: cluster.name, cohort: cohort, standing: standing))
    }
  }

  private func tuple(_ desired: [ComponentName: Version]) -> VersionTuple {
    if desired.keys.allSatisfy(components.contains) { return VersionTuple(desired) }
    var tuple = VersionTuple([:])
    for component in components { tuple.versions[component] = desired[near: component] }
    return tuple
  }

  /// Most clusters desire what one of a few others does.
  private mutating func cohort(_ tuple: VersionTuple) -> Int {
    if let near = cohorts.prefix(4).firstIndex(where: { $0.tuple == tuple }) { return near }
    if let known = cohortOf[tuple] { return known }
    cohortOf[tuple] = cohorts.count
    cohorts.append(Roster.Cohort(tuple: tuple))
    return cohorts.count - 1
  }
}
