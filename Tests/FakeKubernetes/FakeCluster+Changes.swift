// What happens to a cluster while it is upgraded; each leaves a state that a real one could be in.
extension FakeCluster {
  package func node(_ name: String) -> Int {
    guard let index = nodes.firstIndex(where: { $0.name == name }) else { preconditionFailure("there is no node \(name)") }
    return index
  }

  package func workload(_ name: String) -> Int {
    guard let index = workloads.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("there is no workload \(name)")
    }
    return index
  }

  /// The indices of a workload's pods.
  package func pods(of workload: FakeWorkload) -> [Int] {
    pods.indices.filter { index in
      let pod = pods[index]
      guard pod.namespace == workload.namespace, let owner = pod.metadata.owner else { return false }
      return switch workload.kind {
      case .deployment: owner.kind == "ReplicaSet" && owner.name.dropLast(11) == workload.name
      default: owner.kind == workload.kind.rawValue && owner.name == workload.name
      }
    }
  }

  // MARK: Nodes

  package mutating func cordon(_ name: String) { nodes[node(name)].isCordoned = true }
  package mutating func uncordon(_ name: String) { nodes[node(name)].isCordoned = false }

  /// Puts the pods off a node that Deployments and StatefulSets have there; others in their place wait for a node.
  package mutating func drain(_ name: String) {
    for workload in workloads where workload.kind != .daemonSet {
      for index in pods(of: workload) where pods[index].node == name {
        let isStable = workload.kind == .statefulSet
        let ordinal = isStable ? Int(pods[index].name.split(separator: "-").last ?? "") ?? 0 : revision + index
        pods[index] = Self.pod(of: workload, ordinal, on: nil)
      }
    }
    recount()
  }

  /// Finds a node for each pod that waits for one, and has it run there.
  package mutating func schedule() {
    let free = nodes.filter { $0.isReady && !$0.isCordoned && !$0.isControlPlane }.map(\.name)
    for index in pods.indices where pods[index].node == nil && !free.isEmpty {
      pods[index].node = free[index % free.count]
      pods[index].phase = .running
      pods[index].hasContainerStatuses = true
    }
    recount()
  }

  /// The kubelet no longer reports, and the node controller has given up waiting.
  package mutating func stopKubelet(_ name: String) {
    nodes[node(name)].readiness = .unknown
    for index in pods.indices where pods[index].node == name { pods[index].hasLostNode = true }
    recount()
  }

  package mutating func startKubelet(_ name: String, version: String) {
    nodes[node(name)].readiness = .true
    nodes[node(name)].kubeletVersion = version
    for index in pods.indices where pods[index].node == name { pods[index].hasLostNode = false }
    recount()
  }

  /// The machine is gone, and its node and pods with it.
  package mutating func remove(_ name: String) {
    drain(name)
    nodes.remove(at: node(name))
    pods.removeAll { $0.node == name }
    recount()
  }

  // MARK: The control plane

  /// The API server of a control-plane node, and what stands beside it, run another version from now on.
  package mutating func upgradeControlPlane(_ name: String, to version: String) {
    for index in pods.indices where pods[index].node == name && pods[index].metadata.owner?.kind == "Node" {
      let component = pods[index].metadata.labels["component"] ?? ""
      if component != "etcd" { pods[index].containers[0].image = "registry.k8s.io/\(component):\(version)" }
    }
    let controlPlane = nodes.filter(\.isControlPlane).map(\.name)
    if let index = controlPlane.firstIndex(of: name), apiServers.indices.contains(index) { apiServers[index] = version }
  }

  // MARK: Workloads

  /// A person or a tool changes a workload's image; no controller has looked yet.
  package mutating func change(_ name: String, image: String) {
    let index = workload(name)
    workloads[index].containers[0].image = image
    workloads[index].metadata.generation = (workloads[index].metadata.generation ?? 0) + 1
    if workloads[index].kind == .deployment { workloads[index].status?.progressing = "ReplicaSetUpdated" }
  }

  /// The controller has looked at the newest generation.
  package mutating func observe(_ name: String) {
    let index = workload(name)
    let generation = workloads[index].metadata.generation
    workloads[index].status?.observedGeneration = generation
    recount()
  }

  /// Replaces so many of a workload's older pods by ready ones of its newest revision.
  package mutating func replacePods(of name: String, count: Int = .max) {
    let workload = workloads[workload(name)]
    let old = pods(of: workload).filter { !isUpdated(pods[$0], of: workload) }
    for index in old.prefix(count) {
      let ordinal = Int(pods[index].name.split(separator: "-").last ?? "") ?? index
      pods[index] = Self.pod(of: workload, ordinal, on: pods[index].node)
    }
    recount()
  }

  /// Makes the pods that are missing.
  package mutating func fill(_ name: String) {
    let workload = workloads[workload(name)]
    let missing = (workload.replicas ?? 0) - pods(of: workload).count
    for index in 0..<max(0, missing) { pods.append(Self.pod(of: workload, revision + index, on: nil)) }
    schedule()
  }

  private func isUpdated(_ pod: FakePod, of workload: FakeWorkload) -> Bool {
    pod.metadata.labels["pod-template-hash"] ?? pod.metadata.labels["controller-revision-hash"] == workload.templateHash
  }

  /// Writes the workloads' statuses by their pods, as the controllers do.
  package mutating func recount() {
    for index in workloads.indices {
      let workload = workloads[index]
      guard var status = workload.status else { continue }
      let own = pods(of: workload).map { pods[$0] }
      func count(_ number: Int) -> Int? { number == 0 ? nil : number }
      let updated = own.filter { isUpdated($0, of: workload) }.count
      let ready = own.filter(\.isReady).count
      (status.ready, status.available) = (count(ready), count(ready))
      // What a controller has not looked at, it does not count as new.
      if status.observedGeneration == workload.metadata.generation { status.updated = count(updated) }
      switch workload.kind {
      case .daemonSet: status.desired = nodes.count
      case .deployment:
        status.replicas = count(own.count)
        if updated == own.count, ready == workload.replicas, status.observedGeneration == workload.metadata.generation {
          status.progressing = "NewReplicaSetAvailable"
        }
      case .statefulSet:
        status.replicas = own.count
        status.updateRevision = workload.revision
        if updated == own.count { status.currentRevision = workload.revision }
      }
      workloads[index].status = status
    }
  }
}
