import Foundation
import TestSupport
import Testing

@Suite("L9 live: when faults stop, the fleet reaches the newest healthy version in a bounded number of runs", .onEveryForge)
struct L9LiveTests {
  /// From anywhere: one run to discover and merge, one each to settle, soak and go on in three stages, and a few to heal.
  static let bound = 14

  @Test(arguments: [1, 2] as [UInt64])
  func `after clusters fell silent and sick at random, and people pushed, all run the newest`(_ seed: UInt64) throws {
    let world = try World(
      World.Plan(
        tiers: [("dev", ["d1", "d2"]), ("staging", ["s1"]), ("prod", ["p1", "p2"])],
        stageSettings: ["prod": "merge: {approvals: 0}"], deadline: "3m"))
    try world.begin()
    var dice = L11EvidenceTests.Dice(seed: seed)
    let clusters = world.plan.tiers.flatMap(\.clusters)
    var marked: [(String, String)] = []
    for round in 1...6 {
      for (cluster, mark) in marked { try world.unmark(cluster, mark) }
      marked = clusters.compactMap { cluster in
        switch dice.roll(6) {
        case 0: (cluster, "silent")
        case 1: (cluster, "sick")
        default: nil
        }
      }
      for (cluster, mark) in marked { try world.mark(cluster, mark) }
      if dice.roll(2) == 0 { try world.release("1.\(round).0") }
      if dice.roll(3) == 0 { try world.commit("Words \(round)") { try $0.write("\(round)\n", to: "README.md") } }
      // Now and then two runs at once.
      let other = dice.roll(3) == 0 ? try world.start("run") : nil
      _ = try world.sluice("run")
      _ = try other?.wait()
      try world.advance(Int(30 + dice.roll(300)))
    }
    for (cluster, mark) in marked { try world.unmark(cluster, mark) }
    try world.release("1.9.0")
    #expect(try world.runs(atMost: Self.bound) { try clusters.allSatisfy { try world.cluster($0) == "1.9.0" } } != nil)
    #expect(try world.runs(atMost: 3) { try world.hasQualified("prod", "1.9.0") } != nil)
  }

  @Test func `a version that breaks dev is followed by its fix, at once and through all stages (trap 4)`() throws {
    let world = try World(World.Plan(deadline: "3m"))
    try world.begin()
    try world.makeBad("1.1.0")
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 8) { try !world.reasons("dev", "failed").isEmpty } != nil)
    #expect(try world.desired("staging") == "1.0.0")
    try world.release("1.1.1")
    try world.check("run")
    #expect(try world.desired("dev") == "1.1.1", "the broken clusters do not count against their cure")
    try world.advance(60)
    #expect(try world.runs(atMost: Self.bound) { try world.openRequest("prod") != nil } != nil)
    #expect(try world.title(try #require(try world.openRequest("prod"))).contains("1.1.1"))
    #expect(try world.upgrades().allSatisfy { !$0.hasPrefix("s") || $0.hasSuffix("1.1.1") })
  }

  @Test func `half of a stage broken by a version is cured by the next, though the other half never failed`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1", "d2"]), ("prod", ["p1"])], deadline: "3m"))
    try world.begin()
    try world.release("1.1.0")
    try world.check("run")
    try world.mark("d1", "sick")
    try world.advance(60)
    try world.run(times: 5)
    #expect(try !world.reasons("dev", "failed").isEmpty)
    try world.unmark("d1", "sick")
    try world.mark("d2", "stuck")
    try world.release("1.2.0")
    try world.run(times: 2)
    try world.unmark("d2", "stuck")
    #expect(try world.desired("dev") == "1.2.0")
    try world.setCluster("d2", version: "1.2.0")
    #expect(try world.runs(atMost: 5) { try world.openRequest("prod") != nil } != nil)
  }

  @Test func `releases that come faster than the soak do not starve staging (trap 3)`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("staging", ["s1"])], soak: "3m"))
    try world.release("1.0.0")
    try world.run(times: 5)
    var reached: Set<String> = []
    for minor in 1...14 {
      try world.release("1.\(minor).0")
      try world.run(times: 1)
      reached.insert(try world.desired("staging"))
    }
    #expect(reached.count >= 3, "staging saw \(reached.sorted())")
    #expect(try world.runs(atMost: Self.bound) { try world.runs("staging", "1.14.0") } != nil)
  }

  @Test func `a promotion that waits in prod stops neither dev nor staging`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("staging", ["s1"]), ("prod", ["p1"])]))
    try world.begin()
    for version in ["1.1.0", "1.2.0", "1.3.0"] {
      try world.release(version)
      #expect(try world.runs(atMost: 6) { try world.hasQualified("staging", version) } != nil)
    }
    #expect(try world.title(try #require(try world.openRequest("prod"))).contains("1.1.0"), "the first is still asked for")
    try world.check("forge", "approve", "\(try #require(try world.openRequest("prod")))", "--as", "dana")
    // It lands, and when it has qualified the newest follows; those between are not asked for.
    #expect(try world.runs(atMost: 5) { try world.openRequest("prod") != nil && world.hasQualified("prod", "1.1.0") } != nil)
    #expect(try world.title(try #require(try world.openRequest("prod"))).contains("1.3.0"))
  }

  @Test func `with atLeast 50 percent the rest still moves before the next version starts (trap 22)`() throws {
    let world = try World(
      World.Plan(
        tiers: [("dev", ["d1", "d2", "d3", "d4"]), ("prod", ["p1"])],
        stageSettings: ["dev": "merge: {approvals: 0}\natLeast: 50%\nmaxUnhealthy: 2"]))
    try world.begin()
    // d3 and d4 were kept back in their own files, and are freed after the others have qualified 1.1.0.
    try world.commit("Keep two back") { work in
      for cluster in ["d3", "d4"] {
        let own = "name: \(cluster)\ntier: dev\nversions:\n  app: \"1.0.0\"  # sluice: pin\n"
        try work.write(own, to: "clusters/\(cluster).yaml")
      }
    }
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 4) { try world.hasQualified("dev", "1.1.0") } != nil)
    try world.commit("Free them") { work in
      for cluster in ["d3", "d4"] {
        try work.write("name: \(cluster)\ntier: dev\nversions:\n  app: \"1.0.0\"\n", to: "clusters/\(cluster).yaml")
      }
    }
    try world.release("1.2.0")
    try world.check("run")
    #expect(try world.desired("dev") == "1.1.0")
    for cluster in ["d3", "d4"] { #expect(try world.cluster(cluster) == "1.1.0") }
    try world.advance(60)
    #expect(try world.runs(atMost: 5) { try world.runs("dev", "1.2.0") } != nil)
  }

  @Test func `a lost ledger and a base written anew stop nothing for good`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    // The base begins again with the same files: nothing that is open shares a commit with it.
    let tree = try world.git("rev-parse", "main^{tree}").trimmed
    let root = try Command.check(["git", "-C", world.fleet, "commit-tree", "-m", "Begin again", tree]).trimmed
    _ = try world.git("update-ref", "refs/heads/main", root)
    try world.check("run")
    #expect(try world.openRequest("prod") == number)
    #expect(try world.git("merge-base", "main", world.branch("prod")).trimmed == root)
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
    _ = try world.git("update-ref", "-d", "refs/heads/sluice-ledger")
    #expect(try world.sluice("run").status == 65)
    try world.check("ledger", "rebuild")
    try world.release("1.2.0")
    #expect(try world.runs(atMost: Self.bound) { try world.openRequest("prod") != nil } != nil)
  }
}
