import Promotion

/// Resolves fleets, and remembers what it read by content: an unchanged file is parsed once in its life.
package actor FleetReader {
  package nonisolated let policy: PolicyFile
  private let plan: FactPlan
  private var facts: FactTable
  /// The last clusters that an earlier process resolved.
  private var remembered: [ResolvedCluster] = []
  private var recent: [ResolvedFleet] = []

  /// - Parameter memo: What an earlier reader gave as its `memo`. Damaged bytes count for nothing; those of another policy for what
  ///   they say of files, where it looks the same fields up.
  package init(policy: PolicyFile, memo: [UInt8]? = nil) {
    self.policy = policy
    plan = FactPlan(policy)
    let memo = memo.flatMap { [plan] in FleetMemo.decode($0, policy, plan) }
    facts = memo?.facts ?? FactTable()
    remembered = memo?.clusters ?? []
  }

  /// Resolves every cluster.
  ///
  /// - Throws: `FleetError.invalid` with everything that people must change, or the error of the snapshot's reader.
  package func resolve(_ snapshot: Snapshot) async throws(FleetError) -> ResolvedFleet {
    if let known = recent.first(where: { $0.snapshot.isSame(as: snapshot) }) { return known }
    var problems = ProblemCollector()
    let earlier = recent.first?.clusters ?? remembered
    let candidates = Candidates.unchanged(earlier, policy, in: snapshot) ?? Candidates.of(policy, in: snapshot, &problems)
    var clusters = Self.reusable(earlier, candidates, snapshot)
    let open = candidates.indices.filter { clusters[$0] == nil }
    let changed = open.map { candidates[$0] }
    let layers = try await layers(of: changed, snapshot, &problems)
    try problems.check()
    let files = try await files(of: changed, layers, snapshot, &problems)
    try problems.check()
    let assembly = Assembly(policy: policy, plan: plan, facts: facts)
    let resolved = assembly.clusters(changed, layers: layers, files: files, &problems)
    for (index, cluster) in zip(open, resolved) { clusters[index] = cluster }
    let all = clusters.compactMap(\.self)
    let notes = assembly.check(all, &problems)
    try problems.check()
    let fleet = ResolvedFleet(policy: policy, snapshot: snapshot, clusters: all, notes: notes, facts: facts)
    recent = Array(([fleet] + recent).prefix(2))
    return fleet
  }

  /// What is known of the fleet resolved last, as bytes to keep; nil before one was.
  package func memo() -> [UInt8]? { recent.first.map { FleetMemo.encode($0, plan) } }

  /// The earlier clusters that are as they were, in the places of the candidates.
  private static func reusable(
    _ earlier: [ResolvedCluster], _ candidates: [LayerResolver.Candidate], _ snapshot: Snapshot
  ) -> [ResolvedCluster?] {
    var next = 0
    return candidates.map { candidate in
      while next < earlier.count, earlier[next].name < candidate.name { next += 1 }
      guard next < earlier.count, earlier[next].name == candidate.name else { return nil }
      let cluster = earlier[next]
      let isSame = cluster.source == candidate.path && cluster.values == candidate.values && cluster.reads(theSameIn: snapshot)
      return isSame ? cluster : nil
    }
  }

  // MARK: Rounds

  /// Each cluster's layers. A path may depend on what is in another file, so this goes in rounds: find what can be found, read
  /// what is missing, again.
  private func layers(
    of candidates: [LayerResolver.Candidate], _ snapshot: Snapshot, _ problems: inout ProblemCollector
  ) async throws(FleetError) -> [[ReadFile]] {
    _ = try await load(foreseen(candidates, snapshot), snapshot, &problems)
    var layers: [[ReadFile]?] = Array(repeating: nil, count: candidates.count)
    var open = Array(candidates.indices)
    while !open.isEmpty {
      let resolver = LayerResolver(policy: policy, plan: plan, snapshot: snapshot, facts: facts)
      var wanted = FactLoader.Wanted()
      var waiting: [Int] = []
      for index in open {
        do throws(LayerResolver.Stop) {
          layers[index] = try resolver.layers(of: candidates[index])
        } catch {
          switch error {
          case .needs(let path, let content):
            wanted.add(role: 0, content, path: path)
            waiting.append(index)
          case .problem(let problem): problems.add(problem, cluster: candidates[index].name)
          }
        }
      }
      let failed = try await load(wanted, snapshot, &problems)
      open = waiting.filter { _ in failed == 0 }
    }
    return layers.map { $0 ?? [] }
  }

  /// What is certainly needed: the clusters' own files, and layers without placeholders.
  private func foreseen(_ candidates: [LayerResolver.Candidate], _ snapshot: Snapshot) -> FactLoader.Wanted {
    var wanted = FactLoader.Wanted()
    func add(_ path: String) {
      if let content = snapshot.files[path], facts[0, content] == nil { wanted.add(role: 0, content, path: path) }
    }
    guard case .pattern(let pattern) = policy.fleet.clusters else { return wanted }
    for layer in policy.fleet.layers {
      if layer.pattern.description == pattern.description { candidates.compactMap(\.path).forEach(add) }
      if layer.pattern.placeholders.isEmpty { add(layer.pattern.path { (name) in name }) }
    }
    return wanted
  }

  /// The files of components that have their own, by component and cluster.
  private func files(
    of candidates: [LayerResolver.Candidate], _ layers: [[ReadFile]], _ snapshot: Snapshot, _ problems: inout ProblemCollector
  ) async throws(FleetError) -> [[ReadFile?]] {
    let resolver = LayerResolver(policy: policy, plan: plan, snapshot: snapshot, facts: facts)
    var wanted = FactLoader.Wanted()
    var files: [[ReadFile?]] = []
    for (number, component) in policy.components.enumerated() {
      guard let pattern = component.file else {
        files.append([])
        continue
      }
      var row: [ReadFile?] = Array(repeating: nil, count: candidates.count)
      for index in candidates.indices {
        do throws(LayerResolver.Stop) {
          let file = try resolver.file(of: component, pattern, in: candidates[index], layers: layers[index])
          row[index] = file
          if let content = file.content, facts[number + 1, content] == nil {
            wanted.add(role: number + 1, content, path: file.path)
          }
        } catch {
          // Every layer's facts are known by now, so that nothing is needed any more.
          if case .problem(let problem) = error { problems.add(problem, cluster: candidates[index].name) }
        }
      }
      files.append(row)
    }
    _ = try await load(wanted, snapshot, &problems)
    return files
  }

  /// Reads and parses what is wanted; gives the number of files that could not be read.
  private func load(
    _ wanted: FactLoader.Wanted, _ snapshot: Snapshot, _ problems: inout ProblemCollector
  ) async throws(FleetError) -> Int {
    let loaded = try await FactLoader.load(wanted, snapshot, plan)
    var failed = 0
    for item in loaded {
      switch item.result {
      case .success(let found): facts[item.role, item.content] = found
      case .failure(let error):
        problems.add(error.problem, cluster: nil)
        failed += 1
      }
    }
    return failed
  }
}

extension Snapshot {
  /// Equal trees, or equal files where the trees are not named.
  func isSame(as other: Snapshot) -> Bool {
    if let tree, let otherTree = other.tree { return tree == otherTree }
    return files == other.files
  }
}

/// Problems, each told once with the clusters that have it.
struct ProblemCollector {
  private var found: [Problem: [ClusterName]] = [:]

  mutating func add(_ problem: Problem, cluster: ClusterName?) {
    found[problem, default: []] += cluster.map { [$0] } ?? []
  }

  func check() throws(FleetError) {
    if found.isEmpty { return }
    throw .invalid(
      Problem.sorted(
        found.map { problem, clusters in
          clusters.isEmpty
            ? problem : Problem(problem.message + " (\(Self.words(clusters)))", at: problem.place, hint: problem.hint)
        }))
  }

  static func words(_ clusters: [ClusterName]) -> String {
    let shown = clusters.sorted().prefix(3).joined(separator: ", ")
    let rest = clusters.count - 3
    return (clusters.count == 1 ? "cluster " : "clusters ") + shown + (rest > 0 ? " and \(rest) more" : "")
  }
}
