import Foundation
import TestSupport
import Testing

@Suite("Trap 33: the policy is edited while promotions are open")
struct PolicyEditTests {
  private static let renaming = ("- name: prod\n", "- name: production\n    was: [prod]\n")

  /// The request is closed by Sluice itself, with the mark, and its branch is gone.
  private static func expectOrphanClosed(_ world: World, _ number: Int, _ branch: String) throws {
    let request = try world.request(number)
    #expect(request["state"] as? String == "closed" && request["closedBy"] as? String == "sluice", "\(request)")
    #expect((request["mark"] as? String)?.contains("any more") == true, "\(request)")
    #expect(try world.tip(branch) == nil)
  }

  @Test func `a stage is renamed: its promotion is closed as Sluice's own, and opened under the new name`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.changePolicy(Self.renaming.0, Self.renaming.1)
    try world.run(times: 2)
    try Self.expectOrphanClosed(world, number, world.branch("prod"))
    #expect(try world.holds().isEmpty)
    let next = try #require(try world.openRequest("production"))
    #expect(try world.title(next) == "Promote app to 1.1.0 in production")
    let count = try world.requests().count
    try world.run(times: 2)
    #expect(try world.requests().count == count)
    try world.check("forge", "approve", "\(next)", "--as", "dana")
    #expect(try world.runs(atMost: 2) { try world.runs("prod", "1.1.0") } != nil)
  }

  @Test func `what a person closed in a stage stays held when that stage is renamed, until they release it`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.check("forge", "close", "\(number)", "--as", "eve")
    try world.run(times: 1)
    try world.changePolicy(Self.renaming.0, Self.renaming.1)
    try world.run(times: 3)
    #expect(try world.openRequest("production") == nil)
    let reason = try #require(try world.reasons("production", "held").first?["hold"] as? [String: Any])
    #expect(reason["number"] as? Int == number && reason["by"] as? String == "eve")
    let id = try #require(try world.holds().first?["id"] as? String)
    try world.check("hold", "release", id, "--as", "eve")
    #expect(try world.runs(atMost: 2) { try world.openRequest("production") != nil } != nil)
  }

  @Test func `what a person took back in a stage stays held when it is renamed, and its take-back stays declined`() throws {
    let prod = try WaveWorld()
    let world = prod.world
    try world.release("1.1.0")
    try prod.reach("1.1.0", count: 3)
    try prod.revert(try #require(try prod.merges("1.1.0").last), .gitRevert)
    try world.run(times: 1)
    try world.check("forge", "close", "\(try #require(try prod.takeBack()?["number"] as? Int))", "--as", "eve")
    let count = try world.requests().count
    try world.changePolicy(Self.renaming.0, Self.renaming.1)
    try world.run(times: 4)
    #expect(try world.holds().count == 1)
    #expect(try world.requests().count == count, "neither is the version proposed, nor the take-back offered again")
    #expect(try prod.desiring("1.1.0").count == 1)
  }

  @Test func `a hold of a stage that nobody knows any more bars the version from all`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.check("hold", "add", "prod", "app", "1.2.0", "--as", "eve")
    try world.changePolicy("- name: prod\n", "- name: live\n")
    try world.release("1.2.0")
    try world.run(times: 3)
    try Self.expectOrphanClosed(world, number, world.branch("prod"))
    #expect(try world.desired("dev") == "1.1.0" && world.openRequest("dev") == nil)
    #expect(try !world.reasons("dev", "held").isEmpty)
    try world.release("1.3.0")
    #expect(try world.runs(atMost: 4) { try world.desired("dev") == "1.3.0" } != nil, "and nothing else")
  }

  @Test func `a component is removed: its promotion is closed as Sluice's own, the other's stays as it is`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])]))
    try world.addLib("1.0.0")
    try world.changePolicy("groups: {pair: [app, lib]}\n", "")
    try world.releaseLib("1.0.0")
    try world.begin()
    try world.release("1.1.0")
    try world.releaseLib("1.1.0")
    let open = { try world.requests().filter { $0["state"] as? String == "open" } }
    #expect(try world.runs(atMost: 8) { try open().count == 2 } != nil)
    let lib = try #require(try open().first { ($0["branch"] as? String)?.hasSuffix("/lib") == true }?["number"] as? Int)
    let app = try #require(try open().first { ($0["branch"] as? String)?.hasSuffix("/app") == true }?["number"] as? Int)
    let head = try world.tip(world.branch("prod", "app"))
    let policy = try world.folder.text("policy.yaml")
    let lines = policy.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "  lib:"))
    try world.folder.write((lines[..<start] + lines[(start + 3)...]).joined(separator: "\n"), to: "policy.yaml")
    try world.run(times: 2)
    try Self.expectOrphanClosed(world, lib, world.branch("prod", "lib"))
    #expect(try world.state(app) == "open" && world.tip(world.branch("prod", "app")) == head)
    #expect(try world.holds().isEmpty)
    // Back again it is asked for again.
    try world.folder.write(policy, to: "policy.yaml")
    #expect(try world.runs(atMost: 2) { try open().count == 2 } != nil)
  }

  @Test func `a group is renamed: what is open goes on under the new name, what was closed stays held`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])]))
    try world.addLib("1.0.0")
    try world.releaseLib("1.0.0")
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 8) { try world.openRequest("prod") != nil } != nil)
    let first = try #require(try world.openRequest("prod"))
    try world.changePolicy("groups: {pair:", "groups: {duo:")
    try world.run(times: 3)
    try Self.expectOrphanClosed(world, first, world.branch("prod", "pair"))
    let second = try #require(try world.openRequest("prod"))
    #expect(try world.request(second)["branch"] as? String == world.branch("prod", "duo"))
    try world.check("forge", "close", "\(second)", "--as", "eve")
    try world.changePolicy("groups: {duo:", "groups: {couple:")
    try world.run(times: 4)
    #expect(try world.openRequest("prod") == nil)
    #expect(try world.reasons("prod", "held", group: "couple").count == 1)
  }

  @Test func `a component's field moves: its promotion is written anew, and nothing counts as taken back`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.commit("Versions are releases now") { work in
      for file in ["defaults.yaml", "tiers/dev.yaml", "tiers/prod.yaml"] {
        try work.write(try work.text(file).replacingOccurrences(of: "versions:", with: "releases:"), to: file)
      }
    }
    try world.changePolicy("field: versions.app", "field: releases.app")
    try world.run(times: 3)
    #expect(try world.holds().isEmpty)
    #expect(try world.openRequest("prod") == number)
    #expect(try world.desired("prod") == "1.0.0", "the approval was for other content (trap 26)")
    #expect(try world.file("tiers/prod.yaml", at: world.branch("prod")).contains("releases:\n  app: \"1.1.0\""))
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    #expect(try world.runs(atMost: 2) { try world.runs("prod", "1.1.0") } != nil)
  }
}
