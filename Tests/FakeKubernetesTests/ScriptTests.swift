import FakeKubernetes
import TestSupport
import Testing

@Suite("The scripted upgrades")
struct ScriptTests {
  @Test("begin well, and end at the new version where they succeed", arguments: UpgradeScript.all)
  func ends(_ script: UpgradeScript) throws {
    #expect(script.start.apiServers.allSatisfy { $0 == script.from })
    #expect(script.start.nodes.allSatisfy { $0.kubeletVersion == script.from && $0.isReady })
    #expect(script.problems.count == script.steps.count - (script.firstSuccess == nil ? 0 : 1))
    let end = script.state(after: script.steps.count - 1)
    let isUpgraded =
      end.nodes.count == script.expectedNodes && end.apiServers.allSatisfy { $0 == script.to }
      && end.nodes.allSatisfy { $0.kubeletVersion == script.to && $0.isReady && !$0.isCordoned }
    #expect(isUpgraded == (script.firstSuccess != nil))
    if script.firstSuccess != nil { #expect(Self.unready(end) == Self.unready(script.start)) }
  }

  @Test("change something with each step but those that say so", arguments: UpgradeScript.all)
  func changes(_ script: UpgradeScript) {
    var cluster = script.start
    for step in script.steps {
      let before = cluster
      step.change(&cluster)
      #expect(
        (cluster == before) == (step.what == "nothing happens" || step.what.hasSuffix("has not restarted since")), "\(step.what)")
    }
  }

  @Test("keep pods' names apart, and on nodes that exist", arguments: UpgradeScript.all)
  func pods(_ script: UpgradeScript) {
    for step in script.steps.indices {
      let cluster = script.state(after: step)
      #expect(Set(cluster.pods.map { $0.namespace + "/" + $0.name }).count == cluster.pods.count)
      let nodes = Set(cluster.nodes.map(\.name))
      #expect(cluster.pods.allSatisfy { $0.node == nil || nodes.contains($0.node ?? "") })
    }
  }

  @Test("a wrong kubelet, node, API or pod is a problem that is told", arguments: UpgradeScript.all)
  func problems(_ script: UpgradeScript) {
    for (index, step) in script.steps.enumerated() {
      let cluster = script.state(after: index)
      let isWrong =
        cluster.nodes.count < script.expectedNodes || cluster.apiServers.contains { $0 != script.to }
        || cluster.nodes.contains { $0.kubeletVersion != script.to || !$0.isReady || $0.isCordoned }
        || Self.unready(cluster) != Self.unready(script.start) || !cluster.failingChecks.isEmpty
      // Of what only time tells, the state of one moment says nothing.
      if isWrong { #expect(!step.problems.isEmpty, "\(step.what)") }
    }
  }

  /// Names of workloads and APIs that do not do what they should.
  static func unready(_ cluster: FakeCluster) -> Set<String> {
    var names = Set(cluster.apiServices.filter { $0.isAvailable != true }.map(\.name))
    for workload in cluster.workloads {
      let wanted = workload.kind == .daemonSet ? cluster.nodes.count : workload.replicas ?? 0
      if workload.status?.available ?? 0 < wanted || workload.status?.updated ?? 0 < wanted
        || workload.status?.observedGeneration != workload.metadata.generation
      {
        names.insert(workload.name)
      }
    }
    return names
  }
}
