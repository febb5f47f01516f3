import Host
import Testing

@testable import Observing

@Suite("Rows of a cluster's objects")
struct RowTests {
  @Test("A node is read")
  func node() throws {
    let json = #"""
      {"metadata":{"name":"n1","labels":{"a":"b","node-role.kubernetes.io/control-plane":""},"deletionTimestamp":"2026-02-17T10:51:12Z",
      "managedFields":[{"manager":"kubelet","fieldsV1":{"f:status":{}}}]},"spec":{"unschedulable":true,"taints":[]},
      "status":{"conditions":[{"type":"DiskPressure","status":"False"},{"type":"Ready","status":"False","reason":"KubeletNotReady"},
      {"type":"NetworkUnavailable","status":"True"}],"nodeInfo":{"kubeletVersion":"v1.31.4","osImage":"Debian"},"images":[{"names":["x"]}]}}
      """#
    let row = try read(json) { (reader) throws(JSONError) in try NodeRow(&reader) }
    #expect(row.name == "n1")
    #expect(row.isControlPlane && row.isCordoned && row.isBeingDeleted && !row.isReady)
    #expect(row.ready == ConditionRow("Ready", status: "False", reason: "KubeletNotReady"))
    #expect(row.networkUnavailable?.isTrue == true)
    #expect(row.kubeletVersion == "v1.31.4")
  }

  @Test("What a node does not say is not there")
  func bareNode() throws {
    let row = try read(#"{"metadata":{"name":"n1"},"spec":{},"status":{"conditions":null}}"#) { (reader) throws(JSONError) in
      try NodeRow(&reader)
    }
    #expect(row.ready == nil && !row.isReady && !row.isControlPlane && !row.isCordoned && row.kubeletVersion.isEmpty)
  }

  static let pod = #"""
    {"metadata":{"name":"coredns-7d9f-x2x9z","namespace":"kube-system","labels":{"k8s-app":"kube-dns","pod-template-hash":"7d9f"},
    "ownerReferences":[{"kind":"ReplicaSet","name":"coredns-7d9f","controller":true},{"kind":"Node","name":"other"}]},
    "spec":{"nodeName":"n1","priorityClassName":"system-cluster-critical","containers":[{"name":"main","image":"r.io:5000/a:v1"},
    {"name":"side","image":"b"}],"initContainers":[{"name":"setup"},{"name":"proxy","restartPolicy":"Always"}]},
    "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"reason":"Evicted",
    "containerStatuses":[{"name":"main","ready":true,"restartCount":3,"state":{"running":{"startedAt":"2026-02-17T10:00:05Z"}},
    "lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-02-17T10:00:00Z"}}},
    {"name":"side","ready":false,"restartCount":0,"state":{"waiting":{"reason":"ImagePullBackOff"}},"lastState":{}}],
    "initContainerStatuses":[{"name":"setup","ready":true,"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}}
    """#

  @Test("A pod is read with its containers")
  func pod() throws {
    let row = try read(Self.pod) { (reader) throws(JSONError) in try PodRow(&reader) }
    #expect(row.ownerKind == "Deployment" && row.ownerName == "coredns")
    #expect(
      row.isCritical && row.node == "n1" && row.phase == "Running" && row.reason == "Evicted" && row.image == "r.io:5000/a:v1")
    #expect(row.containerNames == ["main", "side"] && row.initNames == ["setup", "proxy"] && row.sidecars == ["proxy"])
    #expect(row.containers[0].lastRestart == RFC3339.seconds("2026-02-17T10:00:05Z"))
    #expect(row.containers[0].restarts == 3 && row.containers[1].waitingReason == "ImagePullBackOff")
    #expect(row.initContainers[0].exitCode == 0 && row.initContainers[0].waitingReason == nil)
    #expect(row.ready?.isTrue == true && row.part == nil)
  }

  @Test("Of a pod that is not critical nothing is kept but where it is")
  func otherPod() throws {
    let row = try read(Self.pod.replacing("system-cluster-critical", with: "low")) { (reader) throws(JSONError) in
      try PodRow(&reader)
    }
    #expect(row.containers.isEmpty && row.image.isEmpty && row.namespace == "kube-system")
  }

  @Test(
    "A pod's owner is named by what outlives an upgrade",
    arguments: [
      ("", "", "lone", "Pod", "lone"), ("ReplicaSet", "web-5d4f8", "web-5d4f8-x", "Deployment", "web"),
      ("ReplicaSet", "web-other", "web-other-x", "ReplicaSet", "web-other"),
      ("DaemonSet", "proxy", "proxy-x", "DaemonSet", "proxy"),
      ("Node", "n1", "kube-scheduler-n1", "Node", "kube-scheduler"),
      ("Job", "backup-29012345", "backup-29012345-x", "Job", "backup"),
      ("Job", "once-2", "once-2-x", "Job", "once-2"),
    ])
  func owner(kind: String, owner: String, pod: String, wantedKind: String, wantedName: String) {
    var metadata = MetadataRow()
    (metadata.name, metadata.ownerKind, metadata.ownerName) = (pod, kind, owner)
    metadata.labels["pod-template-hash"] = "5d4f8"
    #expect(PodOwner.owner(of: metadata, node: "n1") == (wantedKind, wantedName))
  }

  @Test(
    "A part of the control plane is known by its labels",
    arguments: [
      (#"{"component":"kube-apiserver","tier":"control-plane"}"#, "kube-apiserver"),
      (#"{"k8s-app":"kube-scheduler"}"#, "kube-scheduler"),
      (#"{"component":"kube-apiserver"}"#, nil), (#"{"k8s-app":"kube-dns"}"#, nil),
    ] as [(String, String?)])
  func part(labels: String, wanted: String?) throws {
    let json = #"{"metadata":{"name":"p","labels":\#(labels)}}"#
    #expect(try read(json) { (reader) throws(JSONError) in try PodRow(&reader) }.part == wanted)
  }

  @Test("An API service is read")
  func apiService() throws {
    let json = #"""
      {"metadata":{"name":"v1beta1.metrics.k8s.io"},"spec":{"service":{"name":"m"}},
      "status":{"conditions":[{"type":"Available","status":"False","reason":"MissingEndpoints"}]}}
      """#
    let row = try read(json) { (reader) throws(JSONError) in try APIServiceRow(&reader) }
    #expect(
      row
        == APIServiceRow(
          "v1beta1.metrics.k8s.io", isAggregated: true,
          available: ConditionRow("Available", status: "False", reason: "MissingEndpoints")))
    let local = try read(#"{"metadata":{"name":"v1."},"spec":{"service":null}}"#) { (reader) throws(JSONError) in
      try APIServiceRow(&reader)
    }
    #expect(local == APIServiceRow("v1.", isAggregated: false, available: nil))
  }

  @Test("A workload that does not say how many replicas it wants wants one")
  func replicas() throws {
    let json =
      #"{"metadata":{"name":"w","generation":2},"spec":{"strategy":{"type":"RollingUpdate"}},"status":{"observedGeneration":2}}"#
    let row = try read(json) { (reader) throws(JSONError) in try WorkloadRow(.deployment, &reader) }
    #expect(row.replicas == 1 && row.hasStatus && row.strategy == "RollingUpdate" && row.updated == 0)
    #expect(Rollout(row) == .waiting("0 of 1 replicas are updated"))
  }

  @Test("A value of another kind is an error, not a default")
  func malformed() {
    #expect(throws: JSONError.self) {
      try read(#"{"metadata":{"name":7}}"#) { (reader) throws(JSONError) in try NodeRow(&reader) }
    }
    #expect(throws: JSONError.self) {
      try read(#"{"status":{"containerStatuses":[{"ready":"yes"}]}}"#) { (reader) throws(JSONError) in try PodRow(&reader) }
    }
  }

  private func read<Row>(_ json: String, _ row: (inout JSONReader) throws(JSONError) -> Row) throws(JSONError) -> Row {
    try JSONReader.document(Array(json.utf8), row)
  }
}
