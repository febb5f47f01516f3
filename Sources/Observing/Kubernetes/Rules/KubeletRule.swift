import Promotion

/// Whether the kubelets run what the API servers run, or at least what these get on with
/// (kubernetes.io/releases/version-skew-policy).
struct KubeletRule {
  let nodes: [NodeRow]
  /// Of the API servers: a kubelet must be no newer than any of them.
  let oldest: Release
  /// What an upgrade goes to.
  let newest: Release
  /// The component whose upgrade is done only when the kubelets have it too.
  let component: ComponentName?

  /// - Returns: why something could not be told.
  func judge(_ findings: inout FindingList) -> String? {
    var gap: String?
    for node in nodes.sorted(by: { $0.name < $1.name }) {
      guard let kubelet = Release(node.kubeletVersion) else {
        gap = gap ?? "node \(node.name) does not say which version its kubelet runs"
        continue
      }
      let words = "node \(node.name) runs kubelet \(kubelet.shown), the API server"
      if let component, !kubelet.isSame(as: newest) {
        // With the version in the key: a kubelet that an earlier upgrade left behind is no excuse for this one.
        findings.add(
          .component(component), source: NodeRule.source, key: "node/\(node.name)/kubelet/\(newest.shown)",
          "\(words) \(newest.shown)")
      }
      if let wrong = skew(kubelet) {
        findings.add(source: NodeRule.source, key: "node/\(node.name)/skew", "\(words) \(oldest.shown): \(wrong)")
      }
    }
    return gap
  }

  private func skew(_ kubelet: Release) -> String? {
    let (mine, theirs) = (kubelet.minor, oldest.minor)
    guard mine.major == theirs.major else { return "another major version" }
    if mine.minor > theirs.minor { return "a kubelet must not be newer" }
    let allowed: UInt64 = mine.minor < 25 ? 2 : 3
    return theirs.minor - mine.minor > allowed ? "more than \(allowed) minor versions older" : nil
  }
}
