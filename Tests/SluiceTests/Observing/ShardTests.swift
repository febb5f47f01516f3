import FakeKubernetes
import Foundation
import TestSupport
import Testing

/// Many processes that look at a part of the clusters each, and write one ledger.
@Suite struct `Shards` {
  private static let clusters = (1...24).map { "d\($0)" }

  private func world() throws -> APIWorld {
    var plan = APIWorld.Plan()
    plan.tiers = [("dev", Self.clusters)]
    plan.soak = "2m"
    return try APIWorld(plan)
  }

  private func heartbeats(_ it: APIWorld) throws -> [String] {
    try it.world.git("ls-tree", "-r", "--name-only", "sluice-ledger").split(separator: "\n").filter {
      $0.contains("/heartbeats/")
    }
    .map { String($0) }
  }

  @Test func `at once lose nothing, look at each cluster once, and qualify together`() throws {
    let it = try world()
    let shards = 4
    var rounds = 0
    for round in 0..<6 {
      let running = try (0..<shards).map { try it.world.start("check", "--shard", "\($0)/\(shards)") }
      for run in running {
        let end = try run.wait()
        #expect(end.status == 0, "round \(round): \(end.output)\(end.errors)")
      }
      if round == 0 {
        for cluster in Self.clusters {
          #expect(it.server.requests(cluster).count { $0.path == "/readyz" } == 1, "\(cluster)")
          #expect(try it.record(cluster)["known"] as? Bool == true, "\(cluster)")
        }
        #expect(try heartbeats(it).count == shards)
      }
      rounds = round + 1
      try it.world.advance(60)
      if try it.world.hasQualified("dev", "1.31.4") { break }
    }
    #expect(try it.world.hasQualified("dev", "1.31.4"), "after \(rounds) rounds")
  }

  @Test func `that fall silent leave their own clusters unknown and no others (trap 12)`() throws {
    let it = try world()
    for _ in 0..<2 { for shard in 0..<2 { try it.check(times: 1, apart: 30, "--shard", "\(shard)/2") } }
    let readBySecond = Self.clusters.filter { it.server.requests($0).isEmpty == false }
    #expect(readBySecond.count == Self.clusters.count)
    for cluster in Self.clusters { it.server.forgetRequests(cluster) }
    for _ in 0..<8 { try it.check(times: 1, apart: 600, "--shard", "0/2") }
    let living = Self.clusters.filter { !it.server.requests($0).isEmpty }
    #expect(!living.isEmpty && living.count < Self.clusters.count)
    let text = try it.world.check("status", "--all", "--format", "json")
    for cluster in Self.clusters {
      let line = try #require(text.split(separator: "\n").joined().components(separatedBy: "\"cluster\": \"\(cluster)\"").last)
      let health = line.prefix(while: { $0 != "}" })
      #expect(health.contains("unknown") != living.contains(cluster), "\(cluster): \(health)")
    }
  }

  @Test func `are named by an Indexed Job of Kubernetes, or not at all`() throws {
    let it = try world()
    let indexed = try it.world.sluice("check", "--shard", "3", environment: ["JOB_COMPLETION_INDEX": "1"])
    #expect(indexed.status == 0)
    #expect(try heartbeats(it).map { $0.split(separator: "/").last.map(String.init) } == ["1-3.json"])
    for (arguments, environment, words) in [
      (["--shard", "3"], [:], "JOB_COMPLETION_INDEX is not set"),
      (["--shard", "3"], ["JOB_COMPLETION_INDEX": "3"], "no part of 3"),
      (["--shard", "3/3"], [:], "0/8 is the first"), (["--shard", "x"], [:], "no part"), (["--shard", "1/2/3"], [:], "no part"),
    ] as [([String], [String: String], String)] {
      let refused = try Command.run(
        [Binary.path, "check"] + arguments, in: it.world.path, environment: it.world.environment.merging(environment) { $1 })
      #expect(refused.status == 64 && refused.errors.contains(words), "\(arguments): \(refused.errors)")
    }
  }
}
