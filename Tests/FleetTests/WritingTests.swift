import Fleet
import Promotion
import Testing

@Suite struct `Law L3, where a version is written` {
  private static let policy =
    Policies.head + """
      fleet: {clusters: "c/{cluster}.yaml", layers: [defaults.yaml, "c/{cluster}.yaml"]}
      components:
        kubernetes: {field: versions.kubernetes}
        api: {field: image, value: "api:{version}@{digest}"}
      stages: [{name: dev, select: {}}]
      """
  private static let kubernetes = "versions:\n  kubernetes: 1.30.0 # the cluster\n"
  private static let move = ["kubernetes": Version("1.31.0")]

  private func changed(_ files: [String: String], _ moves: [ClusterName: [ComponentName: Version]]) async throws -> [String:
    String]
  {
    let policy = try Policies.read(Self.policy)
    let tree = MemoryTree(files)
    let reader = FleetReader(policy: policy)
    let before = try await reader.resolve(tree.snapshot)
    let change = try await ChangeSet.make(before, moves: moves)
    let after = try await reader.resolve(tree.applying(change).snapshot)
    let proof = try await Prover.prove(Promise(moves: moves), from: before, to: after)
    #expect(proof.violations == [])
    return change.files.mapValues { String(decoding: $0, as: UTF8.self) }
  }

  private func refusal(_ files: [String: String], _ moves: [ClusterName: [ComponentName: Version]]) async throws -> String {
    do {
      let files = try await changed(files, moves)
      return "written: \(files)"
    } catch let error as FleetError {
      return error.description
    }
  }

  @Test func `a definition is edited when all that inherit it move`() async throws {
    let files = ["defaults.yaml": Self.kubernetes, "c/a.yaml": "x: 1\n", "c/b.yaml": "x: 2\n"]
    #expect(
      try await changed(files, ["a": Self.move, "b": Self.move]) == [
        "defaults.yaml": "versions:\n  kubernetes: 1.31.0 # the cluster\n"
      ])
  }

  @Test func `else each cluster gets an override in its own file`() async throws {
    let files = ["defaults.yaml": Self.kubernetes, "c/a.yaml": "x: 1\n", "c/b.yaml": "x: 2\n", "c/c.yaml": Self.kubernetes]
    #expect(
      try await changed(files, ["a": Self.move, "c": Self.move]) == [
        "c/a.yaml": "x: 1\nversions:\n  kubernetes: 1.31.0\n", "c/c.yaml": "versions:\n  kubernetes: 1.31.0 # the cluster\n",
      ])
  }

  @Test func `two versions for one definition are two overrides`() async throws {
    let files = ["defaults.yaml": Self.kubernetes, "c/a.yaml": "x: 1\n", "c/b.yaml": "x: 2\n"]
    let written = try await changed(files, ["a": Self.move, "b": ["kubernetes": Version("1.32.0")]])
    #expect(written.keys.sorted() == ["c/a.yaml", "c/b.yaml"])
  }

  @Test func `a string stays a string in an override`() async throws {
    let files = ["defaults.yaml": "versions: {kubernetes: \"1.30\"}\n", "c/a.yaml": "x: 1\n", "c/b.yaml": "x: 2\n"]
    #expect(
      try await changed(files, ["a": ["kubernetes": Version("1.31")]]) == [
        "c/a.yaml": "x: 1\nversions:\n  kubernetes: \"1.31\"\n"
      ])
  }

  @Test func `an anchor that gives another value too is not edited in a shared layer`() async throws {
    let files = ["defaults.yaml": "base: &v 1.30.0\nversions: {kubernetes: *v}\n", "c/a.yaml": "x: 1\n"]
    #expect(try await changed(files, ["a": Self.move]) == ["c/a.yaml": "x: 1\nversions:\n  kubernetes: 1.31.0\n"])
  }

  @Test func `an anchor that gives another value too is refused in the cluster's own file`() async throws {
    let files = ["defaults.yaml": "a: 1\n", "c/a.yaml": "base: &v 1.30.0\nversions: {kubernetes: *v}\n"]
    #expect(
      try await refusal(files, ["a": Self.move])
        == "c/a.yaml:1:10: component kubernetes can't be moved alone in a: the anchor &v gives other values too, hint: write the version itself in place of the alias"
    )
  }

  @Test func `a merged mapping is overridden beside its merge key`() async throws {
    let files = ["defaults.yaml": "a: 1\n", "c/a.yaml": "base: &b {kubernetes: 1.30.0}\nversions:\n  <<: *b\n"]
    #expect(
      try await changed(files, ["a": Self.move]) == [
        "c/a.yaml": "base: &b {kubernetes: 1.30.0}\nversions:\n  <<: *b\n  kubernetes: 1.31.0\n"
      ])
  }

  @Test func `a tag and its digest move together, and a digest that nobody knows is refused`() async throws {
    let (old, new) = ("sha256:" + String(repeating: "a", count: 64), "sha256:" + String(repeating: "b", count: 64))
    let files = ["defaults.yaml": "x: 1\n", "c/a.yaml": "image: \"ghcr.io/acme/api:1.0.0@\(old)\"\n"]
    #expect(
      try await changed(files, ["a": ["api": Version("1.1.0@\(new)")]]) == [
        "c/a.yaml": "image: \"ghcr.io/acme/api:1.1.0@\(new)\"\n"
      ])
    #expect(try await refusal(files, ["a": ["api": Version("1.1.0")]]).contains("hint: a {digest} needs version@digest"))
  }

  @Test func `an optional own file is created, also below a component's files that stay alone`() async throws {
    let policy = try Policies.read(
      Policies.head + """
        fleet: {clusters: {a: {tier: dev}, b: {tier: dev}}, layers: [defaults.yaml, "c/{cluster}.yaml?"]}
        components: {kubernetes: {field: versions.kubernetes}, web: {file: "apps/{tier}", field: web}}
        stages: [{name: dev, select: {tier: dev}}]
        """)
    let tree = MemoryTree(["defaults.yaml": Self.kubernetes, "apps/dev": "web: 1.0.0"])
    let before = try await FleetReader(policy: policy).resolve(tree.snapshot)
    let change = try await ChangeSet.make(before, moves: ["a": Self.move])
    #expect(change.files.mapValues { String(decoding: $0, as: UTF8.self) } == ["c/a.yaml": "versions:\n  kubernetes: 1.31.0\n"])
    let error = await #expect(throws: FleetError.self) {
      try await ChangeSet.make(before, moves: ["a": ["web": Version("2.0.0")]])
    }
    #expect(
      error?.description
        == "apps/dev:1:6: component web can't be moved alone in a: what apps/dev gives others would change too, hint: give each cluster its own file, or move them together"
    )
    let both = try await ChangeSet.make(before, moves: ["a": ["web": Version("2.0.0")], "b": ["web": Version("2.0.0")]])
    #expect(both.files == ["apps/dev": Array("web: 2.0.0".utf8)])
  }

  @Test func `a pin is seen, and losing it is told`() async throws {
    let policy = try Policies.read(Self.policy)
    let reader = FleetReader(policy: policy)
    let pinned = try await reader.resolve(
      MemoryTree(["defaults.yaml": "x: 1\n", "c/a.yaml": "versions:\n  kubernetes: 1.30.0 # sluice: pin\n"]).snapshot)
    #expect(pinned.cluster("a")?.components["kubernetes"]?.isPinned == true)
    let loose = try await reader.resolve(MemoryTree(["defaults.yaml": "x: 1\n", "c/a.yaml": Self.kubernetes]).snapshot)
    #expect(loose.cluster("a")?.components["kubernetes"]?.isPinned == false)
    let proof = try await Prover.prove(Promise(moves: [:]), from: pinned, to: loose)
    #expect(proof.violations == [.unpromised(.pin("a", "kubernetes", isPinned: false))])
  }

  @Test func `clusters that come or go, other stages and files outside are told apart`() async throws {
    let policy = try Policies.read(
      Policies.head + """
        fleet: {clusters: "c/{cluster}.yaml", layers: ["c/{cluster}.yaml"]}
        components: {kubernetes: {field: version}}
        stages: [{name: dev, select: {tier: dev}}, {name: prod, after: dev, select: {tier: prod}}]
        """)
    let reader = FleetReader(policy: policy)
    let before = try await reader.resolve(
      MemoryTree([
        "c/a.yaml": "tier: dev\nversion: 1\n", "c/b.yaml": "tier: prod\nversion: 1\n", "c/c.yaml": "tier: dev\nversion: 1\n",
        "README": "x",
      ]).snapshot)
    let after = try await reader.resolve(
      MemoryTree([
        "c/a.yaml": "tier: dev\nversion: 1\n", "c/c.yaml": "tier: prod\nversion: 1\n", "c/d.yaml": "tier: dev\n", "LICENSE": "x",
      ]).snapshot)
    let proof = try await Prover.prove(Promise(moves: [:]), from: before, to: after)
    #expect(
      proof.violations.map(\.description) == [
        "not promised: cluster b disappears", "not promised: c: the stage of kubernetes changes from dev to prod",
        "not promised: c: tier changes from dev to prod", "not promised: cluster d appears",
      ])
    #expect(proof.outside == [OutsideFile(path: "LICENSE", change: .added), OutsideFile(path: "README", change: .removed)])
  }
}
