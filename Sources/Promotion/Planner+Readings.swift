extension Planner {
  /// What is known of a cluster that counts in its slot of this group; nil: pinned, paused or no target.
  package func standing(_ cluster: ClusterName, group: GroupName) -> Standing? {
    for stage in situation.policy.stages {
      guard let roster = rosters[Slot(stage: stage.name, group: group)] else { continue }
      if let unit = roster.unit(cluster) { return unit.standing }
    }
    return nil
  }

  package func settled(_ cluster: ClusterName, group: GroupName) -> Bool { standing(cluster, group: group)?.isSettled ?? false }
  package func degraded(_ cluster: ClusterName, group: GroupName) -> Bool {
    standing(cluster, group: group)?.isDegraded ?? false
  }
  package func upgrading(_ cluster: ClusterName, group: GroupName) -> Bool {
    standing(cluster, group: group)?.isUpgrading ?? false
  }
  /// Of a cluster that does not count nothing is known either.
  package func unknown(_ cluster: ClusterName, group: GroupName) -> Bool { standing(cluster, group: group)?.isUnknown ?? true }
  package func soaked(_ cluster: ClusterName, group: GroupName) -> Bool { standing(cluster, group: group)?.isSoaked ?? false }

  /// Whether an upgrade of another group than this one is under way on the cluster: L7, never two at once. What nobody can read
  /// is not waited for, nor what is late.
  package func isUpgrading(_ cluster: ClusterName, besides group: GroupName) -> Bool {
    guard situation.policy.groups.count > 1 else { return false }
    return rosters.values.contains { roster in
      guard roster.slot.group != group, let unit = roster.unit(cluster), unit.standing.isUpgrading else { return false }
      return !roster.stage.applies || situation.clusters[unit.cluster].startedAt[roster.slot.group] != nil
    }
  }

  /// What the cluster lacks of being soaked at the tuple; nil: nothing.
  package func lack(_ cluster: ClusterName, _ slot: Slot, _ tuple: VersionTuple) -> Lack? {
    guard let roster = rosters[slot], let unit = roster.unit(cluster) else { return .unknown(lastReading: nil) }
    return lack(unit, roster, tuple)
  }

  /// - Parameter soak: how long it must have been settled; nil: as long as the stage asks.
  func lack(_ unit: Roster.Unit, _ roster: Roster, _ tuple: VersionTuple, soak: Duration? = nil) -> Lack? {
    guard roster.tuple(unit).isPart(of: tuple) else { return .desires(roster.tuple(unit)) }
    let reading = situation.clusters[unit.cluster].reading
    switch unit.standing {
    case .unknown(let last): return .unknown(lastReading: last)
    case .upgrading(let since):
      let observed = reading?.versions.filter { roster.components.contains($0.key) } ?? [:]
      return .upgrading(observed: observed, since: since)
    case .degraded(let since, _):
      return .degraded(reasons: reading?.groups[roster.slot.group]?.reasons ?? [], since: since)
    case .settled(let since, let soakedAt, let isSoaked):
      guard let soak, let reading else { return isSoaked ? nil : .soaking(until: soakedAt) }
      let last = reading.groups[roster.slot.group]?.lastKnown ?? reading.last
      return last >= since + soak ? nil : .soaking(until: since + soak)
    }
  }
}

extension Roster {
  func unit(_ name: ClusterName) -> Unit? {
    var (low, high) = (0, units.count)
    while low < high {
      let middle = (low + high) / 2
      if units[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low < units.count && units[low].name == name ? units[low] : nil
  }
}
