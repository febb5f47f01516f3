import Promotion
import Testing

/// What the simulation found.
@Suite struct `Found by simulation` {
  private let trap = Trap(without: [])

  @Test func `one lasting fault within maxUnhealthy does not take the room of all that follow`() {
    var scene = trap.ready
    scene.stage("prod") {
      $0.maxInFlight = 1
      $0.maxUnhealthy = .count(1)
      $0.atLeast = .percent(50)
    }
    scene.add("p3", in: "prod", "2.0", .bad)
    scene.add("p4", in: "prod", "2.0")
    guard case .promote(let planned) = scene.decide(prod) else { Issue.record("\(scene.decide(prod))"); return }
    #expect(planned.from.count == 1)
  }

  @Test func `what waits for its upgrade command is not late, however long that takes`() {
    var scene = trap.ready
    scene.stage("prod") { $0.applies = true }
    scene.move("p1", to: "2.0")
    scene.set("p1") { $0.reading?.versions["app"] = "1.0" }
    #expect(scene.planner.upgrading("p1", group: "app"))
    #expect(!scene.planner.failed(prod, app("2.0")))
    scene.set("p1") { $0.startedAt["app"] = at(9_000) }
    #expect(scene.planner.degraded("p1", group: "app"))
  }

  @Test func `a front that was red stays so when its promotion is replaced, else the two replace each other for ever`() {
    var scene = trap.ready
    scene.publish("3.0")
    scene.move("p1", to: "2.0", .upgrading)
    scene.request(prod, "2.0", ["p2"], red: ["e2e"])
    scene.qualify(dev, "3.0")
    #expect(scene.decide(prod).short == "3.0 to p1 p2")
    scene.request(prod, "3.0", ["p1", "p2"])
    var situation = scene.situation
    situation.red[prod] = [app("2.0")]
    #expect(Planner(situation).decide(prod).short == "3.0 to p1 p2")
  }

  @Test func `a laggard that may go does not hide the one whose step cures the stage`() {
    var scene = trap.scene
    scene.component = Component(name: "app", step: .minor)
    scene.publish("1.1.0", "1.1.1", "1.2.0", "1.2.1", "1.3.0", "1.4.0")
    scene.add("d1", in: "dev", "1.4.0")
    scene.qualify(dev, "1.1.0", "1.1.1", "1.2.0", "1.3.0", "1.4.0")
    scene.qualify(prod, "1.2.0", "1.3.0", "1.4.0")
    scene.add("p1", in: "prod", "1.1.0")
    scene.add("p2", in: "prod", "1.2.0", .bad)
    scene.add("p3", in: "prod", "1.4.0")
    #expect(scene.decide(prod).short == "1.3.0 to p2")
  }

  @Test func `who can't leave a minor goes to its newest, though another is ahead`() {
    var scene = trap.scene
    scene.component = Component(name: "app", step: .minor)
    scene.publish("1.2.0", "1.2.1", "1.3.0")
    scene.add("d1", in: "dev", "1.3.0")
    scene.add("d2", in: "dev", "1.2.0", .bad)
    #expect(scene.decide(dev).short == "1.2.1 to d2")
  }

  @Test func `only what desires the tuple is tidied`() {
    var scene = trap.ready
    for name in ["p1", "p2"] { scene.move(name, to: "2.0") }
    scene.qualify(prod, "2.0")
    scene.add("p3", in: "prod", "9.0")
    scene.overrides[prod] = ["p1", "p3"]
    #expect(scene.decide(prod).short == "tidy p1")
    scene.overrides[prod] = ["p3"]
    #expect(scene.decide(prod).short == "up to date")
  }

  @Test func `a value that is put back to what had been taken back is wanted`() {
    var story = Story(trap, prod: ["p1"])
    story.commit(["p1": "1.5"])
    story.commit(["p1": "1.0"])
    story.commit(["p1": "2.0"])
    #expect(story.bars == ["prod 1.0..1.5"])
    story.commit(["p1": "1.5"])
    #expect(story.bars == ["prod 1.5..2.0"])
    #expect(story.scene.decide(prod).short == "held")
  }

  @Test func `nobody goes back to what a person took from that very cluster`() {
    var story = Story(trap, prod: ["p1", "p2"])
    story.commit(["p1": "1.5", "p2": "1.5"], isPromotion: true)
    story.commit(["p1": "2.0", "p2": "2.0"], isPromotion: true)
    story.scene.hold(prod, "2.0", cause: .manual(by: "ann", reason: nil))
    #expect(story.scene.decide(prod).short == "back p1 to 1.5 p2 to 1.5")
    story.scene.hold(prod, "1.5", on: ["p1"])
    #expect(story.scene.decide(prod).short == "back p1 to 1.0 p2 to 1.5")
  }

  @Test func `what a person put on one cluster before is not the first promotion after a take-back`() {
    var story = Story(trap, prod: ["p1", "p2", "p3"])
    story.scene.stage("prod") { $0.approvals = 0 }
    story.commit(["p3": "3.0"])
    story.commit(["p1": "2.0", "p2": "2.0"], isPromotion: true)
    story.commit(["p1": "1.0", "p2": "1.0"])
    #expect(story.scene.planner.neededApprovals(prod, app("3.0")) == 1)
  }

  @Test func `a first wave of clusters that were broken before does not stop what is newer`() {
    var scene = trap.ready
    scene.stage("prod") {
      $0.waves = [Wave(to: .count(1), soak: .seconds(100)), Wave(to: .percent(100), soak: .seconds(100))]
    }
    scene.move("p1", to: "2.0", .badBefore)
    #expect(scene.decide(prod).short == "wave")
    scene.qualify(dev, "3.0")
    guard case .promote(let planned) = scene.decide(prod) else { Issue.record("\(scene.decide(prod))"); return }
    #expect(planned.to == app("3.0"))
  }

  @Test func `a pinned cluster that goes back speaks for nobody else`() {
    var story = Story(trap, prod: ["p1", "p2"])
    story.commit(["p1": "2.0", "p2": "2.0"], isPromotion: true)
    story.scene.set("p1") { $0.pinned = ["app"] }
    story.commit(["p1": "1.0"])
    #expect(story.bars == ["p1 1.0..2.0"])
  }

  @Test func `a laggard goes round what is red`() {
    var scene = trap.scene
    scene.component = Component(name: "app", step: .minor)
    scene.publish("1.1.0", "1.2.0", "1.2.1", "1.3.0")
    scene.add("d1", in: "dev", "1.3.0")
    scene.qualify(dev, "1.1.0", "1.2.0", "1.2.1", "1.3.0")
    scene.qualify(prod, "1.3.0")
    scene.add("p1", in: "prod", "1.1.0")
    scene.add("p2", in: "prod", "1.3.0")
    #expect(scene.decide(prod).short == "1.2.1 to p1")
    var situation = scene.situation
    situation.red[prod] = [app("1.2.1")]
    #expect(Planner(situation).decide(prod).short == "1.2.0 to p1")
  }

  @Test func `a requirement of the next step is told, though a later version can't be reached at all`() {
    var scene = trap.scene
    scene.component = Component(name: "app", step: .minor, requires: [Requirement(component: "agent", range: ">= 2")])
    scene.components = [Component(name: "agent")]
    scene.groups.append(Group(name: "agent", components: ["agent"]))
    scene.publish("1.1.0", "1.2.0", "1.3.0")
    scene.add("d1", in: "dev", "1.1.0")
    scene.set("d1") { $0.desired["agent"] = "1.0" }
    scene.qualify(dev, "1.1.0")
    #expect(scene.decide(dev).reasons.map(\.name).contains("requires"))
  }
}
