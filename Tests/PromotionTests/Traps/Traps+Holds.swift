import Promotion
import Testing

extension Traps {
  static let holds: [(rules: [PlannerRule], scenario: Trap.Scenario)] = [
    ([.heldIsBarred], trap1), ([.declinedStays], trap8), ([.releasedStaysReleased], trap10),
    ([.takeBackIsOffered, .scopeOfOneCommit, .backwardHolds], trap14), ([.scopeOfSomeClusters, .clustersAreBarred], trap16),
    ([.betweenIsHeld], trap19), ([.movesStayInTheirSlot], trap20), ([.partsAreBarred], trap32Held),
    ([.formerNamesHold], trap33Renamed), ([.unknownStageBarsAll], trap33Unknown), ([.goneGroupHolds], trap33Group),
  ]

  @Sendable static func trap1(_ trap: inout Trap) {
    var scene = trap.scene
    scene.component.minimumAge = .seconds(600)
    scene.publish("1.0", "2.0")
    scene.add("d1", in: "dev", "1.0")
    scene.qualify(dev, "1.0")
    trap.expect(scene.decide(dev).short, "2.0 to d1")
    scene.hold(dev, "2.0")
    scene.seen["app"]?.append(SeenVersion(version: "3.0", first: at(9_900), index: 2))
    trap.expect(scene.decide(dev).reasons.map(\.name).sorted(), ["held", "minimumAge"])
    trap.expect(scene.decide(dev).reasons.contains { $0.until == at(10_500) }, true)
    scene.now = 10_500
    trap.expect(scene.decide(dev).short, "3.0 to d1")
    scene.qualify(dev, "3.0")
    trap.expect(scene.planner.isHeld(dev, app("2.0")), true, "a newer version lifts nothing")
  }

  @Sendable static func trap8(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1", "p2"])
    story.commit(["p1": "2.0", "p2": "2.0"], isPromotion: true)
    story.scene.hold(prod, "2.0", cause: .manual(by: "ann", reason: nil))
    trap.expect(story.scene.decide(prod).short, "back p1 to 1.0 p2 to 1.0")
    story.scene.declined = [DeclinedTakeBack(slot: prod, cluster: "p1", tuple: app("2.0"))]
    trap.expect(story.scene.decide(prod).short, "back p2 to 1.0", "not again")
  }

  @Sendable static func trap10(_ trap: inout Trap) {
    var scene = trap.ready
    scene.hold(prod, "2.0", cause: .closedRequest(3, by: "ann"))
    trap.expect(scene.decide(prod).short, "held")
    scene.holds[0].release = .person("bob", at: at(9_950), reason: nil)
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2")
  }

  /// Four waves of one cluster each have landed; one of them is taken back, before or after they were tidied.
  @Sendable static func trap14(_ trap: inout Trap) {
    let names = ["p1", "p2", "p3", "p4"]
    for reverted in names {
      for isTidied in [false, true] {
        var story = Story(trap, prod: names)
        for name in names { story.commit([name: "2.0"], by: "sluice", isPromotion: true) }
        if isTidied { story.commit([:], by: "sluice") }
        story.commit([reverted: "1.0"])
        trap.expect(story.bars, ["prod 1.0..2.0"], "a wave's revert is the stage's")
        let rest = names.filter { $0 != reverted }
        trap.expect(story.scene.decide(prod).short, "back " + rest.map { "\($0) to 1.0" }.joined(separator: " "))
        let to = Dictionary(uniqueKeysWithValues: rest.map { ($0, app("1.0")) })
        trap.expect(story.scene.planner.mayMergeTakeBack(prod, to: to), true)
        story.commit(to.mapValues { _ in "1.0" }, by: "sluice")
        trap.expect(story.scene.decide(prod).short, "held")
      }
    }
  }

  @Sendable static func trap16(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1", "p2", "p3"])
    story.commit(["p1": "2.0", "p2": "2.0"], by: "sluice", isPromotion: true)
    story.commit(["p1": "1.0"])
    trap.expect(story.bars, ["p1 1.0..2.0"], "one person's pin does not stop the fleet")
    trap.expect(story.scene.decide(prod).short, "2.0 to p3")
    story.commit(["p2": "1.0"])
    trap.expect(story.bars, ["p1 1.0..2.0", "prod 1.0..2.0"], "nobody is left at it")
    trap.expect(story.scene.decide(prod).short, "held")
  }

  @Sendable static func trap19(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1"])
    story.commit(["p1": "2.0"], isPromotion: true)
    story.commit(["p1": "1.0"])
    trap.expect(story.bars, ["prod 1.0..2.0"])
    trap.expect(story.scene.planner.isHeld(prod, app("1.5")), true)
    trap.expect(story.scene.planner.isHeld(prod, app("1.0")), false)
    trap.expect(story.scene.planner.isHeld(prod, app("3.0")), false)
  }

  @Sendable static func trap20(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1"], dev: ["d1", "d2"])
    story.commit(["d2": "1.0"], stages: ["d2": "prod"])
    trap.expect(story.bars, [])
    trap.expect(story.scene.decide(prod).short, "2.0 to d2 p1")
  }

  private static let pair = Slot(stage: "dev", group: "pair")

  @Sendable static func trap32Held(_ trap: inout Trap) {
    var scene = trap.scene
    scene.components = [Component(name: "agent")]
    scene.groups = [Group(name: "pair", components: ["app", "agent"])]
    scene.publish("1.0", "2.0")
    scene.publish("1.0", "2.0", of: "agent")
    scene.add("d1", in: "dev", group: "pair", VersionTuple(["app": "1.0", "agent": "1.0"]))
    scene.qualify(pair, VersionTuple(["app": "1.0", "agent": "1.0"]))
    trap.expect(scene.decide(pair).short, "app=2.0,agent=2.0 to d1")
    // One component went back, and the other forward: only the one that went back is barred.
    scene.holds = [
      Hold(
        id: "h", slot: pair, bar: .above(VersionTuple(["app": "1.0"]), upTo: VersionTuple(["app": "2.0"])),
        cause: .commit("abc", by: "ann"))
    ]
    trap.expect(scene.planner.isHeld(pair, VersionTuple(["app": "2.0", "agent": "2.0"])), true)
    trap.expect(scene.planner.isHeld(pair, VersionTuple(["app": "1.0", "agent": "2.0"])), false)
    trap.expect(scene.decide(pair).short, "app=1.0,agent=2.0 to d1")
  }

  @Sendable static func trap33Renamed(_ trap: inout Trap) {
    var scene = trap.ready
    // Another stage, which nothing follows, was renamed: only there it holds.
    scene.stages.append(Stage(name: "late", after: ["prod"], was: ["last"]))
    scene.add("l1", in: "late", "1.0")
    scene.hold(Slot(stage: "last", group: "app"), "2.0")
    scene.qualify(prod, "2.0")
    trap.expect(scene.planner.isHeld(Slot(stage: "late", group: "app"), app("2.0")), true)
    trap.expect(scene.planner.isHeld(prod, app("2.0")), false)
  }

  @Sendable static func trap33Unknown(_ trap: inout Trap) {
    var scene = trap.ready
    scene.hold(Slot(stage: "gone", group: "app"), "2.0")
    trap.expect(scene.planner.isHeld(dev, app("2.0")), true)
    trap.expect(scene.planner.isHeld(prod, app("2.0")), true)
  }

  @Sendable static func trap33Group(_ trap: inout Trap) {
    var scene = trap.ready
    scene.hold(Slot(stage: "prod", group: "platform"), "2.0")
    trap.expect(scene.planner.isHeld(prod, app("2.0")), true)
    trap.expect(scene.planner.isHeld(dev, app("2.0")), false)
  }

  @Suite struct `Traps of holds` {
    @Test func `trap 1: what was taken back is not proposed again, though the next one is too young`() {
      #expect(Trap.broken(trap1) == [])
    }

    @Test func `trap 8: closing a take-back means not again, and is no hold`() { #expect(Trap.broken(trap8) == []) }

    @Test func `trap 10: a released cause never holds again`() { #expect(Trap.broken(trap10) == []) }

    @Test func `trap 14: any one of four waves taken back holds the version, and the rest is offered to go back`() {
      #expect(Trap.broken(trap14) == [])
    }

    @Test func `trap 16: some of a landed commit's clusters are only themselves, all of them are the stage`() {
      #expect(Trap.broken(trap16) == [])
    }

    @Test func `trap 19: one commit back over two versions holds both`() { #expect(Trap.broken(trap19) == []) }

    @Test func `trap 20: a cluster that moves to another stage takes nothing back`() { #expect(Trap.broken(trap20) == []) }

    @Test func `trap 32: a hold on one component bars every tuple with it, and no other`() {
      #expect(Trap.broken(trap32Held) == [])
    }

    @Test func `trap 33: a renamed stage keeps its holds`() { #expect(Trap.broken(trap33Renamed) == []) }

    @Test func `trap 33: holds of a stage that nobody knows bar all`() { #expect(Trap.broken(trap33Unknown) == []) }

    @Test func `trap 33: holds of a group that is gone stay with its components`() { #expect(Trap.broken(trap33Group) == []) }
  }
}
