import Promotion
import Testing

@testable import Observing

@Suite("Nodes, and what runs on those of the control plane")
struct NodeRuleTests {
  private func node(_ name: String, isControlPlane: Bool = false, _ change: (inout NodeRow) -> Void = { _ in }) -> NodeRow {
    var node = NodeRow(name, kubelet: "v1.31.4", isControlPlane: isControlPlane)
    change(&node)
    return node
  }

  private func judge(
    _ nodes: [NodeRow], expected: Int? = nil, maxUnready: Int = 0
  ) -> (lines: [String], verdict: NodeRule.Verdict) {
    var list = FindingList()
    let verdict = NodeRule(nodes: nodes, expected: expected, maxUnready: maxUnready).judge(&list)
    return (list.findings.lines, verdict)
  }

  @Test("Nodes that are ready and take pods are well")
  func well() {
    let unknownNetwork = node("b") { $0.networkUnavailable = ConditionRow("NetworkUnavailable", status: "Unknown") }
    let (lines, verdict) = judge([node("a"), unknownNetwork], expected: 2)
    #expect(lines.isEmpty && verdict.gap == nil && verdict.borne.isEmpty)
  }

  @Test(
    "Each thing that is wrong with a node is found",
    arguments: [
      NodeCase("ready: node n1 is not ready: KubeletNotReady") {
        $0.ready = ConditionRow("Ready", status: "False", reason: "KubeletNotReady")
      }, NodeCase("ready: node n1 is not ready") { $0.ready = ConditionRow("Ready", status: "Unknown") },
      NodeCase("ready: node n1 is not ready: its kubelet has said nothing yet") { $0.ready = nil },
      NodeCase("network: node n1 has no network: NoRoute") {
        $0.networkUnavailable = ConditionRow("", status: "True", reason: "NoRoute")
      }, NodeCase("cordoned: node n1 is cordoned") { $0.isCordoned = true },
      NodeCase("deleted: node n1 is being deleted") { $0.isBeingDeleted = true },
    ])
  func wrong(_ item: NodeCase) {
    #expect(judge([node("n0"), node("n1", item.change)]).lines == ["node/n1/\(item.line)"])
  }

  @Test("Missing nodes are found, more than expected are fine, and none at all is no success")
  func missing() {
    #expect(judge([node("a")], expected: 3).lines == ["nodes/missing x2: 1 of 3 nodes are there"])
    #expect(judge([node("a"), node("b")], expected: 1).lines.isEmpty)
    #expect(judge([]).verdict.gap == "there are no nodes")
    #expect(judge([], expected: 2).lines == ["nodes/missing x2: 0 of 2 nodes are there"])
  }

  @Test("So many unready workers are borne, and no more; never the control plane's, never missing or cordoned ones")
  func borne() {
    let unready = ["a", "b"].map { name in node(name) { $0.ready = nil } }
    let two = judge(unready, maxUnready: 2)
    #expect(two.lines.isEmpty && two.verdict.borne == ["a", "b"])
    let one = judge(unready, maxUnready: 1)
    #expect(one.lines.count == 2 && one.verdict.borne.isEmpty)
    #expect(judge([node("c", isControlPlane: true) { $0.ready = nil }], maxUnready: 1).lines.count == 1)
    #expect(judge([node("c") { $0.isCordoned = true }], expected: 2, maxUnready: 1).lines.count == 2)
  }

  // MARK: The control plane

  private func pod(
    _ part: String, _ node: String, namespace: String = "kube-system", owner: String = "Node", isCritical: Bool = true,
    isReady: Bool = true
  ) -> PodRow {
    var pod = PodRow(namespace, "\(part)-\(node)")
    (pod.node, pod.part, pod.ownerKind, pod.isCritical, pod.phase) = (node, part, owner, isCritical, "Running")
    pod.containerNames = [part]
    pod.containers = [ContainerRow(part, isReady: isReady)]
    return pod
  }

  private func control(_ nodes: [NodeRow], _ pods: [PodRow]) -> [String] {
    found { ControlPlaneRule(nodes: nodes, pods: pods).judge(&$0) }.lines
  }

  @Test("Each ready node of the control plane runs its parts")
  func parts() {
    let nodes = [node("c1", isControlPlane: true), node("c2", isControlPlane: true), node("w1")]
    var pods = ["c1", "c2"].flatMap { node in ControlPlaneRule.parts.map { pod($0, node) } }
    #expect(control(nodes, pods).isEmpty)
    let scheduler = pods.removeLast()
    #expect(control(nodes, pods) == ["node/c2/kube-scheduler: node c2 of the control plane runs no kube-scheduler"])
    var going = scheduler
    going.isBeingDeleted = true
    #expect(control(nodes, pods + [going]).count == 1)
    #expect(control(nodes, pods + [pod("kube-scheduler", "c2", namespace: "other")]).count == 1)
    let unready = control(nodes, pods + [pod("kube-scheduler", "c2", isCritical: false, isReady: false)])
    #expect(unready == ["node/c2/kube-scheduler: node c2 of the control plane runs no ready kube-scheduler"])
    // The rule of critical pods says why.
    #expect(control(nodes, pods + [pod("kube-scheduler", "c2", isReady: false)]).isEmpty)
    // The rule of nodes says so.
    #expect(control([nodes[0], node("c2", isControlPlane: true) { $0.ready = nil }], pods).isEmpty)
  }

  @Test("A node without its label belongs to the control plane when it runs an API server")
  func unlabelled() {
    #expect(control([node("x")], [pod("kube-apiserver", "x")]).count == 2)
  }

  @Test("A control plane that can't be seen is not judged")
  func hidden() {
    let nodes = [node("c1", isControlPlane: true)]
    #expect(control(nodes, []).isEmpty)
    #expect(control(nodes, [pod("kube-apiserver", "c1", owner: "DaemonSet")]).isEmpty)
    #expect(control(nodes, [pod("etcd", "c1")]).isEmpty)
  }
}

/// Something that is wrong with a node that is well otherwise, and how it is told.
struct NodeCase: Sendable, CustomStringConvertible {
  let line: String
  let change: @Sendable (inout NodeRow) -> Void
  var description: String { line }

  init(_ line: String, _ change: @escaping @Sendable (inout NodeRow) -> Void) {
    self.line = line
    self.change = change
  }
}
