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

  /// A cluster that is to be resolved.
  private struct Open {
    /// Its place among all.
    let index: Int
    let candidate: LayerResolver.Candidate
    /// As it was in an earlier tree.
    let before: ResolvedCluster?
  }

  /// Resolves a whole tree by its listing, keeping the earlier clusters that are as they were.
  private func resolve(
    _ snapshot: Snapshot, reusing earlier: [ResolvedCluster]
  ) async throws(FleetError) -> ResolvedFleet {
    var problems = ProblemCollector()
    let files = try await snapshot.files()
    let candidates = Candidates.of(policy, in: files, &problems)
    let (known, open) = Self.sorted(candidates, earlier) { $0.reads(theSameIn: files) }
    return try await resolve(snapshot, known, open, KnownFiles(all: files), &problems)
  }

  /// Resolves a tree by what changed since an earlier one: the clusters that read none of it are as they were.
  ///
  /// - Returns: nil where that does not tell all, or where there is a problem: it is worded with the whole tree in view.
  private func resolve(
    _ snapshot: Snapshot, _ changes: [String: Snapshot.Change], since earlier: [ResolvedCluster]
  ) async throws(FleetError) -> ResolvedFleet? {
    var known: [ResolvedCluster?] = earlier
    var open: [Open] = []
    if Candidates.areKept(policy, changes) {
      let changed = ChangedPaths(changes)
      for (index, cluster) in earlier.enumerated() where changed.areRead(by: cluster) {
        known[index] = nil
        open.append(Open(index: index, candidate: LayerResolver.Candidate(cluster), before: cluster))
      }
    } else {
      guard let candidates = Candidates.following(earlier, policy, changes) else { return nil }
      let changed = ChangedPaths(changes)
      (known, open) = Self.sorted(candidates, earlier) { !changed.areRead(by: $0) }
    }
    let affected = open.compactMap(\.before)
    for sources in affected.count < earlier.count ? [affected, earlier] : [earlier] {
      var problems = ProblemCollector()
      do throws(FleetError) {
        return try await resolve(snapshot, known, open, KnownFiles(changes, since: sources), &problems)
      } catch {
        guard case .invalid = error else { throw error }
        if !problems.lacksFiles { return nil }
      }
    }
    return nil
  }

  /// - Parameter known: by place, the clusters that are what they were.
  private func resolve(
    _ snapshot: Snapshot, _ known: [ResolvedCluster?], _ open: [Open], _ files: KnownFiles, _ problems: inout ProblemCollector
  ) async throws(FleetError) -> ResolvedFleet {
    var clusters = known
    let changed = open.map(\.candidate)
    let layers = try await layers(of: changed, open.map(\.before), files, snapshot, &problems)
    try problems.check()
    let own = try await self.files(of: changed, layers, files, snapshot, &problems)
    try problems.check()
    let assembly = Assembly(policy: policy, plan: plan, facts: facts)
    let resolved = assembly.clusters(changed, layers: layers, files: own, &problems)
    for (it, cluster) in zip(open, resolved) { clusters[it.index] = cluster }
    let all = clusters.compactMap(\.self)
    let notes = assembly.check(all, &problems)
    try problems.check()
    return ResolvedFleet(policy: policy, snapshot: snapshot, clusters: all, notes: notes, facts: facts, parsed: parsed)
  }

  /// The earlier clusters in the places of the candidates of the same name, file and values, where they are as they were; and the
  /// candidates of the other places.
  private static func sorted(
    _ candidates: [LayerResolver.Candidate], _ earlier: [ResolvedCluster], isSame: (ResolvedCluster) -> Bool
  ) -> (known: [ResolvedCluster?], open: [Open]) {
    var known: [ResolvedCluster?] = []
    known.reserveCapacity(candidates.count)
    var open: [Open] = []
    var next = 0
    for (index, candidate) in candidates.enumerated() {
      while next < earlier.count, earlier[next].name < candidate.name { next += 1 }
      var before = next < earlier.count && earlier[next].name == candidate.name ? earlier[next] : nil
      if let it = before, it.source != candidate.path || it.values != candidate.values { before = nil }
      let same = before.flatMap { isSame($0) ? $0 : nil }
      known.append(same)
      if same == nil { open.append(Open(index: index, candidate: candidate, before: before)) }
    }
    return (known, open)
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
        do throws(LayerResolver.Stop) {
          let same = try before[index].flatMap { (cluster) throws(LayerResolver.Stop) in
            try resolver.layers(following: cluster, &alike)
          }
          if let same { layers[index] = same } else { layers[index] = try resolver.layers(of: candidates[index]) }
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
