import Promotion

/// Resolves fleets, and remembers what it read by content: an unchanged file is parsed once in its life.
package actor FleetReader {
  package nonisolated let policy: PolicyFile
  private let plan: FactPlan
  private var facts: FactTable
  /// The fleet that an earlier process kept.
  private let remembered: Earlier?
  private var recent: [ResolvedFleet] = []
  private let parsed = ParsedFiles()

  private static let kept = 4

  /// What a tree was resolved to; nil: the tree has no name.
  private struct Earlier {
    let tree: ContentID?
    let clusters: [ResolvedCluster]
  }

  /// - Parameter memo: What an earlier reader gave as its `memo`. Damaged bytes count for nothing; those of another policy for what
  ///   they say of files, where it looks the same fields up.
  package init(policy: PolicyFile, memo: [UInt8]? = nil) {
    self.policy = policy
    plan = FactPlan(policy)
    let memo = memo.flatMap { [plan] in FleetMemo.decode($0, policy, plan) }
    facts = memo?.facts ?? FactTable()
    remembered = memo.flatMap { $0.clusters.isEmpty ? nil : Earlier(tree: $0.tree, clusters: $0.clusters) }
  }

  /// Resolves every cluster.
  ///
  /// - Throws: `FleetError.invalid` with everything that people must change, or the error of the snapshot's reader.
  package func resolve(_ snapshot: Snapshot) async throws(FleetError) -> ResolvedFleet {
    for fleet in recent where try await fleet.snapshot.isSame(as: snapshot) { return fleet }
    let earlier = recent.first.map { Earlier(tree: $0.snapshot.tree, clusters: $0.clusters) } ?? remembered
    var fleet: ResolvedFleet?
    if let earlier, let changes = try await snapshot.changes(since: earlier.tree) {
      fleet = try await resolve(snapshot, changes, since: earlier.clusters)
    }
    if fleet == nil { fleet = try await resolve(snapshot, reusing: earlier?.clusters ?? []) }
    guard let fleet else { throw .invalid([]) }  // there is one by now
    recent = Array(([fleet] + recent).prefix(Self.kept))
    return fleet
  }

  /// A fleet as bytes for a later process to keep; nil where an earlier one has kept just that.
  package func memo(of fleet: ResolvedFleet) -> [UInt8]? {
    if let tree = fleet.snapshot.tree, let remembered, remembered.tree == tree { return nil }
    return FleetMemo.encode(fleet, plan)
  }

  /// Resolves a whole tree by its listing, keeping the earlier clusters that are as they were.
  private func resolve(
    _ snapshot: Snapshot, reusing earlier: [ResolvedCluster]
  ) async throws(FleetError) -> ResolvedFleet {
    var problems = ProblemCollector()
    let files = try await snapshot.files()
    let candidates = Candidates.of(policy, in: files, &problems)
    let before = Self.matching(earlier, candidates)
    let known = before.map { $0.flatMap { $0.reads(theSameIn: files) ? $0 : nil } }
    return try await resolve(snapshot, candidates, before, known, KnownFiles(all: files), &problems)
  }

  /// Resolves a tree by what changed since an earlier one: the clusters that read none of it are as they were.
  ///
  /// - Returns: nil where that does not tell all, or where there is a problem: it is worded with the whole tree in view.
  private func resolve(
    _ snapshot: Snapshot, _ changes: [String: Snapshot.Change], since earlier: [ResolvedCluster]
  ) async throws(FleetError) -> ResolvedFleet? {
    guard let candidates = Candidates.following(earlier, policy, changes) else { return nil }
    let before = Self.matching(earlier, candidates)
    let known = before.map { $0.flatMap { changes.isEmpty || !$0.reads(oneOf: changes) ? $0 : nil } }
    let affected = zip(before, known).compactMap { $1 == nil ? $0 : nil }
    for sources in affected.count < earlier.count ? [affected, earlier] : [earlier] {
      var problems = ProblemCollector()
      do throws(FleetError) {
        return try await resolve(snapshot, candidates, before, known, KnownFiles(changes, since: sources), &problems)
      } catch {
        guard case .invalid = error else { throw error }
        if !problems.lacksFiles { return nil }
      }
    }
    return nil
  }

  /// - Parameters:
  ///   - before: by candidate, the clusters of an earlier tree.
  ///   - known: those of them that are what they were.
  private func resolve(
    _ snapshot: Snapshot, _ candidates: [LayerResolver.Candidate], _ before: [ResolvedCluster?], _ known: [ResolvedCluster?],
    _ files: KnownFiles, _ problems: inout ProblemCollector
  ) async throws(FleetError) -> ResolvedFleet {
    var clusters = known
    let open = candidates.indices.filter { known[$0] == nil }
    let changed = open.map { candidates[$0] }
    let layers = try await layers(of: changed, open.map { before[$0] }, files, snapshot, &problems)
    try problems.check()
    let own = try await self.files(of: changed, layers, files, snapshot, &problems)
    try problems.check()
    let assembly = Assembly(policy: policy, plan: plan, facts: facts)
    let resolved = assembly.clusters(changed, layers: layers, files: own, &problems)
    for (index, cluster) in zip(open, resolved) { clusters[index] = cluster }
    let all = clusters.compactMap(\.self)
    let notes = assembly.check(all, &problems)
    try problems.check()
    return ResolvedFleet(policy: policy, snapshot: snapshot, clusters: all, notes: notes, facts: facts, parsed: parsed)
  }

  /// The earlier clusters in the places of the candidates of the same name, file and values.
  private static func matching(
    _ earlier: [ResolvedCluster], _ candidates: [LayerResolver.Candidate]
  ) -> [ResolvedCluster?] {
    var next = 0
    return candidates.map { candidate in
      while next < earlier.count, earlier[next].name < candidate.name { next += 1 }
      guard next < earlier.count, earlier[next].name == candidate.name else { return nil }
      let cluster = earlier[next]
      return cluster.source == candidate.path && cluster.values == candidate.values ? cluster : nil
    }
  }

  // MARK: Rounds

  /// Each cluster's layers. A path may depend on what is in another file, so this goes in rounds: find what can be found, read
  /// what is missing, again.
  private func layers(
    of candidates: [LayerResolver.Candidate], _ before: [ResolvedCluster?], _ files: KnownFiles, _ snapshot: Snapshot,
    _ problems: inout ProblemCollector
  ) async throws(FleetError) -> [[ReadFile]] {
    if candidates.isEmpty { return [] }
    _ = try await load(foreseen(candidates, files), snapshot, &problems)
    var layers: [[ReadFile]?] = Array(repeating: nil, count: candidates.count)
    var open = Array(candidates.indices)
    var alike: [ContentPair: Bool] = [:]
    while !open.isEmpty {
      let resolver = LayerResolver(policy: policy, plan: plan, files: files, facts: facts)
      var wanted = FactLoader.Wanted()
      var waiting: [Int] = []
      for index in open {
        if let earlier = before[index], let same = resolver.layers(following: earlier, &alike) {
          layers[index] = same
          continue
        }
        do throws(LayerResolver.Stop) {
          layers[index] = try resolver.layers(of: candidates[index])
        } catch {
          switch error {
          case .needs(let path, let content):
            wanted.add(role: 0, content, path: path)
            waiting.append(index)
          case .problem(let problem): problems.add(problem, cluster: candidates[index].name)
          case .unknown(let path): problems.addLacking(path)
          }
        }
      }
      let failed = try await load(wanted, snapshot, &problems)
      open = waiting.filter { _ in failed == 0 }
    }
    return layers.map { $0 ?? [] }
  }

  /// What is certainly needed: the clusters' own files, and layers without placeholders.
  private func foreseen(_ candidates: [LayerResolver.Candidate], _ files: KnownFiles) -> FactLoader.Wanted {
    var wanted = FactLoader.Wanted()
    func add(_ path: String) {
      if let content = files.content(path) ?? nil, facts[0, content] == nil { wanted.add(role: 0, content, path: path) }
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
    of candidates: [LayerResolver.Candidate], _ layers: [[ReadFile]], _ known: KnownFiles, _ snapshot: Snapshot,
    _ problems: inout ProblemCollector
  ) async throws(FleetError) -> [[ReadFile?]] {
    let resolver = LayerResolver(policy: policy, plan: plan, files: known, facts: facts)
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
          switch error {
          case .problem(let problem): problems.add(problem, cluster: candidates[index].name)
          case .unknown(let path): problems.addLacking(path)
          // Every layer's facts are known by now, so that nothing is needed any more.
          case .needs: break
          }
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
    let loaded = try await FactLoader.load(wanted, snapshot, plan, keeping: parsed)
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

/// Problems, each told once with the clusters that have it.
struct ProblemCollector {
  private var found: [Problem: [ClusterName]] = [:]
  /// Whether something could not be told because a path is not known.
  private(set) var lacksFiles = false

  mutating func addLacking(_ path: String) {
    lacksFiles = true
    found[Problem("\(path) is not known", at: nil)] = []
  }

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
