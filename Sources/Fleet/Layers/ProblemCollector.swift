import Promotion

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
