import Fleet
import Foundation
import Promotion
import Testing

/// Measures, where `SLUICE_SPEED` says how many clusters; figures mean something in a release build only.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SLUICE_SPEED"] != nil, "set SLUICE_SPEED=10000 to measure"))
struct `The speed of resolving` {
  static let count = ProcessInfo.processInfo.environment["SLUICE_SPEED"].flatMap { Int($0) } ?? 10000

  static func tree() -> MemoryTree {
    var files = ["defaults.yaml": "versions:\n  kubernetes: 1.30.0\n  automation: 4.1.0\nnetwork:\n  cidr: 10.0.0.0/8\n"]
    for tier in ["dev", "staging", "prod"] {
      files["tiers/\(tier).yaml"] = "versions:\n  kubernetes: 1.30.1\nlog:\n  level: info\n"
    }
    for number in 0..<count {
      let tier = ["dev", "staging", "prod"][number % 3]
      var text =
        "# cluster \(number)\ntier: \(tier)\nmetadata:\n  name: cluster-\(number)\n  labels:\n    team: team-\(number % 40)\n"
      for pool in 0..<5 {
        text +=
          "pool\(pool):\n  name: \"pool-\(number)-\(pool)\"\n  min: \(pool)\n  max: \(pool + 10) # may grow\n  machine: m6i.xlarge\n  zones:\n    - a\n    - b\n    - c\n"
      }
      if number % 10 == 0 { text += "versions:\n  automation: 4.2.\(number % 5)\n" }
      files["clusters/\(number % 7)/cluster-\(number).yaml"] = text
    }
    return MemoryTree(files)
  }

  static let policy =
    Policies.head + """
      fleet: {clusters: "clusters/{region}/{cluster}.yaml", layers: [defaults.yaml, "tiers/{tier}.yaml", "clusters/{region}/{cluster}.yaml"]}
      components: {kubernetes: {field: versions.kubernetes}, automation: {field: versions.automation}}
      stages:
        - {name: dev, select: {tier: dev}}
        - {name: staging, after: dev, select: {tier: staging}}
        - {name: prod, after: staging, select: {tier: prod}}
      """

  private func timed<Value>(_ what: String, _ body: () async throws -> Value) async rethrows -> Value {
    let clock = ContinuousClock()
    let start = clock.now
    let value = try await body()
    let length = (clock.now - start).components
    print("\(what): \((length.seconds * 1000) + length.attoseconds / 1_000_000_000_000_000) ms")
    return value
  }

  @Test func `is shown`() async throws {
    let policy = try Policies.read(Self.policy)
    let tree = Self.tree()
    let snapshot = tree.snapshot
    let reader = FleetReader(policy: policy)
    let fleet = try await timed("\(Self.count) clusters, cold") { try await reader.resolve(snapshot) }
    let same = tree.snapshot
    _ = try await timed("unchanged, same process") { try await reader.resolve(same) }
    let memo = try #require(await timed("encode the memo") { await reader.memo(of: fleet) })
    print("memo: \(memo.count) bytes")
    let later = await timed("decode the memo") { FleetReader(policy: policy, memo: memo) }
    _ = try await timed("unchanged, new process with the memo") { try await later.resolve(same) }
    let moves = Dictionary(
      uniqueKeysWithValues: fleet.clusters(in: Slot(stage: "prod", group: "kubernetes")).map {
        ($0.name, ["kubernetes": Version("1.31.0")])
      })
    let change = try await timed("change set, one tier") { try await ChangeSet.make(fleet, moves: moves) }
    #expect(change.files.count == 1)
    let changed = tree.applying(change).snapshot
    let after = try await timed("resolve the change") { try await reader.resolve(changed) }
    let proof = try await timed("prove the change") { try await Prover.prove(Promise(moves: moves), from: fleet, to: after) }
    #expect(proof.isExact)
    let some = Dictionary(uniqueKeysWithValues: moves.prefix(1000).map { ($0.key, $0.value) })
    let overrides = try await timed("change set, \(some.count) overrides") { try await ChangeSet.make(fleet, moves: some) }
    let overridden = tree.applying(overrides).snapshot
    let second = try await timed("resolve the overrides") { try await reader.resolve(overridden) }
    let exact = try await timed("prove the overrides") { try await Prover.prove(Promise(moves: some), from: fleet, to: second) }
    #expect(exact.isExact)
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    print(status.split(separator: "\n").filter { $0.hasPrefix("VmHWM") || $0.hasPrefix("VmRSS") }.joined(separator: ", "))
  }
}
