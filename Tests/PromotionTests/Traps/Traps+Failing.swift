import Promotion
import Testing

extension Traps {
  static let failing: [(rules: [PlannerRule], scenario: Trap.Scenario)] = [
    ([.degradedAreCured], trap4), ([.degradedGoFirst], trap4Order), ([], trap4BrokenBefore),
    ([.tooFewLeftIsFailure, .failedGoesNoFurther], trap5), ([.mergePlansAgain], trap6), ([.unhealthyStop], trap6Elsewhere),
    ([.deadlineIsWatched], trap34Deadline), ([.silentForgeWaits], trap34Forge),
  ]

  private static func broken(_ trap: Trap) -> Scene {
    var scene = trap.scene
    scene.publish("1.0", "2.0", "3.0")
    scene.add("d1", in: "dev", "2.0")
    scene.add("d2", in: "dev", "2.0", .bad)
    scene.add("d3", in: "dev", "2.0", .bad)
    return scene
  }

  @Sendable static func trap4(_ trap: inout Trap) {
    let scene = broken(trap)
    trap.expect(scene.planner.failed(dev, app("2.0")), true)
    trap.expect(scene.decide(dev).short, "3.0 to d1 d2 d3")
  }

  @Sendable static func trap4Order(_ trap: inout Trap) {
    var scene = broken(trap)
    // Beside these the order without a rule would begin with others.
    for name in ["d1", "d2", "d3"] { scene.move(name, to: "2.0") }
    for name in ["d4", "d5", "d6"] { scene.add(name, in: "dev", "2.0") }
    for name in ["d8", "d9"] { scene.add(name, in: "dev", "2.0", .bad) }
    scene.stage("dev") { $0.maxInFlight = 2 }
    trap.expect(scene.decide(dev).short, "3.0 to d8 d9")
  }

  @Sendable static func trap4BrokenBefore(_ trap: inout Trap) {
    var scene = trap.scene
    scene.publish("1.0", "2.0", "3.0")
    scene.add("d1", in: "dev", "2.0")
    scene.add("d2", in: "dev", "2.0", .badBefore)
    scene.qualify(dev, "2.0")
    trap.expect(scene.planner.failed(dev, app("2.0")), false)
    trap.expect(scene.decide(dev).short, "3.0 to d1 d2", "what was broken before keeps a version from nobody")
  }

  @Sendable static func trap5(_ trap: inout Trap) {
    var scene = trap.ready
    scene.stage("prod") { $0.maxUnhealthy = .count(2) }
    scene.move("p1", to: "2.0", .bad)
    trap.expect(scene.planner.failed(prod, app("2.0")), true)
    trap.expect(scene.decide(prod).short, "failed", "it goes no further")
    scene.qualify(dev, "3.0")
    trap.expect(scene.decide(prod).short, "3.0 to p1 p2")
    scene.set("p1") { $0.reading?.groups["app"]?.healthy = true }
    trap.expect(scene.decide(prod).short, "2.0 to p2", "it heals by itself")
  }

  @Sendable static func trap6(_ trap: inout Trap) {
    var scene = trap.ready
    scene.add("p3", in: "prod", "2.0")
    scene.request(prod, "2.0", ["p1", "p2"], approvals: 1)
    trap.expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "p2"]), .allowed)
    scene.set("p3") { $0.reading?.groups["app"]?.healthy = false }
    let verdict = scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "p2"])
    guard case .wait(let reasons) = verdict else { return trap.expect("\(verdict)", "wait") }
    trap.expect(reasons.map(\.name).contains("failed"), true)
    guard case .leave? = scene.planner.treatment(prod) else { return trap.expect("changed", "left open") }
  }

  /// One on each version, so that neither has failed, and together too many.
  @Sendable static func trap6Elsewhere(_ trap: inout Trap) {
    var scene = trap.ready
    scene.stage("prod") {
      $0.maxUnhealthy = .count(1)
      $0.atLeast = .percent(50)
    }
    scene.add("p3", in: "prod", "2.0")
    scene.add("p4", in: "prod", "2.0", .bad)
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2")
    scene.move("p1", to: "1.0", .bad)
    trap.expect(scene.planner.failures(prod), [])
    trap.expect(scene.decide(prod).short, "unhealthy")
  }

  /// Down for a week: nobody looked, so nothing is late.
  @Sendable static func trap34Deadline(_ trap: inout Trap) {
    var scene = trap.ready
    scene.move("p1", to: "2.0", .bad)
    scene.set("p1") { $0.reading?.groups["app"]?.watchedSince = at(9_900) }
    trap.expect(scene.planner.degraded("p1", group: "app"), false)
    trap.expect(scene.planner.upgrading("p1", group: "app"), true)
    scene.set("p1") { $0.reading?.groups["app"]?.watchedSince = at(9_800) }
    trap.expect(scene.planner.degraded("p1", group: "app"), true)
  }

  @Sendable static func trap34Forge(_ trap: inout Trap) {
    var scene = trap.ready
    scene.unreadableSlots = true
    trap.expect(scene.decide(prod).short, "slotUnknown")
  }

  @Suite struct `Traps of failing` {
    @Test func `trap 4: those that a failed version broke do not count against its replacement, and go first`() {
      #expect(Trap.broken(trap4) == [])
      #expect(Trap.broken(trap4Order) == [])
    }

    @Test func `trap 4: what was broken before keeps a version from nobody`() { #expect(Trap.broken(trap4BrokenBefore) == []) }

    @Test func `trap 5: within maxUnhealthy but with too few left, the version has failed and the stage opens`() {
      #expect(Trap.broken(trap5) == [])
    }

    @Test func `trap 6: a cluster degrades before the approval arrives, so nothing lands`() { #expect(Trap.broken(trap6) == []) }

    @Test func `trap 6: too many unhealthy ones stop the stage, on whatever version they are`() {
      #expect(Trap.broken(trap6Elsewhere) == [])
    }

    @Test func `trap 34: after a week of silence no deadline is over`() { #expect(Trap.broken(trap34Deadline) == []) }

    @Test func `trap 34: when the forge is silent nothing is replaced`() { #expect(Trap.broken(trap34Forge) == []) }
  }
}
