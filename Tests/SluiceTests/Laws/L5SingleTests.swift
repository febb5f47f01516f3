import TestSupport
import Testing

@Suite("L5 single: one open pull request per slot", .onEveryForge)
struct L5SingleTests {
  @Test func `running again, whole or job by job, changes nothing and opens nothing`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.check("run")
    let references = try world.references()
    for job in ["run", "discover", "check", "bump", "propose", "gate", "merge", "apply", "run"] {
      let output = try world.check(job)
      #expect(try world.references() == references, "\(job) wrote something")
      #expect(output.isEmpty, "\(job) has nothing to say")
    }
    #expect(try world.openRequest("prod") == number)
    // Later too: minutes bring heartbeats, and no second branch or request.
    let beside = try world.referencesBesideLedger()
    try world.run(times: 3, apart: 1200)
    #expect(try world.referencesBesideLedger() == beside)
  }

  @Test func `two runs at once give one branch and one request in each slot`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1", "p2"])]))
    try world.begin()
    try world.release("1.1.0")
    for _ in 0..<4 {
      let pair = [try world.start("run"), try world.start("run")]
      for run in pair {
        let done = try run.wait()
        // A run that lost every race says so, and writes nothing twice.
        #expect([0, 1, 75].contains(done.status), "\(done.errors)")
      }
      try world.advance(60)
    }
    #expect(try world.runs(atMost: 3) { try world.openRequest("prod") != nil } != nil)
    let requests = try world.requests()
    #expect(requests.compactMap { $0["branch"] as? String }.sorted() == [world.branch("dev"), world.branch("prod")])
    #expect(try world.upgrades() == ["d1 1.1.0"])
  }

  @Test func `a newer version takes over the branch and the request of the one it replaces`() throws {
    let world = try World(
      World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])], stageSettings: ["prod": "merge: {approvals: 1}\nreplaceAfter: 0s"]))
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs { try world.openRequest("prod") != nil } != nil)
    let number = try #require(try world.openRequest("prod"))
    #expect(try world.title(number) == "Promote app to 1.1.0 in prod")
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 5) { try world.title(number) == "Promote app to 1.2.0 in prod" } != nil)
    #expect(try world.openRequest("prod") == number)
    #expect(try world.requests().filter { $0["branch"] as? String == world.branch("prod") }.count == 1)
    // The branch holds 1.2.0 alone, on the base, not on top of 1.1.0.
    #expect(try world.git("rev-list", "--count", "main..\(world.branch("prod"))").trimmed == "1")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.check("run")
    #expect(try world.desired("prod") == "1.2.0")
  }

  @Test func `an approved or a young promotion is not replaced by a newer version (trap 3)`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])]))
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs { try world.openRequest("prod") != nil } != nil)
    let number = try #require(try world.openRequest("prod"))
    let head = try world.tip(world.branch("prod"))
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 5) { try world.hasQualified("dev", "1.2.0") } != nil)
    try world.run(times: 2)
    #expect(try world.tip(world.branch("prod")) == head, "it is younger than replaceAfter")
    try world.check("stop", "prod")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.advance(100_000)
    try world.run(times: 2)
    #expect(try world.tip(world.branch("prod")) == head)
    try world.check("resume", "prod")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0", "approved, it stays however old (trap 2)")
  }

  @Test func `a promotion that came true by hand is closed, its branch removed, and it bars nothing`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.bumpByHand("prod", from: "1.0.0", to: "1.1.0")
    try world.run(times: 1)
    #expect(try world.openRequest("prod") == nil)
    #expect(try ["closed", "merged"].contains(world.state(number)))
    #expect(try world.tip(world.branch("prod")) == nil)
    #expect(try world.runs("prod", "1.1.0"))
    #expect(try world.reasons("prod", "held").isEmpty, "its own close is nobody's no (trap 8)")
  }

  @Test func `a promotion that somebody closes once its clusters have its version bars nothing (trap 8)`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.bumpByHand("prod", from: "1.0.0", to: "1.1.0")
    try world.check("forge", "close", "\(number)", "--as", "eve")
    try world.run(times: 3)
    #expect(try world.reasons("prod", "held").isEmpty)
    #expect(try world.hasQualified("prod", "1.1.0"))
    // It is not held against a cluster that joins later either.
    try world.commit("p3 joins") { work in
      try work.write("name: p3\ntier: prod\nversions:\n  app: \"1.0.0\"\n", to: "clusters/p3.yaml")
    }
    try world.setCluster("p3", version: "1.0.0")
    #expect(try world.runs(atMost: 3) { try world.openRequest("prod") != nil } != nil)
  }

  @Test func `what Sluice closed because the policy forbade it is asked for again when the policy allows it (trap 8)`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.changePolicy("    field: versions.app", "    allow: \"<1.1.0\"\n    field: versions.app")
    try world.run(times: 1)
    #expect(try world.state(number) == "closed")
    #expect(try world.tip(world.branch("prod")) == nil)
    try world.changePolicy("    allow: \"<1.1.0\"\n", "")
    #expect(try world.runs(atMost: 2) { try world.openRequest("prod") != nil } != nil)
    #expect(try world.openRequest("prod") != number)
  }
}
