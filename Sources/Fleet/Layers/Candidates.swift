import Promotion

/// Which clusters there are.
enum Candidates {
  /// Whether changes leave it as it is which clusters there are, and which files name them.
  static func areKept(_ policy: PolicyFile, _ changes: [String: Snapshot.Change]) -> Bool {
    guard case .pattern(let pattern) = policy.fleet.clusters else { return true }
    return !changes.contains { ($0.value.old == nil) != ($0.value.new == nil) && pattern.matches($0.key) }
  }

  /// The clusters of an earlier tree after some changes; nil where people must hear of a problem, or nothing is known.
  static func following(
    _ earlier: [ResolvedCluster], _ policy: PolicyFile, _ changes: [String: Snapshot.Change]
  ) -> [LayerResolver.Candidate]? {
    guard case .pattern(let pattern) = policy.fleet.clusters else { return earlier.map(LayerResolver.Candidate.init) }
    var gone: Set<String> = []
    var new: [LayerResolver.Candidate] = []
    for (path, change) in changes where (change.old == nil) != (change.new == nil) {
      guard var values = pattern.captures(in: path) else { continue }
      if change.new == nil {
        gone.insert(path)
      } else {
        guard let name = values.removeValue(forKey: "cluster"), PolicyText.isClusterName(name) else { return nil }
        new.append(LayerResolver.Candidate(name: name, values: values, path: path))
      }
    }
    let rest = earlier.filter { cluster in cluster.source.map { !gone.contains($0) } ?? true }
    guard rest.count == earlier.count - gone.count else { return nil }
    if new.isEmpty { return rest.isEmpty ? nil : rest.map(LayerResolver.Candidate.init) }
    let all = (rest.map(LayerResolver.Candidate.init) + new).sorted { $0.name < $1.name }
    let areTwo = zip(all, all.dropFirst()).contains { $0.name == $1.name }
    return areTwo ? nil : all
  }

  static func of(
    _ policy: PolicyFile, in files: [String: ContentID], _ problems: inout ProblemCollector
  ) -> [LayerResolver.Candidate] {
    switch policy.fleet.clusters {
    case .list(let names):
      return names.map { LayerResolver.Candidate(name: $0.name, values: [:], path: nil) }.sorted { $0.name < $1.name }
    case .map(let clusters):
      return clusters.map { LayerResolver.Candidate(name: $0.name, values: $0.values, path: nil) }
        .sorted { $0.name < $1.name }
    case .pattern(let pattern): return matching(pattern, at: policy.fleet.clustersPlace, files, &problems)
    }
  }

  private static func matching(
    _ pattern: PathPattern, at place: Place, _ files: [String: ContentID], _ problems: inout ProblemCollector
  ) -> [LayerResolver.Candidate] {
    let prefix: String = if case .text(let text)? = pattern.parts.first { text } else { "" }
    var found: [ClusterName: LayerResolver.Candidate] = [:]
    found.reserveCapacity(files.count / 2)
    for path in files.keys where path.utf8.starts(with: prefix.utf8) {
      guard var values = pattern.captures(in: path), let name = values.removeValue(forKey: "cluster") else { continue }
      if let other = found[name]?.path {
        let both = [path, other].sorted()
        problems.add(
          Problem("cluster \(name) is named by two files, \(both[0]) and \(both[1])", at: place, hint: "rename one"), cluster: nil
        )
      } else if !PolicyText.isClusterName(name) {
        problems.add(
          Problem("\(path) names a cluster with a control character", at: place, hint: "rename the file"), cluster: nil)
      } else {
        found[name] = LayerResolver.Candidate(name: name, values: values, path: path)
      }
    }
    if found.isEmpty {
      problems.add(
        Problem("no file of the repository matches \(pattern)", at: place, hint: "the files that exist name the clusters"),
        cluster: nil)
    }
    return found.keys.sorted().compactMap { found[$0] }
  }
}
