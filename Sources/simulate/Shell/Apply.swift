import Promotion

extension World {
  private static let lease = 600
  private static let grace = 60

  /// Claims what is due.
  func apply(_ look: Look) -> [Effect] {
    let due = starts(look.planner, look.base, look.ledger)
    return due.isEmpty ? [] : [.claim(due)]
  }

  /// The starts that are due, as many as there is room for and one for each cluster.
  private func starts(_ planner: Planner, _ base: Int, _ ledger: Ledger) -> [ClusterPart] {
    var busy = Set(ledger.applies.filter { !$0.value.hasEnded && now <= $0.value.leaseUntil }.keys.map(\.cluster))
    var starts: [ClusterPart] = []
    for slot in slots
    where stage(slot).applies && !planner.situation.stops.contains(where: { $0.stage == nil || $0.stage == slot.stage }) {
      guard without.contains(.windowsCount) || calendars[slot]?.closure(at: Timestamp(seconds: now)) == nil else { continue }
      var room = (stage(slot).maxInFlight ?? .max)
      if without.contains(.roomCounts) { room = .max }
      let underWay = Set(planner.inFlight(slot)).union(leftovers(slot, base, ledger))
      if room != .max { room -= underWay.count }
      let group = group(slot)
      for (name, site) in counted(slot, at: base) where room > 0 && !busy.contains(name) {
        let part = ClusterPart(cluster: name, group: slot.group)
        guard isDue(part, site.tuple(group), planner, ledger), !planner.isUpgrading(name, besides: slot.group) else { continue }
        // What was started before and is not settled is in flight already.
        if !underWay.contains(name) { room -= 1 }
        busy.insert(name)
        starts.append(part)
      }
    }
    return starts
  }

  /// Clusters on which an upgrade may still be under way that was started to what is no longer desired.
  private func leftovers(_ slot: Slot, _ base: Int, _ ledger: Ledger) -> [ClusterName] {
    let (group, deadline) = (group(slot), Int(stage(slot).deadline.components.seconds))
    var left: [ClusterName] = []
    for (name, site) in counted(slot, at: base) {
      guard let claim = ledger.applies[ClusterPart(cluster: name, group: slot.group)], now <= claim.at + deadline,
        claim.to != site.tuple(group) || claim.at < oracle.desiredSince(ClusterPart(cluster: name, group: slot.group), at: base)
      else { continue }
      if let reading = ledger.records[name]?.reading, reading.last.seconds > claim.at, policy.runs(reading.versions, claim.to) {
        continue
      }
      left.append(name)
    }
    return left
  }

  private func isDue(_ part: ClusterPart, _ to: VersionTuple, _ planner: Planner, _ ledger: Ledger) -> Bool {
    if let reading = ledger.records[part.cluster]?.reading, policy.runs(reading.versions, to) { return false }
    guard let standing = planner.standing(part.cluster, group: part.group), !standing.isUnknown,
      let state = planner.situation.clusters.first(where: { $0.name == part.cluster }), state.reading != nil
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
      planner = self.planner(base: look.base, ledger: ledger, forge: look.forge)
    }
    let due = starts(planner, look.base, ledger)
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
      ledger.recordVersion += 1
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
