import TestSupport
import Testing

@Suite("L11 evidence: unknown is never success, and all of none is not success", .onEveryForge)
struct L11EvidenceTests {
  /// What an observer may answer that tells nothing: its body, in the shell.
  static let nothings: [String: String] = [
    "silence, and a failure": "exit 1", "nothing": ":", "garbage": "echo 'healthy: yes'",
    "half of it": "printf '{\"versions\":{\"app\":\"%s\"' \"$v\"",
    "no health": "printf '{\"versions\":{\"app\":\"%s\"},\"reasons\":[]}' \"$v\"",
    "no versions": "echo '{\"healthy\":true,\"reasons\":[]}'",
    "another component": "echo '{\"versions\":{\"lib\":\"1.1.0\"},\"healthy\":true,\"reasons\":[]}'",
    "an empty version": "echo '{\"versions\":{\"app\":\"\"},\"healthy\":true,\"reasons\":[]}'",
    "health in words": "printf '{\"versions\":{\"app\":\"%s\"},\"healthy\":\"true\",\"reasons\":[]}' \"$v\"",
    "an answer, and a failure": "printf '{\"versions\":{\"app\":\"%s\"},\"healthy\":true,\"reasons\":[]}' \"$v\"; exit 3",
    "two answers": "for i in 1 2; do printf '{\"versions\":{\"app\":\"%s\"},\"healthy\":true,\"reasons\":[]}' \"$v\"; done",
  ]
  private static let good = "printf '{\"versions\":{\"app\":\"%s\"},\"healthy\":true,\"reasons\":[]}' \"$v\""

  @Test func `whatever an observer fails to say, nothing qualifies on it, and the clusters are unknown`() throws {
    // One cluster of dev for each way, each in a component's stage of its own would be many worlds: one fleet has them all.
    let names = Self.nothings.keys.sorted()
    let clusters = names.indices.map { "d\($0)" }
    let world = try World(World.Plan(tiers: [("dev", clusters + ["well"]), ("prod", ["p1"])]))
    let cases = zip(clusters, names).map { "\($0)) \(Self.nothings[$1] ?? "") ;;" }.joined(separator: "\n")
    try world.observe("case $1 in\n\(cases)\n*) \(Self.good) ;;\nesac")
    try world.release("1.0.0")
    try world.run(times: 3)
    #expect(try !world.hasQualified("dev", "1.0.0"))
    #expect(try world.hasQualified("prod", "1.0.0"))
    let lines = try world.check("status", "--all").split(separator: "\n")
    for (cluster, name) in zip(clusters, names) {
      #expect(lines.contains { $0.hasPrefix("\(cluster) ") && $0.contains("unknown") }, "\(name)")
    }
    #expect(lines.contains { $0.hasPrefix("well ") && $0.contains("settled") })
    // Nobody knows what they run, so nobody upgrades them either.
    try world.bumpByHand("dev", from: "1.0.0", to: "1.1.0")
    try world.run(times: 1)
    #expect(try world.upgrades() == ["well 1.1.0"])
  }

  @Test(arguments: nothings.keys.sorted().filter { ["garbage", "no health", "another component"].contains($0) })
  func `readings that stop are stale though others are read, and the soak begins anew (trap 12)`(_ name: String) throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1", "d2"]), ("prod", ["p1"])], soak: "10m", more: "maxGap: 5m\n"))
    try world.observe(Self.good)
    try world.release("1.0.0")
    try world.run(times: 2)
    try world.observe("[ $1 = d2 ] && { \(Self.nothings[name] ?? ""); exit; }\n\(Self.good)")
    // Past the soak, had somebody looked; d1 was looked at all the time.
    try world.run(times: 12)
    #expect(try !world.hasQualified("dev", "1.0.0"))
    #expect(try world.check("explain", "dev", "--cluster", "d2").contains("unknown"))
    #expect(try world.hasQualified("prod", "1.0.0"))
    try world.observe(Self.good)
    try world.run(times: 10)
    #expect(try !world.hasQualified("dev", "1.0.0"), "ten minutes from the first reading after the hole are not over")
    try world.run(times: 1)
    #expect(try world.hasQualified("dev", "1.0.0"))
  }

  @Test func `a run that nobody made for longer than maxGap restarts every soak`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])], soak: "10m", more: "maxGap: 30m\n"))
    try world.release("1.0.0")
    try world.run(times: 1, apart: 1860)
    try world.run(times: 1)
    #expect(try !world.hasQualified("dev", "1.0.0"), "settled at both ends, unseen between")
    try world.run(times: 1, apart: 540)
    try world.run(times: 1)
    #expect(try world.hasQualified("dev", "1.0.0"))
  }

  @Test func `a wholly pinned stage qualifies nothing, and both it and what follows say so (trap 21)`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1", "d2"]), ("prod", ["p1"])]))
    for cluster in ["d1", "d2"] { try world.override(cluster, "1.0.0", comment: "  # sluice: pin") }
    try world.begin()
    try world.release("1.1.0")
    try world.run(times: 4)
    #expect(try !world.hasQualified("dev", "1.0.0") && !world.hasQualified("dev", "1.1.0"))
    #expect(try world.desired("prod") == "1.0.0")
    let reason = try #require(try world.reasons("dev", "noClusters").first)
    #expect(reason["pinned"] as? [String] == ["d1", "d2"])
    #expect(try world.reasons("prod", "emptyStage").first?["stage"] as? String == "dev")
  }

  @Test func `a stage that lost its last cluster qualifies nothing and lets nothing through`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])]))
    try world.begin()
    try world.commit("dev is gone") { try Command.check(["git", "-C", $0.path, "rm", "-q", "clusters/d1.yaml"]) }
    try world.release("1.1.0")
    for _ in 0..<3 {
      let run = try world.sluice("run")
      #expect(run.status != 0 ? (run.errors + run.output).contains("dev") : true)
      try world.advance(60)
    }
    #expect(try world.desired("prod") == "1.0.0")
    #expect(try !world.hasQualified("dev", "1.1.0"))
    let explained = try world.sluice("explain", "dev")
    #expect((explained.output + explained.errors).contains("no cluster"))
  }

  @Test func `reads that fail now and then, 3 in 100, keep nothing from qualifying (trap 13)`() throws {
    let clusters = (1...20).map { "d\($0)" }
    let world = try World(World.Plan(tiers: [("dev", clusters), ("prod", ["p1"])], soak: "8m"))
    try world.release("1.0.0")
    var dice = Dice(seed: 13)
    var failed = 0
    try world.setCluster("p1", version: "1.0.0")
    for _ in 0..<10 {
      let silent = clusters.filter { _ in dice.roll(100) < 3 }
      failed += silent.count
      for cluster in silent { try world.mark(cluster, "silent") }
      try world.run(times: 1)
      for cluster in silent { try world.unmark(cluster, "silent") }
    }
    #expect(failed >= 4, "\(failed) of 200 reads failed")
    #expect(try world.hasQualified("dev", "1.0.0"))
  }

  /// Numbers that are the same in every run of the test.
  struct Dice {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 }
    mutating func roll(_ sides: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % sides
    }
  }
}
