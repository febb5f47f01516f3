/// Whether each node of the control plane runs its parts, where they can be seen: as static pods, which kubelets of managed
/// control planes and of k3s do not have.
struct ControlPlaneRule {
  let nodes: [NodeRow]
  let pods: [PodRow]

  static let parts = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]

  func judge(_ findings: inout FindingList) {
    let seen = pods.filter { $0.namespace == "kube-system" && $0.isStatic && $0.part.map(Self.parts.contains) == true }
    guard !seen.isEmpty else { return }
    for node in nodes.sorted(by: { $0.name < $1.name }) where node.isReady {
      let here = seen.filter { $0.node == node.name && !$0.isBeingDeleted }
      guard node.isControlPlane || here.contains(where: { $0.part == "kube-apiserver" }) else { continue }
      for part in Self.parts {
        let pods = here.filter { $0.part == part }
        // Of one that is critical, as they are, the rule of critical pods says why it is not ready.
        if pods.contains(where: { $0.isCritical || $0.isWell }) { continue }
        findings.add(
          source: CriticalPodRule.source, key: "node/\(node.name)/\(part)",
          "node \(node.name) of the control plane runs no \(pods.isEmpty ? "" : "ready ")\(part)")
      }
    }
  }
}

extension PodRow {
  /// Whether all of its containers are there and ready.
  fileprivate var isWell: Bool {
    phase == "Running" && containerNames.allSatisfy { name in containers.contains { $0.name == name && $0.isReady } }
  }
}
