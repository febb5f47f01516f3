import Promotion

extension Probe {
  static let slots: [(name: String, isWrong: Test)] = [
    ("an approved promotion keeps the slot", approved), ("a young promotion keeps the slot", young),
    ("an objection keeps nothing", objected), ("the last half moves first", lastHalf),
    ("a minor that nobody has proven", leaving),
    ("endless joiners", joiners), ("a failed version and its cure", cured), ("a failed version goes no further", noFurther),
    ("one of some", someOfSome), ("all of one commit", oneCommit), ("a part is not the whole", partly),
    ("in another stage", inPlace), ("undone", wholly), ("between", between), ("a take-back is offered", offered),
    ("what can't go back", stranded), ("closing says not again", declined), ("a failure goes back", reverted),
    ("a merge is planned again", merge), ("read before it was desired", readBefore),
  ]

  private static func newer(_ situation: inout Situation) {
    situation.qualified[dev]?.append(Qualification(tuple: a("1.1.2"), at: at(3)))
  }

  private static func open(approvals: Int, age: Int, isObjected: Bool = false) -> OpenPromotion {
    OpenPromotion(
      number: 1, tuple: a("1.1.1"), clusters: ["p0", "p1"], openedAt: at(now - age), approvals: approvals, isObjected: isObjected)
  }

  @Sendable private static func approved(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) {
      newer(&$0)
      $0.open[prod] = open(approvals: 1, age: 90_000)
    }
    return promotes(planner.decide(prod)) != a("1.1.1")
  }

  @Sendable private static func young(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) {
      newer(&$0)
      $0.open[prod] = open(approvals: 0, age: 60)
    }
    return promotes(planner.decide(prod)) != a("1.1.1")
  }

  @Sendable private static func objected(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) {
      newer(&$0)
      $0.open[prod] = open(approvals: 1, age: 90_000, isObjected: true)
    }
    return promotes(planner.decide(prod)) != a("1.1.2")
  }

  @Sendable private static func lastHalf(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) {
      newer(&$0)
      $0.policy.stages[1].atLeast = .percent(50)
      $0.clusters[1] = cluster("p0", "prod", ["a": Version("1.1.1")])
      $0.qualified[prod]?.append(Qualification(tuple: a("1.1.1"), at: at(4)))
    }
    return promotes(planner.decide(prod)) != a("1.1.1")
  }

  @Sendable private static func leaving(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { situation in
      situation.policy.components[0].step = .minor
      situation.seen["a"]?.append(SeenVersion(version: Version("1.2.0"), first: at(0), index: 2))
      situation.qualified = [:]
      situation.clusters[0] = cluster("d0", "dev", ["a": Version("1.1.1")], healthy: false)
    }
    return promotes(planner.decide(dev)) != nil
  }

  @Sendable private static func joiners(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) { situation in
      situation.clusters[1] = cluster("p0", "prod", ["a": Version("1.1.1")])
      situation.clusters[2].first = at(now - 10)
      situation.rollouts[prod] = [a("1.1.1"): Rollout(startedAt: at(now - 1000), members: ["p0"])]
    }
    return !planner.qualifies(prod, a("1.1.1"))
  }

  private static func failing(_ situation: inout Situation) {
    situation.clusters[1] = cluster("p0", "prod", ["a": Version("1.1.1")], healthy: false)
  }

  @Sendable private static func cured(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) {
      newer(&$0)
      failing(&$0)
    }
    return promotes(planner.decide(prod)) != a("1.1.2")
  }

  @Sendable private static func noFurther(_ without: Set<PlannerRule>) -> Bool {
    let planner = planner(without) {
      failing(&$0)
      $0.policy.stages[1].maxUnhealthy = .count(2)
    }
    return promotes(planner.decide(prod)) != nil
  }

  /// What a history of p0, p1 and p2 holds after some commits.
  private static func held(_ without: Set<PlannerRule>, _ commits: [[ClusterName: String]], stage: Slot? = nil) -> [Hold] {
    var history = history(without)
    var versions = ["p0": "1.1.0", "p1": "1.1.0", "p2": "1.1.0"]
    for (index, commit) in commits.enumerated() {
      let before = versions
      let slot = index == commits.count - 1 ? stage ?? prod : prod
      let moves = commit.sorted { $0.key < $1.key }.map { name, version in
        BaseHistory.Move(cluster: name, slot: slot, from: a(before[name] ?? ""), to: a(version))
      }
      history.follow(.init(id: "\(index)", by: "ann", at: at(index + 1)), moves: moves) { _ in
        before.map { BaseHistory.Standing(cluster: $0, tuple: a($1)) }
      }
      versions.merge(commit) { $1 }
    }
    return history.holds.values.filter(\.isActive)
  }

  @Sendable private static func someOfSome(_ without: Set<PlannerRule>) -> Bool {
    held(without, [["p0": "1.1.1", "p1": "1.1.1"], ["p0": "1.1.0"]]).contains { $0.scope == .stage }
  }

  @Sendable private static func oneCommit(_ without: Set<PlannerRule>) -> Bool {
    !held(without, [["p0": "1.1.1"], ["p1": "1.1.1"], ["p1": "1.1.0"]]).contains { $0.scope == .stage }
  }

  private static let bothBack: [[ClusterName: String]] = [
    ["p0": "1.1.1", "p1": "1.1.1"], ["p0": "1.1.0", "p1": "1.1.0"],
  ]

  @Sendable private static func partly(_ without: Set<PlannerRule>) -> Bool {
    held(without, bothBack + [["p0": "1.1.1"]]).isEmpty
  }

  @Sendable private static func inPlace(_ without: Set<PlannerRule>) -> Bool {
    held(without, bothBack + [["p0": "1.1.1", "p1": "1.1.1"]], stage: dev).isEmpty
  }

  @Sendable private static func wholly(_ without: Set<PlannerRule>) -> Bool {
    !held(without, bothBack + [["p0": "1.1.1", "p1": "1.1.1"]]).isEmpty
  }

  @Sendable private static func between(_ without: Set<PlannerRule>) -> Bool {
    let ordering = planner([]).ordering
    return !held(without, [["p0": "1.1.5"], ["p0": "1.1.0"]]).contains { $0.bar.bars(a("1.1.3"), ordering) }
  }

  private static func back(_ situation: inout Situation) {
    for index in 1...2 {
      situation.clusters[index] = cluster("p\(index - 1)", "prod", ["a": Version("1.1.1")])
      situation.clusters[index].previous["g"] = [a("1.1.0")]
    }
    situation.holds = [hold(prod, "1.1.1")]
  }

  private static func goingBack(_ decision: Decision) -> Set<ClusterName> {
    if case .takeBack(let planned) = decision { planned.clusters } else { [] }
  }

  @Sendable private static func offered(_ without: Set<PlannerRule>) -> Bool {
    goingBack(planner(without, back).decide(prod)) != ["p0", "p1"]
  }

  @Sendable private static func stranded(_ without: Set<PlannerRule>) -> Bool {
    !goingBack(
      planner(without) {
        back(&$0)
        $0.policy.components[0].goesBack = .never
      }.decide(prod)
    ).isEmpty
  }

  @Sendable private static func declined(_ without: Set<PlannerRule>) -> Bool {
    goingBack(
      planner(without) {
        back(&$0)
        $0.declined = [DeclinedTakeBack(slot: prod, cluster: "p0", tuple: a("1.1.1"))]
      }.decide(prod)) != ["p1"]
  }

  @Sendable private static func reverted(_ without: Set<PlannerRule>) -> Bool {
    goingBack(
      planner(without) {
        back(&$0)
        $0.holds = []
        $0.policy.stages[1].onFailure = .revert
        for index in 1...2 { $0.clusters[index].reading?.groups["g"]?.healthy = false }
      }.decide(prod)) != ["p0", "p1"]
  }

  @Sendable private static func readBefore(_ without: Set<PlannerRule>) -> Bool {
    planner(without) { $0.clusters[1].desiredSince["g"] = at(now + 1) }.settled("p0", group: "g")
  }

  @Sendable private static func merge(_ without: Set<PlannerRule>) -> Bool {
    planner(without) { $0.holds = [hold(prod, "1.1.1")] }.mayMerge(prod, tuple: a("1.1.1"), clusters: ["p0"]) == .allowed
  }
}
