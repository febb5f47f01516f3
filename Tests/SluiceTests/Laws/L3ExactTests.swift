import Foundation
import TestSupport
import Testing

@Suite("L3 exact: a promotion changes exactly the clusters and components that it names", .onEveryForge)
struct L3ExactTests {
  @Test func `from dev to prod each merge changes its stage's clusters and no other value of the fleet`() throws {
    let fleet = LayeredFleet()
    let world = try World(World.Plan(tiers: LayeredFleet.tiers))
    try fleet.install(in: world)
    try world.begin()
    try world.release("1.1.0")
    #expect(try world.runs { try world.openRequest("prod") != nil } != nil)
    try world.check("forge", "approve", "\(try #require(try world.openRequest("prod")))", "--as", "dana")
    #expect(try world.runs(atMost: 4) { try fleet.version("p1", at: "main", world) == "1.1.0" } != nil)
    // What every commit of the base changed, by a deep merge that shares nothing with sluice's.
    let merges = try world.baseHistory().suffix(3)
    for (merge, stage) in zip(merges, ["dev", "staging", "prod"]) {
      let before = try fleet.values(at: "\(merge)^", world)
      let after = try fleet.values(at: merge, world)
      var expected = before
      for (cluster, tier) in LayeredFleet.tierOf where tier == stage && cluster != "p4" {
        expected[cluster]?["versions.app"] = "1.1.0"
      }
      #expect(after == expected, "\(stage)")
      #expect(after != before)
    }
    #expect(try fleet.version("p4", at: "main", world) == "0.9.0", "it is pinned")
  }

  @Test func `an anchor that other values share stays, and the versions are written beside it`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1", "d2"]), ("staging", ["s1"])]))
    let shared = "versions:\n  app: &v \"1.0.0\"\nlabel: *v\nimage: [*v, other]\n"
    try world.commit("The label is the version") { try $0.write(shared, to: "tiers/dev.yaml") }
    try world.begin()
    try world.release("1.1.0")
    try world.check("run")
    // The anchor gives the label too: to edit it would change more than the versions.
    #expect(try world.file("tiers/dev.yaml") == shared)
    let changes = try world.differences("main~1", "main")
    #expect(changes.keys.sorted() == ["clusters/d1.yaml", "clusters/d2.yaml"])
    #expect(changes.values.allSatisfy { $0 == ["+versions:", "+  app: 1.1.0"] }, "\(changes)")
    #expect(try world.runs("dev", "1.1.0"))
  }

  @Test func `a value that all tiers share is overridden, never edited`() throws {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("staging", ["s1"])]))
    try world.commit("One value for all") { work in
      for tier in ["dev", "staging"] { try work.write("team: \(tier)\n", to: "tiers/\(tier).yaml") }
    }
    try world.begin()
    try world.release("1.1.0")
    try world.check("run")
    #expect(try world.differences("main~1", "main").keys.sorted() == ["clusters/d1.yaml"])
    #expect(try world.file("defaults.yaml").contains("app: 1.0.0   # the application"))
    try world.advance(60)
    #expect(try world.runs(atMost: 4) { try world.runs("staging", "1.1.0") } != nil)
  }

  @Test func `a cluster that joins while a promotion is open voids it: merge refuses, bump writes it anew (trap 26)`() throws {
    let (world, number) = try Self.worldWithProdRequest()
    let old = try world.tip(world.branch("prod"))
    try world.commit("p3 joins") { try $0.write("name: p3\ntier: prod\n", to: "clusters/p3.yaml") }
    try world.setCluster("p3", version: "1.0.0")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    let base = try world.tip("main")
    #expect(try world.check("run", "--only", "gate,merge").contains("other clusters"))
    #expect(try world.tip("main") == base)
    // The next run writes it without the tier's file, which would move the newcomer too; the approval was for other content.
    try world.check("run")
    let new = try world.tip(world.branch("prod"))
    #expect(new != old)
    let changes = try world.differences("main", world.branch("prod"))
    #expect(changes.keys.sorted() == ["clusters/p1.yaml", "clusters/p2.yaml"], "\(changes)")
    try world.run(times: 2)
    #expect(try world.tip("main") == base)
    #expect(try world.openRequest("prod") == number)
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.check("run")
    #expect(try world.git("rev-parse", "main^2").trimmed == new)
    #expect(try world.cluster("p2") == "1.1.0" && world.cluster("p3") == "1.0.0")
    // Newcomers come last, when those who were there have soaked (trap 23).
    #expect(try world.runs(atMost: 6) { try world.openRequest("prod") != nil } != nil)
    try world.check("forge", "approve", "\(try #require(try world.openRequest("prod")))", "--as", "dana")
    #expect(try world.runs(atMost: 3) { try world.cluster("p3") == "1.1.0" } != nil)
  }

  /// What a person may add to a promotion, by file.
  static let additions: [(String, String)] = [
    ("tiers/prod.yaml", "# prod\nversions:\n  app: \"1.1.0\"\nregion: us\n"), ("README.md", "Hello\n"),
    ("tiers/staging.yaml", "# staging\nversions:\n  app: \"1.0.0\"\n"), ("clusters/p2.yaml", "name: p2\ntier: dev\n"),
  ]

  @Test(arguments: additions)
  func `a person's addition to a promotion is not merged with it`(_ file: String, _ text: String) throws {
    let (world, number) = try Self.worldWithProdRequest()
    let commit = try world.commit("And this", branch: world.branch("prod")) { try $0.write(text, to: file) }
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    let base = try world.tip("main")
    #expect(try world.check("run").contains("is not merged"))
    #expect(try world.tip("main") == base)
    #expect(try world.tip(world.branch("prod")) == commit)
  }

  @Test func `a base that moved elsewhere lands the very commit that was approved`() throws {
    let (world, number) = try Self.worldWithProdRequest()
    let head = try world.tip(world.branch("prod"))
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.commit("Words") { try $0.write("Hello\n", to: "README.md") }
    try world.commit("A setting of dev") { work in
      try work.write(try work.text("tiers/dev.yaml") + "debug: true\n", to: "tiers/dev.yaml")
    }
    try world.check("run")
    #expect(try world.git("rev-parse", "main^2").trimmed == head)
    #expect(try world.differences("main^", "main") == ["tiers/prod.yaml": ["-  app: \"1.0.0\"", "+  app: \"1.1.0\""]])
  }

  @Test func `a base that moved under the same line is edited again, in the same request`() throws {
    let (world, number) = try Self.worldWithProdRequest()
    try world.commit("Say what it is") { work in
      try work.write("# prod, for customers\nversions:\n  app: \"1.0.0\"   # careful\n", to: "tiers/prod.yaml")
    }
    try world.check("run")
    #expect(try world.openRequest("prod") == number)
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.check("run")
    #expect(try world.file("tiers/prod.yaml") == "# prod, for customers\nversions:\n  app: \"1.1.0\"   # careful\n")
  }

  /// A world whose prod waits for the approval of 1.1.0.
  static func worldWithProdRequest() throws -> (World, Int) {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1", "p2"])]))
    try world.begin()
    try world.release("1.1.0")
    try world.runs(atMost: 5) { try world.openRequest("prod") != nil }
    return (world, try #require(try world.openRequest("prod")))
  }
}

/// A fleet of four layers, written in JSON so that a few lines of its own can resolve it: defaults, account, tier, cluster.
/// Versions stand in the defaults, in a tier and in clusters; maps, lists and nulls are layered over one another.
struct LayeredFleet {
  static let tiers = [("dev", ["d1", "d2", "d3"]), ("staging", ["s1", "s2"]), ("prod", ["p1", "p2", "p3", "p4"])]
  static let tierOf = Dictionary(uniqueKeysWithValues: tiers.flatMap { tier, names in names.map { ($0, tier) } })

  private var files: [String: String] {
    var files = [
      "defaults.yaml": #"{"versions": {"app": "1.0.0", "other": "3"}, "nodes": {"min": 1, "max": [1, 2]}, "old": true}"#,
      "accounts/a.yaml": #"{"nodes": {"min": 2, "image": "a"}, "old": null}"#, "accounts/b.yaml": #"{"nodes": {"max": [9]}}"#,
      "tiers/dev.yaml": #"{"debug": true}"#, "tiers/staging.yaml": #"{"versions": {"app": "1.0.0"}, "nodes": {"min": 3}}"#,
      "tiers/prod.yaml": #"{"versions": {"app": "1.0.0", "other": "4"}, "nodes": null}"#,
    ]
    for (index, (cluster, tier)) in Self.tierOf.sorted(by: { $0.key < $1.key }).enumerated() {
      files["clusters/\(cluster).yaml"] = #"{"tier": "\#(tier)", "account": "\#(index % 2 == 0 ? "a" : "b")"}"#
    }
    files["clusters/d2.yaml"] = #"{"tier": "dev", "account": "a", "versions": {"app": "1.0.0"}, "nodes": {"extra": {}}}"#
    files["clusters/p2.yaml"] = #"{"tier": "prod", "account": "b", "versions": {"app": "1.0.0", "other": null}}"#
    files["clusters/p4.yaml"] = "tier: prod\naccount: b\nversions:\n  app: \"0.9.0\"  # sluice: pin\n"
    return files
  }

  func install(in world: World) throws {
    try world.commit("Four layers") { work in for (path, text) in files { try work.write(text, to: path) } }
    try world.changePolicy("layers: [defaults.yaml, ", "layers: [defaults.yaml, \"accounts/{account}.yaml\", ")
    try world.setCluster("p4", version: "0.9.0")
  }

  func version(_ cluster: String, at commit: String, _ world: World) throws -> String? {
    try values(at: commit, world)[cluster]?["versions.app"]
  }

  /// Every effective value of every cluster, by its path.
  func values(at commit: String, _ world: World) throws -> [String: [String: String]] {
    var values: [String: [String: String]] = [:]
    for (cluster, tier) in Self.tierOf {
      let own = try layer("clusters/\(cluster).yaml", commit, world)
      var merged: Any = try layer("defaults.yaml", commit, world)
      for other in ["accounts/\(own["account"] ?? "").yaml", "tiers/\(tier).yaml"] {
        merged = Self.merge(merged, try layer(other, commit, world)) ?? [:]
      }
      var flat: [String: String] = [:]
      Self.flatten(Self.merge(merged, own) ?? [:], "", into: &flat)
      values[cluster] = flat
    }
    return values
  }

  private func layer(_ path: String, _ commit: String, _ world: World) throws -> [String: Any] {
    let text = try world.file(path, at: commit)
    if let json = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] { return json }
    // The one file of the fleet that is no JSON.
    let version = text.components(separatedBy: "\"")[1]
    return ["tier": "prod", "account": "b", "versions": ["app": version]]
  }

  private static func merge(_ under: Any?, _ over: Any) -> Any? {
    if over is NSNull { return nil }
    guard let over = over as? [String: Any] else { return over }
    var merged = under as? [String: Any] ?? [:]
    for (key, value) in over { merged[key] = merge(merged[key], value) }
    return merged
  }

  private static func flatten(_ value: Any, _ path: String, into flat: inout [String: String]) {
    guard let map = value as? [String: Any] else {
      flat[path] = "\(value)"
      return
    }
    if map.isEmpty { flat[path] = "{}" }
    for (key, value) in map { flatten(value, path.isEmpty ? key : "\(path).\(key)", into: &flat) }
  }
}
