package import Promotion

/// How a cluster stands for a group, in a word.
package enum ClusterHealth: String, Sendable, Equatable {
  case settled, upgrading, degraded, unknown

  package init(_ standing: Standing) {
    switch standing {
    case .settled: self = .settled
    case .upgrading: self = .upgrading
    case .degraded: self = .degraded
    case .unknown: self = .unknown
    }
  }
}

/// A situation and what the planner makes of it: what status and explain tell of.
package struct PlannedSituation: Sendable {
  package var situation: Situation
  package var decisions: [Slot: Decision]
  /// The tuple that a slot works on or has completed.
  package var fronts: [Slot: VersionTuple]
  /// Of the clusters that count; those pinned or paused have none.
  package var standings: [GroupName: [ClusterName: Standing]]
  /// The slots whose open promotion is approved.
  package var approved: Set<Slot> = []
  /// Why no upgrade may start now, of slots in which none may: what is open waits to merge.
  package var closed: [Slot: [Reason]] = [:]

  /// Plans a situation.
  package init(_ planner: Planner) {
    let situation = planner.situation
    var standings: [GroupName: [ClusterName: Standing]] = [:]
    for cluster in situation.clusters {
      for group in cluster.stages.keys {
        standings[group, default: [:]][cluster.name] = planner.standing(cluster.name, group: group)
      }
    }
    var fronts: [Slot: VersionTuple] = [:]
    for slot in planner.slots { fronts[slot] = planner.front(slot) }
    self.init(situation: situation, decisions: planner.plan(), fronts: fronts, standings: standings)
    for slot in planner.slots {
      let reasons = planner.closed(slot)
      if !reasons.isEmpty { closed[slot] = reasons }
    }
    approved = Set(situation.open.filter { planner.isApproved($0.key, $0.value) }.map(\.key))
  }

  init(
    situation: Situation, decisions: [Slot: Decision], fronts: [Slot: VersionTuple],
    standings: [GroupName: [ClusterName: Standing]]
  ) {
    self.situation = situation
    self.decisions = decisions
    self.fronts = fronts
    self.standings = standings
  }

  package var now: Timestamp { situation.now }
  package var policy: Policy { situation.policy }

  /// Those with a decision, in the order of the policy; what the policy no longer has comes last.
  package var slots: [Slot] {
    let known = policy.stages.flatMap { stage in policy.groups.map { Slot(stage: stage.name, group: $0.name) } }
    let others = Set(decisions.keys).subtracting(known).sorted()
    return known.filter { decisions[$0] != nil } + others
  }

  /// How a cluster stands, in a word; of one that does not count, what its last reading said of its health.
  func health(_ cluster: ClusterState, _ group: GroupName) -> String {
    if let standing = standings[group]?[cluster.name] { return ClusterHealth(standing).rawValue }
    guard let reading = cluster.reading, now <= reading.last + policy.maxGap, let healthy = reading.groups[group]?.healthy
    else { return ClusterHealth.unknown.rawValue }
    return healthy ? "healthy" : "unhealthy"
  }

  func tuples(_ slot: Slot) -> TupleText { TupleText(slot.group, in: policy) }

  func open(_ slot: Slot) -> OpenText? {
    situation.open[slot].map { OpenText(open: $0, isApproved: approved.contains(slot), tuples: tuples(slot)) }
  }

  /// Where the slot goes: by the decision, else by the open promotion.
  func next(_ slot: Slot) -> VersionTuple? {
    if case .promote(let planned) = decisions[slot] { planned.to } else { situation.open[slot]?.tuple }
  }

  /// Why a cluster is no target of a group; nil when it is one.
  func mark(_ cluster: ClusterState, _ group: GroupName) -> String? {
    let components = policy.group(group)?.components ?? []
    if !cluster.pinned.isDisjoint(with: components) { return "pinned" }
    return cluster.paused ? "paused" : nil
  }
}
