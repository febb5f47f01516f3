import TestSupport
import Testing

@Suite("L9 live: a version whose gate failed gives way to a newer one, and does not come back for it", .onEveryForge)
struct RedGateTests {
  /// The first of two waves has 1.1.0 in prod, 1.2.0 is in dev, and a file that no cluster reads is broken on the base: from
  /// here on every gate is red.
  private static func world() throws -> World {
    let world = try World(
      World.Plan(
        tiers: [("dev", ["d1"]), ("prod", ["p1", "p2", "p3"])],
        stageSettings: ["prod": "merge: {approvals: 0}\nwaves: [{to: 1, soak: 5m}, {to: 100%}]"]))
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 6) { try world.upgrades().contains { $0.hasPrefix("p") } } != nil)
    try world.release("1.2.0")
    try world.run(times: 1)
    try #require(try world.desired("dev") == "1.2.0")
    try world.commit("Break what nobody reads") { try $0.write("a: 1\na: 2\n", to: "tiers/unused.yaml") }
    return world
  }

  private static func mend(_ world: World) throws {
    try world.commit("Mend it") { try $0.write("a: 1\n", to: "tiers/unused.yaml") }
  }

  @Test func `red in mid-rollout, it is replaced once, stays replaced, the newer lands everywhere (trap 28)`() throws {
    let world = try Self.world()
    let title = { try world.openRequest("prod").map { try world.title($0) } ?? "none" }
    #expect(try world.runs(atMost: 8) { try title().contains("1.2.0") } != nil)
    let number = try #require(try world.openRequest("prod"))
    // One run more: the newer one's gates have run, and are red as well.
    try world.run(times: 1)
    let head = try #require(try world.tip(world.branch("prod")))
    for _ in 0..<4 {
      try world.run(times: 1)
      #expect(try world.tip(world.branch("prod")) == head)
    }
    #expect(try world.state(number) == "open" && title().contains("1.2.0"))
    try Self.mend(world)
    #expect(try world.runs(atMost: 14) { try world.runs("prod", "1.2.0") } != nil)
    #expect(try world.upgrades().filter { $0.hasPrefix("p") && $0.hasSuffix("1.1.0") }.count == 1)
  }

  @Test func `what passes when it is tested again is no longer red`() throws {
    let world = try Self.world()
    try world.check("hold", "add", "prod", "app", "1.2.0", "--as", "eve")
    let isRed = { try Command.run(["git", "-C", world.fleet, "grep", "-q", "\"red\"", "sluice-ledger"]).status == 0 }
    #expect(try world.runs(atMost: 8, until: isRed) != nil)
    try world.run(times: 1)
    let before = try world.references()
    try world.check("run")
    #expect(try world.references() == before, "what is noted is not noted again")
    try Self.mend(world)
    #expect(try world.runs(atMost: 4) { try world.runs("prod", "1.1.0") } != nil)
    #expect(try !isRed())
  }
}
