package struct FakeContainer: Sendable, Equatable {
  package enum State: Sendable, Equatable {
    case running
    case waiting(reason: String)
    case terminated(reason: String, exitCode: Int)
  }

  package var name: String
  package var image: String
  package var isReady = true
  package var restartCount = 0
  package var state = State.running

  package init(_ name: String, image: String) {
    self.name = name
    self.image = image
  }

  /// Waits in the kubelet's back-off after having ended with an error.
  package mutating func crashLoops(restarts: Int) {
    isReady = false
    restartCount = restarts
    state = .waiting(reason: "CrashLoopBackOff")
  }

  var spec: JSON {
    [
      "name": .string(name), "image": .string(image), "imagePullPolicy": "IfNotPresent", "resources": .raw(Boilerplate.resources),
      "livenessProbe": .raw(Boilerplate.probe), "readinessProbe": .raw(Boilerplate.probe),
      "volumeMounts": .raw(Boilerplate.mounts), "terminationMessagePath": "/dev/termination-log",
      "terminationMessagePolicy": "File", "securityContext": .raw(Boilerplate.securityContext),
    ]
  }

  /// - Parameter isInit: one that has ended well is no news then.
  func status(isInit: Bool) -> JSON {
    let id = "containerd://" + Metadata.hash(name + image) + Metadata.hash(image)
    let now: JSON
    var last: JSON = .object([])
    switch state {
    case .running: now = ["running": ["startedAt": .string(Moment.changed)]]
    case .waiting(let reason):
      now = ["waiting": ["reason": .string(reason), "message": "back-off 40s restarting failed container=\(name)"]]
    case .terminated(let reason, let code): now = ["terminated": terminated(reason, code, id)]
    }
    if restartCount > 0 { last = ["terminated": terminated("Error", 1, id)] }
    return [
      "name": .string(name), "state": now, "lastState": last, "ready": .bool(isReady), "restartCount": .int(restartCount),
      "image": .string(image), "imageID": "\(image)@sha256:\(Metadata.hash(image))\(Metadata.hash(image, 5))",
      "containerID": .string(id), "started": isInit ? false : .bool(state == .running),
    ]
  }

  private func terminated(_ reason: String, _ code: Int, _ id: String) -> JSON {
    [
      "exitCode": .int(code), "reason": .string(reason), "startedAt": .string(Moment.started),
      "finishedAt": .string(Moment.changed), "containerID": .string(id),
    ]
  }
}

package struct FakePod: Sendable, Equatable {
  package enum Phase: String, Sendable {
    case pending = "Pending", running = "Running", succeeded = "Succeeded", failed = "Failed", unknown = "Unknown"
  }

  package var metadata: Metadata
  /// Nil: not yet scheduled.
  package var node: String?
  package var priorityClass: String?
  package var phase = Phase.running
  /// Of the pod as a whole: `Evicted`.
  package var reason: String?
  package var containers: [FakeContainer]
  package var initContainers: [FakeContainer] = []
  /// Whether the node controller has given its node up. The containers' statuses stay what the kubelet last said.
  package var hasLostNode = false
  /// Whether the kubelet has told of the containers.
  package var hasContainerStatuses = true

  package var name: String { metadata.name }
  package var namespace: String { metadata.namespace }
  package var isReady: Bool { phase == .running && hasContainerStatuses && !hasLostNode && containers.allSatisfy(\.isReady) }

  package init(
    _ name: String, namespace: String = "kube-system", node: String?, labels: [String: String] = [:], containers: [FakeContainer]
  ) {
    metadata = Metadata(name, namespace: namespace, labels: labels)
    self.node = node
    self.containers = containers
  }

  /// Makes it one that no node has taken yet.
  package mutating func isNotScheduled() {
    node = nil
    phase = .pending
    hasContainerStatuses = false
  }

  /// What a kubelet leaves of a pod that it put out for want of memory or disk: no container statuses at all.
  package mutating func isEvicted() {
    phase = .failed
    reason = "Evicted"
    hasContainerStatuses = false
  }

  var json: JSON {
    [
      "kind": "Pod", "apiVersion": "v1", "metadata": metadata.json(kind: "Pod", managers: .raw(Boilerplate.pod)),
      "spec": spec, "status": status,
    ]
  }

  private var spec: JSON {
    [
      "volumes": .raw(Boilerplate.volumes),
      "initContainers": initContainers.isEmpty ? .absent : .array(initContainers.map(\.spec)),
      "containers": .array(containers.map(\.spec)), "restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
      "dnsPolicy": "ClusterFirst", "nodeSelector": ["kubernetes.io/os": "linux"], "serviceAccountName": "default",
      "nodeName": JSON(node), "hostNetwork": JSON(ifTrue: metadata.owner?.kind == "Node"), "securityContext": .object([]),
      "schedulerName": "default-scheduler", "tolerations": .raw(Boilerplate.tolerations),
      "priorityClassName": JSON(priorityClass),
      "priority": priorityClass == nil ? 0 : 2_000_000_000, "enableServiceLinks": true,
      "preemptionPolicy": "PreemptLowerPriority",
    ]
  }

  private var status: JSON {
    func condition(_ type: String, _ isTrue: Bool) -> JSON {
      [
        "type": .string(type), "status": isTrue ? "True" : "False", "lastProbeTime": .null,
        "lastTransitionTime": .string(Moment.changed),
      ]
    }
    let isInitialized = initContainers.allSatisfy(\.isReady)
    let statuses = hasContainerStatuses
    return [
      "phase": .string(phase.rawValue),
      "conditions": [
        condition("PodReadyToStartContainers", node != nil), condition("Initialized", isInitialized),
        condition("Ready", isReady), condition("ContainersReady", isReady), condition("PodScheduled", node != nil),
      ],
      "reason": JSON(reason), "hostIP": node == nil ? .absent : "10.0.12.7", "podIP": node == nil ? .absent : "10.244.3.19",
      "podIPs": node == nil ? .absent : [["ip": "10.244.3.19"]], "startTime": node == nil ? .absent : .string(Moment.changed),
      "initContainerStatuses": statuses && !initContainers.isEmpty
        ? .array(initContainers.map { $0.status(isInit: true) }) : .absent,
      "containerStatuses": statuses ? .array(containers.map { $0.status(isInit: false) }) : .absent, "qosClass": "Burstable",
    ]
  }
}
