import Promotion
import Testing

extension Traps {
  static let replacing: [(rules: [PlannerRule], scenario: Trap.Scenario)] = [
    ([.approvedSticks], trap2), ([], trap2CuresNobody), ([.youngSticks, .takingNeedsFreedom], trap3),
    ([.completeBeforeNext], trap22), ([.redGivesWay], trap28), ([.personsMarkKeeps], trap29),
  ]

  @Sendable static func trap2(_ trap: inout Trap) {
    var scene = trap.ready
    scene.request(prod, "2.0", ["p1", "p2"], approvals: 1)
    scene.publish("3.0")
    scene.qualify(dev, "3.0")
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2")
    trap.expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "p2"]), .allowed)
    trap.expect(scene.planner.treatment(prod), .keep)
    scene.open[prod]?.approvals = 0
    trap.expect(scene.decide(prod).short, "3.0 to p1 p2")
    guard case .replace? = scene.planner.treatment(prod) else { return trap.expect("kept", "replaced") }
    guard case .otherVersion = scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"]) else {
      return trap.expect("may merge", "another version")
    }
  }

  @Sendable static func trap2CuresNobody(_ trap: inout Trap) {
    var scene = trap.ready
    scene.add("p3", in: "prod", "2.5", .bad)
    scene.request(prod, "2.0", ["p1", "p2"], approvals: 1)
    trap.expect(scene.decide(prod).reasons.map(\.name).contains("failed"), true)
    scene.qualify(dev, "3.0")
    trap.expect(scene.decide(prod).short, "3.0 to p1 p2 p3")
  }

  @Sendable static func trap3(_ trap: inout Trap) {
    var scene = trap.ready
    scene.request(prod, "2.0", ["p1", "p2"], age: 86_399)
    scene.qualify(dev, "3.0")
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2")
    trap.expect(scene.planner.sticky(prod), .young(until: at(10_001)))
    scene.open[prod]?.openedAt = at(10_000 - 86_400)
    trap.expect(scene.decide(prod).short, "3.0 to p1 p2")

    scene.open = [:]
    scene.move("p1", to: "2.0", .upgrading)
    trap.expect(scene.decide(prod).short, "2.0 to p2", "in mid-rollout nothing newer starts")
    scene.request(prod, "3.0", ["p2"], approvals: 1)
    trap.expect(scene.decide(prod).short, "2.0 to p2", "replacing needs the same permission as taking")
    scene.stage("prod") { $0.follow = .latest }
    trap.expect(scene.decide(prod).short, "3.0 to p1 p2")
  }

  @Sendable static func trap22(_ trap: inout Trap) {
    var scene = trap.ready
    scene.stage("prod") { $0.atLeast = .percent(50) }
    scene.move("p1", to: "2.0")
    scene.qualify(dev, "3.0")
    scene.qualify(prod, "2.0")
    trap.expect(scene.planner.qualifies(prod, app("2.0")), true)
    trap.expect(scene.planner.complete(prod, app("2.0")), false)
    trap.expect(scene.decide(prod).short, "2.0 to p2")
  }

  @Sendable static func trap28(_ trap: inout Trap) {
    var scene = trap.ready
    scene.request(prod, "2.0", ["p1", "p2"], approvals: 1, red: ["e2e"])
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2")
    scene.qualify(dev, "3.0")
    trap.expect(scene.decide(prod).short, "3.0 to p1 p2")
    scene.move("p1", to: "2.0", .upgrading)
    trap.expect(scene.decide(prod).short, "3.0 to p1 p2", "red counts as failing in mid-rollout")
    scene.open[prod]?.red = []
    trap.expect(scene.decide(prod).short, "2.0 to p2")
  }

  @Sendable static func trap29(_ trap: inout Trap) {
    var scene = trap.ready
    scene.qualify(dev, "3.0")
    for mark in [OpenPromotion.PersonsMark.label, .commit("abc")] {
      scene.request(prod, "2.0", ["p1", "p2"], approvals: 1, mark: mark)
      trap.expect(scene.decide(prod).short, "slotTaken")
      guard case .leave? = scene.planner.treatment(prod) else { return trap.expect("changed", "left") }
    }
    trap.expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"]), .allowed, "a person's commit may land")
    scene.open[prod]?.heldByPerson = .label
    let verdict = scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"])
    trap.expect(verdict, .wait([Reason(.slotTaken(number: 7, .label))]))
  }

  @Suite struct `Traps of replacing` {
    @Test func `trap 2: an approved promotion keeps the slot when a newer version qualifies`() {
      #expect(Trap.broken(trap2) == [])
    }

    @Test func `trap 2: an approved promotion that cures nobody gives way to one that does`() {
      #expect(Trap.broken(trap2CuresNobody) == [])
    }

    @Test func `trap 3: a young promotion is not replaced, and in mid-rollout none is`() { #expect(Trap.broken(trap3) == []) }

    @Test func `trap 22: with atLeast 50% the last half still moves before the next version starts`() {
      #expect(Trap.broken(trap22) == [])
    }

    @Test func `trap 26: the content that is replaced says so, so that its approval is not taken over`() {
      var scene = Trap(without: []).ready
      scene.request(prod, "2.0", ["p1"], approvals: 1)
      guard case .rewrite(let planned) = scene.planner.treatment(prod) else { Issue.record("kept"); return }
      #expect(planned.clusters == ["p1", "p2"])
      #expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"]) == .allowed)
      let verdict = scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "d1"])
      guard case .otherClusters(_, refused: ["d1"]) = verdict else { Issue.record("\(verdict)"); return }
    }

    @Test func `trap 28: approved but red is replaceable, and in mid-rollout counts as failing`() {
      #expect(Trap.broken(trap28) == [])
    }

    @Test func `trap 29: beneath a label or a person's commit no version is swapped`() { #expect(Trap.broken(trap29) == []) }
  }
}
