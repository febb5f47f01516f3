import Fleet
import Ledger
import Observing
import Promotion

/// Which clusters a check asks, and how closely it looks at each.
struct ObservationTargets {
  private let look: Look
  private let policy: PolicyFile
  private let shard: Shard
  private let at: Timestamp
  private let states: [ClusterName: ClusterState]
  private let nodes: NodeExpectations
  /// What is recorded today says that the fleet was looked at, so every so often it is, whole.
  private let isWholeLookDue: Bool

  init(_ look: Look, _ policy: PolicyFile, _ shard: Shard, _ at: Timestamp) {
    self.look = look
    self.policy = policy
    self.shard = shard
    self.at = at
    let clusters = look.planner.situation.clusters
    states = Dictionary(clusters.map { ($0.name, $0) }) { first, _ in first }
    nodes = NodeExpectations(look.fleet)
    isWholeLookDue = CheckFindings.isBeatDue(look.records, shard, policy, at)
  }

  var all: [ObservationTarget] {
    look.fleet.clusters.filter { !$0.stages.isEmpty && shard.contains($0.name) }.map { cluster in
      let reading = states[cluster.name]?.reading
      return ObservationTarget(
        cluster: cluster.name, values: cluster.values, components: Set(cluster.components.keys), nodes: nodes[cluster],
        sinceLast: reading.map { .seconds(max(0, at.seconds - $0.last.seconds)) }, known: isWholeLookDue ? nil : known(cluster))
    }
  }

  /// What a cluster runs, if it is settled on what has qualified in its stage already: then nothing waits for its next reading.
  private func known(_ cluster: ResolvedCluster) -> [ComponentName: Version]? {
    guard let state = states[cluster.name], let reading = state.reading else { return nil }
    if look.records.clusters[cluster.name]?.record.evidence.passes.isEmpty == false { return nil }
    for (name, stage) in cluster.stages {
      guard let group = policy.promotion.groups.first(where: { $0.name == name }), let health = reading.groups[name],
        health.healthy == true, health.lastKnown == nil, look.planner.standing(cluster.name, group: name)?.isSettled == true
      else { return nil }
      let tuple = state.desired.tuple(of: group)
      let qualified = look.planner.situation.qualified[Slot(stage: stage, group: name)] ?? []
      if !qualified.contains(where: { $0.tuple == tuple }) { return nil }
    }
    return reading.versions
  }
}
