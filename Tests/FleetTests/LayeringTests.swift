import Promotion
import Testing
import YAML

@testable import Fleet

@Suite struct `Layers` {
  static let fleets = 1000

  @Test func `give the same effective values as a whole deep merge, in 1000 random fleets`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    var shares: [RandomFleet.Feature: Int] = [:]
    var compared = 0
    for seed in 0..<Self.fleets {
      let fleet = RandomFleet(seed)
      for feature in fleet.features { shares[feature, default: 0] += 1 }
      for (path, model) in fleet.models {
        let parsed = try Reference.model(fleet.tree.files[path])
        try #require(parsed == model, "fleet \(seed), \(path):\n\(fleet.tree.text(path))")
      }
      let resolved = try await FleetReader(policy: policy).resolve(fleet.tree.snapshot)
      #expect(resolved.clusters.map(\.name) == fleet.layers.keys.sorted())
      let (table, facts) = try Self.everyPath(fleet)
      for cluster in resolved.clusters {
        let effective = fleet.effective(cluster.name)
        #expect(cluster.layers.map(\.path) == fleet.layers[cluster.name])
        Self.expectComponents(cluster, effective, seed)
        compared += try Self.compareEveryPath(cluster, effective, table, facts, seed)
      }
    }
    for feature in RandomFleet.Feature.allCases {
      print("random fleets with \(feature.rawValue): \(shares[feature, default: 0] * 100 / Self.fleets)%")
      #expect(shares[feature, default: 0] * 10 >= Self.fleets, "under 10% of the fleets have \(feature.rawValue)")
    }
    print("effective values compared: \(compared)")
  }

  private static func expectComponents(_ cluster: ResolvedCluster, _ effective: Model, _ seed: Int) {
    for (name, keys) in [
      ("kubernetes", RandomFleet.kubernetes), ("automation", RandomFleet.automation), ("api", RandomFleet.image),
    ] {
      var expected: String?
      if case .scalar(let text, _)? = effective.at(keys) {
        expected = name == "api" ? text.split(separator: ":").last.map(String.init) : text
      }
      #expect(cluster.components[name]?.version.text == expected, "fleet \(seed), \(cluster.name), \(name)")
    }
  }

  /// Every path of every layer, and paths that lead nowhere, looked up in every file.
  private static func everyPath(_ fleet: RandomFleet) throws -> (FieldTable, FactTable) {
    var paths: Set<[String]> = [["nowhere"], ["versions", "nowhere"]]
    for model in fleet.models.values { paths.formUnion(keyPaths(model)) }
    let table = FieldTable(paths.map { FieldPath(steps: $0.map { .key($0) }) })
    var facts = FactTable()
    for path in fleet.models.keys {
      let bytes = fleet.tree.files[path] ?? []
      facts[0, MemoryTree.id(of: bytes)] = try FileRole.layer(table).facts(bytes, name: path)
    }
    return (table, facts)
  }

  /// Compares what is looked up with the reference; gives how many fields.
  private static func compareEveryPath(
    _ cluster: ResolvedCluster, _ effective: Model, _ table: FieldTable, _ facts: FactTable, _ seed: Int
  ) throws -> Int {
    let lookup = EffectiveLookup(cluster.layers, facts)
    for (index, field) in table.fields.enumerated() {
      let path = field.keys ?? []
      let matches =
        switch (lookup.find(index).found, effective.at(path)) {
        case (.absent, nil), (.removed, nil), (.removed, .null?): true
        case (.mapping, .map?), (.sequence, .list?): true
        case (.value(let value), .scalar(let text, let isString)?): value.text == text && value.isString == isString
        default: false
        }
      if !matches {
        Issue.record(
          "fleet \(seed), \(cluster.name), \(path): \(lookup.find(index).found), expected \(String(describing: effective.at(path)))"
        )
      }
    }
    return table.fields.count
  }

  private static func keyPaths(_ model: Model, _ above: [String] = []) -> Set<[String]> {
    guard case .map(let values) = model else { return above.isEmpty ? [] : [above] }
    return values.reduce(into: above.isEmpty ? [] : [above]) { $0.formUnion(keyPaths($1.value, above + [$1.key])) }
  }

  @Test func `of a fleet that was read are known again from a memo, without reading`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    for seed in 0..<50 {
      let fleet = RandomFleet(seed)
      let reader = FleetReader(policy: policy)
      let first = try await reader.resolve(fleet.tree.snapshot)
      let memo = try #require(await reader.memo(of: first))
      let blind = Snapshot(files: try await fleet.tree.snapshot.files()) { _ in throw Unreadable() }
      let again = try await FleetReader(policy: policy, memo: memo).resolve(blind)
      #expect(again.clusters == first.clusters)
      let plan = FactPlan(policy)
      for place in stride(from: 0, to: memo.count, by: max(1, memo.count / 40)) {
        var damaged = memo
        damaged[place] ^= 0x10
        if FleetMemo.decode(damaged, policy, plan) != nil { Issue.record("a memo damaged at \(place) was believed") }
        if FleetMemo.decode(Array(memo.prefix(place)), policy, plan) != nil { Issue.record("a cut memo was believed") }
      }
      let other = try Policies.read(RandomFleet.policy + "\nmaxGap: 2h")
      let decoded = try #require(FleetMemo.decode(memo, other, FactPlan(other)))
      #expect(decoded.clusters.isEmpty)
      #expect(decoded.facts.all == first.facts.all)
      let third = try Policies.read(RandomFleet.policy.replacing("versions.kubernetes", with: "versions.x"))
      if FleetMemo.decode(memo, third, FactPlan(third)) != nil { Issue.record("facts of other fields were believed") }
    }
  }

  @Test func `that changed in part give what resolving everything anew gives`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    var (same, refused) = (0, 0)
    for seed in 0..<300 {
      var random = Seeded(seed + 20000)
      let tree = RandomFleet(seed).tree
      let reader = FleetReader(policy: policy)
      let before = try await reader.resolve(tree.snapshot)
      var changed = WrongEdit.applied(to: tree, original: tree, &random) ?? tree
      let path = try #require(changed.files.keys.sorted().randomElement(using: &random))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: changed.files[path] = nil
      case 1: changed.files["clusters/eu/new.yaml"] = Array("account: one\ntier: dev\n".utf8)
      case 2: changed.files["accounts/two.yaml"] = Array("versions: {kubernetes: 9.9.9}\n".utf8)
      default: break
      }
      let anew = await Self.outcome(FleetReader(policy: policy), changed.snapshot)
      let again = await Self.outcome(reader, changed.snapshot)
      let remembered = await Self.outcome(FleetReader(policy: policy, memo: await reader.memo(of: before)), changed.snapshot)
      #expect(again == anew, "fleet \(seed)")
      #expect(remembered == anew, "fleet \(seed), from a memo")
      if case .success = anew { same += 1 } else { refused += 1 }
    }
    print("resolved in part: \(same) fleets the same as anew, \(refused) refused alike")
    #expect(same > 150)
    #expect(refused > 10)
  }

  private enum Outcome: Equatable {
    case success([ResolvedCluster])
    case failure([Problem])
  }

  private static func outcome(_ reader: FleetReader, _ snapshot: Snapshot) async -> Outcome {
    do throws(FleetError) { return .success(try await reader.resolve(snapshot).clusters) } catch {
      return .failure(error.problems)
    }
  }

  @Test func `that did not change are neither read nor resolved again`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    let fleet = RandomFleet(7)
    let reader = FleetReader(policy: policy)
    _ = try await reader.resolve(fleet.tree.snapshot)
    var changed = fleet.tree
    let path = try #require(fleet.layers.values.first?.first)
    changed.files[path]? += Array("# a comment\n".utf8)
    let snapshot = changed.snapshot
    let files = try await snapshot.files()
    let counting = Snapshot(files: files) { ids in
      #expect(ids == [files[path]])
      return try await snapshot.read(ids)
    }
    _ = try await reader.resolve(counting)
  }

  private struct Unreadable: Error {}
}
