import Promotion
import Synchronization
import Testing

@testable import Fleet

/// Trees that follow one another, each resolved by what differs from an earlier one.
@Suite struct `A changed tree` {
  static let runs = 150
  static let edits = 8

  @Test func `is resolved from the one before to what it is resolved to from nothing`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    var (same, refused, unlisted) = (0, 0, 0)
    for seed in 0..<Self.runs {
      var random = Seeded(seed + 70000)
      var history = History(RandomFleet(seed).tree)
      let reader = FleetReader(policy: policy)
      var newest = try await reader.resolve(history.snapshot())
      for edit in 0..<Self.edits {
        history.edit(RandomEdit.tree(history.tree, &random))
        let anew = await Self.outcome(FleetReader(policy: policy), history.tree.snapshot)
        let lists = Mutex(0)
        let again = await Self.outcome(reader, history.snapshot { lists.withLock { $0 += 1 } })
        let memo = await reader.memo(of: newest)
        let remembered = await Self.outcome(FleetReader(policy: policy, memo: memo), history.snapshot())
        #expect(again == anew, "fleet \(seed), edit \(edit)")
        #expect(remembered == anew, "fleet \(seed), edit \(edit), from a memo")
        if case .success(let fleet) = again {
          same += 1
          newest = fleet
          if lists.withLock({ $0 }) == 0 { unlisted += 1 }
        } else {
          refused += 1
        }
      }
    }
    print("changed trees: \(same) resolved alike, \(unlisted) of them without a listing; \(refused) refused alike")
    #expect(same > 400)
    #expect(unlisted > 300)
    #expect(refused > 50)
  }

  @Test func `differs from the one before in what the listings of both say`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    for seed in 0..<100 {
      var random = Seeded(seed + 90000)
      var history = History(RandomFleet(seed).tree)
      let before = history.tree
      guard case .success(let old) = await Self.outcome(FleetReader(policy: policy), history.snapshot()) else { continue }
      history.edit(RandomEdit.tree(history.tree, &random))
      guard case .success(let new) = await Self.outcome(FleetReader(policy: policy), history.snapshot()) else { continue }
      guard case .success(let listedOld) = await Self.outcome(FleetReader(policy: policy), before.snapshot),
        case .success(let listedNew) = await Self.outcome(FleetReader(policy: policy), history.tree.snapshot)
      else { continue }
      let (quick, quickOutside) = try await Prover.differences(from: old, to: new)
      let (slow, slowOutside) = try await Prover.differences(from: listedOld, to: listedNew)
      #expect(quick == slow, "fleet \(seed)")
      #expect(quickOutside == slowOutside, "fleet \(seed)")
    }
  }

  @Test func `that is the one of a memo is not even listed`() async throws {
    let policy = try Policies.read(RandomFleet.policy)
    let history = History(RandomFleet(3).tree)
    let reader = FleetReader(policy: policy)
    let fleet = try await reader.resolve(history.snapshot())
    let memo = try #require(await reader.memo(of: fleet))
    let later = FleetReader(policy: policy, memo: memo)
    let again = try await later.resolve(history.snapshot { Issue.record("it was listed") })
    #expect(again.clusters == fleet.clusters)
    #expect(await later.memo(of: again) == nil, "there is nothing new to keep")
  }

  private enum Outcome: Equatable {
    case success(ResolvedFleet)
    case failure([Problem])

    static func == (a: Outcome, b: Outcome) -> Bool {
      switch (a, b) {
      case (.success(let x), .success(let y)): x.clusters == y.clusters && x.notes == y.notes
      case (.failure(let x), .failure(let y)): x == y
      default: false
      }
    }
  }

  private static func outcome(_ reader: FleetReader, _ snapshot: Snapshot) async -> Outcome {
    do throws(FleetError) { return .success(try await reader.resolve(snapshot)) } catch { return .failure(error.problems) }
  }
}

/// Trees in memory that have names, so that each can be told by what differs from an earlier one.
private struct History {
  private(set) var tree: MemoryTree
  private var known: [ContentID: [String: [UInt8]]] = [:]

  init(_ tree: MemoryTree) {
    self.tree = tree
    known[name] = tree.files
  }

  private var name: ContentID {
    MemoryTree.id(of: tree.files.sorted { $0.key < $1.key }.flatMap { Array($0.key.utf8) + [0] + $0.value + [0] })
  }

  mutating func edit(_ new: MemoryTree) {
    tree = new
    known[name] = new.files
  }

  func snapshot(whenListed listed: @escaping @Sendable () -> Void = {}) -> Snapshot {
    let whole = tree.snapshot
    return Snapshot(tree: name) {
      listed()
      return try await whole.files()
    } compare: { [tree, known] earlier in
      guard let before = known[earlier] else { return nil }
      var changes: [String: Snapshot.Change] = [:]
      for path in Set(before.keys).union(tree.files.keys) where before[path] != tree.files[path] {
        changes[path] = Snapshot.Change(old: before[path].map(MemoryTree.id), new: tree.files[path].map(MemoryTree.id))
      }
      return changes
    } read: { ids in
      try await whole.read(ids)
    }
  }
}

/// What people and machines do to a config repository.
private enum RandomEdit {
  static func tree(_ tree: MemoryTree, _ random: inout Seeded) -> MemoryTree {
    var tree = tree
    for _ in 0..<Int.random(in: 1...3, using: &random) { step(&tree, &random) }
    return tree
  }

  private static func step(_ tree: inout MemoryTree, _ random: inout Seeded) {
    let paths = tree.files.keys.sorted()
    let clusters = paths.filter { $0.hasPrefix("clusters/") }
    let number = Int.random(in: 0..<100, using: &random)
    func pick(_ paths: [String]) -> String { paths.randomElement(using: &random) ?? "clusters/eu/only.yaml" }
    switch Int.random(in: 0..<14, using: &random) {
    case 0: tree.files["clusters/\(number % 2 == 0 ? "eu" : "ap")/new\(number).yaml"] = text("account: one\ntier: dev\n")
    case 1: if clusters.count > 3 { tree.files[pick(clusters)] = nil }
    case 2:
      // Moved to another region, so that its layers are others.
      let path = pick(clusters)
      let name = path.split(separator: "/").last.map(String.init) ?? ""
      if let bytes = tree.files.removeValue(forKey: path) { tree.files["clusters/us/\(name)"] = bytes }
    case 3: tree.files["accounts/\(["one", "two"][number % 2]).yaml"] = text("versions: {kubernetes: 9.9.\(number)}\n")
    case 4: tree.files["accounts/\(["one", "two"][number % 2]).yaml"] = nil
    case 5: tree.files["late/\(["eu", "us", "ap"][number % 3]).yaml"] = text("images: {api: \"acme/api:1.\(number)\"}\n")
    case 6: tree.files["late/\(["eu", "us"][number % 2]).yaml"] = nil
    case 7:
      let path = pick(clusters)
      tree.files[path] = text("account: two\ntier: prod\nversions: {kubernetes: 1.\(number).0}\n")
    case 8: tree.files["README.md"] = text("changed \(number)\n")
    case 9: tree.files["apps/\(name(of: pick(clusters)))/web"] = text("images:\n  - {name: web, newTag: 2.\(number).0}\n")
    case 10: tree.files["apps/\(name(of: pick(clusters)))/web"] = nil
    case 11: tree.files["defaults.yaml"] = text("versions: {kubernetes: 1.\(number).1, größe: 1.\(number).2}\n")
    case 12: tree.files[pick(clusters)] = text("account: one\ntier: test\n")
    default: if number < 40 { tree.files["tiers/dev.yaml"] = number < 20 ? nil : text("log: {level: \(number)}\n") }
    }
    if number == 99 { tree.files["tiers/test.yaml"] = text("x: 1\n") }
    if tree.files["tiers/dev.yaml"] == nil, number % 3 == 0 { tree.files["tiers/dev.yaml"] = text("x: 1\n") }
  }

  private static func name(of path: String) -> String {
    String((path.split(separator: "/").last ?? "").dropLast(".yaml".count))
  }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }
}
