import Promotion

/// A base whose commits are followed one by one, with the scene that they lead to.
struct Story {
  var scene: Scene
  private(set) var history: BaseHistory
  private var count = 0

  /// Clusters of prod at 1.0, which dev and prod have qualified, and 2.0, which dev has.
  init(_ trap: Trap, prod clusters: [ClusterName], dev others: [ClusterName] = ["d1"]) {
    var scene = trap.scene
    scene.publish("1.0", "1.5", "2.0", "3.0")
    for name in others { scene.add(name, in: "dev", "2.0") }
    for name in clusters { scene.add(name, in: "prod", "1.0") }
    scene.qualify(dev, "1.0", "1.5", "2.0")
    scene.qualify(PromotionTests.prod, "1.0")
    self.scene = scene
    history = BaseHistory(
      desired: [:], holds: [:], ordering: Ordering(policy: scene.policy, seen: scene.seen), without: trap.without)
    for cluster in scene.clusters { history.settle(cluster.name, "app", VersionTuple(cluster.desired), at: at(0)) }
  }

  /// One commit that moves some clusters, and may put some into other stages.
  mutating func commit(
    _ moves: [ClusterName: String], by: String = "ann", isPromotion: Bool = false, stages: [ClusterName: StageName] = [:]
  ) {
    count += 1
    let commit = BaseHistory.Commit(id: "c\(count)", by: by, at: at(9_000 + count), isPromotion: isPromotion)
    let before = scene.clusters
    for name in Set(moves.keys).union(stages.keys) {
      if let stage = stages[name] { scene.set(name) { $0.stages["app"] = stage } }
      if let version = moves[name] { scene.move(name, to: version) }
    }
    let places = Dictionary(
      uniqueKeysWithValues: before.map { ($0.name, BaseHistory.Place(stages: $0.stages, desired: $0.desired)) })
    let moved = scene.clusters.sorted { $0.name < $1.name }.flatMap { cluster in
      places[cluster.name].map {
        history.moves(
          cluster.name, from: $0, to: BaseHistory.Place(stages: cluster.stages, desired: cluster.desired), groups: scene.groups)
      } ?? []
    }
    history.follow(commit, moves: moved) { slot in
      before.filter { $0.stages[slot.group] == slot.stage }.map {
        BaseHistory.Standing(cluster: $0.name, tuple: VersionTuple($0.desired), isSetAside: !$0.pinned.isEmpty || $0.paused)
      }
    }
    for name in scene.clusters.map(\.name) {
      let desired = history.desired[name]?["app"]
      scene.set(name) {
        $0.previous["app"] = desired?.previous ?? []
        $0.desiredSince["app"] = desired?.since
      }
    }
    scene.holds = history.holds.values.sorted { $0.id < $1.id }
  }

  /// `stage 1.0..2.0`, or the clusters instead of `stage`; those that still hold.
  var bars: [String] {
    scene.holds.filter(\.isActive).map { hold in
      let scope = if case .clusters(let names) = hold.scope { names.sorted().joined(separator: " ") } else { hold.slot.stage }
      guard case .above(let low, let high) = hold.bar else { return "\(scope) \(hold.bar.top["app"]!)" }
      return "\(scope) \(low["app"]!)..\(high["app"]!)"
    }
  }
}
