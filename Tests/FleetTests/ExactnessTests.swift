import Promotion
import Testing
import YAML

@testable import Fleet

@Suite struct `Law L3, exact` {
  /// What random moves came to.
  struct Count {
    var definitions = 0
    var overrides = 0
    var refused = 0
    var exact = 0
  }

  @Test func `a change set changes exactly what it names in 1000 random fleets, or is refused with a reason`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    var count = Count()
    var reasons: Set<String> = []
    for seed in 0..<1000 {
      let tree = RandomFleet(seed).tree
      let before = try await FleetReader(policy: policy).resolve(tree.snapshot)
      var random = Seeded(seed + 5000)
      let moves = Self.moves(before, &random)
      if moves.isEmpty { continue }
      let change: ChangeSet
      do {
        change = try await ChangeSet.make(before, moves: moves)
      } catch {
        count.refused += 1
        #expect(!error.problems.isEmpty)
        reasons.formUnion(error.problems.map { $0.message.split(separator: ":").last.map(String.init) ?? "" })
        continue
      }
      let changed = tree.applying(change)
      let after = try await FleetReader(policy: policy).resolve(changed.snapshot)
      let wrong = try ReferenceDifference.wrong(before, tree, after, changed, moves)
      #expect(wrong.isEmpty, "fleet \(seed): \(wrong.prefix(3)), moves \(moves)")
      let proof = try await Prover.prove(Promise(moves: moves), from: before, to: after)
      #expect(proof.isExact, "fleet \(seed): \(proof.violations)")
      #expect(
        Set(proof.changes.map { "\($0.cluster) \($0.component)" }) == Set(moves.flatMap { c, v in v.keys.map { "\(c) \($0)" } }))
      #expect(proof.outside.isEmpty)
      count.definitions += change.definitions.count
      count.overrides += change.overrides.count
      count.exact += 1
    }
    print(
      "random moves: \(count.exact) exact with \(count.definitions) edited definitions and \(count.overrides) overrides, \(count.refused) refused"
    )
    print("reasons to refuse:\n  " + reasons.sorted().joined(separator: "\n  "))
    #expect(count.exact > 500)
    #expect(count.definitions > 100)
    #expect(count.overrides > 100)
    #expect(count.refused > 5)
  }

  /// Some clusters, or all with one definition, to one version or to several.
  static func moves(_ fleet: ResolvedFleet, _ random: inout Seeded) -> [ClusterName: [ComponentName: Version]] {
    var moves: [ClusterName: [ComponentName: Version]] = [:]
    for component in ["kubernetes", "automation", "api", "web"].shuffled(using: &random).prefix(
      Int.random(in: 1...3, using: &random))
    {
      let having = fleet.clusters.filter { $0.components[component] != nil }
      guard let one = having.randomElement(using: &random)?.components[component] else { continue }
      let isWhole = random.once(in: 2)
      let version = Version("2.\(Int.random(in: 0...99, using: &random)).0")
      for cluster in having {
        let shares = cluster.components[component]?.definition == one.definition
        if isWhole ? shares : random.once(in: 3) {
          moves[cluster.name, default: [:]][component] = random.once(in: 12) ? Version("3.1") : version
        }
      }
    }
    return moves
  }

  @Test func `the prover and the reference agree on wrong edits, 500 of which are caught`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    var (caught, harmless, unresolvable, seed) = (0, 0, 0, 0)
    while caught < 500, seed < 4000 {
      seed += 1
      let tree = RandomFleet(seed).tree
      let before = try await FleetReader(policy: policy).resolve(tree.snapshot)
      var random = Seeded(seed + 9000)
      let moves = Self.moves(before, &random)
      guard !moves.isEmpty, let change = try? await ChangeSet.make(before, moves: moves) else { continue }
      guard let changed = WrongEdit.applied(to: tree.applying(change), original: tree, &random) else { continue }
      guard let after = try? await FleetReader(policy: policy).resolve(changed.snapshot) else {
        unresolvable += 1
        continue
      }
      let wrong = try ReferenceDifference.wrong(before, tree, after, changed, moves)
      let proof = try await Prover.prove(Promise(moves: moves), from: before, to: after)
      #expect(proof.isExact == wrong.isEmpty, "fleet \(seed): reference \(wrong.prefix(3)), prover \(proof.violations.prefix(3))")
      if wrong.isEmpty { harmless += 1 } else { caught += proof.isExact ? 0 : 1 }
    }
    print("wrong edits: \(caught) caught, \(harmless) without effect, \(unresolvable) that do not resolve any more")
    #expect(caught >= 500)
    #expect(harmless > 10)
  }
}

/// The reference's own opinion of a change.
enum ReferenceDifference {
  /// Leaves that differ from what was promised, by whole merges of every cluster before and after.
  static func wrong(
    _ before: ResolvedFleet, _ old: MemoryTree, _ after: ResolvedFleet, _ new: MemoryTree,
    _ moves: [ClusterName: [ComponentName: Version]]
  ) throws -> [String] {
    var wrong: [String] = []
    var reference = Reference()
    if before.clusters.map(\.name) != after.clusters.map(\.name) { wrong.append("other clusters") }
    for cluster in before.clusters {
      guard let now = after.cluster(cluster.name) else { continue }
      var expected = try leaves(cluster, old, &reference)
      for (component, version) in moves[cluster.name] ?? [:] {
        let key = component == "web" ? "web:\u{1}images\u{1}[1]\u{1}newTag" : place(component)
        guard let key, let text = expected[key] else {
          wrong.append("\(cluster.name) has no \(component)")
          continue
        }
        // "3.1" stays a string where the old value was one; elsewhere it was never a number.
        expected[key] = component == "api" ? text.replacing(/acme\/api:[0-9.]+/, with: "acme/api:\(version)") : "s \(version)"
      }
      let actual = try leaves(now, new, &reference)
      for key in Set(expected.keys).union(actual.keys) where expected[key] != actual[key] {
        wrong.append(
          "\(cluster.name) \(key.split(separator: "\u{1}").joined(separator: ".")): \(actual[key] ?? "nothing"), expected \(expected[key] ?? "nothing")"
        )
      }
    }
    return wrong
  }

  private static func leaves(_ cluster: ResolvedCluster, _ tree: MemoryTree, _ reference: inout Reference) throws -> [String:
    String]
  {
    var all = try reference.effective(cluster.layers, in: tree).leaves()
    if all == ["": "{}"] { all = [:] }
    guard let web = cluster.files["web"], web.content != nil else { return all }
    for (key, value) in try reference.model(web, in: tree).leaves() { all["web:" + key] = value }
    return all
  }

  private static func place(_ component: ComponentName) -> String? {
    ["kubernetes": RandomFleet.kubernetes, "automation": RandomFleet.automation, "api": RandomFleet.image][component]
      .map { $0.reduce("") { $0 + "\u{1}" + $1 } }
  }

}

/// A mistake made on purpose.
enum WrongEdit {
  /// nil where the mistake can't be made.
  static func applied(to tree: MemoryTree, original: MemoryTree, _ random: inout Seeded) -> MemoryTree? {
    var tree = tree
    guard let path = tree.files.keys.sorted().randomElement(using: &random),
      let file = try? YAMLFile(tree.files[path] ?? [], name: path),
      let root = file.documents.first?.root
    else { return nil }
    let scalars = scalars(root)
    guard let target = scalars.randomElement(using: &random) else { return nil }
    let edit: YAMLEdit.Operation
    switch Int.random(in: 0..<6, using: &random) {
    case 0: edit = .set("2.7.1")
    case 1: edit = .remove
    case 2: edit = .set("null")
    case 3: return undone(&tree, original)
    case 4:
      let other = tree.files.keys.filter { $0 != path && $0.split(separator: "/").first == path.split(separator: "/").first }
        .sorted()
      guard let source = other.randomElement(using: &random) else { return nil }
      tree.files[path] = tree.files[source]
      return tree
    default:
      guard
        let bytes = try? file.applying([
          YAMLEdit(
            document: 0, path: FieldPath(steps: [.key("added\(Int.random(in: 0...9, using: &random))")]), operation: .insert("1"))
        ])
      else { return nil }
      tree.files[path] = bytes
      return tree
    }
    guard let bytes = try? file.applying([YAMLEdit(document: 0, path: FieldPath(steps: target), operation: edit)]) else {
      return nil
    }
    tree.files[path] = bytes
    return tree
  }

  /// One of the edits is forgotten.
  private static func undone(_ tree: inout MemoryTree, _ original: MemoryTree) -> MemoryTree? {
    guard let path = tree.files.keys.sorted().first(where: { tree.files[$0] != original.files[$0] }) else { return nil }
    tree.files[path] = original.files[path]
    return tree
  }

  private static func scalars(_ node: YAMLNode, _ above: [FieldPath.Step] = []) -> [[FieldPath.Step]] {
    if node.isAlias { return [] }
    switch node.kind {
    case .scalar: return above.isEmpty ? [] : [above]
    case .sequence: return node.elements.enumerated().flatMap { scalars($0.element, above + [.index($0.offset)]) }
    case .mapping:
      let inside = node.span
      return node.entries.filter { inside.contains($0.keyNode.span.lowerBound) }.flatMap {
        scalars($0.value, above + [.key($0.key)])
      }
    }
  }
}
