import Promotion
import Testing

@Suite struct `L1 proven: definitions` {
  private func stage(_ states: [Scene.State], _ change: (inout Stage) -> Void = { _ in }) -> Scene {
    var scene = Scene()
    scene.publish("1.0", "2.0")
    for (index, state) in states.enumerated() { scene.add("d\(index)", in: "dev", "1.0", state) }
    scene.stage("dev", change)
    return scene
  }

  @Test(arguments: [
    ([Scene.State.soaked], Share.percent(100), true), ([.soaking], .percent(100), false), ([.unknown], .percent(100), false),
    ([.soaked, .soaking], .percent(100), false), ([.soaked, .soaking], .percent(50), true),
    ([.soaked, .bad, .bad], .percent(34), false), ([.soaked, .bad, .bad], .percent(33), true),
    ([.bad, .bad], .percent(0), false), ([.soaked, .bad], .count(1), true), ([.soaked], .count(2), false),
    (Array(repeating: .soaked, count: 7) + [.bad, .bad, .bad], .percent(70), true),
  ]) func `qualifies by enough soaked members, and at least one`(_ states: [Scene.State], _ share: Share, _ expected: Bool) {
    let planner = stage(states) { $0.atLeast = share }.planner
    #expect(planner.qualifies(dev, app("1.0")) == expected)
    #expect(planner.newQualifications() == (expected ? [dev: [app("1.0")]] : [:]))
  }

  @Test func `a recorded qualification is not reported again`() {
    var scene = stage([.soaked])
    scene.qualify(dev, "1.0")
    #expect(scene.planner.newQualifications().isEmpty)
  }

  @Test(arguments: [
    ([Scene.State.bad, .soaked], Share.count(0), Share.percent(0), true), ([.bad, .soaked], .count(1), .percent(0), false),
    ([.bad, .soaked], .count(1), .percent(100), true), ([.badBefore, .soaked], .count(0), .percent(100), false),
    ([.upgrading, .unknown], .count(0), .percent(100), false), ([.bad, .soaked], .percent(50), .percent(50), false),
    ([.bad, .soaked], .percent(49), .percent(50), true),
  ]) func `failed by those that got worse`(_ states: [Scene.State], _ unhealthy: Share, _ atLeast: Share, _ expected: Bool) {
    let scene = stage(states) {
      $0.maxUnhealthy = unhealthy
      $0.atLeast = atLeast
    }
    #expect(scene.planner.failed(dev, app("1.0")) == expected)
  }

  @Test func `a first stage takes the newest allowed release that is old enough and not withdrawn`() throws {
    var scene = stage([.soaked])
    scene.qualify(dev, "1.0")
    scene.publish("2.1", "3.0-rc.1", "nightly")
    #expect(scene.decide(dev).short == "2.1 to d0")
    scene.seen["app"]?[2].withdrawn = true
    #expect(scene.decide(dev).short == "2.0 to d0")
    scene.component.allow = .range(try VersionRange("<2"))
    #expect(scene.decide(dev).short == "up to date")
    scene.component.allow = .pattern("[0-9.]+")
    #expect(scene.decide(dev).short == "2.0 to d0")
    scene.component.allow = nil
    scene.component.minimumAge = .seconds(20_000)
    scene.seen["app"]?[1].date = at(-5_000)
    #expect(
      scene.decide(dev)
        == .wait([
          Reason(.withdrawn(component: "app", "2.1")), Reason(.minimumAge(component: "app", "2.0"), until: at(15_000)),
        ]))
  }

  @Test func `dev's present version must qualify before anything newer starts, and the wait says until when`() {
    let scene = stage([.soaking])
    let lacking = ["d0": Lack.soaking(until: at(10_050))]
    #expect(
      scene.decide(dev)
        == .wait([
          Reason(.notQualified(stage: "dev", tuple: app("1.0"), lacking: lacking), until: at(10_050))
        ]))
  }

  @Test func `nothing goes back by itself`() {
    var scene = stage([.soaked])
    scene.move("d0", to: "2.0")
    scene.seen["app"]?[1].withdrawn = true
    scene.qualify(dev, "2.0")
    #expect(scene.decide(dev).short == "withdrawn")
  }

  @Test func `a later stage takes what qualified last in all stages before, and not what fails there now`() {
    var scene = Scene()
    scene.stages.insert(Stage(name: "test", soak: .seconds(100), deadline: .seconds(200)), at: 1)
    scene.stage("prod") { $0.after = ["dev", "test"] }
    let test = Slot(stage: "test", group: "app")
    scene.add("d1", in: "dev", "2.1")
    scene.add("t1", in: "test", "2.1")
    scene.add("p1", in: "prod", "1.0")
    scene.qualify(prod, "1.0")
    scene.qualify(dev, "2.0", "2.1")
    #expect(scene.decide(prod).short != "2.1 to p1")
    scene.qualify(test, app("2.1"), at: 2_000)
    scene.qualify(test, app("2.0"), at: 3_000)
    #expect(scene.decide(prod).short == "2.0 to p1")
    scene.qualified[test]?.removeLast()
    scene.qualify(dev, app("1.0"), at: 1)
    scene.qualify(test, app("1.0"), at: 1)
    #expect(scene.decide(prod).short == "2.1 to p1")
    scene.move("t1", to: "2.1", .bad)
    #expect(scene.decide(prod) == .wait([Reason(.failed(stage: "test", tuple: app("2.1"), clusters: ["t1"]))]))
  }

  @Test func `what was taken back in a stage is barred in those that follow`() {
    var scene = Scene()
    scene.add("d1", in: "dev", "1.0")
    scene.add("p1", in: "prod", "1.0")
    scene.qualify(dev, "2.0")
    scene.qualify(prod, "1.0")
    #expect(scene.decide(prod).short == "2.0 to p1")
    scene.hold(dev, "2.0", cause: .closedRequest(3, by: "ann"))
    #expect(scene.decide(prod).short == "held")
    scene.request(prod, "2.0", ["p1"], approvals: 1)
    #expect(scene.planner.treatment(prod) == .closeMoot(.held(scene.holds[0])))
  }

  @Test func `an open promotion is moot when it landed or is withdrawn`() {
    var scene = Scene()
    scene.publish("1.0", "2.0", "3.0")
    scene.add("d1", in: "dev", "2.0")
    scene.qualify(dev, "2.0")
    scene.request(dev, "2.0", ["d1"], approvals: 1)
    #expect(scene.planner.treatment(dev) == .closeMoot(.landed))
    scene.request(dev, "3.0", ["d1"])
    scene.seen["app"]?[2].withdrawn = true
    #expect(scene.planner.treatment(dev) == .closeMoot(.notAdmitted(["app"])))
  }

  @Test func `only as many as there is room for, where a merge starts the upgrade`() {
    var scene = stage([.soaked, .soaked, .soaked, .soaked]) { $0.maxInFlight = 2 }
    scene.qualify(dev, "1.0")
    #expect(scene.decide(dev).reasons.isEmpty)
    guard case .promote(let planned) = scene.decide(dev) else { return }
    #expect(planned.from.count == 2)
    let started = planned.clusters.sorted()
    for name in started { scene.move(name, to: "2.0", .upgrading) }
    #expect(scene.decide(dev) == .wait([Reason(.inFlight(started))]))
    scene.stage("dev") { $0.applies = true }
    #expect(scene.decide(dev).reasons.isEmpty)
  }
}

@Suite struct `Steps` {
  @Test func `a major is never crossed by steps`() {
    var scene = Scene(component: Component(name: "app", step: .minor))
    scene.publish("1.32.0", "2.0.0")
    scene.add("d1", in: "dev", "1.32.0")
    scene.qualify(dev, "1.32.0")
    #expect(scene.decide(dev).short == "noPath")
  }
}

@Suite struct `Tuples and requirements` {
  private let slot = Slot(stage: "dev", group: "platform")
  private let late = Slot(stage: "prod", group: "platform")

  private func scene() -> Scene {
    var scene = Scene(component: Component(name: "k"), components: [Component(name: "a")])
    scene.groups = [Group(name: "platform", components: ["k", "a"])]
    scene.publish("1.0", "2.0", of: "k")
    scene.publish("1.0", "2.0", of: "a")
    return scene
  }

  @Test(arguments: [
    (["k": "1.0", "a": "1.0"], ["k": "2.0", "a": "1.0"], Order?.some(.less)),
    (["k": "1.0", "a": "2.0"], ["k": "2.0", "a": "1.0"], nil),
    (["k": "1.0"], ["k": "2.0", "a": "1.0"], .less), (["k": "1.0", "a": "1.0"], ["k": "2.0"], nil),
    (["k": "1.0"], ["k": "1.0", "a": "1.0"], .equal), (["k": "1.0"], ["k": "1.0+1"], nil),
    (["k": "2.0"], ["k": "1.0", "a": "9.0"], .greater),
  ]) func `are compared component by component on those present`(_ a: [String: String], _ b: [String: String], _ order: Order?) {
    let planner = scene().planner
    #expect(planner.relation(VersionTuple(a.mapValues { Version($0) }), VersionTuple(b.mapValues { Version($0) })) == order)
  }

  @Test func `a first stage has one candidate, and a cluster takes what it has of it`() {
    var scene = scene()
    scene.add("d1", in: "dev", group: "platform", VersionTuple(["k": "1.0", "a": "1.0"]))
    scene.add("d2", in: "dev", group: "platform", VersionTuple(["k": "1.0"]))
    scene.qualify(slot, VersionTuple(["k": "1.0", "a": "1.0"]))
    #expect(scene.decide(slot).short == "k=2.0,a=2.0 to d1 d2")
  }

  @Test func `trap 32: versions that ran apart prove nothing of each other`() {
    var scene = scene()
    scene.stage("dev") { $0.atLeast = .percent(50) }
    scene.add("d1", in: "dev", group: "platform", VersionTuple(["k": "2.0", "a": "2.0"]), .soaking)
    scene.add("d2", in: "dev", group: "platform", VersionTuple(["k": "2.0"]))
    #expect(scene.planner.newQualifications() == [slot: [VersionTuple(["k": "2.0"])]])
  }

  @Test func `ties of what qualified last go by the order of the components`() {
    var scene = scene()
    scene.add("p1", in: "prod", group: "platform", VersionTuple(["k": "1.0", "a": "1.0"]))
    scene.add("d1", in: "dev", group: "platform", VersionTuple(["k": "2.0", "a": "2.0"]))
    scene.qualify(late, VersionTuple(["k": "1.0", "a": "1.0"]))
    scene.qualify(slot, VersionTuple(["k": "1.0", "a": "2.0"]), at: 5)
    scene.qualify(slot, VersionTuple(["k": "2.0", "a": "1.0"]), at: 5)
    #expect(scene.decide(late).short == "k=2.0,a=1.0 to p1")
  }

  @Test func `a pin on one component pins the group`() {
    var scene = scene()
    scene.add("d1", in: "dev", group: "platform", VersionTuple(["k": "1.0", "a": "1.0"]))
    scene.set("d1") { $0.pinned = ["a"] }
    #expect(scene.decide(slot).short == "noClusters")
  }

  @Test func `requirements hold against the new version if it moves too, else against the desired one`() {
    var scene = scene()
    scene.component.requires = [Requirement(component: "a", range: ">= {minor}")]
    scene.add("d1", in: "dev", group: "platform", VersionTuple(["k": "1.0", "a": "1.0"]))
    scene.qualify(slot, VersionTuple(["k": "1.0", "a": "1.0"]))
    #expect(scene.decide(slot).short == "k=2.0,a=2.0 to d1")
    scene.seen["a"]?[1].withdrawn = true
    #expect(scene.decide(slot).reasons.map(\.name).contains("requires"))
    scene.publish("1.0.1", of: "k")
    #expect(scene.decide(slot).short == "k=1.0.1,a=1.0 to d1")
    scene.component.requires = [Requirement(component: "absent", range: ">=0.1")]
    #expect(scene.decide(slot).reasons.map(\.name).contains("requires"))
  }

  @Test func `a component without a source is never bumped in a first stage, and is what the next stage takes`() {
    var scene = Scene(component: Component(name: "app", hasUpstream: false))
    scene.add("d1", in: "dev", "2.0")
    scene.add("d2", in: "dev", "1.0")
    scene.add("p1", in: "prod", "1.0")
    scene.qualify(dev, "1.0")
    scene.qualify(prod, "1.0")
    #expect(scene.decide(dev).short == "up to date")
    scene.move("d2", to: "2.0")
    scene.qualify(dev, "2.0")
    #expect(scene.decide(prod).short == "2.0 to p1")
  }
}
