import TestSupport
import Testing

@Suite("L1 proven: a version starts in a stage only after it has qualified in the stages before", .onEveryForge)
struct L1ProvenTests {
  /// What may be wrong with one cluster of dev.
  enum Lack: String, CaseIterable, Sendable { case sick, silent, stuck }

  @Test(arguments: Lack.allCases)
  func `one cluster of dev that is sick, silent or stuck keeps a version out of staging`(_ lack: Lack) throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1", "d2", "d3"]), ("staging", ["s1"])]))
    try world.begin()
    try world.release("1.1.0")
    try world.mark("d3", lack.rawValue)
    // Longer than the soak, shorter than the deadline, then long past it.
    for apart in [60, 60, 60, 600] {
      try world.run(times: 1, apart: apart)
      #expect(try world.desired("staging") == "1.0.0")
      #expect(try world.tip(world.branch("staging")) == nil)
      #expect(try !world.hasQualified("dev", "1.1.0"))
    }
    #expect(try world.desired("dev") == "1.1.0")
    try world.unmark("d3", lack.rawValue)
    if lack == .stuck { try world.setCluster("d3", version: "1.1.0") }
    #expect(try world.runs(atMost: 4) { try world.desired("staging") == "1.1.0" } != nil)
  }

  @Test func `the soak counts from the first settled reading of the last cluster, to the minute`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1", "d2"]), ("staging", ["s1"])], soak: "3m"))
    try world.release("1.0.0")
    try world.run(times: 4)
    #expect(try world.hasQualified("staging", "1.0.0"))
    try world.release("1.1.0")
    try world.check("run")
    #expect(try world.runs("dev", "1.1.0"))
    // Settled a minute later; a break at the third minute begins the soak anew.
    for minute in 1...7 {
      try world.advance(60)
      if minute == 3 { try world.mark("d2", "sick") }
      if minute == 4 { try world.unmark("d2", "sick") }
      try world.check("run")
      #expect(try world.hasQualified("dev", "1.1.0") == (minute >= 7))
      #expect(try world.desired("staging") == (minute >= 7 ? "1.1.0" : "1.0.0"))
    }
  }

  @Test func `below atLeast of the clusters a version does not qualify, at it it does`() throws {
    let world = try World(World.Plan(stageSettings: ["dev": "merge: {approvals: 0}\natLeast: 75%\nmaxUnhealthy: 4"]))
    try world.begin()
    try world.release("1.1.0")
    for cluster in ["d1", "d2"] { try world.mark(cluster, "silent") }
    try world.run(times: 5)
    #expect(try !world.hasQualified("dev", "1.1.0"))
    #expect(try world.tip(world.branch("staging")) == nil)
    try world.unmark("d1", "silent")
    #expect(try world.runs(atMost: 4) { try world.hasQualified("dev", "1.1.0") } != nil)
  }

  @Test func `a version that a part of the stage desires is not qualified by that part`() throws {
    let world = try World(
      World.Plan(
        tiers: [("dev", ["d1", "d2"]), ("staging", ["s1"])], stageSettings: ["dev": "merge: {approvals: 0}\nmaxInFlight: 1"],
        applies: false))
    try world.begin()
    try world.release("1.1.0")
    // One is moved at a time; the one that comes second is never upgraded until the test does it.
    try world.check("run")
    let moved = try ["d1", "d2"].filter { try world.file("clusters/\($0).yaml").contains("1.1.0") }
    #expect(moved.count == 1)
    for cluster in moved { try world.setCluster(cluster, version: "1.1.0") }
    try world.advance(60)
    try world.check("stop", "dev")
    try world.run(times: 3)
    #expect(try !world.hasQualified("dev", "1.1.0"))
    try world.check("resume", "dev")
    try world.check("run")
    for cluster in ["d1", "d2"] { try world.setCluster(cluster, version: "1.1.0") }
    try world.advance(60)
    #expect(try world.runs(atMost: 3) { try world.hasQualified("dev", "1.1.0") } != nil)
  }

  @Test func `an approved promotion does not merge while the stage before is degraded on its version (trap 6)`() throws {
    let world = try World(World.Plan(stageSettings: ["staging": "merge: {approvals: 1}"], deadline: "2m"))
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs { try world.openRequest("staging") != nil } != nil)
    let number = try #require(try world.openRequest("staging"))
    let head = try world.tip(world.branch("staging"))
    try world.advance(120)
    try world.mark("d2", "sick")
    try world.check("run", "--only", "check")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    let base = try world.tip("main")
    try world.check("merge")
    try world.run(times: 2)
    #expect(try world.tip("main") == base)
    #expect(try world.hasQualified("dev", "1.1.0"), "what qualified stays qualified")
    // Healed, it lands with the approval that it had.
    try world.unmark("d2", "sick")
    try world.run(times: 1)
    #expect(try world.desired("staging") == "1.1.0")
    #expect(try world.git("rev-parse", "main^2").trimmed == head)
  }

  @Test func `a person's commit that swaps an unproven version into a promotion is not merged`() throws {
    let world = try World(World.Plan(stageSettings: ["staging": "merge: {approvals: 1}"]))
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs { try world.openRequest("staging") != nil } != nil)
    let number = try #require(try world.openRequest("staging"))
    let commit = try world.commit("The newer one, please", branch: world.branch("staging")) { work in
      try work.write("# staging\nversions:\n  app: \"1.2.0\"\n", to: "tiers/staging.yaml")
    }
    try world.release("1.2.0")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    let base = try world.tip("main")
    let output = try world.check("run", "--only", "gate,merge")
    #expect(try world.tip("main") == base)
    #expect(output.contains("is not merged"))
    #expect(try world.tip(world.branch("staging")) == commit)
  }

  @Test func `prod after dev and staging takes what qualified in both, not in dev alone or in staging by hand`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("staging", ["s1"]), ("prod", ["p1"])]))
    try world.changePolicy("after: staging", "after: [dev, staging]")
    try world.begin()
    try world.check("stop", "staging")
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 4) { try world.hasQualified("dev", "1.1.0") } != nil)
    try world.run(times: 2)
    #expect(try world.tip(world.branch("prod")) == nil, "not without staging")
    // A person takes staging further than dev; there it settles and soaks.
    try world.bumpByHand("staging", from: "1.0.0", to: "1.2.0")
    try world.setCluster("s1", version: "1.2.0")
    try world.run(times: 3)
    #expect(try world.hasQualified("staging", "1.2.0"))
    #expect(try world.tip(world.branch("prod")) == nil, "not without dev")
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 4) { try world.openRequest("prod") != nil } != nil)
    #expect(try world.title(try #require(try world.openRequest("prod"))) == "Promote app to 1.2.0 in prod")
  }

  @Test func `a prod cluster bumped by hand to an unproven version does not take the others with it (trap 24)`() throws {
    let world = try World()
    try world.begin()
    try world.override("p1", "1.9.0")
    try world.release("1.1.0")
    #expect(try world.runs { try world.openRequest("prod") != nil } != nil)
    let number = try #require(try world.openRequest("prod"))
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    #expect(try world.runs(atMost: 5) { try world.cluster("p2") == "1.1.0" } != nil)
    #expect(try world.file("clusters/p1.yaml").contains("\"1.9.0\""))
    #expect(try world.cluster("p1") == "1.9.0")
  }

  @Test func `components of a group qualify together or not at all`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1", "d2"]), ("staging", ["s1"])], deadline: "2m"))
    try world.addLib("2.0.0")
    try world.releaseLib("2.0.0")
    try world.begin()
    // The new app breaks; the new lib is fine, but ran with the new app alone.
    try world.makeBad("1.1.0")
    try world.release("1.1.0")
    try world.releaseLib("2.1.0")
    try world.run(times: 6)
    #expect(try world.tuple("dev") == ["app": "1.1.0", "lib": "2.1.0"])
    #expect(try world.tuple("staging") == ["app": "1.0.0", "lib": "2.0.0"])
    try world.release("1.1.1")
    #expect(try world.runs(atMost: 6) { try world.tuple("staging")["app"] == "1.1.1" } != nil)
    var tuples: [[String: String]] = []
    for commit in try world.baseHistory().dropFirst() { tuples.append(try world.tuple("staging", at: commit)) }
    #expect(Set(tuples) == [["app": "1.0.0", "lib": "2.0.0"], ["app": "1.1.1", "lib": "2.1.0"]])
  }
}
