/// All that one cluster says of itself. A value: tests and scripts change it through `FakeServer.update`.
package struct FakeCluster: Sendable, Equatable {
  /// The versions of the API servers behind the one address; a connection stays with one of them.
  package var apiServers: [String]
  /// The checks of `/readyz` and `/livez` that fail.
  package var failingChecks: [String] = []
  package var nodes: [FakeNode] = []
  package var pods: [FakePod] = []
  package var workloads: [FakeWorkload] = []
  package var apiServices: [FakeAPIService] = []
  package var configMaps: [FakeConfigMap] = []
  package var secrets: [FakeSecret] = []

  package var certificate = Certificate.good
  /// New connections are taken, and not a byte is said on them.
  package var isSilent = false
  /// A page's `continue` token is worth nothing once this has changed: 410, as after a compaction.
  package var continueGeneration = 0
  package var faults: [FakeFault] = []
  /// The revision of lists; the server counts it up with each change.
  package var revision = 184_200

  /// What the server shows in the handshake.
  package enum Certificate: Sendable, CaseIterable {
    case good, expired
    /// Valid for `kubernetes.example` alone.
    case wrongName
    /// Signed by a CA that no kubeconfig names.
    case stranger
  }

  package init(apiServers: [String]) { self.apiServers = apiServers }

  // MARK: Building

  /// A cluster in which all is well and all runs `version`.
  ///
  /// - Parameters:
  ///   - nodes: all of them, the control plane's with them.
  ///   - controlPlane: how many nodes are the control plane's; 0: a managed control plane that shows no node.
  ///   - workloads: in kube-system: kube-proxy, coredns, metrics-server first; then add-ons of all three kinds.
  package static func healthy(version: String, nodes: Int = 3, controlPlane: Int = 1, workloads: Int = 3) -> FakeCluster {
    var cluster = FakeCluster(apiServers: Array(repeating: version, count: max(1, controlPlane)))
    for index in 0..<nodes {
      let isControlPlane = index < controlPlane
      let name = isControlPlane ? "control-plane-\(index + 1)" : "worker-\(index - controlPlane + 1)"
      cluster.nodes.append(
        FakeNode(
          name, version: version, isControlPlane: isControlPlane, zone: "eu-west-1" + ["a", "b", "c"][index % 3],
          address: "10.0.\(index / 250).\(index % 250 + 4)"))
      if isControlPlane { for component in staticPods { cluster.addStaticPod(component, on: name, version: version) } }
    }
    for index in 0..<workloads { cluster.add(addOn(index, version: version)) }
    cluster.apiServices = [
      FakeAPIService(group: "", version: "v1"), FakeAPIService(group: "apps", version: "v1"),
      FakeAPIService(group: "apiregistration.k8s.io", version: "v1"),
      FakeAPIService(group: "metrics.k8s.io", version: "v1beta1", service: "kube-system/metrics-server"),
    ]
    cluster.configMaps = [
      FakeConfigMap("kube-root-ca.crt", data: ["ca.crt": "none"]),
      FakeConfigMap("cluster-info", data: ["automation": "v1.4.2"]),
    ]
    return cluster
  }

  package static let staticPods = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]

  private static func addOn(_ index: Int, version: String) -> FakeWorkload {
    var workload: FakeWorkload
    switch index {
    case 0:
      workload = FakeWorkload(
        .daemonSet, "kube-proxy", containers: [FakeContainer("kube-proxy", image: "registry.k8s.io/kube-proxy:\(version)")])
      workload.priorityClass = "system-node-critical"
    case 1:
      workload = FakeWorkload(
        .deployment, "coredns", replicas: 2,
        containers: [FakeContainer("coredns", image: "registry.k8s.io/coredns/coredns:v1.11.3")])
      workload.metadata.labels = ["k8s-app": "kube-dns"]
      workload.priorityClass = "system-cluster-critical"
    case 2:
      workload = FakeWorkload(
        .deployment, "metrics-server", replicas: 1,
        containers: [FakeContainer("metrics-server", image: "registry.k8s.io/metrics-server/metrics-server:v0.7.2")])
      workload.priorityClass = "system-cluster-critical"
    default:
      let name = "addon-" + (index < 10 ? "0" : "") + String(index)
      let kinds: [FakeWorkload.Kind] = [
        .deployment, .deployment, .daemonSet, .deployment, .statefulSet, .deployment, .deployment, .deployment, .deployment,
        .deployment,
      ]
      workload = FakeWorkload(kinds[index % kinds.count], name, replicas: 1)
      if workload.kind == .daemonSet { workload.priorityClass = "system-node-critical" }
    }
    return workload
  }

  /// Adds a pod of the control plane that the node's own files ask for.
  package mutating func addStaticPod(_ component: String, on node: String, version: String) {
    let image = component == "etcd" ? "registry.k8s.io/etcd:3.5.16-0" : "registry.k8s.io/\(component):\(version)"
    var pod = FakePod(
      "\(component)-\(node)", node: node, labels: ["component": component, "tier": "control-plane"],
      containers: [FakeContainer(component, image: image)])
    pod.metadata.annotations = ["kubernetes.io/config.source": "file", "kubernetes.io/config.hash": Metadata.hash(image)]
    pod.metadata.owner = Metadata.Owner(apiVersion: "v1", kind: "Node", name: node)
    pod.priorityClass = "system-node-critical"
    pods.append(pod)
  }

  /// Adds a workload whose rollout is done, and its pods on the nodes.
  package mutating func add(_ workload: FakeWorkload) {
    var workload = workload
    let places =
      workload.kind == .daemonSet
      ? nodes.map(\.name)
      : (0..<(workload.replicas ?? 1)).map { nodes.isEmpty ? "" : nodes[(nodes.count - 1 - $0 % nodes.count)].name }
    workload.isComplete(count: places.count)
    for (index, node) in places.enumerated() { pods.append(Self.pod(of: workload, index, on: node)) }
    workloads.append(workload)
  }

  /// A pod of a workload's newest revision.
  ///
  /// - Parameter index: tells it from the others: a StatefulSet's ordinal.
  package static func pod(of workload: FakeWorkload, _ index: Int, on node: String?) -> FakePod {
    let hash = workload.templateHash
    let unique = Metadata.suffix("\(workload.name) \(index) \(node ?? "-") \(hash)")
    var owner = Metadata.Owner(kind: workload.kind.rawValue, name: workload.name)
    let name: String
    switch workload.kind {
    case .deployment:
      owner = Metadata.Owner(kind: "ReplicaSet", name: workload.revision)
      name = workload.revision + "-" + unique
    case .daemonSet: name = workload.name + "-" + unique
    case .statefulSet: name = workload.name + "-" + String(index)
    }
    var pod = FakePod(
      name, namespace: workload.namespace, node: node, labels: workload.metadata.labels, containers: workload.containers)
    pod.metadata.labels[workload.kind == .deployment ? "pod-template-hash" : "controller-revision-hash"] = hash
    pod.metadata.owner = owner
    pod.priorityClass = workload.priorityClass
    if node == nil { pod.isNotScheduled() }
    return pod
  }
}
