/// A Deployment, DaemonSet or StatefulSet. What is nil is absent from the JSON, as Go's `omitempty` leaves out a 0.
package struct FakeWorkload: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case deployment = "Deployment", daemonSet = "DaemonSet", statefulSet = "StatefulSet"
  }

  package enum Strategy: Sendable, Equatable {
    /// - Parameter partition: of a StatefulSet.
    case rollingUpdate(partition: Int? = nil)
    /// Without the member `rollingUpdate`.
    case bareRollingUpdate
    case onDelete
    case recreate
  }

  package struct Status: Sendable, Equatable {
    package var observedGeneration: Int?
    package var replicas: Int?
    /// `updatedReplicas`, or a DaemonSet's `updatedNumberScheduled`.
    package var updated: Int?
    package var ready: Int?
    package var available: Int?
    /// A DaemonSet's `desiredNumberScheduled`.
    package var desired: Int?
    package var currentRevision: String?
    package var updateRevision: String?
    /// The reason of the condition `Progressing`.
    package var progressing: String?

    package init() {}
  }

  package var kind: Kind
  package var metadata: Metadata
  /// `spec.replicas`; a DaemonSet has none.
  package var replicas: Int?
  package var strategy = Strategy.rollingUpdate()
  package var isPaused = false
  package var priorityClass: String?
  package var containers: [FakeContainer]
  /// Nil: no controller has written one.
  package var status: Status?

  package var name: String { metadata.name }
  package var namespace: String { metadata.namespace }

  package init(
    _ kind: Kind, _ name: String, namespace: String = "kube-system", replicas: Int? = nil, containers: [FakeContainer] = []
  ) {
    self.kind = kind
    metadata = Metadata(name, namespace: namespace, labels: ["k8s-app": name])
    metadata.generation = 1
    self.replicas = kind == .daemonSet ? nil : replicas ?? 1
    self.containers =
      containers.isEmpty ? [FakeContainer(name, image: "registry.k8s.io/\(name)/\(name):v1.0.0")] : containers
    isComplete(count: replicas ?? 1)
  }

  /// Writes the status of a rollout that is done.
  ///
  /// - Parameter count: of its pods.
  package mutating func isComplete(count: Int) {
    var status = Status()
    let count = count == 0 ? nil : count
    status.observedGeneration = metadata.generation
    (status.updated, status.ready, status.available) = (count, count, count)
    switch kind {
    case .deployment:
      status.replicas = count
      status.progressing = "NewReplicaSetAvailable"
    case .daemonSet: status.desired = count ?? 0
    case .statefulSet:
      status.replicas = count ?? 0
      status.currentRevision = revision
      status.updateRevision = revision
    }
    self.status = status
  }

  /// The name of the revision that the template asks for.
  package var revision: String { name + "-" + templateHash }
  package var templateHash: String { String(Metadata.hash(containers.map(\.image).joined(separator: " ")).prefix(10)) }

  var json: JSON {
    var metadata = metadata
    metadata.annotations["meta.helm.sh/release-name"] = name
    if kind == .deployment { metadata.annotations["deployment.kubernetes.io/revision"] = String(metadata.generation ?? 1) }
    return [
      "kind": .string(kind.rawValue), "apiVersion": "apps/v1",
      "metadata": metadata.json(kind: kind.rawValue, managers: .raw(Boilerplate.workload)), "spec": spec,
      "status": status.map(json) ?? .absent,
    ]
  }

  private var spec: JSON {
    var members: [JSON.Member] = [
      .init("replicas", JSON(replicas)), .init("selector", ["matchLabels": ["k8s-app": .string(name)]]),
      .init(
        "template",
        [
          "metadata": ["creationTimestamp": .null, "labels": JSON(metadata.labels)],
          "spec": [
            "volumes": .raw(Boilerplate.volumes), "containers": .array(containers.map(\.spec)), "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "serviceAccountName": .string(name),
            "schedulerName": "default-scheduler", "priorityClassName": JSON(priorityClass),
            "tolerations": .raw(Boilerplate.tolerations),
          ],
        ]), .init("revisionHistoryLimit", 10), .init("paused", JSON(ifTrue: isPaused)),
    ]
    switch kind {
    case .deployment: members += [.init("strategy", strategyJSON), .init("progressDeadlineSeconds", 600)]
    case .daemonSet: members.append(.init("updateStrategy", strategyJSON))
    case .statefulSet:
      members += [
        .init("serviceName", .string(name)), .init("podManagementPolicy", "OrderedReady"), .init("updateStrategy", strategyJSON),
      ]
    }
    return .object(members)
  }

  private var strategyJSON: JSON {
    switch strategy {
    case .bareRollingUpdate: ["type": "RollingUpdate"]
    case .onDelete: ["type": "OnDelete"]
    case .recreate: ["type": "Recreate"]
    case .rollingUpdate(let partition):
      ["type": "RollingUpdate", "rollingUpdate": kind == .statefulSet ? ["partition": JSON(partition)] : ["maxUnavailable": 1]]
    }
  }

  private func json(_ status: Status) -> JSON {
    switch kind {
    case .deployment:
      return [
        "observedGeneration": JSON(status.observedGeneration), "replicas": JSON(status.replicas),
        "updatedReplicas": JSON(status.updated), "readyReplicas": JSON(status.ready),
        "availableReplicas": JSON(status.available), "conditions": .array(conditions(status)),
      ]
    case .daemonSet:
      return [
        "currentNumberScheduled": JSON(status.desired), "numberMisscheduled": 0, "desiredNumberScheduled": JSON(status.desired),
        "numberReady": JSON(status.ready), "observedGeneration": JSON(status.observedGeneration),
        "updatedNumberScheduled": JSON(status.updated), "numberAvailable": JSON(status.available),
      ]
    case .statefulSet:
      return [
        "observedGeneration": JSON(status.observedGeneration), "replicas": JSON(status.replicas),
        "readyReplicas": JSON(status.ready), "currentReplicas": JSON(status.ready), "updatedReplicas": JSON(status.updated),
        "currentRevision": JSON(status.currentRevision), "updateRevision": JSON(status.updateRevision), "collisionCount": 0,
        "availableReplicas": JSON(status.available),
      ]
    }
  }

  private func conditions(_ status: Status) -> [JSON] {
    func condition(_ type: String, _ isTrue: Bool, _ reason: String) -> JSON {
      [
        "type": .string(type), "status": isTrue ? "True" : "False", "lastUpdateTime": .string(Moment.changed),
        "lastTransitionTime": .string(Moment.changed), "reason": .string(reason), "message": "\(name): \(reason)",
      ]
    }
    let isAvailable = status.available ?? 0 >= replicas ?? 1
    var list = [
      condition("Available", isAvailable, isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable")
    ]
    if let reason = status.progressing { list.append(condition("Progressing", reason != "ProgressDeadlineExceeded", reason)) }
    return list
  }
}
