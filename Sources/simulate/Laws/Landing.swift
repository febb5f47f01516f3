import Promotion

extension World {
  /// The laws at the moment at which something of Sluice's lands.
  mutating func judgeLanding(_ request: Request, _ changes: [ClusterName: Hold.Taken], _ look: Look) {
    let slot = request.branch.slot
    let what = "#\(request.number) \(request.head.to.short) in \(slot.stage)/\(slot.group) on \(changes.keys.sorted())"
    let asked = stage(slot).approvals
    if request.hasLabel { violate("L6", "\(what) has a label") }
    if !request.objections.isEmpty { violate("L6", "\(what) is objected to") }
    if look.ledger.stops.contains(where: { $0.stage == nil || $0.stage == slot.stage }), request.branch.kind != .consolidate {
      violate("L6", "\(what) lands though the stage is stopped")
    }
    for (name, taken) in changes where tree[name]?.isPinned == true || tree[name]?.tuple(group(slot)) != taken.from {
      violate("L6", "\(what) moves \(name), which is pinned or elsewhere")
    }
    switch request.branch.kind {
    case .promote:
      let isFirst = oracle.decisions.contains {
        guard $0.isLast, $0.slot == slot, $0.isActive, $0.clusters == nil, case .above(_, let high) = $0.bar else { return false }
        return isAbove(request.head.to, high)
      }
      let needed = max(asked, isFirst && stage(slot).afterTakeBack == .approve ? 1 : 0)
      if request.approvalsOfHead < needed {
        violate("approval", "\(what) has \(request.approvalsOfHead) of \(needed) at its head")
      }
      judgePromotion(request, changes, look, what)
    case .takeBack:
      if request.approvalsOfHead < max(1, asked) { violate("approval", "\(what) goes back unasked") }
      judgeTakeBack(request, changes, look, what)
    case .consolidate:
      if request.approvalsOfHead < asked { violate("approval", "\(what) is tidied unasked") }
    }
  }

  private mutating func judgePromotion(_ request: Request, _ changes: [ClusterName: Hold.Taken], _ look: Look, _ what: String) {
    let (slot, to) = (request.branch.slot, request.head.to)
    let stage = stage(slot)
    if isRed(to) { violate("L4", "\(what) is red") }
    if calendars[slot]?.closure(at: Timestamp(seconds: now)) != nil { violate("L8", "\(what) lands at \(now)") }
    for before in stage.after where oracle.proven[Slot(stage: before, group: slot.group)]?.contains(to) != true {
      violate("L1", "\(what) has not been proven in \(before)")
    }
    for before in stage.after where look.ledger.version == ledger.version {
      if isIll(to, Slot(stage: before, group: slot.group)) { violate("L1", "\(what) while \(before) is degraded on it") }
    }
    for (name, taken) in changes where !isOlder(taken.from, to) {
      violate("backwards", "\(what) takes \(name) from \(taken.from.short)")
    }
    judgeMemory(request, changes, look, what)
    judgeVersions(slot, to, changes, look, what)
    if !stage.applies { judgeRoom(slot, adding: Set(changes.keys), what) }
    if look.ledger.version == ledger.version { judgeWave(slot, to, Set(changes.keys), look, what) }
  }

  /// L2: a commit is there for all to see; what is said elsewhere counts from the next look on.
  private mutating func judgeMemory(_ request: Request, _ changes: [ClusterName: Hold.Taken], _ look: Look, _ what: String) {
    let (slot, to) = (request.branch.slot, request.head.to)
    for decision in oracle.decisions where decision.isActive && decision.slot.group == slot.group {
      if decision.commit == nil, decision.tick >= look.tick { continue }
      guard oracle.bars(decision, to, self) else { continue }
      if let clusters = decision.clusters {
        if decision.slot == slot, !clusters.isDisjoint(with: changes.keys) {
          violate(
            "L2", "\(what) was taken back on \(clusters.sorted()) by \(decision.commit.map { "commit \($0)" } ?? "a person")")
        }
      } else if policy.stageAndFollowers(decision.slot.stage).contains(slot.stage) {
        violate(
          "L2", "\(what) was taken back in \(decision.slot.stage) by \(decision.commit.map { "commit \($0)" } ?? "a person")")
      }
    }
  }

  private mutating func judgeVersions(
    _ slot: Slot, _ to: VersionTuple, _ changes: [ClusterName: Hold.Taken], _ look: Look, _ what: String
  ) {
    for (component, version) in to.versions {
      let isMoved = changes.values.contains { $0.from[component] != version }
      guard isMoved, let rule = policy.component(component), let release = releases[component]?[version] else { continue }
      if look.ledger.seen[component]?.contains(where: { $0.version == version && $0.withdrawn }) == true {
        violate("withdrawn", "\(what): \(version) is withdrawn")
      }
      if stage(slot).after.isEmpty, now - release.at < Int(rule.minimumAge.components.seconds) {
        violate("age", "\(what): \(version) is too young")
      }
      for (name, taken) in changes {
        guard let from = taken.from[component] else { continue }
        if rule.step == .minor, rank(version) / 10_000 > rank(from) / 10_000 + 1 {
          violate("step", "\(what): \(name) leaps from \(from)")
        }
        for requirement in rule.requires where from != version {
          let other = to[requirement.component] ?? tree[name]?.desired[requirement.component]
          if rank(other) / 10_000 < rank(version) / 10_000 { violate("requires", "\(what): \(name) has \(other as Any)") }
        }
      }
    }
  }

  /// What is released after the look is not yet known: the release and the landing are written to two places.
  private mutating func judgeTakeBack(
    _ request: Request, _ changes: [ClusterName: Hold.Taken], _ look: Look, _ what: String
  ) {
    let slot = request.branch.slot
    for (name, taken) in changes {
      if !isOlder(taken.to, taken.from) { violate("backwards", "\(what): \(name) is not taken back") }
      let isHeld = oracle.decisions.contains { decision in
        (decision.isActive || decision.releasedAt.map { $0 >= look.tick } == true) && decision.clusters == nil
          && decision.slot.group == slot.group
          && policy.stageAndFollowers(decision.slot.stage).contains(slot.stage) && oracle.bars(decision, taken.from, self)
      }
      if !isHeld, stage(slot).onFailure == .alert { violate("L6", "\(what): nobody took \(taken.from.short) back") }
      for component in taken.from.versions.keys where policy.component(component)?.goesBack == .never {
        if taken.from[component] != taken.to[component] { violate("stranded", "\(what): \(component) can't go back") }
      }
      for other in forge.requests
      where other.isRefused && other.branch == request.branch && other.head.moves[name]?.from == taken.from {
        violate("L6", "\(what): \(name) was to stay, somebody said")
      }
    }
  }

  /// Whether all that run it in the stage were well before and have been ill on it past the deadline.
  private func isIll(_ tuple: VersionTuple, _ slot: Slot) -> Bool {
    let (stage, group) = (stage(slot), group(slot))
    let there = counted(slot).filter { $0.site.tuple(group) == tuple }
    guard !there.isEmpty, there.count > Oracle.atMost(stage.maxUnhealthy, of: there.count) else { return false }
    return there.allSatisfy { name, _ in
      let part = ClusterPart(cluster: name, group: slot.group)
      guard let run = oracle.sampled[part], !run.healthy, run.versions == tuple.versions, oracle.wasHealthy[part] == true,
        now - run.last <= Int(policy.maxGap.components.seconds)
      else { return false }
      let start = max(run.since, oracle.desiredSince(part, at: tip), ledger.applies[part]?.at ?? 0)
      return run.last - start > Int(stage.deadline.components.seconds)
    }
  }
}
