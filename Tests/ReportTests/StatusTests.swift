import Promotion
import TestSupport
import Testing

@testable import Report

@Suite("Status, explain and plan")
struct StatusTests {
  private static func cluster(
    _ name: ClusterName, _ stage: StageName, desired: VersionTuple = Scene.old, observed: VersionTuple? = Scene.old,
    healthy: Bool? = true, reasons: [String] = [], pinned: Set<ComponentName> = [], paused: Bool = false
  ) -> ClusterState {
    ClusterState(
      name: name, stages: ["platform": stage], desired: desired.versions, pinned: pinned, paused: paused,
      desiredSince: ["platform": Scene.before(300)],
      reading: observed.map {
        Reading(
          versions: $0.versions,
          groups: ["platform": GroupHealth(healthy: healthy, reasons: reasons, since: Scene.before(240))],
          last: Scene.before(2))
      })
  }

  private static let settled = Standing.settled(since: Scene.before(240), soakedAt: Scene.before(180), isSoaked: true)

  /// dev is done, staging is on the way, prod waits for it.
  private static func world(prodClusters: Int = 4) -> PlannedSituation {
    let prod = Scene.clusters("prod", prodClusters)
    var clusters = [
      cluster("dev-01", "dev", desired: Scene.new, observed: Scene.new),
      cluster("dev-02", "dev", desired: Scene.new, observed: nil),
      cluster("staging-01", "staging", desired: Scene.new, healthy: false, reasons: ["node-7 is not ready"]),
      cluster("staging-02", "staging", desired: Scene.new, observed: Scene.platform("1.31.4", "2.0")),
      cluster("staging-03", "staging", desired: Scene.new, observed: Scene.new),
    ]
    clusters += prod.enumerated().map { index, name in
      cluster(name, "prod", pinned: index == 1 ? ["kubernetes"] : [], paused: index == 2)
    }
    var standings: [ClusterName: Standing] = [
      "dev-01": settled, "dev-02": .unknown(last: nil), "staging-01": .degraded(since: Scene.before(130), isWorse: true),
      "staging-02": .upgrading(since: Scene.before(5)),
      "staging-03": .settled(since: Scene.before(10), soakedAt: Scene.after(50), isSoaked: false),
    ]
    for (index, name) in prod.enumerated() where index != 1 && index != 2 { standings[name] = settled }
    let staging = Slot(stage: "staging", group: "platform")
    return PlannedSituation(
      situation: Situation(
        now: Scene.now, policy: Scene.policy, clusters: clusters,
        open: [
          Scene.prod: OpenPromotion(
            number: 12, tuple: Scene.new, clusters: Set(prod.dropFirst(3)), openedAt: Scene.before(9))
        ]),
      decisions: [
        Slot(stage: "dev", group: "platform"): .upToDate,
        staging: .wait([
          Reason(.unhealthy(["staging-01"])),
          Reason(
            .notQualified(
              stage: "staging", tuple: Scene.new, lacking: ["staging-03": .soaking(until: Scene.after(50))]),
            until: Scene.after(50)),
        ]),
        Scene.prod: .promote(
          PlannedPromotion(
            slot: Scene.prod, to: Scene.new,
            from: Dictionary(uniqueKeysWithValues: prod.dropFirst(3).map { ($0, Scene.old) }))),
        Slot(stage: "prod", group: "api"): .wait([Reason(.noClusters(pinned: [], paused: []))]),
      ],
      fronts: [Slot(stage: "dev", group: "platform"): Scene.new, staging: Scene.new, Scene.prod: Scene.old],
      standings: ["platform": standings])
  }

  @Test("status shows every slot and every cluster of a small fleet")
  func small() {
    let difference = Golden.difference(StatusReport(Self.world()).text(), "status.txt")
    #expect(difference == nil)
    let data = Golden.difference(StatusReport(Self.world()).json.indentedText, "status.json")
    #expect(data == nil)
  }

  @Test("over forty clusters only what is not settled is shown, with pinned and paused ones")
  func large() {
    let report = StatusReport(Self.world(prodClusters: 60))
    let difference = Golden.difference(report.text(), "status-large.txt")
    #expect(difference == nil)
    #expect(!report.text().contains("prod-40"))
    #expect(report.text(all: true).contains("prod-40"))
    #expect(!report.text(all: true).contains("not shown"))
  }

  @Test("a planner's findings are those that are shown")
  func planner() throws {
    let planner = Planner(Self.world().situation)
    let planned = PlannedSituation(planner)
    #expect(planned.decisions == planner.plan())
    #expect(planned.fronts[Slot(stage: "staging", group: "platform")] == planner.front(Slot(stage: "staging", group: "platform")))
    let standing = try #require(planned.standings["platform"]?["dev-01"])
    #expect(standing == planner.standing("dev-01", group: "platform"))
    #expect(standing.isSettled)
    #expect(planned.standings["platform"]?["prod-02"] == nil)
  }

  @Test("forty clusters are all shown, forty-one are not", arguments: [(35, true), (36, false)])
  func threshold(prodClusters: Int, isWhole: Bool) {
    #expect(StatusReport(Self.world(prodClusters: prodClusters)).text().contains("prod-20") == isWhole)
  }

  @Test("explain gives the decisions with every reason")
  func explain() throws {
    let explanation = try #require(Explanation(Self.world()))
    let difference = Golden.difference(explanation.text, "explain.txt")
    #expect(difference == nil)
    let one = try #require(Explanation(Self.world(), stage: "staging", group: "platform"))
    let data = Golden.difference(one.json.indentedText, "explain-staging.json")
    #expect(data == nil)
  }

  @Test("explain tells of one cluster", arguments: ["staging-01", "staging-03", "prod-02", "prod-03", "dev-02"])
  func explainCluster(name: String) throws {
    let explanation = try #require(Explanation(Self.world(), cluster: name))
    let difference = Golden.difference(explanation.text, "explain-\(name).txt")
    #expect(difference == nil)
    #expect(explanation.json.text.contains("\"cluster\":\"\(name)\""))
  }

  @Test("an open promotion says what it waits for")
  func open() {
    var open = OpenPromotion(number: 12, tuple: Scene.api("7.2.0"), clusters: ["a"], openedAt: Scene.now)
    func state() -> String {
      OpenText(open: open, isApproved: open.approvals > 0, tuples: TupleText("api", in: Scene.policy)).line
    }
    #expect(state() == "#12 (7.2.0) on 1 cluster waits for approval")
    open.approvals = 1
    #expect(state().hasSuffix("merges when its gates have passed"))
    open.red = ["yaml"]
    #expect(state().hasSuffix("has a failed gate (yaml)"))
    open.heldByPerson = .commit("3f78")
    #expect(state().hasSuffix("has a person's commit"))
    open.heldByPerson = .label
    #expect(state().hasSuffix("is held by its label"))
  }

  @Test("explain has nothing to say of what does not exist")
  func explainNothing() {
    #expect(Explanation(Self.world(), stage: "qa") == nil)
    #expect(Explanation(Self.world(), cluster: "dev-99") == nil)
    #expect(Explanation(Self.world(), stage: "prod", cluster: "dev-01") == nil)
  }

  @Test("plan is a line for each slot")
  func plan() {
    let world = Self.world(prodClusters: 60)
    let lines = world.slots.compactMap { slot in
      let text = DecisionText(slot: slot, policy: Scene.policy, now: Scene.now)
      return world.decisions[slot].map { "\(DecisionText.name(slot)): \(text.line($0))\n" }
    }
    let difference = Golden.difference(lines.joined(), "plan.txt")
    #expect(difference == nil)
  }

  @Test("nothing from outside steers the terminal or breaks a line", arguments: Hostile.texts)
  func hostile(outside: String) throws {
    var world = Self.world()
    let rows = StatusReport(world).text().split(separator: "\n").count
    world.situation.clusters[2].name = outside
    world.situation.clusters[2].desired["kubernetes"] = Version(outside)
    world.situation.clusters[2].reading?.versions["kubernetes"] = Version(outside)
    world.situation.clusters[2].reading?.groups["platform"]?.reasons = [outside]
    let lines = StatusReport(world).text().split(separator: "\n")
    #expect(lines.count == rows)
    #expect(lines.allSatisfy { Hostile.isPlain(String($0)) })
    let explanation = try #require(Explanation(world, cluster: outside))
    #expect(explanation.text.split(separator: "\n").allSatisfy { Hostile.isPlain(String($0)) })
  }

  @Test("columns stand under one another, whatever the characters are made of")
  func columns() {
    let lines = TextTable.lines([["A", "B", "C"], ["e\u{301}👩‍👩‍👧", "x", ""], ["long name", "yy", "z"]])
    #expect(lines == ["A          B   C", "e\u{301}👩‍👩‍👧         x", "long name  yy  z"])
  }
}
