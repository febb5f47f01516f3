import Promotion

/// Directed situations for what chance hardly ever meets: renamed stages, partial tuples, orders that are no orders. Each says
/// whether something is wrong without some rules.
enum Probe {
  typealias Test = @Sendable (Set<PlannerRule>) -> Bool

  static let all = situations + slots

  private static let situations: [(name: String, isWrong: Test)] = [
    ("a stage before is ill on it", illBefore), ("a renamed stage", renamed), ("a stage that is gone", gone),
    ("a group that is gone", goneGroup), ("versions without an order", unordered), ("the ill go first", illFirst),
    ("a week of silence", silence), ("parts of a tuple", parts), ("a silent forge", silentForge), ("none of all", none),
    ("a stop", stop), ("red in mid-rollout", red), ("nobody reads", unread), ("a stage without failures", elsewhere),
    ("half of a wave", half), ("ahead of all", ahead), ("another stage", anotherStage), ("a promotion undoes nothing", undone),
    ("withdrawn upstream", withdrawn),
  ]

  static let now = 100_000
  static let dev = Slot(stage: "dev", group: "g")
  static let prod = Slot(stage: "prod", group: "g")
  static func at(_ seconds: Int) -> Timestamp { Timestamp(seconds: seconds) }
  static func a(_ text: String) -> VersionTuple { VersionTuple(["a": Version(text)]) }

  static func cluster(
    _ name: ClusterName, _ stage: StageName, _ desired: [ComponentName: Version], healthy: Bool = true, since: Int = 0
  ) -> ClusterState {
    ClusterState(
      name: name, stages: ["g": stage], desired: desired, desiredSince: ["g": at(since)],
      reading: Reading(
        versions: desired, groups: ["g": GroupHealth(healthy: healthy, since: at(since), watchedSince: at(since))], last: at(now))
    )
  }

  /// dev at 1.1.1, proven; prod at 1.1.0.
  private static func situation(_ without: Set<PlannerRule>, _ change: (inout Situation) -> Void = { _ in }) -> Situation {
    var situation = Situation(
      now: at(now),
      policy: Policy(
        name: "w", components: [Component(name: "a")], groups: [Group(name: "g", components: ["a"])],
        stages: [Stage(name: "dev"), Stage(name: "prod", after: ["dev"])]),
      clusters: [
        cluster("d0", "dev", ["a": Version("1.1.1")]), cluster("p0", "prod", ["a": Version("1.1.0")]),
        cluster("p1", "prod", ["a": Version("1.1.0")]),
      ],
      seen: [
        "a": ["1.1.0", "1.1.1"].enumerated().map { SeenVersion(version: Version($1), first: at(0), index: $0) }
      ],
      qualified: [
        dev: [Qualification(tuple: a("1.1.0"), at: at(1)), Qualification(tuple: a("1.1.1"), at: at(2))],
        prod: [Qualification(tuple: a("1.1.0"), at: at(1))],
      ])
    situation.without = without
    change(&situation)
    return situation
  }

  static func planner(_ without: Set<PlannerRule>, _ change: (inout Situation) -> Void = { _ in }) -> Planner {
    Planner(situation(without, change))
  }

  static func promotes(_ decision: Decision) -> VersionTuple? {
    if case .promote(let planned) = decision { planned.to } else { nil }
  }

  static func hold(_ slot: Slot, _ version: String) -> Hold {
    Hold(id: "h", slot: slot, bar: .exactly(a(version)), cause: .manual(by: "ann", reason: nil), at: at(5))
  }

  @Sendable private static func illBefore(_ without: Set<PlannerRule>) -> Bool {
    promotes(planner(without) { $0.clusters[0] = cluster("d0", "dev", ["a": Version("1.1.1")], healthy: false) }.decide(prod))
      != nil
  }

  @Sendable private static func withdrawn(_ without: Set<PlannerRule>) -> Bool {
    promotes(planner(without) { $0.seen["a"]?[1].withdrawn = true }.decide(prod)) != nil
  }

  @Sendable private static func renamed(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) {
      $0.policy.stages[1].was = ["late"]
      $0.holds = [hold(Slot(stage: "late", group: "g"), "1.1.1")]
    }
    return !planner.isHeld(prod, a("1.1.1")) || planner.isHeld(dev, a("1.1.1"))
  }

  @Sendable private static func gone(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { $0.holds = [hold(Slot(stage: "gone", group: "g"), "1.1.1")] }
    return !planner.isHeld(prod, a("1.1.1")) || !planner.isHeld(dev, a("1.1.1"))
  }

  @Sendable private static func goneGroup(_ without: Set<PlannerRule>) -> Bool {
    !planner(without) { $0.holds = [hold(Slot(stage: "prod", group: "old"), "1.1.1")] }.isHeld(prod, a("1.1.1"))
  }

  @Sendable private static func unordered(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { situation in
      situation.policy.components[0].order = .seen
      for index in 0..<2 { situation.seen["a"]?[index].index = 0 }
    }
    return promotes(planner.decide(prod)) != nil
  }

  @Sendable private static func illFirst(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { situation in
      situation.policy.stages[0].maxInFlight = 2
      situation.seen["a"]?.append(SeenVersion(version: Version("1.1.2"), first: at(0), index: 2))
      situation.clusters = (1...9).map { cluster("d\($0)", "dev", ["a": Version("1.1.1")], healthy: $0 < 8) }
    }
    guard case .promote(let planned) = planner.decide(dev) else { return true }
    return planned.clusters != ["d8", "d9"]
  }

  @Sendable private static func silence(_ without: Set<PlannerRule>) -> Bool {
    planner(without) { situation in
      situation.clusters[1] = cluster("p0", "prod", ["a": Version("1.1.0")], healthy: false)
      situation.clusters[1].reading?.groups["g"]?.watchedSince = at(now - 60)
    }.degraded("p0", group: "g")
  }

  @Sendable private static func parts(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { situation in
      situation.policy.components.append(Component(name: "b"))
      situation.policy.groups[0].components = ["a", "b"]
      situation.policy.stages[0].atLeast = .percent(50)
      let whole = ["a": Version("1.1.1"), "b": Version("1.1.1")]
      situation.clusters = [cluster("d0", "dev", whole, since: now), cluster("d1", "dev", ["a": Version("1.1.1")])]
      situation.qualified = [:]
    }
    return planner.qualifies(dev, VersionTuple(["a": Version("1.1.1"), "b": Version("1.1.1")]))
  }

  @Sendable private static func silentForge(_ without: Set<PlannerRule>) -> Bool {
    promotes(planner(without) { $0.unreadableSlots = true }.decide(prod)) != nil
  }

  @Sendable private static func none(_ without: Set<PlannerRule>) -> Bool {
    planner(without) { situation in
      situation.policy.stages[1].atLeast = .percent(0)
      situation.clusters[1] = cluster("p0", "prod", ["a": Version("1.1.0")], healthy: false)
      situation.clusters[2] = cluster("p1", "prod", ["a": Version("1.1.0")], healthy: false)
    }.qualifies(prod, a("1.1.0"))
  }

  @Sendable private static func stop(_ without: Set<PlannerRule>) -> Bool {
    promotes(planner(without) { $0.stops = [Stop(stage: nil, by: "ann", at: at(1))] }.decide(prod)) != nil
  }

  @Sendable private static func red(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { situation in
      situation.qualified[dev]?.append(Qualification(tuple: a("1.1.2"), at: at(3)))
      situation.clusters[1] = cluster("p0", "prod", ["a": Version("1.1.1")], since: now)
      situation.open[prod] = OpenPromotion(
        number: 1, tuple: a("1.1.1"), clusters: ["p1"], openedAt: at(0), approvals: 1, red: ["e2e"])
    }
    return promotes(planner.decide(prod)) != a("1.1.2")
  }

  @Sendable private static func unread(_ without: Set<PlannerRule>) -> Bool {
    planner(without) { $0.clusters[1].reading?.last = at(now - 4000) }.settled("p0", group: "g")
  }

  /// One ill cluster on each of two versions: neither has failed, together they are too many.
  @Sendable private static func elsewhere(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { situation in
      situation.policy.stages[1].maxUnhealthy = .count(1)
      situation.policy.stages[1].atLeast = .percent(50)
      situation.clusters[1] = cluster("p0", "prod", ["a": Version("1.1.0")], healthy: false)
      situation.clusters += [
        cluster("p2", "prod", ["a": Version("1.1.1")]), cluster("p3", "prod", ["a": Version("1.1.1")], healthy: false),
      ]
    }
    return promotes(planner.decide(prod)) != nil
  }

  @Sendable private static func half(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { situation in
      situation.policy.stages[1].maxUnhealthy = .count(2)
      situation.clusters[1] = cluster("p0", "prod", ["a": Version("1.1.1")], healthy: false)
    }
    return promotes(planner.decide(prod)) != nil || !planner.failed(prod, a("1.1.1"))
  }

  @Sendable private static func ahead(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { $0.clusters[1] = cluster("p0", "prod", ["a": Version("1.9.0")]) }
    return promotes(planner.decide(prod)) != a("1.1.1") || planner.members(prod, a("1.1.0")) != ["p1"]
  }

  static func history(_ without: Set<PlannerRule>) -> BaseHistory {
    let situation = situation(without)
    return BaseHistory(
      desired: [:], holds: [:], ordering: Ordering(policy: situation.policy, seen: situation.seen), without: without)
  }

  @Sendable private static func anotherStage(_ without: Set<PlannerRule>) -> Bool {
    let (before, after) = (Version("1.1.1"), Version("1.1.0"))
    return !history(without).moves(
      "d0", from: .init(stages: ["g": "dev"], desired: ["a": before]), to: .init(stages: ["g": "prod"], desired: ["a": after]),
      groups: [Group(name: "g", components: ["a"])]
    ).isEmpty
  }

  @Sendable private static func undone(_ without: Set<PlannerRule>) -> Bool {
    var history = history(without)
    func standing(_ version: String) -> (Slot) -> [BaseHistory.Standing] {
      { _ in [BaseHistory.Standing(cluster: "p0", tuple: a(version))] }
    }
    let back = BaseHistory.Move(cluster: "p0", slot: prod, from: a("1.1.1"), to: a("1.1.0"))
    history.follow(.init(id: "1", by: "ann", at: at(1)), moves: [back], standing: standing("1.1.1"))
    let again = BaseHistory.Move(cluster: "p0", slot: prod, from: a("1.1.0"), to: a("1.1.1"))
    history.follow(.init(id: "2", by: World.sluice, at: at(2), isPromotion: true), moves: [again], standing: standing("1.1.0"))
    return !history.holds.values.contains(where: \.isActive)
  }
}
