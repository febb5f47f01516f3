import Foundation
import TestSupport
import Testing

/// Windows and freezes, pauses and pins, stops of observation, and clocks that are wrong, on the built binary.
@Suite("Time and people")
struct TimeTests {
  /// 2025-06-15 15:06:40 UTC, a Sunday.
  private static let start = 1_750_000_000

  private static func world(_ more: String, prod: String = "merge: {approvals: 0}") throws -> World {
    let world = try World(
      World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1", "p2"])], stageSettings: ["prod": prod], more: more))
    try world.begin()
    try world.release("1.1.0")
    return world
  }

  @Test func `nothing lands outside the window, explain says when it opens, and then it lands`() throws {
    let world = try Self.world(
      "windows:\n  office: {days: mon-thu, hours: \"09:00-16:00\", zone: America/Los_Angeles}\n",
      prod: "merge: {approvals: 0, windows: [office]}")
    #expect(try world.runs(atMost: 8) { try world.openRequest("prod") != nil } != nil)
    try world.run(times: 3)
    #expect(try world.desired("prod") == "1.0.0")
    // Monday, 09:00 in Los Angeles in summer.
    #expect(try world.check("explain", "prod").contains("its windows are closed until 2025-06-16 16:00:00 UTC"))
    try world.setClock(1_750_089_600 - 30)
    try world.check("run")
    #expect(try world.desired("prod") == "1.0.0")
    try world.setClock(1_750_089_600)
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.1.0")
  }

  @Test func `a freeze keeps promotions and not take-backs (L8)`() throws {
    let world = try Self.world("")
    #expect(try world.runs(atMost: 8) { try world.runs("prod", "1.1.0") } != nil)
    try world.folder.write(
      try world.folder.text("policy.yaml") + "freezes:\n  - {from: 2025-06-01, until: 2025-07-01, reason: summer}\n",
      to: "policy.yaml")
    try world.release("1.2.0")
    try world.run(times: 3)
    #expect(try world.desired("dev") == "1.1.0")
    #expect(try world.check("explain", "dev").contains("it is frozen (summer) until 2025-07-01 00:00:00 UTC"))
    try world.check("rollback", "prod", "app", "--as", "eve")
    let request = try #require(try world.requests().first { ($0["branch"] as? String)?.contains("/take-back/") == true })
    try world.check("forge", "approve", "\(try #require(request["number"] as? Int))", "--as", "dana")
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0" && world.runs("prod", "1.0.0"))
  }

  @Test func `a paused cluster is no target until its date, a pinned one until it is released`() throws {
    let world = try Self.world("")
    #expect(try world.check("pause", "p1", "--until", "2h", "--as", "eve").contains("eve paused p1 until"))
    #expect(try world.runs(atMost: 8) { try world.cluster("p2") == "1.1.0" } != nil)
    #expect(try world.cluster("p1") == "1.0.0")
    #expect(try world.check("hold", "list").contains("is paused until"))
    try world.advance(7200)
    #expect(try world.runs(atMost: 6) { try world.cluster("p1") == "1.1.0" } != nil)
    try world.check("hold", "add", "--cluster", "p2", "--as", "eve", "--reason", "repairs")
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 8) { try world.cluster("p1") == "1.2.0" } != nil)
    #expect(try world.cluster("p2") == "1.1.0")
    try world.check("hold", "release", "--cluster", "p2", "--as", "eve")
    #expect(try world.runs(atMost: 6) { try world.cluster("p2") == "1.2.0" } != nil)
    #expect(try world.sluice("pause", "p9", "--until", "1d").status == 64)
    #expect(try world.sluice("pause", "p1", "--until", "tomorrow").status == 64)
  }

  @Test func `a held version is started nowhere, and released it goes on (trap 10)`() throws {
    let world = try Self.world("")
    try world.check("hold", "add", "prod", "app", "1.1.0", "--as", "eve", "--reason", "not yet")
    #expect(try world.runs(atMost: 4) { try world.hasQualified("dev", "1.1.0") } != nil)
    try world.run(times: 2)
    #expect(try world.openRequest("prod") == nil)
    #expect(try world.check("explain", "prod").contains("app 1.1.0 is held: eve held it"))
    let id = try #require(try world.holds().first?["id"] as? String)
    try world.check("hold", "release", id, "--as", "eve")
    #expect(try world.runs(atMost: 4) { try world.runs("prod", "1.1.0") } != nil)
    #expect(try world.sluice("hold", "release", "nothing").status == 64)
  }

  @Test func `observeOnly writes the ledger and nothing else, and plan says what would be done`() throws {
    let world = try Self.world("observeOnly: true\n")
    let before = try world.referencesBesideLedger()
    #expect(try world.check("run").contains("observeOnly"))
    try world.run(times: 2)
    #expect(try world.referencesBesideLedger() == before)
    #expect(try world.check("plan").contains("promote app from 1.0.0 to 1.1.0"))
    try world.changePolicy("observeOnly: true\n", "")
    #expect(try world.runs(atMost: 4) { try world.desired("dev") == "1.1.0" } != nil)
  }

  @Test func `a run whose clock is behind changes nothing; one after a week's pause sees no false deadline (trap 34)`() throws {
    let world = try Self.world("")
    #expect(try world.runs(atMost: 8) { try world.runs("prod", "1.1.0") } != nil)
    let before = try world.references()
    let now = try world.clock
    try world.setClock(now - 86_400)
    let behind = try world.sluice("run")
    #expect(behind.status == 75 && behind.errors.contains("this machine's clock says"))
    #expect(try world.references() == before)
    try world.release("1.2.0")
    try world.setClock(now + 7 * 86_400)
    let text = try world.check("run")
    #expect(!text.contains("degraded"), "\(text)")
    #expect(try world.runs(atMost: 12) { try world.runs("prod", "1.2.0") } != nil)
  }

  @Test func `onFailure: revert opens the take-back once, with the evidence`() throws {
    let world = try World(
      World.Plan(
        tiers: [("dev", ["d1"]), ("prod", ["p1", "p2"])],
        stageSettings: ["prod": "merge: {approvals: 0}\nonFailure: revert"]))
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 8) { try world.runs("prod", "1.1.0") } != nil)
    try world.mark("p1", "sick")
    let found = { try world.requests().first { ($0["branch"] as? String)?.contains("/take-back/") == true } }
    #expect(try world.runs(atMost: 14) { try found() != nil } != nil)
    let request = try #require(try found())
    #expect((request["body"] as? String)?.contains("failed in prod: p1 got worse on it") == true)
    try world.check("forge", "close", "\(try #require(request["number"] as? Int))", "--as", "eve")
    let count = try world.requests().count
    try world.run(times: 3)
    #expect(try world.requests().count == count, "once")
  }
}
