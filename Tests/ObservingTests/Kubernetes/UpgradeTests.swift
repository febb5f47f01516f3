import FakeKubernetes
import Promotion
import Testing

@testable import Fleet
@testable import Observing

@Suite("Scripted upgrades")
struct UpgradeTests {
  @Test("No upgrade is a success before it is one, each is when it is, and what is wrong is named", arguments: UpgradeScript.all)
  func script(_ script: UpgradeScript) async throws {
    let fixture = try ClusterFixture(["c": script.start])
    let client = try fixture.client("c")
    let health = ClusterFixture.health(nodes: script.expectedNodes)
    let before = await health.sample(client)
    #expect(before.gaps.isEmpty && before.versions == [ClusterFixture.component: Version(script.from)])
    for (index, step) in script.steps.enumerated() {
      let restarts = fixture.server.cluster("c").restarts
      fixture.server.update("c", step.change)
      // All that the fake tells of happened at one moment: long ago, but for what this step restarted.
      fixture.clock.set(sinceLastChange: fixture.server.cluster("c").restarts > restarts ? 30 : 3600)
      var sample = await health.sample(client)
      sample.findings.removeAll { finding in
        before.findings.contains { $0.key == finding.key && $0.source == finding.source && $0.count >= finding.count }
      }
      let isSuccess = script.firstSuccess.map { index >= $0 } ?? false
      #expect(sample.isClean(script.to) == isSuccess, "after \(step.what): \(sample)")
      #expect(sample.gaps.isEmpty)
      for problem in step.problems {
        #expect(sample.findings.contains { $0.text.contains(problem) }, "\(problem) after \(step.what): \(sample.findings.lines)")
      }
    }
  }

  @Test("A node that is gone is no failure to who does not know how many there should be")
  func unknownCount() async throws {
    let script = try #require(UpgradeScript.all.first { $0.name == "a node that is gone" })
    let fixture = try ClusterFixture(["c": script.state(after: script.steps.count - 1)])
    let client = try fixture.client("c")
    #expect(await ClusterFixture.health().sample(client).isClean(script.to))
    #expect(await ClusterFixture.health(nodes: script.expectedNodes).sample(client).findings.map(\.key) == ["nodes/missing"])
  }

  @Test("A worker that never comes back can be borne, with the pods that it took along")
  func borne() async throws {
    let script = try #require(UpgradeScript.all.first { $0.name == "a node that never comes back" })
    let fixture = try ClusterFixture(["c": script.state(after: script.steps.count - 1)])
    let client = try fixture.client("c")
    #expect(await ClusterFixture.health { $0.maxUnreadyNodes = 1 }.sample(client).isClean(script.to))
    #expect(await !ClusterFixture.health().sample(client).isClean(script.to))
  }

  @Test("A large cluster is asked nine questions")
  func questions() async throws {
    let cluster = FakeCluster.healthy(version: "v1.31.4", nodes: 20, controlPlane: 3, workloads: 40)
    let fixture = try ClusterFixture(["c": cluster])
    let sample = await ClusterFixture.health(nodes: 20) { $0.reads = 2 }.sample(try fixture.client("c"))
    #expect(sample.isClean("v1.31.4"), "\(sample)")
    let requests = fixture.server.requests("c")
    #expect(requests.count == 9)
    #expect(Set(requests.filter { $0.path == "/version" }.map(\.connection)).count == 2)
  }

  @Test("All namespaces are asked for at once, several one by one")
  func namespaces() async throws {
    var cluster = FakeCluster.healthy(version: "v1.31.4")
    var other = FakeWorkload(.deployment, "gateway", namespace: "ingress", replicas: 2)
    other.priorityClass = "system-cluster-critical"
    cluster.add(other)
    cluster.pods[cluster.pods(of: other)[0]].containers[0].crashLoops(restarts: 3)
    cluster.recount()
    let fixture = try ClusterFixture(["c": cluster])
    let client = try fixture.client("c")
    #expect(await ClusterFixture.health().sample(client).isClean("v1.31.4"))
    for namespaces in [[], ["kube-system", "ingress"]] {
      fixture.server.forgetRequests("c")
      let sample = await ClusterFixture.health { $0.namespaces = namespaces }.sample(client)
      #expect(sample.findings.map(\.key) == ["pod/ingress/Deployment/gateway", "deployment/ingress/gateway"])
      #expect(sample.gaps.isEmpty)
      #expect(fixture.server.requests("c").count == (namespaces.isEmpty ? 10 : 14))
    }
  }
}

extension FakeCluster {
  /// Of all containers.
  fileprivate var restarts: Int {
    pods.reduce(0) { $0 + ($1.containers + $1.initContainers).reduce(0) { $0 + $1.restartCount } }
  }
}
