import Kubernetes
import Promotion
import Testing

@testable import Fleet
@testable import Observing

@Suite("Judging what was read of a cluster")
struct ClusterJudgeTests {
  private func judge(
    component: ComponentName? = "k", _ change: (inout ClusterReading, inout HealthSettings.Kubernetes) -> Void = { _, _ in }
  ) -> Sample {
    var settings = HealthSettings.Kubernetes()
    var reading = ClusterReading()
    reading.versions = Answers(["v1.31.4", "v1.31.4"])
    reading.nodes = Answers([NodeRow("n1", kubelet: "v1.31.4")])
    reading.pods = Answers([PodRow("kube-system", "p")])
    change(&reading, &settings)
    return ClusterJudge(settings: settings, nodes: nil, component: component, restartWindow: 600).sample(reading, now: 0)
  }

  private func error(_ kind: KubernetesError.Kind, _ path: String = "/x") -> KubernetesError {
    KubernetesError(kind, "cannot GET \(path)")
  }

  @Test("A cluster in which all is well has a version and nothing else")
  func clean() {
    #expect(judge() == Sample(versions: ["k": Version("v1.31.4")]))
    #expect(judge(component: nil) == Sample())
  }

  @Test("A source that failed is a gap, and what the others say is kept")
  func gaps() {
    let sample = judge { reading, _ in
      reading.nodes = Answers(errors: [error(.forbidden, "/api/v1/nodes")])
      reading.apiServices.rows = [APIServiceRow("a", isAggregated: true, available: nil)]
    }
    #expect(sample.gaps == [Gap(source: "nodes", text: "cannot GET /api/v1/nodes")])
    #expect(sample.findings.map(\.key) == ["apiservice/a"])
    #expect(sample.versions["k"] != nil)
  }

  @Test("A version of which one reading failed is not told")
  func halfVersion() {
    let sample = judge { reading, _ in reading.versions = Answers(["v1.31.4"], errors: [error(.unavailable(500))]) }
    #expect(sample == Sample(gaps: [Gap(source: "version", text: "cannot GET /x")]))
  }

  @Test("Of a mix the oldest version is told, so that it is no success whatever was broken before")
  func mixed() {
    let sample = judge { reading, _ in reading.versions = Answers(["v1.31.4", "v1.30.2"]) }
    #expect(sample.versions == ["k": Version("v1.30.2")])
    #expect(sample.findings.map(\.key) == ["version", "node/n1/skew"])
  }

  @Test("What fails everywhere alike is said once, and what fails differently each by itself")
  func all() {
    func failed(_ kind: KubernetesError.Kind, apiServices: KubernetesError.Kind? = nil) -> Sample {
      judge { reading, _ in
        reading = ClusterReading()
        reading.versions = Answers(errors: [error(kind, "/version"), error(kind, "/version"), error(kind, "/other")])
        reading.readyz = Answers(errors: [error(kind)])
        reading.nodes = Answers(errors: [error(kind)])
        reading.pods = Answers(errors: [error(kind)])
        for workload in WorkloadRow.Kind.allCases { reading.workloads[workload] = Answers(errors: [error(kind)]) }
        reading.apiServices = Answers(errors: [error(apiServices ?? kind)])
      }
    }
    #expect(failed(.forbidden) == Sample(gaps: [Gap(source: "kubernetes", text: "nothing could be read: cannot GET /version")]))
    let different = failed(.forbidden, apiServices: .notFound)
    #expect(
      different.gaps.map(\.source) == [
        "version", "readyz", "nodes", "pods", "deployments", "daemonsets", "statefulsets", "apiservices",
      ])
    #expect(different.findings.isEmpty && different.gaps.first?.text == "cannot GET /version (and 1 more)")
  }

  @Test("Nothing to judge by is no success")
  func nothing() {
    let none = judge { reading, settings in
      reading.nodes = Answers()
      settings.namespaces = ["kube-system", "ingres"]
    }
    #expect(none.gaps.map(\.source) == ["nodes", "pods"])
    #expect(none.gaps.last?.text.hasPrefix("namespace ingres holds no pods and no workloads") == true)
    let all = judge { reading, settings in
      reading.pods = Answers()
      settings.namespaces = []
    }
    #expect(all.gaps == [Gap(source: "pods", text: "there are no pods and no workloads at all")])
    let scaledDown = judge { reading, settings in
      reading.workloads[.deployment] = Answers([WorkloadRow(.deployment, "ingress", "w")])
      settings.namespaces = ["kube-system", "ingress"]
    }
    #expect(scaledDown.gaps.isEmpty)
  }

  @Test("Parts of the control plane are looked for only where the pods are known")
  func controlPlane() {
    var apiServer = PodRow("kube-system", "kube-apiserver-n1")
    (apiServer.node, apiServer.part, apiServer.ownerKind, apiServer.phase) = ("n1", "kube-apiserver", "Node", "Running")
    #expect(judge { reading, _ in reading.pods.rows = [apiServer] }.findings.count == 2)
    let partly = judge { reading, _ in
      reading.pods.rows = [apiServer]
      reading.pods.errors = [error(.forbidden)]
    }
    #expect(partly.findings.isEmpty && partly.gaps.count == 1)
  }

  @Test("An unready worker that is borne is not asked for its kubelet either")
  func borne() {
    let sample = judge { reading, settings in
      var lost = NodeRow("n2", kubelet: "v1.30.2")
      lost.ready = nil
      reading.nodes.rows.append(lost)
      settings.maxUnreadyNodes = 1
    }
    #expect(sample.findings.isEmpty)
  }

  @Test("Restarts are told by the cluster's clock")
  func clock() {
    var pod = PodRow("kube-system", "p")
    (pod.phase, pod.isCritical, pod.containerNames) = ("Running", true, ["c"])
    pod.containers = [ContainerRow("c", isReady: true)]
    (pod.containers[0].restarts, pod.containers[0].runningSince) = (1, 5000)
    func findings(_ date: Int) -> Int {
      judge { reading, _ in
        reading.pods.rows = [pod]
        reading.pods.date = date
      }.findings.count
    }
    #expect(findings(5600) == 1)
    #expect(findings(5601) == 0)
  }

  @Test("What is found is bounded, and the last says how much more there is")
  func bounded() {
    let sample = judge { reading, _ in
      for index in 0..<700 {
        reading.apiServices.rows.append(APIServiceRow("service-\(index)", isAggregated: true, available: nil))
      }
    }
    #expect(sample.findings.count == 500)
    #expect(sample.findings.last == Finding(source: "kubernetes", key: "more", count: 201, text: "and 201 findings more"))
    var list = FindingList()
    let long = String(repeating: "ü", count: 300)
    list.add(source: "s", key: long + "a", long + "\u{7}")
    list.add(source: "s", key: long + "b", "a\nb")
    #expect(list.findings.allSatisfy { $0.key.utf8.count <= 200 && $0.text.unicodeScalars.count <= 201 })
    #expect(list.findings[0].key != list.findings[1].key)
    #expect(list.findings[1].text == "a b")
  }
}
