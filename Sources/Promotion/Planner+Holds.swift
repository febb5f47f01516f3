extension Planner {
  /// What bars the tuple from the stage, here or in a stage before it: the oldest cause.
  package func hold(_ slot: Slot, _ tuple: VersionTuple) -> Hold? {
    situation.keeps(.heldIsBarred) ? holding[slot]?.first { bars($0, tuple) } : nil
  }

  package func isHeld(_ slot: Slot, _ tuple: VersionTuple) -> Bool { hold(slot, tuple) != nil }

  /// What bars the tuple from one cluster alone (trap 16).
  package func hold(_ slot: Slot, _ tuple: VersionTuple, on cluster: ClusterName) -> Hold? {
    situation.keeps(.clustersAreBarred) ? holdingOn[slot]?[cluster]?.first { bars($0, tuple) } : nil
  }

  func bars(_ hold: Hold, _ tuple: VersionTuple) -> Bool {
    hold.bar.bars(tuple, ordering)
      && (situation.keeps(.partsAreBarred) || hold.bar.top.versions.count == tuple.versions.count)
  }

  /// All that bars the tuple from the stage.
  func holds(_ slot: Slot, _ tuple: VersionTuple) -> [Hold] {
    (holding[slot] ?? []).filter { bars($0, tuple) }
  }

  /// How many people must approve of a promotion: as many as the stage asks, and at least one of the first after a take-back.
  package func neededApprovals(_ slot: Slot, _ tuple: VersionTuple) -> Int {
    guard let roster = rosters[slot] else { return situation.policy.stage(slot)?.approvals ?? 1 }
    let asked = roster.stage.approvals
    if asked > 0 || roster.stage.afterTakeBack == .auto { return asked }
    let isFirst = (holding[slot] ?? []).contains { hold in
      isOwn(hold, slot) && isLess(hold.bar.top, tuple) && !isOvercome(hold, roster)
    }
    return isFirst ? 1 : 0
  }

  /// Whether a promotion of something newer has landed in the stage since. (What a person put there by hand, or what came from
  /// another stage, says nothing: the first that Sluice proposes is the one to look at.)
  private func isOvercome(_ hold: Hold, _ roster: Roster) -> Bool {
    guard let moment = hold.at else { return false }
    return roster.cohorts.contains { cohort in
      guard isLess(hold.bar.top, cohort.tuple), let rollout = situation.rollouts[roster.slot]?[cohort.tuple],
        rollout.startedAt > moment
      else { return false }
      return cohort.units.contains { unit in
        let cluster = situation.clusters[roster.units[unit].cluster]
        return cluster.previous[roster.slot.group]?.isEmpty == false
          && cluster.desiredSince[roster.slot.group].map { $0 >= rollout.startedAt } == true
      }
    }
  }

  /// A take-back changes what runs, so somebody has to want it.
  package func neededApprovalsOfTakeBack(_ slot: Slot) -> Int { max(1, situation.policy.stage(slot)?.approvals ?? 1) }

  /// Whether it was taken back in this stage itself.
  func isOwn(_ hold: Hold, _ slot: Slot) -> Bool {
    hold.slot.stage == slot.stage || situation.policy.stage(slot.stage)?.was.contains(hold.slot.stage) == true
  }

  /// Active holds by the slots that they bar, and those on single clusters. A hold bars its stage and all that follow it; one of
  /// a stage that nobody knows any more bars all (trap 33).
  static func holding(_ situation: Situation) -> (stages: [Slot: [Hold]], clusters: [Slot: [ClusterName: [Hold]]]) {
    let policy = situation.policy
    var stages: [Slot: [Hold]] = [:]
    var clusters: [Slot: [ClusterName: [Hold]]] = [:]
    if !situation.holds.contains(where: \.isActive) { return (stages, clusters) }
    let active = situation.holds.filter(\.isActive).sorted {
      ($0.at ?? Timestamp(seconds: 0), $0.id) < ($1.at ?? Timestamp(seconds: 0), $1.id)
    }
    for hold in active {
      let origin = policy.stages.first { $0.name == hold.slot.stage } ?? policy.stages.first { $0.was.contains(hold.slot.stage) }
      if origin == nil, !situation.keeps(.unknownStageBarsAll) { continue }
      for group in situation.keeps(.goneGroupHolds) ? policy.groups(of: hold) : [hold.slot.group] {
        switch hold.scope {
        case .stage:
          let reached =
            origin.map { situation.keeps(.followersAreBarred) ? policy.stageAndFollowers($0.name) : [$0.name] }
            ?? policy.stages.map(\.name)
          for stage in reached { stages[Slot(stage: stage, group: group), default: []].append(hold) }
        case .clusters(let names):
          for stage in origin.map({ [$0.name] }) ?? policy.stages.map(\.name) {
            for name in names {
              clusters[Slot(stage: stage, group: group), default: [:]][name, default: []].append(hold)
            }
          }
        }
      }
    }
    return (stages, clusters)
  }
}

extension Policy {
  /// A stage and all that follow it, directly or not.
  package func stageAndFollowers(_ name: StageName) -> [StageName] {
    var reached: Set<StageName> = [name]
    var next = followers(of: name)
    while let stage = next.popLast() {
      if reached.insert(stage.name).inserted { next += followers(of: stage.name) }
    }
    return stages.map(\.name).filter(reached.contains)
  }

  /// The groups that a hold speaks of: its own, or where that is gone those that have its components now.
  fileprivate func groups(of hold: Hold) -> [GroupName] {
    if group(hold.slot.group) != nil { return [hold.slot.group] }
    return groups.filter { group in group.components.contains { hold.bar.top[$0] != nil } }.map(\.name)
  }
}
