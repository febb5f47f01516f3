import Foundation
import TestSupport
import Testing

@Suite("Consolidating a rollout that has qualified")
struct ConsolidationTests {
  /// A world in which all six clusters of prod have 1.1.0, three of them by overrides.
  private static func through(approvals: Int = 0) throws -> WaveWorld {
    let prod = try WaveWorld(approvals: approvals)
    try prod.world.release("1.1.0")
    for count in WaveWorld.sizes {
      if approvals > 0 {
        #expect(try prod.world.runs(atMost: 10) { try prod.world.openRequest("prod") != nil } != nil)
        try prod.world.check("forge", "approve", "\(try #require(try prod.world.openRequest("prod")))", "--as", "dana")
      }
      try prod.reach("1.1.0", count: count)
    }
    return prod
  }

  @Test func `the overrides go, the files are as they were but for the version, and no cluster is touched`() throws {
    let prod = try WaveWorld()
    let world = prod.world
    let before = try world.git("rev-parse", "main").trimmed
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 6)
    #expect(try !prod.isTidy())
    #expect(try prod.recordedOverrides() == 3)
    let upgrades = try world.upgrades()
    #expect(try world.runs(atMost: 6) { try prod.isTidy() } != nil)
    #expect(try world.git("log", "-1", "--format=%s", "main").contains("Consolidate app 1.1.0 in prod"))
    let changed = try world.differences(before, "main")
    #expect(Set(changed.keys) == ["tiers/dev.yaml", "tiers/prod.yaml"], "\(changed)")
    #expect(try prod.desiring("1.1.0").count == 6)
    try world.run(times: 2)
    #expect(try world.upgrades() == upgrades)
    #expect(try prod.recordedOverrides() == 0)
    let references = try world.references()
    try world.run(times: 1)
    #expect(try world.references() == references, "a quiet run after it writes nothing")
    // The next version goes by waves again.
    try world.release("1.2.0")
    try prod.reach("1.2.0", count: 1)
    try prod.reach("1.2.0", count: 6)
    #expect(try world.runs(atMost: 6) { try prod.isTidy() } != nil)
  }

  @Test func `a person reads what it does, and one that is closed is not opened again`() throws {
    let prod = try Self.through(approvals: 1)
    let world = prod.world
    #expect(try world.runs(atMost: 6) { try prod.consolidation() != nil } != nil)
    let request = try #require(try prod.consolidation())
    let number = try #require(request["number"] as? Int)
    #expect(request["title"] as? String == "Consolidate app 1.1.0 in prod")
    let body = request["body"] as? String ?? ""
    for words in ["No effective value of any cluster changes", "removes the overrides of 3 clusters", "sluice rollback prod app"]
    {
      #expect(body.contains(words), "\(words) in \(body)")
    }
    #expect(try world.check("explain", "prod").contains("move app 1.1.0 of p"))
    try world.run(times: 2)
    #expect(try !prod.isTidy(), "nothing lands without the approval")
    try world.check("forge", "close", "\(number)", "--as", "eve")
    let count = try world.requests().count
    try world.run(times: 2)
    #expect(try world.requests().count == count)
    #expect(try world.holds().isEmpty, "closing it holds nothing")
    #expect(try world.check("explain", "prod").contains("up to date"))
    try world.check("forge", "reopen", "\(number)", "--as", "eve")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    #expect(try world.runs(atMost: 3) { try prod.isTidy() } != nil)
  }

  @Test func `one that is closed is not opened again under the stage's new name (trap 33)`() throws {
    let prod = try Self.through(approvals: 1)
    let world = prod.world
    #expect(try world.runs(atMost: 6) { try prod.consolidation() != nil } != nil)
    let number = try #require(try prod.consolidation()?["number"] as? Int)
    try world.check("forge", "close", "\(number)", "--as", "eve")
    try world.run(times: 1)
    try world.changePolicy("  - name: prod\n", "  - name: live\n    was: [prod]\n")
    try world.run(times: 5)
    #expect(try world.hasQualified("live", "1.1.0"))
    #expect(try prod.consolidation() == nil)
    #expect(try !prod.isTidy())
  }

  @Test func `a label and a person's commit keep Sluice's hands off it`() throws {
    let prod = try Self.through(approvals: 1)
    let world = prod.world
    #expect(try world.runs(atMost: 6) { try prod.consolidation() != nil } != nil)
    let number = try #require(try prod.consolidation()?["number"] as? Int)
    try world.check("forge", "label", "\(number)", "sluice/hold", "--as", "eve")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.run(times: 2)
    #expect(try !prod.isTidy())
    let branch = try #require(try prod.consolidation()?["branch"] as? String)
    try world.check("forge", "unlabel", "\(number)", "sluice/hold", "--as", "eve")
    let theirs = try world.commit("My own words", branch: branch) { work in
      try work.write(try work.text("tiers/prod.yaml") + "# mine\n", to: "tiers/prod.yaml")
    }
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.run(times: 2)
    #expect(try world.tip(branch) == theirs)
    #expect(try !prod.isTidy(), "what Sluice did not write is not landed as a consolidation")
  }

  @Test func `a newer version makes an open one moot`() throws {
    let prod = try Self.through(approvals: 1)
    let world = prod.world
    #expect(try world.runs(atMost: 6) { try prod.consolidation() != nil } != nil)
    let number = try #require(try prod.consolidation()?["number"] as? Int)
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 8) { try world.state(number) == "closed" } != nil)
    #expect(try world.request(number)["mark"] as? String == "nothing is left for it to do")
    #expect(try world.openRequest("prod") != nil)
  }

  /// How people can take back a wave once the overrides are gone.
  enum After: String, CaseIterable, Sendable { case byHand, rollback }

  @Test(arguments: (1...3).flatMap { wave in After.allCases.map { (wave, $0) } })
  func `a wave can be taken back afterwards, and the rest is offered`(_ wave: Int, _ way: After) throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 6)
    let merge = try prod.merges("1.1.0")[wave - 1]
    let moved = try prod.desiring("1.1.0", at: merge).subtracting(prod.desiring("1.1.0", at: "\(merge)^1"))
    #expect(try world.runs(atMost: 6) { try prod.isTidy() } != nil)
    switch way {
    case .byHand:
      try world.commit("hm") { work in
        for cluster in moved {
          try work.write(
            try work.text("clusters/\(cluster).yaml") + "versions:\n  app: \"1.0.0\"\n", to: "clusters/\(cluster).yaml")
        }
      }
      try world.run(times: 2)
      #expect(try prod.desiring("1.1.0") == Set(WaveWorld.prod).subtracting(moved))
    case .rollback: try world.check("rollback", "prod", "app", "--as", "eve")
    }
    let hold = try #require(try world.holds().first { $0["stage"] as? String == "prod" })
    #expect(hold["clusters"] == nil, "the whole stage: \(hold)")
    let number = try #require(try prod.takeBack()?["number"] as? Int)
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    #expect(try world.runs(atMost: 3) { try WaveWorld.prod.allSatisfy { try world.cluster($0) == "1.0.0" } } != nil)
    #expect(try prod.desiring("1.1.0").isEmpty)
    let count = try prod.promotions()
    try world.run(times: 2)
    #expect(try prod.promotions() == count, "it is not proposed again")
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 6) { try world.openRequest("prod") != nil } != nil)
    try world.check("forge", "approve", "\(try #require(try world.openRequest("prod")))", "--as", "dana")
    try prod.reach("1.2.0", count: 6, atMost: 30)
  }

  @Test(arguments: [WaveWorld.Style.button, .gitRevert, .squash])
  func `reverting the last wave takes back all of it, an earlier one can't be reverted and says what to do`(
    _ style: WaveWorld.Style
  ) throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 6)
    #expect(try world.runs(atMost: 6) { try prod.isTidy() } != nil)
    let merges = try prod.merges("1.1.0")
    let refused = try world.sluice("forge", "revert", "\(prod.number(of: merges[0]))", "--as", "eve")
    #expect(refused.status != 0 && refused.errors.contains("sluice rollback"), "\(refused.errors)")
    try prod.revert(merges[2], style)
    try world.run(times: 2)
    #expect(try prod.desiring("1.1.0").isEmpty)
    #expect(try WaveWorld.prod.allSatisfy { try world.cluster($0) == "1.0.0" })
    let hold = try #require(try world.holds().first { $0["stage"] as? String == "prod" })
    #expect(hold["clusters"] == nil)
    #expect(try prod.takeBack() == nil)
  }

  @Test func `one cluster that a person takes back afterwards bars that cluster alone, and stays as they wrote it`() throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 6)
    #expect(try world.runs(atMost: 6) { try prod.isTidy() } != nil)
    try world.override("p2", "1.0.0")
    try world.run(times: 3)
    #expect(try prod.desiring("1.1.0") == Set(WaveWorld.prod).subtracting(["p2"]))
    #expect(try world.holds().map { $0["clusters"] as? [String] } == [["p2"]])
    #expect(try prod.takeBack() == nil)
    #expect(try prod.consolidation() == nil)
  }

  @Test func `four runs at once consolidate once`() throws {
    let prod = try WaveWorld(movable: true)
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 6)
    let rounds = try world.runs(atMost: 6) {
      for run in try (0..<4).map({ _ in try world.start("run") }) { try #require(try run.wait().status == 0) }
      return try prod.isTidy()
    }
    #expect(rounds != nil)
    let there = try world.requests().count { ($0["branch"] as? String)?.contains("/consolidate/") == true }
    #expect(there == 1)
    try world.run(times: 1)
    #expect(try prod.recordedOverrides() == 0)
  }

  @Test func `reverting the consolidation writes the overrides again, holds nothing, and it is not done again`() throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 6)
    #expect(try world.runs(atMost: 6) { try prod.isTidy() } != nil)
    let merge = try world.git("rev-parse", "main").trimmed
    try world.run(times: 1)
    try prod.revert(merge, .gitRevert)
    try world.run(times: 3)
    #expect(try !prod.isTidy())
    #expect(try world.holds().isEmpty)
    #expect(try prod.desiring("1.1.0").count == 6)
    #expect(try prod.consolidation() == nil)
  }
}
