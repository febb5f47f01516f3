import Kubernetes

/// What a source gave: in parts, where it takes several requests.
struct Answers<Row: Sendable>: Sendable {
  var rows: [Row] = []
  var errors: [KubernetesError] = []
  /// Seconds since 1970 by the cluster's clock.
  var date: Int?

  init(_ rows: [Row] = [], errors: [KubernetesError] = []) {
    self.rows = rows
    self.errors = errors
  }

  mutating func add(_ other: Answers) {
    rows += other.rows
    errors += other.errors
    date = date ?? other.date
  }
}

/// All that was read of one cluster, not judged yet.
struct ClusterReading: Sendable {
  var versions = Answers<String>()
  var readyz = Answers<ReadyzRule>()
  var nodes = Answers<NodeRow>()
  var pods = Answers<PodRow>()
  var workloads: [WorkloadRow.Kind: Answers<WorkloadRow>] = [:]
  var apiServices = Answers<APIServiceRow>()

  func workloads(_ kind: WorkloadRow.Kind) -> Answers<WorkloadRow> { workloads[kind] ?? Answers() }

  /// Each source's errors, in the order in which people read them.
  var errors: [(source: String, errors: [KubernetesError])] {
    [(APIServerRule.source, versions.errors), (ReadyzRule.source, readyz.errors), (NodeRule.source, nodes.errors)]
      + [(CriticalPodRule.source, pods.errors)]
      + WorkloadRow.Kind.allCases.map { ($0.plural, workloads($0).errors) }
      + [(AggregatedAPIRule.source, apiServices.errors)]
  }

  /// Whether anything came at all.
  var hasAnswers: Bool {
    !versions.rows.isEmpty || !readyz.rows.isEmpty || nodes.isAnswered || pods.isAnswered || apiServices.isAnswered
      || workloads.values.contains(where: \.isAnswered)
  }
}

extension Answers {
  /// An empty list is an answer too.
  fileprivate var isAnswered: Bool { errors.isEmpty || !rows.isEmpty }
}
