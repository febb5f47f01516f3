/// One upgrade of one cluster, told state by state: what is wrong in each, and from where on it may be called a success.
package struct UpgradeScript: Sendable, CustomStringConvertible {
  package struct Step: Sendable {
    package let what: String
    /// Names that the evidence of what is wrong has to say; empty: nothing is wrong.
    package let problems: [String]
    package let change: @Sendable (inout FakeCluster) -> Void

    package init(_ what: String, _ problems: [String], _ change: @escaping @Sendable (inout FakeCluster) -> Void) {
      self.what = what
      self.problems = problems
      self.change = change
    }
  }

  package let name: String
  package let from: String
  /// What the API servers and the kubelets report in the end.
  package let to: String
  /// Before the upgrade, and so the baseline.
  package let start: FakeCluster
  package let steps: [Step]
  /// The earliest step after which the upgrade may be a success; nil: never.
  package let firstSuccess: Int?

  /// How many nodes the cluster is to have.
  package var expectedNodes: Int { start.nodes.count }
  package var description: String { name }

  /// What is wrong after each step, where something is.
  package var problems: [Int: [String]] {
    Dictionary(
      uniqueKeysWithValues: steps.enumerated().filter { !$0.element.problems.isEmpty }.map { ($0.offset, $0.element.problems) })
  }

  /// - Parameter succeeds: whether the last step is the first that may be a success.
  package init(
    _ name: String, _ start: FakeCluster, from: String = Self.old, to: String = Self.new, succeeds: Bool = true, _ steps: [Step]
  ) {
    self.name = name
    self.from = from
    self.to = to
    self.start = start
    self.steps = steps
    firstSuccess = succeeds ? steps.count - 1 : nil
  }

  /// The cluster after a step.
  package func state(after step: Int) -> FakeCluster {
    var cluster = start
    for step in steps[...step] { step.change(&cluster) }
    return cluster
  }

  package static let old = "v1.31.4"
  package static let new = "v1.32.1"

  package static let all: [UpgradeScript] = [
    controlPlaneFirst, nodesOneByOne, cordonAndDrain, nodeThatNeverComesBack, nodeThatIsGone, kubeletLeftBehind, mixedAPIServers,
    crashLoopingCriticalPod, failingInitContainer, blockingWebhook, aggregatedAPIDown, readyzFails, lostControlPlanePod,
    brokenBefore, suffixed(from: "v1.31.4+k3s1", to: "v1.32.1+k3s1"),
    suffixed(from: "v1.31.4-eks-7f9249a", to: "v1.32.1-eks-5d4a308"),
    suffixed(from: "v1.31.4-gke.1372000", to: "v1.32.1-gke.1357001"),
  ]
}
