import Promotion
import Testing

extension Traps {
  static let laws: [(rules: [PlannerRule], scenario: Trap.Scenario)] = [
    ([.provenBefore, .notFailedBefore], proven), ([.followersAreBarred], remembered), ([.neverBack], neverBack),
    ([.withdrawnStaysOut], withdrawn), ([.minimumAgeCounts], trap1), ([.requirementsCount], requirements),
    ([.objectionRefuses], objection), ([.wavesSettle], waves), ([.roomCounts], room), ([.windowsCount], windows),
    ([.stopsCount], stops), ([.failureIsTakenBack], failure), ([.strandedStays], stranded),
    ([.approvalAfterTakeBack], approval),
  ]

  @Sendable static func proven(_ trap: inout Trap) {
    var scene = trap.ready
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2")
    scene.move("d1", to: "2.0", .bad)
    trap.expect(scene.decide(prod).short, "failed", "a stage before is degraded on it")
    scene.move("d1", to: "2.0", .soaking)
    scene.qualified[dev] = []
    scene.qualify(dev, "1.0")
    trap.expect(scene.decide(prod).short, "notQualified")
  }

  @Sendable static func remembered(_ trap: inout Trap) {
    var scene = trap.ready
    scene.hold(dev, "2.0")
    trap.expect(scene.decide(prod).short, "held")
  }

  @Sendable static func neverBack(_ trap: inout Trap) {
    var scene = trap.ready
    scene.move("p1", to: "3.0")
    trap.expect(scene.decide(prod).short, "2.0 to p2")
    scene.move("p2", to: "2.0")
    scene.qualify(prod, "2.0")
    trap.expect(scene.decide(prod).short, "up to date")
  }

  @Sendable static func withdrawn(_ trap: inout Trap) {
    var scene = trap.ready
    scene.seen["app"]?[1].withdrawn = true
    trap.expect(scene.decide(prod).short, "withdrawn", "started nowhere new")
    trap.expect(scene.decide(dev).short, "withdrawn", "and no downgrade")
  }

  @Sendable static func requirements(_ trap: inout Trap) {
    var scene = trap.ready
    scene.component.requires = [Requirement(component: "agent", range: ">= 2")]
    scene.components = [Component(name: "agent")]
    scene.groups.append(Group(name: "agent", components: ["agent"]))
    scene.set("p1") { $0.desired["agent"] = "1.0" }
    scene.set("p2") { $0.desired["agent"] = "2.0" }
    trap.expect(scene.decide(prod).short, "requires")
    scene.set("p1") { $0.desired["agent"] = "2.0" }
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2")
  }

  @Sendable static func objection(_ trap: inout Trap) {
    var scene = trap.ready
    scene.request(prod, "2.0", ["p1", "p2"], approvals: 1)
    scene.qualify(dev, "3.0")
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2")
    scene.open[prod]?.isObjected = true
    trap.expect(scene.decide(prod).short, "3.0 to p1 p2", "who objects does not want it kept")
  }

  @Sendable static func waves(_ trap: inout Trap) {
    var scene = trap.ready
    scene.add("p3", in: "prod", "1.0")
    scene.stage("prod") {
      $0.waves = [Wave(to: .count(1), soak: .seconds(100)), Wave(to: .percent(100), soak: .seconds(100))]
    }
    guard case .promote(let first) = scene.decide(prod) else { return trap.expect("\(scene.decide(prod))", "a wave") }
    trap.expect(first.wave, WavePlace(number: 1, of: 2))
    let name = first.clusters.sorted().first ?? ""
    trap.expect(first.from.count, 1)
    scene.move(name, to: "2.0", .soaking)
    trap.expect(scene.decide(prod).reasons.map(\.name), ["wave"])
    trap.expect(scene.decide(prod).reasons.first?.until, at(10_050))
    scene.move(name, to: "2.0")
    guard case .promote(let second) = scene.decide(prod) else { return trap.expect("\(scene.decide(prod))", "a wave") }
    trap.expect(second.from.count, 2)
    trap.expect(second.wave, WavePlace(number: 2, of: 2))
  }

  @Sendable static func room(_ trap: inout Trap) {
    var scene = trap.ready
    scene.stage("prod") { $0.maxInFlight = 1 }
    guard case .promote(let planned) = scene.decide(prod) else { return trap.expect("\(scene.decide(prod))", "one") }
    trap.expect(planned.from.count, 1)
    scene.move("p1", to: "2.0", .upgrading)
    trap.expect(scene.decide(prod), .wait([Reason(.inFlight(["p1"]))]))
  }

  @Sendable static func windows(_ trap: inout Trap) {
    var scene = trap.ready
    let freeze = StageCalendar.Freeze(Interval(from: at(9_000), until: at(11_000)), reason: "audit")
    scene.calendars[prod] = StageCalendar(windows: nil, freezes: [freeze], knownUntil: at(100_000))
    scene.request(prod, "2.0", ["p1", "p2"], approvals: 1)
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2", "it is proposed and waits")
    let verdict = scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "p2"])
    trap.expect(verdict, .wait([Reason(.freeze(reason: "audit"), until: at(11_000))]))
    scene.now = 11_000
    trap.expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "p2"]), .allowed)
  }

  @Sendable static func stops(_ trap: inout Trap) {
    var scene = trap.ready
    let stop = Stop(stage: "prod", by: "ann", at: at(1))
    scene.stops = [stop]
    trap.expect(scene.decide(prod), .wait([Reason(.stopped(stop))]))
    trap.expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"]), .wait([Reason(.stopped(stop))]))
    scene.stops = [Stop(stage: "dev", by: "ann", at: at(1))]
    trap.expect(scene.decide(prod).short, "2.0 to p1 p2")
    scene.stops = [Stop(stage: nil, by: "ann", at: at(1))]
    trap.expect(scene.decide(prod).short, "stopped")
  }

  @Sendable static func failure(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1", "p2"])
    story.commit(["p1": "2.0", "p2": "2.0"], isPromotion: true)
    story.scene.set("p1") { $0.reading?.groups["app"]?.healthy = false }
    trap.expect(story.scene.decide(prod).short, "failed")
    story.scene.stage("prod") { $0.onFailure = .revert }
    trap.expect(story.scene.decide(prod).short, "back p1 to 1.0 p2 to 1.0")
    story.scene.qualify(dev, "3.0")
    trap.expect(story.scene.decide(prod).short, "3.0 to p1 p2", "forward is better than back")
  }

  @Sendable static func stranded(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1", "p2"])
    story.commit(["p1": "2.0", "p2": "2.0"], isPromotion: true)
    story.scene.hold(prod, "2.0")
    story.scene.component.goesBack = .patch
    trap.expect(story.scene.decide(prod).reasons.map(\.name).contains("stranded"), true)
  }

  @Sendable static func approval(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1", "p2"])
    story.scene.stage("prod") { $0.approvals = 0 }
    story.commit(["p1": "2.0", "p2": "2.0"], isPromotion: true)
    trap.expect(story.scene.planner.neededApprovals(prod, app("3.0")), 0)
    story.commit(["p1": "1.0", "p2": "1.0"])
    trap.expect(story.scene.planner.neededApprovals(prod, app("3.0")), 1)
    trap.expect(story.scene.planner.neededApprovals(dev, app("3.0")), 1, "as its stage asks")
    story.scene.qualify(dev, "3.0")
    story.commit(["p1": "3.0", "p2": "3.0"], isPromotion: true)
    story.scene.rollout(prod, "3.0", ["p1", "p2"], age: 997)
    trap.expect(story.scene.planner.neededApprovals(prod, app("4.0")), 0, "only the first one")
  }

  @Suite struct `Laws of deciding` {
    @Test func `L1: a stage starts what has qualified before it and has not failed there since`() {
      #expect(Trap.broken(proven) == [])
    }

    @Test func `L2: what was taken back in a stage is barred in those that follow`() { #expect(Trap.broken(remembered) == []) }

    @Test func `L7: only as many as there is room for`() { #expect(Trap.broken(room) == []) }

    @Test func `L7: the next wave waits until the one before has soaked`() { #expect(Trap.broken(waves) == []) }

    @Test func `L8: in a freeze it is proposed, and lands when that is over`() { #expect(Trap.broken(windows) == []) }

    @Test func `nothing goes back by itself, and what is withdrawn starts nowhere`() {
      #expect(Trap.broken(neverBack) == [])
      #expect(Trap.broken(withdrawn) == [])
    }

    @Test func `requirements and objections count`() {
      #expect(Trap.broken(requirements) == [])
      #expect(Trap.broken(objection) == [])
    }

    @Test func `a stop keeps the slot, and refuses mergers`() { #expect(Trap.broken(stops) == []) }

    @Test func `on failure the take-back is offered where the policy asks for it, and where it can be`() {
      #expect(Trap.broken(failure) == [])
      #expect(Trap.broken(stranded) == [])
    }

    @Test func `the first promotion after a take-back needs a person`() { #expect(Trap.broken(approval) == []) }
  }
}
