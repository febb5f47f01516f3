import Foundation
import TestSupport
import Testing

@Suite("L5 single, L10 restartable: what happens between a decision and its effect")
struct InterleavingTests {
  /// prod's promotion of 1.1.0 is approved; the next run lands it.
  private static func world(prod: String = "merge: {approvals: 1}") throws -> World {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])], stageSettings: ["prod": prod]))
    try world.makeInterruptible()
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 8) { try world.openRequest("prod") != nil } != nil)
    try world.check("forge", "approve", "\(try #require(try world.openRequest("prod")))", "--as", "dana")
    return world
  }

  @Test func `what a person takes back in dev while a run is about to merge it in prod does not land (trap 7)`() throws {
    let world = try Self.world()
    let number = try #require(try world.openRequest("prod"))
    let run = try world.startHeld(at: "Merge #\(number):", "run")
    let commit = try world.bumpByHand("dev", from: "1.1.0", to: "1.0.0")
    let done = try world.goOn(run)
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    #expect(try world.desired("prod") == "1.0.0" && world.tip("main") == commit)
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0")
    #expect(try world.state(number) == "closed")
    let hold = try #require(try world.reasons("prod", "held").first?["hold"] as? [String: Any])
    #expect(hold["commit"] as? String == commit)
  }

  @Test func `a version that a person holds while a run is about to merge it does not land after that run either`() throws {
    let world = try Self.world()
    let number = try #require(try world.openRequest("prod"))
    let run = try world.startHeld(at: "Merge #\(number):", "run")
    // The base moves too, so that what was decided can't be swapped in: it is decided again, and there the hold stands.
    try world.check("hold", "add", "prod", "app", "1.1.0", "--as", "eve", "--reason", "wait")
    try world.commit("Words") { try $0.write("words\n", to: "README.md") }
    let done = try world.goOn(run)
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    #expect(try world.desired("prod") == "1.0.0")
    try world.run(times: 1)
    #expect(try world.state(number) == "closed")
    let id = try #require(try world.holds().first?["id"] as? String)
    try world.check("hold", "release", id, "--as", "eve")
    #expect(try world.runs(atMost: 3) { try world.openRequest("prod") != nil } != nil, "released, it is asked for again")
  }

  @Test func `a run that began before a freeze does not land in it (trap 27)`() throws {
    let world = try Self.world()
    let number = try #require(try world.openRequest("prod"))
    let frozen = "freezes:\n  - {from: 2025-06-16, until: 2025-06-17, reason: fair, stages: [prod]}\n"
    try world.folder.write(try world.folder.text("policy.yaml") + frozen, to: "policy.yaml")
    let run = try world.startHeld(at: "Merge #\(number):", "run")
    // 2025-06-16 00:00 UTC.
    try world.setClock(1_750_032_000)
    let done = try world.goOn(run)
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    #expect(try world.desired("prod") == "1.0.0")
    #expect(try world.state(number) == "open")
    try world.setClock(1_750_032_000 + 86_400)
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.1.0")
  }

  @Test func `of two runs that claim the same upgrade one starts it (trap 31)`() throws {
    let world = try Self.world()
    let run = try world.startHeld(at: "Claim upgrades", "run")
    try world.check("run", "--only", "apply")
    #expect(try world.upgrades().filter { $0 == "p1 1.1.0" }.count == 1)
    let done = try world.goOn(run)
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    #expect(try world.upgrades().filter { $0 == "p1 1.1.0" }.count == 1)
    #expect(!done.output.contains("started"), "\(done.output)")
  }

  @Test func `an upgrade whose run died is started again after its lease and a grace, and not before (trap 31)`() throws {
    let world = try Self.world()
    try world.mark("p1", "stuck")
    let killed = try world.sluice("run", environment: ["SLUICE_FAULT": "applyStart.after"])
    #expect(killed.killedBySignal)
    let starts = { try world.upgrades().filter { $0 == "p1 1.1.0" }.count }
    #expect(try starts() == 1)
    // The command may run for a minute, its claim holds a minute more, and then comes the grace.
    for _ in 0..<3 {
      try world.advance(60)
      try world.check("run")
      #expect(try starts() == 1)
    }
    try world.unmark("p1", "stuck")
    try world.advance(1)
    try world.check("run")
    #expect(try starts() == 2)
    try world.run(times: 2)
    #expect(try starts() == 2 && world.runs("prod", "1.1.0"))
  }

  @Test func `a hold that two people add beside a run that writes is there once, and nothing of the run is lost`() throws {
    let world = try Self.world()
    try world.release("1.2.0")
    let run = try world.startHeld(at: "Promote in dev", "run")
    try world.check("hold", "add", "prod", "app", "1.2.0", "--as", "eve")
    try world.check("hold", "add", "prod", "app", "1.2.0", "--as", "dana")
    try world.check("pause", "p1", "--until", "1h", "--as", "eve")
    let done = try world.goOn(run)
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    #expect(try world.holds().count == 1)
    #expect(try world.check("hold", "list").contains("cluster p1\n  is paused until"))
    try world.run(times: 4)
    #expect(try world.hasQualified("dev", "1.2.0"))
    #expect(try world.runs("prod", "1.0.0"), "paused, it gets nothing")
  }

  @Test func `a wave that is about to land does not, once a person has reverted the one before`() throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.makeInterruptible()
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 1)
    let first = try #require(try prod.merges("1.1.0").last)
    // The next wave comes when the first has soaked.
    try world.run(times: 1)
    let run = try world.startHeld(at: "Merge #", "run")
    try prod.revert(first, .gitRevert)
    let done = try world.goOn(run)
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    try world.run(times: 2)
    #expect(try prod.desiring("1.1.0").isEmpty && prod.merges("1.1.0").count == 1)
    #expect(try world.holds().count == 1)
    #expect(try world.openRequest("prod") == nil && prod.takeBack() == nil)
    #expect(try WaveWorld.prod.allSatisfy { try world.cluster($0) == "1.0.0" })
  }

  @Test func `a ledger that a newer program wrote to meanwhile is refused, and nothing of it is written over (trap 34)`() throws {
    let world = try Self.world()
    try world.release("1.2.0")
    let run = try world.startHeld(at: "Promote in dev", "run")
    try world.rewriteLedger("tips/*/*.json", "s/\"format\": 1/\"format\": 2/")
    let ledger = try world.tip("sluice-ledger")
    let base = try world.tip("main")
    let done = try world.goOn(run)
    #expect(done.status == 65 && done.errors.contains("format is 2"), "\(done.output)\(done.errors)")
    #expect(try world.tip("sluice-ledger") == ledger && world.tip("main") == base)
  }
}
