import Promotion
import Testing

/// What random worlds found: a promotion that nobody can take any more must not keep the slot.
@Suite struct `A slot is kept for what can be taken` {
  /// dev has gone through minors; prod is at `1.1.0` with `step: minor`.
  private func minors() -> Scene {
    var scene = Scene()
    scene.component.step = .minor
    scene.publish("1.1.0", "1.2.0", "1.3.0")
    scene.add("d1", in: "dev", "1.3.0")
    scene.add("p1", in: "prod", "1.1.0")
    scene.qualify(dev, "1.1.0", "1.2.0", "1.3.0")
    scene.qualify(prod, "1.1.0")
    return scene
  }

  @Test func `what the stage can't step to any more is not kept, though it is approved`() {
    var scene = minors()
    scene.request(prod, "1.3.0", ["p1"], approvals: 1)
    #expect(scene.planner.sticky(prod) == nil)
    #expect(scene.decide(prod).short == "1.2.0 to p1")
    scene.request(prod, "1.2.0", ["p1"], approvals: 1)
    #expect(scene.planner.sticky(prod) == .approved)
  }

  @Test func `laggards go on behind a front that can't be started`() {
    var scene = Scene()
    scene.component.step = .minor
    scene.stages.append(Stage(name: "late", after: ["prod"]))
    scene.publish("1.1.0", "1.2.0", "1.3.0", "1.4.0")
    scene.add("d1", in: "dev", "1.4.0")
    scene.add("p1", in: "prod", "1.1.0")
    scene.add("p2", in: "prod", "1.3.0")  // by hand: dev has left that minor without it
    scene.add("l1", in: "late", "1.1.0")
    scene.qualify(dev, "1.2.0", "1.4.0")
    scene.qualify(prod, "1.1.0")
    #expect(scene.planner.front(prod) == app("1.3.0"))
    #expect(scene.decide(prod).short == "1.2.0 to p1")
  }

  @Test func `a laggard of a first stage takes one component alone where both at once are red`() {
    let pair = Slot(stage: "dev", group: "pair")
    func tuple(_ app: Version, _ agent: Version) -> VersionTuple { VersionTuple(["app": app, "agent": agent]) }
    var scene = Scene()
    scene.component.step = .minor
    scene.components = [Component(name: "agent", step: .minor)]
    scene.groups = [Group(name: "pair", components: ["app", "agent"])]
    scene.publish("1.1.2", "1.1.3")
    scene.publish("1.3.0", "1.4.0", "1.5.0", of: "agent")
    scene.add("d1", in: "dev", group: "pair", tuple("1.1.3", "1.5.0"))
    scene.add("d2", in: "dev", group: "pair", tuple("1.1.2", "1.3.0"))
    scene.qualify(pair, tuple("1.1.2", "1.3.0"))
    #expect(scene.decide(pair).short == "app=1.1.3,agent=1.4.0 to d2")
    var situation = scene.situation
    situation.red = [pair: [tuple("1.1.3", "1.4.0")]]
    #expect(Planner(situation).decide(pair).short == "app=1.1.2,agent=1.4.0 to d2")
  }

  @Test func `a front that can't qualify is not kept for its next wave`() {
    var scene = Scene()
    scene.publish("1.0", "2.0", "3.0")
    scene.stage("dev") {
      $0.approvals = 0
      $0.waves = [Wave(to: .count(1), soak: .seconds(100)), Wave(to: .percent(100), soak: .seconds(100))]
    }
    scene.add("d1", in: "dev", "2.0", .badBefore)
    scene.add("d2", in: "dev", "1.0")
    scene.qualify(dev, "1.0")
    scene.request(dev, "2.0", ["d2"])
    #expect(scene.planner.sticky(dev) == nil)
    #expect(scene.decide(dev).short.hasPrefix("3.0 to "))
  }

  @Test func `what is red is offered only where there is nothing else`() {
    var scene = Scene()
    scene.publish("1.0", "2.0", "3.0")
    scene.add("d1", in: "dev", "3.0")
    scene.add("p1", in: "prod", "1.0")
    scene.qualify(dev, "1.0", "2.0", "3.0")
    scene.qualify(prod, "1.0")
    var situation = scene.situation
    situation.red = [prod: [app("3.0")]]
    #expect(Planner(situation).decide(prod).short == "2.0 to p1")
    situation.red = [prod: [app("3.0"), app("2.0")]]
    #expect(Planner(situation).decide(prod).short == "3.0 to p1")
  }

  @Test func `an upgrade of another group is seen`() {
    var scene = Scene()
    scene.components = [Component(name: "net")]
    scene.groups.append(Group(name: "net", components: ["net"]))
    scene.add("p1", in: "prod", group: "app", app("1.0"), .upgrading)
    scene.set("p1") {
      $0.stages["net"] = "prod"
      $0.desired["net"] = "1.0"
      $0.desiredSince["net"] = at(0)
      $0.reading?.versions["net"] = "1.0"
      $0.reading?.groups["net"] = GroupHealth(healthy: true, since: at(0))
    }
    #expect(scene.planner.isUpgrading("p1", besides: "net"))
    #expect(!scene.planner.isUpgrading("p1", besides: "app"))
    scene.stage("prod") { $0.applies = true }
    #expect(!scene.planner.isUpgrading("p1", besides: "net"))
    scene.set("p1") { $0.startedAt["app"] = at(9_960) }
    #expect(scene.planner.isUpgrading("p1", besides: "net"))
  }
}
