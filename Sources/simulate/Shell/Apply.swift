import Promotion

extension World {
  private static let lease = 600
  private static let grace = 60

  /// Claims what is due.
  func apply(_ look: Look) -> [Effect] {
    let due = starts(look.planner, look.tree, look.ledger)
    return due.isEmpty ? [] : [.claim(due)]
  }

  /// The starts that are due, as many as there is room for and one for each cluster.
  private func starts(_ planner: Planner, _ tree: Tree, _ ledger: Ledger) -> [ClusterPart] {
    var busy = Set(ledger.applies.filter { !$0.value.hasEnded && now <= $0.value.leaseUntil }.keys.map(\.cluster))
    var starts: [ClusterPart] = []
    for slot in slots
    where stage(slot).applies && !planner.situation.stops.contains(where: { $0.stage == nil || $0.stage == slot.stage }) {
      guard without.contains(.windowsCount) || calendars[slot]?.closure(at: Timestamp(seconds: now)) == nil else { continue }
      var room = (stage(slot).maxInFlight ?? .max)
      if without.contains(.roomCounts) { room = .max }
      if room != .max { room -= Set(planner.inFlight(slot)).union(leftovers(slot, planner, tree, ledger)).count }
      for (name, site) in counted(slot, in: tree) where !busy.contains(name) && room > 0 {
        let part = ClusterPart(cluster: name, group: slot.group)
        guard isDue(part, site.tuple(group(slot)), planner, ledger) else { continue }
        // What was started before and is not settled is in flight already.
        let isStarted = planner.inFlight(slot).contains(name) || leftovers(slot, planner, tree, ledger).contains(name)
        if !isStarted { room -= 1 }
        busy.insert(name)
        starts.append(part)
      }
    }
    return starts
  }

  /// Clusters on which an upgrade may still be under way that was started to what is no longer desired.
  private func leftovers(_ slot: Slot, _ planner: Planner, _ tree: Tree, _ ledger: Ledger) -> [ClusterName] {
    counted(slot, in: tree).map(\.name).filter { name in
      guard let claim = ledger.applies[ClusterPart(cluster: name, group: slot.group)], let site = tree[name],
        claim.to != site.tuple(group(slot)), now <= claim.at + Int(stage(slot).deadline.components.seconds)
      else { return false }
      guard let reading = ledger.records[name]?.reading, reading.last.seconds > claim.at else { return true }
      return !policy.runs(reading.versions, claim.to)
    }
  }

  private func isDue(_ part: ClusterPart, _ to: VersionTuple, _ planner: Planner, _ ledger: Ledger) -> Bool {
    guard let standing = planner.standing(part.cluster, group: part.group), !standing.isUnknown,
      let state = planner.situation.clusters.first(where: { $0.name == part.cluster }), let reading = state.reading,
      !policy.runs(reading.versions, to)
    else { return false }
    if let last = ledger.applies[part], last.to == to, last.at >= state.desiredSince[part.group]?.seconds ?? now {
      return !last.hasEnded && last.leaseUntil + Self.grace < now
    }
    return true
  }

  /// Decides again on the ledger as it is now, then writes the claims.
  mutating func claim(_ wanted: [ClusterPart], _ look: Look, by run: Int) -> [Effect] {
    var planner = look.planner
    if ledger.version != look.ledger.version {
      figures.plans += 1
      planner = Planner(situation(base: look.base, ledger: ledger, forge: look.forge))
    }
    let due = starts(planner, look.tree, ledger)
    let parts = wanted.filter(due.contains)
    if parts.isEmpty { return [] }
    var effects: [Effect] = []
    for part in parts {
      guard let group = policy.group(part.group), let site = look.tree[part.cluster] else { continue }
      let to = site.tuple(group)
      ledger.applies[part] = Claim(
        to: to, by: run, at: now, leaseUntil: now + Self.lease,
        healthyBefore: ledger.records[part.cluster]?.reading?.groups[part.group]?.healthy)
      effects += [.start(part, to), .end(part, to)]
    }
    judgeStarts(parts, look)
    ledger.version += 1
    return effects
  }

  mutating func start(_ part: ClusterPart, _ to: VersionTuple) {
    guard machines[part.cluster] != nil else { return }
    figures.upgrades += 1
    judgeStart(part)
    let upgrade = upgrade(part.cluster, to: to)
    machines[part.cluster]?.pending[part.group] = upgrade
    note("apply \(part.cluster) \(part.group) \(to.short)")
    settleMachines()
  }

  mutating func end(_ part: ClusterPart, _ to: VersionTuple, by run: Int) {
    guard let claim = ledger.applies[part], claim.by == run, claim.to == to else { return }
    ledger.applies[part]?.hasEnded = true
    ledger.version += 1
  }
}
