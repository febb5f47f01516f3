/// A workload, and what `kubectl rollout status` says of it.
package struct RolloutCase: Sendable, CustomStringConvertible {
  package enum Verdict: String, Sendable { case done, waiting, failed, error }

  package let name: String
  package let workload: FakeWorkload
  package let expected: Verdict

  package var description: String { "\(workload.kind.rawValue): \(name)" }
  /// The object as the API gives it.
  package var json: String { workload.json.text }

  /// One for every rule of the rollout table, and for its edges. The workload's name is `case-` and its place.
  package static let all: [RolloutCase] = (deployments + daemonSets + statefulSets).enumerated().map { index, item in
    var workload = item.workload
    workload.metadata.name = "case-\(index)"
    return RolloutCase(name: item.name, workload: workload, expected: item.expected)
  }

  /// - Parameter change: what is other than in a rollout of three replicas that is done, of generation 2.
  private static func of(
    _ kind: FakeWorkload.Kind, _ name: String, _ expected: Verdict, replicas: Int = 3,
    _ change: (inout FakeWorkload, inout FakeWorkload.Status) -> Void
  ) -> RolloutCase {
    var workload = FakeWorkload(kind, "case", namespace: "rollouts", replicas: replicas)
    workload.metadata.generation = 2
    workload.isComplete(count: replicas)
    var status = workload.status ?? FakeWorkload.Status()
    change(&workload, &status)
    // Whoever takes the status away means it.
    if workload.status != nil { workload.status = status }
    return RolloutCase(name: name, workload: workload, expected: expected)
  }

  private static let deployments: [RolloutCase] = [
    of(.deployment, "done", .done) { _, _ in },
    of(.deployment, "a newer generation", .waiting) { workload, _ in workload.metadata.generation = 3 },
    of(.deployment, "an older generation than the observed one", .done) { workload, _ in workload.metadata.generation = 1 },
    of(.deployment, "observedGeneration absent", .waiting) { $1.observedGeneration = nil },
    of(.deployment, "no status", .waiting) { workload, _ in workload.status = nil },
    of(.deployment, "its deadline has passed", .failed) { $1.progressing = "ProgressDeadlineExceeded" },
    of(.deployment, "its deadline has passed while updating", .failed) {
      $1.progressing = "ProgressDeadlineExceeded"
      $1.updated = 1
    },
    of(.deployment, "its deadline has passed, and a newer generation", .waiting) { workload, status in
      status.progressing = "ProgressDeadlineExceeded"
      workload.metadata.generation = 3
    },
    of(.deployment, "no condition Progressing", .done) { $1.progressing = nil },
    of(.deployment, "two of three updated", .waiting) { $1.updated = 2 },
    of(.deployment, "updatedReplicas absent", .waiting) { $1.updated = nil },
    of(.deployment, "an old replica still there", .waiting) {
      $1.replicas = 4
      $1.available = 4
    },
    of(.deployment, "two of three available", .waiting) { $1.available = 2 },
    of(.deployment, "availableReplicas absent", .waiting) { $1.available = nil },
    of(.deployment, "readyReplicas absent", .done) { $1.ready = nil },
    of(.deployment, "more updated than asked for", .waiting) {
      $1.updated = 4
      $1.replicas = 4
    },
    of(.deployment, "scaled to nothing", .done, replicas: 0) { _, _ in },
    of(.deployment, "scaled to nothing, with a replica left", .waiting, replicas: 0) { $1.replicas = 1 },
    of(.deployment, "paused and done", .done) { workload, _ in workload.isPaused = true },
    of(.deployment, "paused and behind", .waiting) { workload, status in
      workload.isPaused = true
      status.updated = 1
    },
    of(.deployment, "strategy Recreate", .done) { workload, _ in workload.strategy = .recreate },
  ]

  private static let daemonSets: [RolloutCase] = [
    of(.daemonSet, "done", .done) { _, _ in },
    of(.daemonSet, "a newer generation", .waiting) { workload, _ in workload.metadata.generation = 3 },
    of(.daemonSet, "observedGeneration absent", .waiting) { $1.observedGeneration = nil },
    of(.daemonSet, "no status", .waiting) { workload, _ in workload.status = nil },
    of(.daemonSet, "two of three updated", .waiting) { $1.updated = 2 },
    of(.daemonSet, "updatedNumberScheduled absent", .waiting) { $1.updated = nil },
    of(.daemonSet, "two of three available", .waiting) { $1.available = 2 },
    of(.daemonSet, "numberAvailable absent", .waiting) { $1.available = nil },
    of(.daemonSet, "all available and two of three ready", .done) { $1.ready = 2 },
    of(.daemonSet, "no node wants it", .done, replicas: 0) { _, _ in },
    of(.daemonSet, "a bare RollingUpdate", .done) { workload, _ in workload.strategy = .bareRollingUpdate },
    of(.daemonSet, "OnDelete", .error) { workload, _ in workload.strategy = .onDelete },
    of(.daemonSet, "OnDelete, and a newer generation", .error) { workload, _ in
      workload.strategy = .onDelete
      workload.metadata.generation = 3
    },
  ]

  private static let statefulSets: [RolloutCase] = [
    of(.statefulSet, "done", .done) { _, _ in },
    of(.statefulSet, "a newer generation", .waiting) { workload, _ in workload.metadata.generation = 3 },
    of(.statefulSet, "observedGeneration 0", .waiting) { $1.observedGeneration = 0 },
    of(.statefulSet, "observedGeneration absent", .waiting) { $1.observedGeneration = nil },
    of(.statefulSet, "no status", .waiting) { workload, _ in workload.status = nil },
    of(.statefulSet, "two of three ready", .waiting) { $1.ready = 2 },
    of(.statefulSet, "readyReplicas absent", .waiting) { $1.ready = nil },
    of(.statefulSet, "all ready and none available", .done) { $1.available = nil },
    // kubectl takes any `rollingUpdate` for a partitioned one; API servers always add a partition to it.
    of(.statefulSet, "rollingUpdate without a partition, another revision is current", .done) {
      $1.currentRevision = "case-old"
    },
    of(.statefulSet, "another revision is current, and a bare RollingUpdate", .waiting) { workload, status in
      workload.strategy = .bareRollingUpdate
      status.currentRevision = "case-old"
    },
    of(.statefulSet, "a bare RollingUpdate", .done) { workload, _ in workload.strategy = .bareRollingUpdate },
    of(.statefulSet, "partition 1, two updated", .done) { workload, status in
      workload.strategy = .rollingUpdate(partition: 1)
      status.updated = 2
      status.currentRevision = "case-old"
    },
    of(.statefulSet, "partition 1, one updated", .waiting) { workload, status in
      workload.strategy = .rollingUpdate(partition: 1)
      status.updated = 1
    },
    of(.statefulSet, "partition 1, updatedReplicas absent", .waiting) { workload, status in
      workload.strategy = .rollingUpdate(partition: 1)
      status.updated = nil
    },
    of(.statefulSet, "partition 0, all updated, another revision is current", .done) { workload, status in
      workload.strategy = .rollingUpdate(partition: 0)
      status.currentRevision = "case-old"
    },
    of(.statefulSet, "partition 0, two updated", .waiting) { workload, status in
      workload.strategy = .rollingUpdate(partition: 0)
      status.updated = 2
    },
    of(.statefulSet, "a partition of all, none updated", .done) { workload, status in
      workload.strategy = .rollingUpdate(partition: 3)
      status.updated = nil
    },
    of(.statefulSet, "a partition beyond all", .done) { workload, status in
      workload.strategy = .rollingUpdate(partition: 9)
      status.updated = nil
    },
    of(.statefulSet, "partition 1, two ready", .waiting) { workload, status in
      workload.strategy = .rollingUpdate(partition: 1)
      status.ready = 2
    },
    of(.statefulSet, "scaled to nothing", .done, replicas: 0) { _, _ in },
    of(.statefulSet, "OnDelete", .error) { workload, _ in workload.strategy = .onDelete },
    of(.statefulSet, "OnDelete, and a newer generation", .error) { workload, _ in
      workload.strategy = .onDelete
      workload.metadata.generation = 3
    },
  ]
}
