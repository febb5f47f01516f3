import Promotion
import Testing

extension Traps {
  static let orders: [(rules: [PlannerRule], scenario: Trap.Scenario)] = [
    ([.stepIsReachable], trap25), ([.minorIsLeavable], trap25Leaving), ([.laggardsStepAlone], trap25Laggards),
    ([.unorderedStays], trap30),
  ]

  private static func minors(_ trap: Trap) -> Scene {
    var scene = trap.scene
    scene.component = Component(name: "app", step: .minor)
    scene.publish("1.30.1", "1.30.2", "1.31.0", "1.31.1", "1.32.0")
    return scene
  }

  @Sendable static func trap25(_ trap: inout Trap) {
    var scene = minors(trap)
    scene.add("d1", in: "dev", "1.30.1")
    scene.qualify(dev, "1.30.1")
    trap.expect(scene.decide(dev).short, "1.31.1 to d1")
    scene.component.step = .any
    trap.expect(scene.decide(dev).short, "1.32.0 to d1")
  }

  @Sendable static func trap25Leaving(_ trap: inout Trap) {
    var scene = minors(trap)
    scene.add("d1", in: "dev", "1.30.1", .bad)
    trap.expect(scene.decide(dev).short, "1.30.2 to d1")
    scene.stages.removeLast()
    trap.expect(scene.decide(dev).short, "1.31.1 to d1", "nobody follows who would need it")
  }

  @Sendable static func trap25Laggards(_ trap: inout Trap) {
    var scene = minors(trap)
    scene.add("p1", in: "prod", "1.32.0")
    scene.add("p2", in: "prod", "1.30.1")
    scene.qualify(dev, "1.32.0")
    scene.qualify(prod, "1.32.0")
    trap.expect(scene.planner.complete(prod, app("1.32.0")), true)
    guard case .noPath(_, _, let missing, let clusters)? = scene.decide(prod).reasons.first?.kind else {
      return trap.expect("\(scene.decide(prod))", "noPath")
    }
    trap.expect(missing, "app 1.31")
    trap.expect(clusters, ["p2"])
    scene.qualify(dev, "1.31.0", "1.31.1")
    trap.expect(scene.decide(prod).short, "1.31.1 to p2")
  }

  @Sendable static func trap30(_ trap: inout Trap) {
    var scene = trap.scene
    scene.component = Component(name: "app", order: .seen)
    scene.seen["app"] = [
      SeenVersion(version: "aaa", first: at(0), index: 0), SeenVersion(version: "bbb", first: at(0), index: 0),
    ]
    scene.add("d1", in: "dev", "aaa")
    scene.qualify(dev, "aaa")
    trap.expect(scene.decide(dev).short, "up to date")
    scene.seen["app"]?.append(SeenVersion(version: "ccc", first: at(9), index: 1))
    trap.expect(scene.decide(dev).short, "ccc to d1")
    scene.move("d1", to: "zzz")
    trap.expect(scene.decide(dev).short, "unordered")
    // A later stage whose value is unordered against what has qualified.
    scene.add("p1", in: "prod", "bbb")
    scene.qualify(dev, "aaa")
    scene.qualified[dev] = [Qualification(tuple: app("aaa"), at: at(1))]
    trap.expect(scene.decide(prod).short.contains(" to "), false)
    scene.set("p1") { $0.desired["app"] = "aaa" }
    scene.qualify(dev, "bbb")
    trap.expect(scene.decide(prod).short.contains(" to "), false)
  }

  @Suite struct `Traps of orders` {
    @Test func `trap 25: the newest reachable, not the newest`() { #expect(Trap.broken(trap25) == []) }

    @Test func `trap 25: a stage with followers leaves a minor only when it has qualified there`() {
      #expect(Trap.broken(trap25Leaving) == [])
    }

    @Test func `trap 25: laggards step alone through qualified versions, else the missing minor is named`() {
      #expect(Trap.broken(trap25Laggards) == [])
    }

    @Test func `trap 30: an unordered value is never moved`() { #expect(Trap.broken(trap30) == []) }
  }
}
