import FakeKubernetes
import Foundation
import TestSupport
import Testing

@Suite("kubectl works against the fake Kubernetes API", .enabled(if: Kubectl.isPresent, "\(Kubectl.absence)"))
struct KubectlTests {
  @Test("gets nodes and readyz", arguments: FakeServer.Authentication.allCases)
  func reads(_ auth: FakeServer.Authentication) throws {
    let asked = try Asked()
    let kubectl = try asked.kubectl(auth)
    asked.server.update(Asked.name) { cluster in
      cluster.stopKubelet("worker-2")
      cluster.cordon("worker-1")
    }
    #expect(try Self.agrees(kubectl, asked.server.cluster(Asked.name)))
    #expect(try kubectl.nodes().map(\.readiness) == ["True", "True", "Unknown"])
    #expect(try kubectl.isReady())
    asked.server.update(Asked.name) { $0.failingChecks = ["etcd"] }
    #expect(try !kubectl.isReady())
    #expect(asked.server.requests(Asked.name).allSatisfy { $0.user == "sluice" })
  }

  @Test(
    "gets what else there is", arguments: ["pods", "deployments", "statefulsets,daemonsets", "configmaps", "apiservices", "ns"])
  func lists(_ kind: String) throws {
    let asked = try Asked(.healthy(version: "v1.31.4", workloads: 6))
    let done = try asked.kubectl().run(["get", kind, "-A", "--chunk-size=2"])
    #expect(asked.server.requests(Asked.name).allSatisfy { $0.user == "sluice" })
    #expect(done.status == 0)
    #expect(done.errors == "")
    #expect(done.output.split(separator: "\n").count > 2)
  }

  @Test("gives the expected verdict of a rollout", arguments: RolloutCase.all)
  func rollouts(_ item: RolloutCase) throws {
    let done = try Self.cases.get().run(
      [
        "-n", "rollouts", "rollout", "status", "--watch=false",
        "\(item.workload.kind.rawValue.lowercased())/\(item.workload.name)",
      ])
    #expect(Kubectl.rollout(done).rawValue == item.expected.rawValue, "\(done.output)\(done.errors)")
  }

  private static let server = Result {
    var cluster = FakeCluster.healthy(version: "v1.31.4")
    cluster.workloads += RolloutCase.all.map(\.workload)
    return try Asked(cluster)
  }
  private static let cases = Result { try server.get().kubectl() }

  @Test("a rollout that it waits for ends when the state changes", arguments: FakeServer.Authentication.allCases)
  func waits(_ auth: FakeServer.Authentication) throws {
    let asked = try Asked()
    let kubectl = try asked.kubectl(auth)
    asked.server.update(Asked.name) { $0.change("coredns", image: "registry.k8s.io/coredns/coredns:v1.12.0") }
    let running = try kubectl.start(["-n", "kube-system", "rollout", "status", "deployment/coredns"])
    while running.process.isRunning, !asked.server.requests(Asked.name).contains(where: { $0.query("watch") != nil }) {
      usleep(1_000)
    }
    asked.server.update(Asked.name) { $0.observe("coredns") }
    asked.server.update(Asked.name) { $0.replacePods(of: "coredns", count: 1) }
    asked.server.update(Asked.name) { $0.replacePods(of: "coredns") }
    let done = try running.wait()
    #expect(Kubectl.rollout(done) == .done)
    #expect(done.output.contains("Waiting for deployment"))
    let late = try kubectl.run(["-n", "kube-system", "rollout", "status", "--timeout=1s", "deployment/coredns"])
    #expect(Kubectl.rollout(late) == .done)
  }

  @Test(
    "sees a scripted upgrade step by step",
    arguments: UpgradeScript.all.filter { ["cordon and drain", "a webhook that blocks"].contains($0.name) })
  func follows(_ script: UpgradeScript) throws {
    let asked = try Asked(script.start)
    let kubectl = try asked.kubectl()
    for step in script.steps {
      asked.server.update(Asked.name, step.change)
      let cluster = asked.server.cluster(Asked.name)
      #expect(try Self.agrees(kubectl, cluster), "\(step.what)")
      let isDone = try kubectl.rollout("deployment", "coredns", namespace: "kube-system") == .done
      #expect(isDone == !ScriptTests.unready(cluster).contains("coredns"), "\(step.what)")
    }
  }

  private static func agrees(_ kubectl: Kubectl, _ cluster: FakeCluster) throws -> Bool {
    let nodes = cluster.nodes.map { node in
      Kubectl.Node(
        name: node.name, readiness: node.readiness?.rawValue ?? "", version: node.kubeletVersion, isCordoned: node.isCordoned)
    }
    return try kubectl.nodes() == nodes.sorted { $0.name < $1.name }
  }
}
