import Promotion
import Testing

extension Traps {
  static let evidence: [(rules: [PlannerRule], scenario: Trap.Scenario)] = [
    ([.silenceIsUnknown], trap12), ([.readingsSinceDesired], trap15), ([.someoneQualifies], trap21Nobody),
    ([.aheadDoesNotCount], trap23), ([.joinersComeLast], trap23Joiners), ([.ranTogether], trap32),
    ([.frontIsAdmitted], trap24),
  ]

  @Sendable static func trap12(_ trap: inout Trap) {
    var scene = trap.ready
    scene.qualified[prod] = []
    scene.set("p1") { $0.reading?.last = at(10_000 - 3_601) }
    trap.expect(scene.planner.unknown("p1", group: "app"), true)
    trap.expect(scene.planner.qualifies(prod, app("1.0")), false)
    scene.set("p1") { $0.reading?.last = at(10_000 - 3_600) }
    trap.expect(scene.planner.qualifies(prod, app("1.0")), true)
  }

  /// V, U, V: what was read before the last of them says nothing of it.
  @Sendable static func trap15(_ trap: inout Trap) {
    var scene = trap.ready
    scene.qualified[prod] = []
    scene.set("p1") { $0.desiredSince["app"] = at(10_001) }
    trap.expect(scene.planner.settled("p1", group: "app"), false)
    scene.set("p1") { $0.desiredSince["app"] = at(9_990) }
    trap.expect(scene.planner.settled("p1", group: "app"), true)
    trap.expect(scene.planner.soaked("p1", group: "app"), false)
    trap.expect(scene.planner.qualifies(prod, app("1.0")), false)
  }

  @Sendable static func trap21(_ trap: inout Trap) {
    var scene = trap.ready
    scene.qualified[dev] = []
    scene.set("d1") { $0.pinned = ["app"] }
    trap.expect(scene.planner.qualifies(dev, app("2.0")), false)
    trap.expect(scene.decide(dev), .wait([Reason(.noClusters(pinned: ["d1"], paused: []))]))
    trap.expect(scene.decide(prod), .wait([Reason(.emptyStage("dev"))]))
    trap.expect(trap.scene.decide(dev).short, "noClusters")
  }

  @Sendable static func trap21Nobody(_ trap: inout Trap) {
    var scene = trap.scene
    scene.stage("dev") { $0.atLeast = .percent(0) }
    scene.add("d1", in: "dev", "1.0", .bad)
    trap.expect(scene.planner.qualifies(dev, app("1.0")), false)
  }

  @Sendable static func trap23(_ trap: inout Trap) {
    var scene = trap.ready
    scene.move("p1", to: "9.0")
    scene.add("p3", in: "prod", "0.5")
    scene.set("p3") { $0.pinned = ["app"] }
    trap.expect(scene.planner.members(prod, app("1.0")), ["p2"])
    trap.expect(scene.planner.qualifies(prod, app("1.0")), true)
  }

  /// Every day another cluster joins that is not through yet.
  @Sendable static func trap23Joiners(_ trap: inout Trap) {
    var scene = trap.ready
    scene.qualified[prod] = []
    for name in ["p1", "p2"] { scene.move(name, to: "2.0") }
    scene.add("p3", in: "prod", "1.0")
    scene.add("p4", in: "prod", "2.0", .soaking)
    for name in ["p3", "p4"] { scene.set(name) { $0.first = at(9_500) } }
    scene.rollout(prod, "2.0", ["p1", "p2"])
    trap.expect(scene.planner.members(prod, app("2.0")), ["p1", "p2"])
    trap.expect(scene.planner.qualifies(prod, app("2.0")), true)
    trap.expect(scene.decide(prod).short, "2.0 to p3", "they move all the same, last")
    scene.move("p4", to: "2.0")
    scene.set("p4") { $0.first = at(9_500) }
    trap.expect(scene.planner.members(prod, app("2.0")), ["p1", "p2", "p4"], "one that has soaked counts")
    scene.move("p2", to: "1.0")
    trap.expect(scene.decide(prod).short, "2.0 to p2")
  }

  @Sendable static func trap24(_ trap: inout Trap) {
    var scene = trap.ready
    scene.move("p1", to: "9.0")
    trap.expect(scene.planner.front(prod), app("1.0"))
    trap.expect(scene.decide(prod).short, "2.0 to p2")
  }

  @Sendable static func trap32(_ trap: inout Trap) {
    let slot = Slot(stage: "dev", group: "platform")
    var scene = trap.scene
    scene.component = Component(name: "k")
    scene.components = [Component(name: "a")]
    scene.groups = [Group(name: "platform", components: ["k", "a"])]
    scene.stage("dev") { $0.atLeast = .percent(50) }
    scene.add("d1", in: "dev", group: "platform", VersionTuple(["k": "2.0", "a": "2.0"]), .soaking)
    scene.add("d2", in: "dev", group: "platform", VersionTuple(["k": "2.0"]))
    trap.expect(scene.planner.newQualifications(), [slot: [VersionTuple(["k": "2.0"])]])
    // k went back and a forward: what now runs is a pair of its own.
    scene.clusters = []
    scene.add("d1", in: "dev", group: "platform", VersionTuple(["k": "1.0", "a": "2.0"]), .soaking)
    trap.expect(scene.planner.newQualifications(), [:])
  }

  @Suite struct `Traps of evidence` {
    @Test func `trap 12: a cluster that nobody read within maxGap is unknown`() { #expect(Trap.broken(trap12) == []) }

    @Test func `trap 15: readings count only since the value was desired`() { #expect(Trap.broken(trap15) == []) }

    @Test func `trap 21: an empty stage, or a wholly pinned one, qualifies nothing and says so`() {
      #expect(Trap.broken(trap21) == [])
    }

    @Test func `trap 21: none of all is not enough, whatever share was asked`() { #expect(Trap.broken(trap21Nobody) == []) }

    @Test func `trap 23: a cluster bumped ahead, or marked to stay, does not stop the quorum`() {
      #expect(Trap.broken(trap23) == [])
    }

    @Test func `trap 23: endless joiners do not stop the quorum, and come last`() { #expect(Trap.broken(trap23Joiners) == []) }

    @Test func `trap 24: one cluster bumped to an unqualified version, and the others go on with what is qualified`() {
      #expect(Trap.broken(trap24) == [])
    }

    @Test func `trap 32: versions that ran apart prove nothing of each other`() { #expect(Trap.broken(trap32) == []) }
  }
}
