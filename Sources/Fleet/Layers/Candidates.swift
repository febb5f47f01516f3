import Promotion

/// Which clusters there are.
enum Candidates {
  /// The clusters of an earlier resolution, where the files that name them are the same; nil where they are not.
  static func unchanged(_ earlier: [ResolvedCluster], _ policy: PolicyFile, in snapshot: Snapshot) -> [LayerResolver.Candidate]? {
    if earlier.isEmpty { return nil }
    if case .pattern(let pattern) = policy.fleet.clusters {
      guard earlier.allSatisfy({ $0.source.map { snapshot.files[$0] != nil } ?? false }) else { return nil }
      var count = 0
      for path in snapshot.files.keys where pattern.matches(path) { count += 1 }
      if count != earlier.count { return nil }
    }
    return earlier.map { LayerResolver.Candidate(name: $0.name, values: $0.values, path: $0.source) }
  }

  static func of(
    _ policy: PolicyFile, in snapshot: Snapshot, _ problems: inout ProblemCollector
  ) -> [LayerResolver.Candidate] {
    switch policy.fleet.clusters {
    case .list(let names):
      return names.map { LayerResolver.Candidate(name: $0.name, values: [:], path: nil) }.sorted { $0.name < $1.name }
    case .map(let clusters):
      return clusters.map { LayerResolver.Candidate(name: $0.name, values: $0.values, path: nil) }
        .sorted { $0.name < $1.name }
    case .pattern(let pattern): return matching(pattern, at: policy.fleet.clustersPlace, snapshot, &problems)
    }
  }

  private static func matching(
    _ pattern: PathPattern, at place: Place, _ snapshot: Snapshot, _ problems: inout ProblemCollector
  ) -> [LayerResolver.Candidate] {
    let prefix: String = if case .text(let text)? = pattern.parts.first { text } else { "" }
    var found: [ClusterName: LayerResolver.Candidate] = [:]
    found.reserveCapacity(snapshot.files.count / 2)
    for path in snapshot.files.keys where path.utf8.starts(with: prefix.utf8) {
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
