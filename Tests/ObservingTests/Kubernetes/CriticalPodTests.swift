import Promotion
import Testing

@testable import Observing

@Suite("Critical pods")
struct CriticalPodTests {
  private static let now = 1_000_000

  private static func pod(_ name: String = "p-1", _ change: (inout PodRow) -> Void = { _ in }) -> PodRow {
    var pod = PodRow("kube-system", name)
    (pod.ownerKind, pod.ownerName, pod.node, pod.phase, pod.isCritical) = ("Deployment", "p", "n1", "Running", true)
    pod.containerNames = ["main"]
    pod.containers = [ContainerRow("main", isReady: true)]
    change(&pod)
    return pod
  }

  private func judge(_ pods: [PodRow], borne: Set<String> = []) -> [Finding] {
    found { CriticalPodRule(pods: pods, now: Self.now, restartWindow: 600, borne: borne).judge(&$0) }
  }

  @Test(
    "Pods that are well, or are not looked at",
    arguments: [
      { _ in }, { $0.phase = "Succeeded" },
      {
        $0.phase = "Pending"
        $0.isCritical = false
      },
      {
        $0.isBeingDeleted = true
        $0.deletion = now - 300
        $0.phase = "Pending"
      },
      {
        $0.initNames = ["setup"]
        $0.initContainers = [ContainerRow("setup", isReady: false)]
        $0.initContainers[0].exitCode = 0
      },
      {
        $0.initNames = ["proxy"]
        $0.sidecars = ["proxy"]
        $0.initContainers = [ContainerRow("proxy", isReady: true)]
      },
      // Restarted long ago, and started just now without a restart.
      {
        $0.containers[0].restarts = 9
        $0.containers[0].runningSince = now - 601
      },
      { $0.containers[0].runningSince = now - 1 }, { $0.ready = ConditionRow("Ready", status: "True") },
    ] as [@Sendable (inout PodRow) -> Void])
  func well(change: @Sendable (inout PodRow) -> Void) { #expect(judge([Self.pod("p-1", change)]).lines == []) }

  @Test(
    "Each thing that is wrong with a pod is found",
    arguments: [
      PodCase("is in phase Unknown") { $0.phase = "Unknown" }, PodCase("is in phase Unknown") { $0.phase = "" },
      PodCase("has failed: Evicted") {
        $0.phase = "Failed"
        $0.reason = "Evicted"
        $0.containers = []
      },
      PodCase("is on no node yet") {
        $0.phase = "Pending"
        $0.node = ""
        $0.containerNames = []
      },
      PodCase("is pending: has a container main that waits: ImagePullBackOff") {
        $0.phase = "Pending"
        $0.containers[0].isReady = false
        $0.containers[0].waitingReason = "ImagePullBackOff"
      },
      PodCase("has a container main that waits: CrashLoopBackOff") {
        $0.containers[0].isReady = false
        $0.containers[0].waitingReason = "CrashLoopBackOff"
      },
      PodCase("has a container main that is not ready") { $0.containers[0].isReady = false },
      PodCase("has a container main that has ended: OOMKilled") {
        $0.containers[0].isReady = false
        $0.containers[0].exitCode = 137
        $0.containers[0].endReason = "OOMKilled"
      },
      PodCase("has a container main that has not begun") { $0.containers = [] },
      PodCase("has an init container setup that has not begun") { $0.initNames = ["setup"] },
      PodCase("has an init container setup that is not complete") {
        $0.initNames = ["setup"]
        $0.initContainers = [ContainerRow("setup", isReady: false)]
      },
      PodCase("has an init container setup that has ended with 1") {
        $0.initNames = ["setup"]
        $0.initContainers = [ContainerRow("setup", isReady: false)]
        $0.initContainers[0].exitCode = 1
      },
      PodCase("has a sidecar proxy that has ended with 0") {
        $0.initNames = ["proxy"]
        $0.sidecars = ["proxy"]
        $0.initContainers = [ContainerRow("proxy", isReady: false)]
        $0.initContainers[0].exitCode = 0
      },
      PodCase("is not ready: NodeLost") { $0.ready = ConditionRow("Ready", status: "False", reason: "NodeLost") },
      PodCase("should have gone 12 minutes ago") {
        $0.isBeingDeleted = true
        $0.deletion = now - 720
      },
      PodCase("has a container main that was restarted 40 s ago") {
        $0.containers[0].restarts = 1
        $0.containers[0].runningSince = now - 40
      },
      PodCase("has a container main that was restarted 600 s ago") {
        $0.containers[0].restarts = 1
        $0.containers[0].lastEnd = now - 600
      },
      PodCase("has a container setup that was restarted 1 s ago") {
        $0.initNames = ["setup"]
        $0.initContainers = [ContainerRow("setup", isReady: true)]
        $0.initContainers[0].restarts = 5
        $0.initContainers[0].lastEnd = now - 1
      },
    ])
  func wrong(_ item: PodCase) {
    #expect(judge([Self.pod("p-1", item.change)]).lines == ["pod/kube-system/Deployment/p: pod kube-system/p-1 \(item.what)"])
  }

  @Test("Pods of one owner are counted together under a name that outlives them")
  func counted() {
    let pods = ["p-3", "p-2"].map { Self.pod($0) { $0.phase = "Pending" } } + [Self.pod("p-1")]
    #expect(
      judge(pods).lines == ["pod/kube-system/Deployment/p x2: 2 pods of kube-system/p are not well: p-2 is pending"])
    #expect(judge(pods)[0].source == "pods")
  }

  @Test("What runs on a node that is borne unready is not asked for, but for what it put out")
  func borne() {
    let lost: (inout PodRow) -> Void = { $0.ready = ConditionRow("Ready", status: "False") }
    #expect(judge([Self.pod("p-1", lost)], borne: ["n1"]).isEmpty)
    #expect(judge([Self.pod("p-1", lost)], borne: ["n2"]).count == 1)
    #expect(judge([Self.pod("p-1") { $0.phase = "Failed" }], borne: ["n1"]).count == 1)
  }
}

/// Something that is wrong with a pod that is well otherwise, and how it is told.
struct PodCase: Sendable, CustomStringConvertible {
  let what: String
  let change: @Sendable (inout PodRow) -> Void
  var description: String { what }

  init(_ what: String, _ change: @escaping @Sendable (inout PodRow) -> Void) {
    self.what = what
    self.change = change
  }
}
