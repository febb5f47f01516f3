import TestSupport
import Testing

@Suite("L6 yielding: nothing of a person's is overwritten, and what they refused is not proposed again", .onEveryForge)
struct L6YieldingTests {
  @Test func `a person's commit on the branch stays, however new the versions and however old the promotion`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    let commit = try world.commit("A note", branch: world.branch("prod")) { work in
      try work.write("# prod, soon\nversions:\n  app: \"1.1.0\"\n", to: "tiers/prod.yaml")
    }
    try world.release("1.2.0")
    try world.run(times: 3)
    #expect(try world.hasQualified("dev", "1.2.0"))
    try world.advance(100_000)
    try world.run(times: 2)
    #expect(try world.tip(world.branch("prod")) == commit)
    #expect(try world.state(number) == "open")
    let taken = try #require(try world.reasons("prod", "slotTaken").first)
    #expect(taken["by"] as? String == "commit" && taken["commit"] as? String == commit)
    // It came true otherwise: the request may go, the person's commit stays where it is.
    try world.bumpByHand("prod", from: "1.0.0", to: "1.2.0")
    try world.run(times: 2)
    #expect(try world.tip(world.branch("prod")) == commit)
  }

  @Test func `a branch that a person made under Sluice's name is left alone`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])]))
    let commit = try world.commit("Mine", branch: world.branch("dev")) { try $0.write("mine\n", to: "notes") }
    try world.begin()
    try world.release("1.1.0")
    try world.run(times: 3)
    #expect(try world.tip(world.branch("dev")) == commit)
  }

  @Test func `the label sluice hold keeps an approved promotion from merging and from being replaced (trap 29)`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    let head = try world.tip(world.branch("prod"))
    try world.check("forge", "label", "\(number)", "sluice/hold", "--as", "eve")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.release("1.2.0")
    try world.run(times: 3)
    try world.advance(100_000)
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0")
    #expect(try world.tip(world.branch("prod")) == head)
    #expect(try world.reasons("prod", "slotTaken").first?["by"] as? String == "label")
    try world.check("forge", "unlabel", "\(number)", "sluice/hold", "--as", "eve")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
  }

  @Test func `who asks for changes is waited for, whoever else approves`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.check("forge", "request-changes", "\(number)", "--as", "eve")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0")
    try world.check("forge", "approve", "\(number)", "--as", "eve")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
  }

  @Test func `values that a person set by hand in single clusters stay: ahead, and pinned`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1", "d2", "d3", "d4"]), ("prod", ["p1"])]))
    try world.override("d2", "1.5.0")
    try world.override("d3", "0.9.0", comment: "   # sluice: pin")
    try world.setCluster("d2", version: "1.5.0")
    try world.setCluster("d3", version: "0.9.0")
    try world.begin()
    for version in ["1.1.0", "1.2.0"] {
      try world.release(version)
      #expect(try world.runs(atMost: 5) { try world.cluster("d1") == version && world.cluster("d4") == version } != nil)
      #expect(try world.file("clusters/d2.yaml").contains("app: \"1.5.0\""))
      #expect(try world.file("clusters/d3.yaml").contains("app: \"0.9.0\"   # sluice: pin"))
    }
    // What is newer than the one ahead takes it along; the pinned one stays and is shown.
    try world.release("1.6.0")
    #expect(try world.runs(atMost: 6) { try world.cluster("d2") == "1.6.0" } != nil)
    #expect(try world.file("clusters/d3.yaml").contains("app: \"0.9.0\"   # sluice: pin"))
    #expect(try world.upgrades().allSatisfy { !$0.hasPrefix("d3") })
    #expect(try world.check("status").split(separator: "\n").contains { $0.hasPrefix("d3") && $0.contains("pinned") })
  }

  @Test func `a cluster that a person moved back stays back, and goes on with the next version`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1", "d2", "d3"]), ("prod", ["p1"])]))
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 4) { try world.runs("dev", "1.1.0") } != nil)
    try world.override("d2", "1.0.0")
    try world.run(times: 4)
    #expect(try world.file("clusters/d2.yaml").contains("app: \"1.0.0\""))
    #expect(try world.cluster("d2") == "1.0.0")
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 5) { try world.runs("dev", "1.2.0") } != nil)
  }

  @Test func `a closed promotion is not proposed again, and explain says who closed it; reopening lifts that`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.check("forge", "close", "\(number)", "--as", "eve")
    let closed = try world.requests().count
    try world.run(times: 3)
    try world.run(times: 2, apart: 100_000)
    #expect(try world.requests().count == closed)
    #expect(try world.openRequest("prod") == nil)
    #expect(try world.desired("prod") == "1.0.0")
    let reason = try #require(try world.reasons("prod", "held").first?["hold"] as? [String: Any])
    #expect(reason["cause"] as? String == "closedRequest")
    #expect(reason["by"] as? String == "eve" && reason["number"] as? Int == number)
    #expect(try world.check("explain", "prod").contains("eve"))
    try world.check("forge", "reopen", "\(number)", "--as", "eve")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    #expect(try world.runs(atMost: 3) { try world.desired("prod") == "1.1.0" } != nil)
    #expect(try world.requests().count == closed)
  }

  @Test func `after a closed promotion the next version is proposed`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.check("forge", "close", "\(number)", "--as", "eve")
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 6) { try world.openRequest("prod") != nil } != nil)
    let next = try #require(try world.openRequest("prod"))
    #expect(next != number)
    #expect(try world.title(next) == "Promote app to 1.2.0 in prod")
    #expect(try world.state(number) == "closed")
  }

  @Test func `a closed request takes back what it promoted last, and a commit that a person made on it stays`() throws {
    let world = try World(
      World.Plan(
        tiers: [("dev", ["d1"]), ("prod", ["p1"])], stageSettings: ["prod": "merge: {approvals: 1}\nreplaceAfter: 0s"]))
    try world.begin()
    for version in ["1.1.0", "1.2.0", "1.3.0"] {
      try world.release(version)
      #expect(
        try world.runs(atMost: 5) {
          try world.openRequest("prod").map { try world.title($0).contains(version) } ?? false
        } != nil)
    }
    let number = try #require(try world.openRequest("prod"))
    let commit = try world.commit("A note", branch: world.branch("prod")) { work in
      try work.write("# prod\nversions:\n  app: \"1.3.0\"  # no\n", to: "tiers/prod.yaml")
    }
    try world.check("forge", "close", "\(number)", "--as", "eve")
    try world.run(times: 2)
    // Closed or not, what a person wrote there is not written over.
    #expect(try world.tip(world.branch("prod")) == commit)
    #expect(try world.reasons("prod", "slotTaken").first?["commit"] as? String == commit)
    // With the branch gone the newest that was not refused follows.
    _ = try world.git("update-ref", "-d", "refs/heads/\(world.branch("prod"))")
    try world.run(times: 2)
    let next = try #require(try world.openRequest("prod"))
    #expect(next != number)
    #expect(try world.title(next) == "Promote app to 1.2.0 in prod")
  }

  @Test func `what a person took back in dev is proposed neither there nor later, a newer version is (trap 1)`() throws {
    let world = try World()
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs { try world.hasQualified("dev", "1.1.0") } != nil)
    // Staging has it by then; prod waits.
    let commit = try world.bumpByHand("dev", from: "1.1.0", to: "1.0.0")
    try world.run(times: 5)
    #expect(try world.desired("dev") == "1.0.0" && world.runs("dev", "1.0.0"))
    #expect(try world.openRequest("prod") == nil)
    for stage in ["dev", "prod"] {
      let reason = try #require(try world.reasons(stage, "held").first?["hold"] as? [String: Any], "\(stage)")
      #expect(reason["commit"] as? String == commit && reason["by"] as? String == "A Person")
    }
    // The first version after a take-back asks a person, though dev asks for no approval otherwise.
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 3) { try world.openRequest("dev") != nil } != nil)
    try world.run(times: 2)
    #expect(try world.desired("dev") == "1.0.0")
    try world.check("forge", "approve", "\(try #require(try world.openRequest("dev")))", "--as", "dana")
    #expect(try world.runs { try world.openRequest("prod") != nil } != nil)
    #expect(try world.runs("dev", "1.2.0") && world.runs("staging", "1.2.0"))
    #expect(try world.title(try #require(try world.openRequest("prod"))).contains("1.2.0"))
  }

  @Test func `a reverted staging merge holds its version there and in prod, while dev goes on with it`() throws {
    let world = try World()
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs { try world.openRequest("prod") != nil } != nil)
    let number = try #require(try world.openRequest("prod"))
    // `git revert -m 1` of the merge, as a person types it.
    let merge = try world.git("log", "--first-parent", "-1", "--format=%H", "main", "--", "tiers/staging.yaml").trimmed
    try world.commit("unused") { work in
      try Command.check(["git", "-C", work.path, "revert", "--no-commit", "-m", "1", merge])
    }
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.run(times: 4)
    #expect(try world.desired("staging") == "1.0.0" && world.runs("staging", "1.0.0"))
    #expect(try world.desired("prod") == "1.0.0", "though it was approved")
    #expect(try world.openRequest("prod") == nil)
    #expect(try world.runs("dev", "1.1.0"))
  }
}
