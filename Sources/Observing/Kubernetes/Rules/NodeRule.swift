import Promotion

/// Whether the nodes are there, ready, and taking pods.
struct NodeRule {
  let nodes: [NodeRow]
  /// How many there must be at least.
  let expected: Int?
  /// So many workers may be unready.
  let maxUnready: Int

  static let source = "nodes"

  struct Verdict {
    /// Unready workers that are borne: nothing is asked of them or of what runs there.
    var borne: Set<String> = []
    var gap: String?
  }

  func judge(_ findings: inout FindingList) -> Verdict {
    if let expected, nodes.count < expected {
      findings.add(
        source: Self.source, key: "nodes/missing", count: expected - nodes.count, "\(nodes.count) of \(expected) nodes are there")
    }
    guard !nodes.isEmpty else { return Verdict(gap: "there are no nodes") }
    var verdict = Verdict()
    let unready = nodes.filter { !$0.isReady && !$0.isControlPlane }
    if unready.count <= maxUnready { verdict.borne = Set(unready.map(\.name)) }
    for node in nodes.sorted(by: { $0.name < $1.name }) {
      judge(node, isBorne: verdict.borne.contains(node.name), &findings)
    }
    return verdict
  }

  private func judge(_ node: NodeRow, isBorne: Bool, _ findings: inout FindingList) {
    func add(_ what: String, _ words: String) {
      findings.add(source: Self.source, key: "node/\(node.name)/\(what)", "node \(node.name) \(words)")
    }
    if !isBorne {
      if node.ready?.isTrue != true { add("ready", "is not ready" + Self.reason(node.ready)) }
      if node.networkUnavailable?.isTrue == true { add("network", "has no network" + Self.reason(node.networkUnavailable)) }
    }
    if node.isCordoned { add("cordoned", "is cordoned") }
    if node.isBeingDeleted { add("deleted", "is being deleted") }
  }

  private static func reason(_ condition: ConditionRow?) -> String {
    guard let condition else { return ": its kubelet has said nothing yet" }
    return condition.reason.isEmpty ? "" : ": \(condition.reason)"
  }
}
