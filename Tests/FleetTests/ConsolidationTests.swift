import Promotion
import Testing

@testable import Fleet

@Suite struct `Law L3, consolidation` {
  private static let policy =
    Policies.head + """
      fleet: {clusters: "c/{cluster}.yaml", layers: [all.yaml, "tiers/{tier}.yaml", "c/{cluster}.yaml"]}
      components: {app: {field: versions.app}}
      stages: [{name: dev, select: {tier: dev}}, {name: prod, after: dev, select: {tier: prod}}]
      """

  /// Consolidates what prod's clusters have of their own; gives what differs in the files.
  private func consolidated(
    _ files: [String: String], _ overrides: [ClusterName] = ["a", "b"], policy text: String = Self.policy
  ) async throws -> (clusters: [ClusterName], files: [String: String])? {
    let policy = try Policies.read(text)
    let tree = MemoryTree(files)
    let reader = FleetReader(policy: policy)
    let before = try await reader.resolve(tree.snapshot)
    let wanted = Dictionary(uniqueKeysWithValues: overrides.map { ($0, Set(["app"])) })
    guard let it = try await Consolidation.make(before, slot: Slot(stage: "prod", group: "app"), overrides: wanted) else {
      return nil
    }
    let after = try await reader.resolve(tree.applying(it.changes).snapshot)
    let proof = try await Prover.prove(Promise(moves: [:]), from: before, to: after)
    #expect(proof.isExact && proof.changes.isEmpty, "\(proof.violations)")
    var changed = it.changes.files.mapValues { String(decoding: $0, as: UTF8.self) }
    for path in it.changes.emptied { changed[path] = "(gone)" }
    return (it.clusters, changed)
  }

  private static func files(_ more: [String: String]) -> [String: String] {
    [
      "all.yaml": "x: 1\n", "tiers/dev.yaml": "versions: {app: 2.0.0}\n", "tiers/prod.yaml": "versions:\n  app: 1.0.0 # prod\n",
      "c/a.yaml": "tier: prod\nversions:\n  app: 2.0.0\n", "c/b.yaml": "tier: prod\nversions:\n  app: 2.0.0\n",
      "c/d.yaml": "tier: dev\n",
    ].merging(more) { $1 }
  }

  @Test func `the value moves into the shared layer and the overrides go, byte for byte`() async throws {
    let it = try #require(try await consolidated(Self.files([:])))
    #expect(it.clusters == ["a", "b"])
    #expect(
      it.files == ["tiers/prod.yaml": "versions:\n  app: 2.0.0 # prod\n", "c/a.yaml": "tier: prod\n", "c/b.yaml": "tier: prod\n"])
  }

  @Test func `where the shared layer says it already, only the overrides go`() async throws {
    let it = try #require(
      try await consolidated(
        Self.files(["tiers/prod.yaml": "versions: {app: 2.0.0}\n", "c/c.yaml": "tier: prod\n"])))
    #expect(it.files == ["c/a.yaml": "tier: prod\n", "c/b.yaml": "tier: prod\n"])
  }

  @Test func `a cluster that inherits the old value keeps it, so nothing goes`() async throws {
    #expect(try await consolidated(Self.files(["c/c.yaml": "tier: prod\n"])) == nil)
  }

  @Test func `what a person wrote for a cluster stays`() async throws {
    let it = try #require(
      try await consolidated(
        Self.files([
          "c/b.yaml": "tier: prod\nversions:\n  app: 2.0.0 # sluice: pin\n", "c/c.yaml": "tier: prod\nversions: {app: 0.9.0}\n",
        ])))
    #expect(it.clusters == ["a"])
    #expect(it.files == ["tiers/prod.yaml": "versions:\n  app: 2.0.0 # prod\n", "c/a.yaml": "tier: prod\n"])
  }

  @Test func `nothing is written that a cluster of another stage would inherit without its override`() async throws {
    let shared = [
      "all.yaml": "versions: {app: 1.0.0}\n", "tiers/prod.yaml": "x: 1\n", "tiers/dev.yaml": "x: 1\n",
    ]
    let behind = Self.files(shared.merging(["c/d.yaml": "tier: dev\nversions: {app: 3.0.0}\n"]) { $1 })
    #expect(try await consolidated(behind) == nil)
    let level = Self.files(shared.merging(["c/d.yaml": "tier: dev\nversions: {app: 2.0.0}\n"]) { $1 })
    #expect(try await consolidated(level)?.files["all.yaml"] == "versions: {app: 2.0.0}\n")
  }

  @Test func `overrides that differ, aliases and shared anchors stay`() async throws {
    #expect(try await consolidated(Self.files(["c/b.yaml": "tier: prod\nversions:\n  app: 2.1.0\n"])) == nil)
    #expect(try await consolidated(Self.files(["tiers/prod.yaml": "v: &v 1.0.0\nversions: {app: *v}\n"])) == nil)
    let alias = Self.files(["c/b.yaml": "tier: prod\nv: &v 2.0.0\nversions: {app: *v}\n"])
    #expect(try await consolidated(alias)?.clusters == ["a"])
  }

  @Test func `a string stays a string`() async throws {
    let quoted = Self.files([
      "tiers/prod.yaml": "versions: {app: '1.0'}\n", "c/a.yaml": "tier: prod\nversions:\n  app: \"2.0\"\n",
    ])
    let all = quoted.merging(["c/b.yaml": "tier: prod\nversions:\n  app: \"2.0\"\n"]) { $1 }
    #expect(try await consolidated(all)?.files["tiers/prod.yaml"] == "versions: {app: '2.0'}\n")
  }

  @Test func `an optional file that an override made goes whole`() async throws {
    let policy =
      Policies.head + """
        fleet: {clusters: {a: {tier: prod}, b: {tier: prod}}, layers: ["tiers/{tier}.yaml", "c/{cluster}.yaml?"]}
        components: {app: {field: versions.app}}
        stages: [{name: prod, select: {tier: prod}}]
        """
    let it = try #require(
      try await consolidated(
        [
          "tiers/prod.yaml": "versions:\n  app: 1.0.0\n", "c/a.yaml": "versions:\n  app: 2.0.0\n",
          "c/b.yaml": "# ours\nversions:\n  app: 2.0.0\n",
        ], policy: policy))
    #expect(
      it.files == ["tiers/prod.yaml": "versions:\n  app: 2.0.0\n", "c/a.yaml": "(gone)", "c/b.yaml": "# ours\n"])
  }

  @Test func `in 1000 random fleets no effective value changes`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    var (made, removed, raised, none) = (0, 0, 0, 0)
    for seed in 0..<1000 {
      let tree = RandomFleet(seed).tree
      let start = try await FleetReader(policy: policy).resolve(tree.snapshot)
      var random = Seeded(seed + 5000)
      // Some clusters first, then everybody, as the last wave does.
      guard let first = try? await ChangeSet.make(start, moves: `Law L3, exact`.moves(start, &random)),
        let one = first.overrides.first,
        let group = policy.promotion.groups.first(where: { $0.components.contains(one.component) })
      else { continue }
      let halfway = try await FleetReader(policy: policy).resolve(tree.applying(first).snapshot)
      guard let stage = halfway.cluster(one.cluster)?.stages[group.name],
        let version = halfway.cluster(one.cluster)?.components[one.component]?.version
      else { continue }
      let all = halfway.clusters.filter { $0.components[one.component] != nil }.map { ($0.name, [one.component: version]) }
      guard let last = try? await ChangeSet.make(halfway, moves: Dictionary(uniqueKeysWithValues: all)) else { continue }
      let moved = tree.applying(first).applying(last)
      let before = try await FleetReader(policy: policy).resolve(moved.snapshot)
      let slot = Slot(stage: stage, group: group.name)
      let there = (first.overrides + last.overrides).filter {
        group.components.contains($0.component) && before.cluster($0.cluster)?.stages[group.name] == stage
      }
      let wanted = Dictionary(grouping: there, by: \.cluster).mapValues { Set($0.map(\.component)) }
      guard let it = try await Consolidation.make(before, slot: slot, overrides: wanted) else {
        none += 1
        continue
      }
      let after = try await FleetReader(policy: policy).resolve(moved.applying(it.changes).snapshot)
      let proof = try await Prover.prove(Promise(moves: [:]), from: before, to: after)
      #expect(proof.isExact && proof.changes.isEmpty && proof.outside.isEmpty, "fleet \(seed): \(proof.violations)")
      for gone in it.changes.removed { #expect(!after.isOverridden(gone.component, in: gone.cluster)) }
      made += 1
      removed += it.changes.removed.count
      raised += it.changes.definitions.count
    }
    print("random consolidations: \(made) with \(removed) overrides gone and \(raised) definitions raised, \(none) not possible")
    #expect(made > 50 && raised > 30 && none > 20)
  }
}
