import Fleet
import Ledger
import Promotion
import Testing

@testable import Git
@testable import Jobs

/// Histories of a fleet of three clusters, walked in memory.
private struct History {
  let policy: PolicyFile
  private let reader: FleetReader

  init() throws {
    let text = """
      name: p
      repository: {url: ./fleet.git}
      forge: {kind: local}
      fleet: {clusters: "clusters/{cluster}.yaml", layers: ["clusters/{cluster}.yaml"]}
      components:
        app: {field: app, order: seen}
      stages:
        - {name: dev, select: {tier: dev}}
        - {name: prod, after: dev, select: {tier: prod}}
      """
    policy = try PolicyFile.read(Array(text.utf8), name: "p.yaml", folder: "/")
    reader = FleetReader(policy: policy)
  }

  /// The fleet with these versions; a cluster's tier is the first part of its name.
  func fleet(_ versions: [String: String]) async throws -> ResolvedFleet {
    var files: [String: ContentID] = [:]
    var contents: [ContentID: [UInt8]] = [:]
    for (cluster, version) in versions {
      let bytes = Array("tier: \(cluster.prefix { $0 != "-" })\napp: \"\(version)\"\n".utf8)
      let id = ContentID(Repository.blobID(of: bytes).hex)
      files["clusters/\(cluster).yaml"] = id
      contents[id] = bytes
    }
    let known = contents
    return try await reader.resolve(Snapshot(files: files) { ids in known.filter { ids.contains($0.key) } })
  }

  func walk(_ fleets: [[String: String]], recorded: [String: RecordedCluster] = [:], walkedAt: Timestamp? = nil, now: Int = 1000)
    async throws -> Walk
  {
    var resolved: [ResolvedFleet] = []
    for versions in fleets { resolved.append(try await fleet(versions)) }
    let steps = resolved.dropFirst().enumerated().map {
      WalkStep(commit: Self.commit($0.offset + 1), fleet: $0.element, problem: nil)
    }
    return Walk(
      from: resolved.first, steps: steps, recorded: recorded, seen: [:], policy: policy.promotion, walkedAt: walkedAt,
      now: Timestamp(seconds: now))
  }

  static func commit(_ number: Int) -> Commit {
    let person = Signature(name: "Dana", email: "dana@example.test", seconds: 900 + number)
    let id = Repository.blobID(of: Array("\(number)".utf8))
    return Commit(id: id, tree: id, parents: [], message: "change \(number)", author: person, committer: person)
  }
}

@Suite("The base's history")
struct WalkTests {
  private let one = ["dev-1": "a", "dev-2": "a", "prod-1": "a"]

  @Test func `trap 15: a value that went forth and back between two runs is desired since the last of the commits`() async throws
  {
    let history = try History()
    let there = one.merging(["dev-1": "b"]) { $1 }
    let old = DesiredTuple(tuple: VersionTuple(["app": Version("a")]), since: Timestamp(seconds: 10))
    let recorded = RecordedCluster(
      cluster: "dev-1", record: ClusterRecord(reading: nil, desired: ["app": old], first: Timestamp(seconds: 5)),
      at: Timestamp(seconds: 10), known: false)
    let walk = try await history.walk([one, there, one], recorded: ["dev-1": recorded])
    #expect(
      walk.desired["dev-1"]?["app"]
        == DesiredTuple(
          tuple: old.tuple, since: Timestamp(seconds: 902), commit: History.commit(2).id.hex,
          previous: [VersionTuple(["app": Version("b")]), old.tuple]))
    // The end points alone would have said that nothing happened.
    let ends = try await history.walk([one, one], recorded: ["dev-1": recorded])
    #expect(ends.desired["dev-1"]?["app"]?.since == Timestamp(seconds: 10))
  }

  @Test func `a commit's date never reaches back behind the last walk, nor beyond now`() async throws {
    let history = try History()
    let there = one.merging(["dev-1": "b"]) { $1 }
    let early = try await history.walk([one, there], walkedAt: Timestamp(seconds: 950))
    #expect(early.desired["dev-1"]?["app"]?.since == Timestamp(seconds: 950))
    let late = try await history.walk([one, there], now: 800)
    #expect(late.desired["dev-1"]?["app"]?.since == Timestamp(seconds: 800))
  }

  @Test func `a version that a person moved back is taken back in that stage alone, with who did it`() async throws {
    let history = try History()
    let there = one.merging(["dev-1": "b", "dev-2": "b"]) { $1 }
    let walk = try await history.walk([one, there, one])
    #expect(walk.holds.count == 1)
    let hold = try #require(walk.holds.first)
    #expect(hold.slot == Slot(stage: "dev", group: "app"))
    #expect(hold.bar.top == VersionTuple(["app": Version("b")]))
    #expect(hold.scope == .stage)
    #expect(hold.cause == .commit(History.commit(2).id.hex, by: "Dana"))
  }

  @Test func `a version that goes on takes nothing back`() async throws {
    let history = try History()
    let walk = try await history.walk([
      one, one.merging(["dev-1": "b"]) { $1 }, one.merging(["dev-1": "b", "dev-2": "b"]) { $1 },
    ])
    #expect(walk.holds.isEmpty)
  }

  @Test func `trap 20: a cluster that joins, leaves or is renamed takes nothing back`() async throws {
    let history = try History()
    let walk = try await history.walk([
      ["dev-1": "a", "prod-1": "a"], ["dev-1": "b", "prod-1": "a"], ["dev-3": "a", "prod-1": "a"],
      ["dev-3": "a", "prod-1": "a", "dev-4": "a"],
    ])
    #expect(walk.holds.isEmpty)
    #expect(walk.desired["dev-4"]?["app"]?.tuple == VersionTuple(["app": Version("a")]))
  }

  @Test func `what exists without a source is what the first stage desired, in the order of the commits`() async throws {
    let history = try History()
    let walk = try await history.walk([
      one, one.merging(["dev-1": "c"]) { $1 }, one.merging(["dev-1": "b", "prod-1": "z"]) { $1 },
    ])
    let seen = try #require(walk.seen["app"])
    #expect(seen.map(\.version.text) == ["a", "c", "b"])
    #expect(seen.map(\.index) == [0, 1, 2])
  }

  @Test func `a commit that does not resolve takes nothing back and is told of`() async throws {
    let history = try History()
    let there = try await history.fleet(one.merging(["dev-1": "b"]) { $1 })
    let back = try await history.fleet(one)
    let walk = Walk(
      from: there,
      steps: [
        WalkStep(commit: History.commit(1), fleet: nil, problem: "broken"),
        WalkStep(commit: History.commit(2), fleet: back, problem: nil),
      ],
      recorded: [:],
      seen: [
        "app": [
          SeenVersion(version: Version("a"), first: Timestamp(seconds: 1), index: 0),
          SeenVersion(version: Version("b"), first: Timestamp(seconds: 2), index: 1),
        ]
      ], policy: history.policy.promotion, walkedAt: nil, now: Timestamp(seconds: 1000))
    #expect(walk.warnings.count == 1)
    // What the next commit that resolves took back, it took back.
    #expect(walk.holds.map(\.bar.top) == [VersionTuple(["app": Version("b")])])
  }
}
