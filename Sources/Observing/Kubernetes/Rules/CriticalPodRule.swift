import Promotion

/// Whether the pods that a cluster can't do without are well: those of the two priority classes that Kubernetes keeps for them.
struct CriticalPodRule {
  let pods: [PodRow]
  /// Seconds since 1970, by the cluster's clock.
  let now: Int
  /// Containers that were restarted within so many seconds count as not well yet.
  let restartWindow: Int
  /// Nodes that are borne unready, and with them what runs there.
  let borne: Set<String>

  static let source = "pods"
  /// So many seconds longer than it asked for a pod may take to go.
  static let patience = 300

  private struct Owner: Hashable {
    let namespace: String
    let kind: String
    let name: String

    init(_ pod: PodRow) { (namespace, kind, name) = (pod.namespace, pod.ownerKind, pod.ownerName) }
    var key: String { "pod/\(namespace)/\(kind)/\(name)" }
  }

  func judge(_ findings: inout FindingList) {
    var bad: [Owner: [(pod: String, what: String)]] = [:]
    for pod in pods where pod.isCritical && !(borne.contains(pod.node) && pod.phase != "Failed") {
      if let what = whatIsWrong(pod) { bad[Owner(pod), default: []].append((pod.name, what)) }
    }
    for (owner, pods) in bad.sorted(by: { $0.key.key < $1.key.key }) {
      let first = pods.min { $0.pod < $1.pod }!  // made with the first of them
      let text =
        pods.count == 1
        ? "pod \(owner.namespace)/\(first.pod) \(first.what)"
        : "\(pods.count) pods of \(owner.namespace)/\(owner.name) are not well: \(first.pod) \(first.what)"
      findings.add(source: Self.source, key: owner.key, count: pods.count, text)
    }
  }

  /// nil: nothing is.
  func whatIsWrong(_ pod: PodRow) -> String? {
    if pod.phase == "Succeeded" { return nil }
    if pod.isBeingDeleted {
      guard let deletion = pod.deletion, now - deletion > Self.patience else { return nil }
      return "should have gone \((now - deletion) / 60) minutes ago"
    }
    let waiting = initTrouble(pod) ?? containerTrouble(pod)
    guard pod.phase == "Running" else { return notRunning(pod, waiting) }
    if let waiting { return waiting }
    // The node's controller says so of pods whose kubelet is silent, and leaves their containers as they were.
    if let ready = pod.ready, ready.status == "False" {
      return "is not ready" + (ready.reason.isEmpty ? "" : ": \(ready.reason)")
    }
    return restart(pod)
  }

  private func notRunning(_ pod: PodRow, _ waiting: String?) -> String {
    switch pod.phase {
    case "Failed": "has failed" + (pod.reason.isEmpty ? "" : ": \(pod.reason)")
    case "Pending": waiting.map { "is pending: \($0)" } ?? (pod.node.isEmpty ? "is on no node yet" : "is pending")
    default: "is in phase \(pod.phase.isEmpty ? "Unknown" : pod.phase)"
    }
  }

  private func initTrouble(_ pod: PodRow) -> String? {
    for name in pod.initNames {
      guard let status = pod.initContainers.first(where: { $0.name == name }) else {
        return "has an init container \(name) that has not begun"
      }
      if pod.sidecars.contains(name) {
        if !status.isReady { return "has a sidecar \(name) that \(Self.state(status))" }
      } else if status.exitCode != 0 && !status.isReady {
        return "has an init container \(name) that \(Self.state(status, aim: "is not complete"))"
      }
    }
    return nil
  }

  private func containerTrouble(_ pod: PodRow) -> String? {
    for name in pod.containerNames {
      guard let status = pod.containers.first(where: { $0.name == name }) else {
        return "has a container \(name) that has not begun"
      }
      if !status.isReady { return "has a container \(name) that \(Self.state(status))" }
    }
    return nil
  }

  private static func state(_ status: ContainerRow, aim: String = "is not ready") -> String {
    if let reason = status.waitingReason { return reason.isEmpty ? "waits" : "waits: \(reason)" }
    guard let code = status.exitCode else { return aim }
    return "has ended" + (status.endReason.isEmpty ? " with \(code)" : ": \(status.endReason)")
  }

  private func restart(_ pod: PodRow) -> String? {
    let restarted = (pod.containers + pod.initContainers).compactMap { status in status.lastRestart.map { (status, now - $0) } }
      .min { $0.1 < $1.1 }
    guard let (status, age) = restarted, age <= restartWindow else { return nil }
    return "has a container \(status.name) that was restarted \(max(0, age)) s ago"
  }
}
