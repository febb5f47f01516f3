import FakeKubernetes
import Promotion
import TestSupport
import Testing

@testable import Observing

@Suite("kubectl and the check agree", .enabled(if: Kubectl.isPresent, "\(Kubectl.absence)"))
struct KubectlAgreementTests {
  private static let scripts = [
    "nodes one by one", "control plane first", "a webhook that blocks", "an API server that is not ready",
  ]
  private static let workloads = ["kube-proxy", "coredns", "metrics-server"]

  @Test("on the same upgrade, step by step", arguments: UpgradeScript.all.filter { scripts.contains($0.name) })
  func upgrade(_ script: UpgradeScript) async throws {
    let fixture = try ClusterFixture(["c": script.start])
    let client = try fixture.client("c")
    let kubectl = try Kubectl(kubeconfig: fixture.server.kubeconfig(for: ["c"]))
    for step in script.steps {
      fixture.server.update("c", step.change)
      let sample = await ClusterFixture.health().sample(client)
      let keys = Set(sample.findings.map { $0.key.lowercased() })
      for node in try kubectl.nodes() {
        #expect(keys.contains("node/\(node.name)/ready") == (node.readiness != "True"), "\(node) after \(step.what)")
        #expect(keys.contains("node/\(node.name)/cordoned") == node.isCordoned, "\(node) after \(step.what)")
      }
      let isReady = try kubectl.isReady()
      #expect(keys.contains { $0.hasPrefix("readyz") } == !isReady, "after \(step.what)")
      for workload in fixture.server.cluster("c").workloads where Self.workloads.contains(workload.name) {
        let kind = workload.kind.rawValue.lowercased()
        let isDone = try kubectl.rollout(kind, workload.name, namespace: "kube-system") == .done
        #expect(keys.contains("\(kind)/kube-system/\(workload.name)") == !isDone, "\(workload.name) after \(step.what): \(keys)")
      }
    }
  }
}
