import Promotion

extension World {
  /// L7: of what is really under way in a slot, with what starts now, no more than there is room for. What will never end by
  /// itself is not waited for.
  mutating func judgeRoom(_ slot: Slot, adding: Set<ClusterName>, _ what: String) {
    guard let room = stage(slot).maxInFlight else { return }
    let busy = counted(slot).filter { name, site in
      // What was under way when it came from another stage was that one's.
      guard let machine = machines[name], let pending = machine.pending[slot.group], pending.startedAt >= machine.joined else {
        return false
      }
      // What it runs already is started again without changing anything.
      if pending.to.versions.allSatisfy({ machine.running[$0] == $1 }) { return false }
      return !hangs(pending.to) && !isBroken(name, slot)
    }
    let all = adding.union(busy.map(\.name))
    if !adding.isEmpty, all.count > room { violate("L7", "\(what): \(all.sorted()) at once, room for \(room)") }
  }

  /// Whether it is ill, whatever it runs: then what comes next is its cure.
  private func isBroken(_ name: ClusterName, _ slot: Slot) -> Bool { !isHealthy(name, group(slot)) }

  mutating func judgeStarts(_ parts: [ClusterPart], _ look: Look) {
    for (stage, parts) in Dictionary(grouping: parts, by: { tree[$0.cluster]?.stage ?? "" }) where stage != "" {
      for (group, parts) in Dictionary(grouping: parts, by: \.group) {
        let slot = Slot(stage: stage, group: group)
        let names = Set(parts.map(\.cluster))
        judgeRoom(slot, adding: names, "apply in \(stage)")
        if calendars[slot]?.closure(at: Timestamp(seconds: now)) != nil { violate("L8", "apply in \(stage) at \(now)") }
      }
    }
  }

  mutating func judgeStart(_ part: ClusterPart) {
    guard let machine = machines[part.cluster] else { return }
    for (group, pending) in machine.pending where group != part.group && !hangs(pending.to) {
      // Only two that Sluice starts: a merge starts what it starts.
      if ledger.applies[ClusterPart(cluster: part.cluster, group: group)]?.hasEnded == false {
        violate("L7", "two groups at once on \(part.cluster)")
      }
    }
  }

  /// A wave starts when the one before has really been seen to soak.
  mutating func judgeWave(_ slot: Slot, _ to: VersionTuple, _ picks: Set<ClusterName>, _ look: Look, _ what: String) {
    let stage = stage(slot)
    guard stage.waves.count > 1 else { return }
    let members = oracle.members(slot, to, base: tip, self, withSoakedJoiners: false)
    let there = members.filter { $0.site.tuple(group(slot)) == to }
    var sizes: [(size: Int, soak: Duration)] = []
    for (index, wave) in stage.waves.enumerated() {
      let size =
        index == stage.waves.count - 1 ? members.count : min(members.count, max(1, Oracle.atLeast(wave.to, of: members.count)))
      if let last = sizes.last, size <= last.size {
        sizes[sizes.count - 1].soak = max(last.soak, wave.soak)
      } else {
        sizes.append((size, wave.soak))
      }
    }
    if let reached = sizes.last(where: { $0.size <= there.count }), reached.size == there.count {
      let soaked = there.count { oracle.isSoaked($0.name, $0.site, slot, to, soak: reached.soak, base: tip, at: look.now, self) }
      if soaked < Oracle.atLeast(stage.atLeast, of: there.count) {
        violate("L7", "\(what): of the wave before \(soaked) of \(there.count) have soaked")
      }
    }
    let regular = members.filter { picks.contains($0.name) }.count
    if let next = sizes.first(where: { $0.size > there.count }), regular > next.size - there.count {
      violate("L7", "\(what): a wave of \(regular), at most \(next.size - there.count)")
    }
  }
}
