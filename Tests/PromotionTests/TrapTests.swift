import Promotion
import Testing

@Suite struct `Traps of deciding` {
  /// dev runs 2.0 qualified; prod runs 1.0 qualified.
  private func ready() -> Scene {
    var scene = Scene()
    scene.publish("1.0", "2.0")
    scene.add("d1", in: "dev", "2.0")
    scene.add("p1", in: "prod", "1.0")
    scene.add("p2", in: "prod", "1.0")
    scene.qualify(dev, "1.0", "2.0")
    scene.qualify(prod, "1.0")
    return scene
  }

  @Test func `trap 1: what was taken back is not proposed again, though the next one is too young`() {
    var scene = Scene(component: Component(name: "app", minimumAge: .seconds(600)))
    scene.publish("1.0", "2.0")
    scene.add("d1", in: "dev", "1.0")
    scene.qualify(dev, "1.0")
    #expect(scene.decide(dev).short == "2.0 to d1")
    scene.takenBack[dev] = [app("2.0"): TakenBack(cause: .commit("abc", by: "ann"))]
    scene.seen["app"]?.append(SeenVersion(version: "3.0", first: at(9_900), index: 2))
    #expect(scene.decide(dev).short == "takenBack minimumAge" || scene.decide(dev).short == "minimumAge takenBack")
    #expect(scene.decide(dev).reasons.contains { $0.until == at(10_500) })
    scene.now = 10_500
    #expect(scene.decide(dev).short == "3.0 to d1")
  }

  @Test func `trap 2: an approved promotion keeps the slot when a newer version qualifies`() {
    var scene = ready()
    scene.request(prod, "2.0", ["p1", "p2"], approved: true)
    scene.publish("3.0")
    scene.qualify(dev, "3.0")
    #expect(scene.decide(prod).short == "2.0 to p1 p2")
    #expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "p2"]) == .allowed)
    #expect(scene.planner.treatment(prod) == .keep)
    scene.open[prod]?.approved = false
    #expect(scene.decide(prod).short == "3.0 to p1 p2")
    guard case .replace = scene.planner.treatment(prod) else { Issue.record("not replaced"); return }
    guard case .otherVersion = scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"]) else {
      Issue.record("may merge")
      return
    }
  }

  @Test func `trap 2: an approved promotion that cures nobody gives way to one that does`() {
    var scene = ready()
    scene.add("p3", in: "prod", "2.5", .bad)
    scene.request(prod, "2.0", ["p1", "p2"], approved: true)
    #expect(scene.decide(prod).reasons.map(\.name).contains("failed"))
    scene.qualify(dev, "3.0")
    #expect(scene.decide(prod).short == "3.0 to p1 p2 p3")
  }

  @Test func `trap 3: a young promotion is not replaced, and in mid-rollout none is`() {
    var scene = ready()
    scene.request(prod, "2.0", ["p1", "p2"], age: 86_399)
    scene.qualify(dev, "3.0")
    #expect(scene.decide(prod).short == "2.0 to p1 p2")
    #expect(scene.planner.sticky(prod) == .young(until: at(10_001)))
    scene.open[prod]?.openedAt = at(10_000 - 86_400)
    #expect(scene.decide(prod).short == "3.0 to p1 p2")

    scene.open = [:]
    scene.move("p1", to: "2.0", .upgrading)
    #expect(scene.decide(prod).short == "2.0 to p2")
    scene.request(prod, "3.0", ["p2"], approved: true)
    #expect(scene.decide(prod).short == "2.0 to p2")
    scene.stage("prod") { $0.follow = .latest }
    #expect(scene.decide(prod).short == "3.0 to p1 p2")
  }

  @Test func `trap 4: those that a failed version broke do not count against its replacement, and go first`() {
    var scene = Scene()
    scene.publish("1.0", "2.0", "3.0")
    scene.add("d1", in: "dev", "2.0")
    scene.add("d2", in: "dev", "2.0", .bad)
    scene.add("d3", in: "dev", "2.0", .bad)
    #expect(scene.planner.failed(dev, app("2.0")))
    #expect(scene.decide(dev).short == "3.0 to d1 d2 d3")
    scene.stage("dev") { $0.maxInFlight = 2 }
    #expect(scene.decide(dev).short == "3.0 to d2 d3")
  }

  @Test func `trap 4: those that were broken before, or that are broken on a good version, do count`() {
    var scene = Scene()
    scene.publish("1.0", "2.0", "3.0")
    scene.add("d1", in: "dev", "2.0")
    scene.add("d2", in: "dev", "2.0", .badBefore)
    scene.qualify(dev, "2.0")
    #expect(!scene.planner.failed(dev, app("2.0")))
    #expect(scene.decide(dev).short == "unhealthy")
    scene.stage("dev") { $0.maxUnhealthy = .count(1) }
    #expect(scene.decide(dev).short == "3.0 to d1 d2")
  }

  @Test func `trap 5: within maxUnhealthy but with too few left, the version has failed and the stage opens`() {
    var scene = ready()
    scene.stage("prod") { $0.maxUnhealthy = .count(2) }
    scene.move("p1", to: "2.0", .bad)
    #expect(scene.planner.failed(prod, app("2.0")))
    #expect(scene.decide(prod).short == "failed", "it goes no further")
    scene.qualify(dev, "3.0")
    #expect(scene.decide(prod).short == "3.0 to p1 p2")
    scene.set("p1") { $0.reading?.groups["app"]?.healthy = true }
    #expect(scene.decide(prod).short == "2.0 to p2", "it heals by itself")
  }

  @Test func `trap 6: a cluster degrades before the approval arrives, so nothing lands`() {
    var scene = ready()
    scene.add("p3", in: "prod", "2.0")
    scene.request(prod, "2.0", ["p1", "p2"], approved: true)
    #expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "p2"]) == .allowed)
    scene.set("p3") { $0.reading?.groups["app"]?.healthy = false }
    let verdict = scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "p2"])
    guard case .wait(let reasons) = verdict else { Issue.record("\(verdict)"); return }
    #expect(reasons.map(\.name).contains("failed"))
    guard case .leave = scene.planner.treatment(prod) else { Issue.record("not left open"); return }
  }

  @Test func `trap 6: degraded on an older version too`() {
    var scene = ready()
    scene.set("p1") {
      $0.healthyBefore = ["app": false]; $0.reading?.groups["app"]?.healthy = false
    }
    #expect(scene.decide(prod).short == "unhealthy")
  }

  @Test func `trap 21: an empty stage, or a wholly pinned one, qualifies nothing and says so`() {
    var scene = ready()
    scene.qualified[dev] = []
    scene.set("d1") { $0.pinned = ["app"] }
    #expect(!scene.planner.qualifies(dev, app("2.0")))
    #expect(scene.decide(dev) == .wait([Reason(.noClusters(pinned: ["d1"], paused: []))]))
    #expect(scene.decide(prod) == .wait([Reason(.emptyStage("dev"))]))
    #expect(Scene().decide(dev).short == "noClusters")
  }

  @Test func `trap 22: with atLeast 50% the last half still moves before the next version starts`() {
    var scene = ready()
    scene.stage("prod") { $0.atLeast = .percent(50) }
    scene.move("p1", to: "2.0")
    scene.qualify(dev, "3.0")
    scene.qualify(prod, "2.0")
    #expect(scene.planner.qualifies(prod, app("2.0")))
    #expect(!scene.planner.complete(prod, app("2.0")))
    #expect(scene.decide(prod).short == "2.0 to p2")
  }

  @Test func `trap 23: a cluster bumped ahead, or marked to stay, does not stop the quorum`() {
    var scene = ready()
    scene.move("p1", to: "9.0")
    scene.add("p3", in: "prod", "0.5")
    scene.set("p3") { $0.pinned = ["app"] }
    #expect(scene.planner.members(prod, app("1.0")) == ["p2"])
    #expect(scene.planner.qualifies(prod, app("1.0")))
  }

  @Test func `trap 24: one cluster bumped to an unqualified version, and the others go on with what is qualified`() {
    var scene = ready()
    scene.move("p1", to: "9.0")
    #expect(scene.planner.front(prod) == app("1.0"))
    #expect(scene.decide(prod).short == "2.0 to p2")
  }

  @Test func `trap 26: the content that is replaced says so, so that its approval is not taken over`() {
    var scene = ready()
    scene.request(prod, "2.0", ["p1"], approved: true)
    guard case .rewrite(let planned) = scene.planner.treatment(prod) else { Issue.record("kept"); return }
    #expect(planned.clusters == ["p1", "p2"])
    #expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"]) == .allowed)
    let verdict = scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1", "d1"])
    guard case .otherClusters(_, refused: ["d1"]) = verdict else { Issue.record("\(verdict)"); return }
  }

  @Test func `trap 28: approved but red is replaceable, and in mid-rollout counts as failing`() {
    var scene = ready()
    scene.request(prod, "2.0", ["p1", "p2"], approved: true, red: ["e2e"])
    #expect(scene.decide(prod).short == "2.0 to p1 p2")
    scene.qualify(dev, "3.0")
    #expect(scene.decide(prod).short == "3.0 to p1 p2")
    scene.move("p1", to: "2.0", .upgrading)
    #expect(scene.decide(prod).short == "3.0 to p1 p2")
    scene.open[prod]?.red = []
    #expect(scene.decide(prod).short == "2.0 to p2")
  }

  @Test func `trap 29: beneath a label or a person's commit no version is swapped`() {
    var scene = ready()
    scene.qualify(dev, "3.0")
    for mark in [OpenPromotion.PersonsMark.label, .commit("abc")] {
      scene.request(prod, "2.0", ["p1", "p2"], approved: true, mark: mark)
      #expect(scene.decide(prod).short == "slotTaken")
      guard case .leave = scene.planner.treatment(prod) else { Issue.record("not left"); continue }
    }
    #expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"]) == .allowed, "a person's commit may land")
    scene.open[prod]?.heldByPerson = .label
    let verdict = scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"])
    #expect(verdict == .wait([Reason(.slotTaken(number: 7, .label))]))
  }

  @Test func `trap 30: an unordered value is never moved`() {
    var scene = Scene(component: Component(name: "app", order: .seen))
    scene.seen["app"] = [
      SeenVersion(version: "aaa", first: at(0), index: 0), SeenVersion(version: "bbb", first: at(0), index: 0),
    ]
    scene.add("d1", in: "dev", "aaa")
    scene.qualify(dev, "aaa")
    #expect(scene.decide(dev).short == "up to date")
    scene.seen["app"]?.append(SeenVersion(version: "ccc", first: at(9), index: 1))
    #expect(scene.decide(dev).short == "ccc to d1")
    scene.move("d1", to: "zzz")
    #expect(scene.decide(dev).short == "unordered")
  }

  @Test func `a stop keeps the slot, and refuses mergers`() {
    var scene = ready()
    let stop = Stop(stage: "prod", by: "ann", at: at(1))
    scene.stops = [stop]
    #expect(scene.decide(prod) == .wait([Reason(.stopped(stop))]))
    #expect(scene.planner.mayMerge(prod, tuple: app("2.0"), clusters: ["p1"]) == .wait([Reason(.stopped(stop))]))
    scene.stops = [Stop(stage: "dev", by: "ann", at: at(1))]
    #expect(scene.decide(prod).short == "2.0 to p1 p2")
    scene.stops = [Stop(stage: nil, by: "ann", at: at(1))]
    #expect(scene.decide(prod).short == "stopped")
  }

  @Test func `when the forge is silent nothing is replaced`() {
    var scene = ready()
    scene.unreadableSlots = true
    #expect(scene.decide(prod).short == "slotUnknown")
  }
}
