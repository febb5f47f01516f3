/// A kind of object that the API serves.
struct Resource: Sendable {
  var group: String
  var version = "v1"
  var plural: String
  var singular: String
  var kind: String
  var shortNames: [String] = []
  var isNamespaced = true

  var groupVersion: String { group.isEmpty ? version : group + "/" + version }

  static let all = [
    Resource(group: "", plural: "nodes", singular: "node", kind: "Node", shortNames: ["no"], isNamespaced: false),
    Resource(group: "", plural: "namespaces", singular: "namespace", kind: "Namespace", shortNames: ["ns"], isNamespaced: false),
    Resource(group: "", plural: "pods", singular: "pod", kind: "Pod", shortNames: ["po"]),
    Resource(group: "", plural: "configmaps", singular: "configmap", kind: "ConfigMap", shortNames: ["cm"]),
    Resource(group: "", plural: "secrets", singular: "secret", kind: "Secret"),
    Resource(group: "apps", plural: "deployments", singular: "deployment", kind: "Deployment", shortNames: ["deploy"]),
    Resource(group: "apps", plural: "daemonsets", singular: "daemonset", kind: "DaemonSet", shortNames: ["ds"]),
    Resource(group: "apps", plural: "statefulsets", singular: "statefulset", kind: "StatefulSet", shortNames: ["sts"]),
    Resource(
      group: "apiregistration.k8s.io", plural: "apiservices", singular: "apiservice", kind: "APIService", isNamespaced: false),
  ]

  static func named(_ plural: Substring, group: String) -> Resource? {
    all.first { $0.plural == plural && $0.group == group }
  }

  // MARK: Discovery

  static let groups = ["apps", "apiregistration.k8s.io"]

  /// `/api/v1` and the like.
  static func list(group: String) -> JSON {
    [
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(group.isEmpty ? "v1" : group + "/v1"),
      "resources": .array(
        all.filter { $0.group == group }.map {
          [
            "name": .string($0.plural), "singularName": .string($0.singular), "namespaced": .bool($0.isNamespaced),
            "kind": .string($0.kind), "verbs": ["get", "list", "watch"],
            "shortNames": $0.shortNames.isEmpty ? .absent : .array($0.shortNames.map(JSON.string)),
          ]
        }),
    ]
  }

  static func apiGroup(_ group: String, isAlone: Bool) -> JSON {
    let version: JSON = ["groupVersion": .string(group + "/v1"), "version": "v1"]
    return [
      "kind": isAlone ? "APIGroup" : .absent, "apiVersion": isAlone ? "v1" : .absent, "name": .string(group),
      "versions": [version], "preferredVersion": version,
    ]
  }
}

/// An object of any kind, made into JSON only when it is sent.
struct StoredObject: Sendable {
  var metadata: Metadata
  var phase: String?
  var json: @Sendable () -> JSON

  /// How lists are sorted, and how the next page is found.
  var key: String { metadata.namespace + "/" + metadata.name }

  /// Without `kind` and `apiVersion`: as lists have it.
  var element: JSON {
    guard case .object(let members) = json() else { return .null }
    return .object(members.filter { $0.name != "kind" && $0.name != "apiVersion" })
  }
}

extension FakeCluster {
  func objects(of resource: Resource) -> [StoredObject] {
    let list: [StoredObject]
    switch resource.plural {
    case "nodes": list = nodes.map { node in StoredObject(metadata: node.metadata) { node.json } }
    case "pods": list = pods.map { pod in StoredObject(metadata: pod.metadata, phase: pod.phase.rawValue) { pod.json } }
    case "configmaps": list = configMaps.map { map in StoredObject(metadata: map.metadata) { map.json } }
    case "secrets": list = secrets.map { secret in StoredObject(metadata: secret.metadata) { secret.json } }
    case "apiservices": list = apiServices.map { service in StoredObject(metadata: service.metadata) { service.json } }
    case "namespaces":
      let names = Set(
        ["default", "kube-system", "kube-public", "kube-node-lease"] + pods.map(\.namespace) + workloads.map(\.namespace))
      list = names.map { name in
        let metadata = Metadata(name, labels: ["kubernetes.io/metadata.name": name])
        return StoredObject(metadata: metadata, phase: "Active") {
          [
            "kind": "Namespace", "apiVersion": "v1", "metadata": metadata.json(kind: "Namespace", managers: .absent),
            "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
          ]
        }
      }
    default:
      list = workloads.filter { $0.kind.rawValue == resource.kind }
        .map { workload in StoredObject(metadata: workload.metadata) { workload.json } }
    }
    return list.sorted { $0.key < $1.key }
  }

  /// Gives new resource versions to what is other than it was.
  mutating func count(changesSince old: FakeCluster) {
    revision = old.revision + 1
    let revision = revision
    func stamp<Object: Equatable>(_ objects: inout [Object], _ former: [Object], _ metadata: WritableKeyPath<Object, Metadata>) {
      let known = Dictionary(
        former.map { ($0[keyPath: metadata].namespace + "/" + $0[keyPath: metadata].name, $0) }, uniquingKeysWith: { $1 })
      for index in objects.indices {
        let key = objects[index][keyPath: metadata].namespace + "/" + objects[index][keyPath: metadata].name
        if known[key] != objects[index] { objects[index][keyPath: metadata].resourceVersion = revision }
      }
    }
    stamp(&nodes, old.nodes, \.metadata)
    stamp(&pods, old.pods, \.metadata)
    stamp(&workloads, old.workloads, \.metadata)
    stamp(&apiServices, old.apiServices, \.metadata)
    stamp(&configMaps, old.configMaps, \.metadata)
    stamp(&secrets, old.secrets, \.metadata)
  }
}
