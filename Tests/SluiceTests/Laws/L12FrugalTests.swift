import Foundation
import TestSupport
import Testing

@Suite("L12 frugal: a run that finds nothing new writes nothing but a heartbeat")
struct L12FrugalTests {
  @Test func `ten quiet minutes with a promotion waiting write nothing, an hour at most a heartbeat in 15 minutes`() throws {
    let (world, _) = try L3ExactTests.worldWithProdRequest()
    // Everything is settled, qualified and asked for; the last heartbeat is fresh.
    try world.run(times: 2, apart: 900)
    try world.check("run")
    let references = try world.references()
    let ledger = try world.ledgerCommits()
    let objects = try Self.objects(world)
    for _ in 0..<10 {
      try world.advance(60)
      #expect(try world.check("run").isEmpty)
    }
    #expect(try world.references() == references)
    #expect(try Self.objects(world) == objects, "not even an object that nothing names")
    let beside = try world.referencesBesideLedger()
    for _ in 0..<5 { try world.run(times: 1, apart: 600) }
    #expect(try world.referencesBesideLedger() == beside)
    let beats = try world.ledgerCommits() - ledger
    #expect((1...4).contains(beats), "\(beats) commits in an hour")
    let changed = try world.git("diff", "--name-only", "sluice-ledger~\(beats)", "sluice-ledger")
    #expect(changed.split(separator: "\n").allSatisfy { $0.hasPrefix("world/heartbeats/") }, "\(changed)")
  }

  @Test func `two hundred branches of others are not read: their commits may be missing, and nothing changes`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.run(times: 2)
    try world.check("run")
    // Commits of others, then without the commits: whoever reads one of them fails.
    var updates = ""
    var commits: [String] = []
    for number in 1...20 { commits.append(try world.git("commit-tree", "-m", "Work \(number)", "main^{tree}").trimmed) }
    for number in 1...200 { updates += "create refs/heads/team/feature-\(number) \(commits[number % 20])\n" }
    try world.folder.write(updates, to: "updates")
    try Command.check(["sh", "-c", "git -C \(world.fleet) update-ref --stdin < \(world.path)/updates"])
    for commit in commits {
      try FileManager.default.removeItem(atPath: "\(world.fleet)/objects/\(commit.prefix(2))/\(commit.dropFirst(2))")
    }
    let references = try world.references()
    #expect(try world.check("run").isEmpty)
    #expect(try world.references() == references)
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
  }

  /// How many objects the repository has.
  private static func objects(_ world: World) throws -> String {
    try world.git("count-objects", "-v").split(separator: "\n").filter { $0.hasPrefix("count") || $0.hasPrefix("in-pack") }
      .joined(separator: " ")
  }
}
