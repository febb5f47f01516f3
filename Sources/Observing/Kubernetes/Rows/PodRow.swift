import Host

/// What a check needs of a pod.
struct PodRow: Sendable, Equatable {
  var namespace = ""
  var name = ""
  /// What makes pods like this one, with a name that outlives an upgrade: `Deployment` and `coredns`.
  var ownerKind = ""
  var ownerName = ""
  var node = ""
  var phase = ""
  /// Of the pod as a whole: `Evicted`.
  var reason = ""
  var isCritical = false
  var isBeingDeleted = false
  /// When it is to be gone.
  var deletion: Int?
  /// The part of the control plane that it is, by its labels.
  var part: String?
  /// Of the first container.
  var image = ""
  var ready: ConditionRow?
  /// What must be there by the pod's definition.
  var containerNames: [String] = []
  var initNames: [String] = []
  /// Init containers that stay beside the others.
  var sidecars: Set<String> = []
  var containers: [ContainerRow] = []
  var initContainers: [ContainerRow] = []

  /// Run by its kubelet from a file or an address, and only shown in the API.
  var isStatic: Bool { ownerKind == Self.staticKind }
  /// What a kubelet's own pods have for an owner.
  static let staticKind = "Node"

  init(_ namespace: String, _ name: String) {
    self.namespace = namespace
    self.name = name
  }

  init(_ reader: inout JSONReader) throws(JSONError) {
    var metadata = MetadataRow()
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "metadata": metadata = try MetadataRow(&reader, labels: Self.labels)
      case "spec": try reader.object { (reader, key) throws(JSONError) in try readSpec(&reader, key) }
      case "status": try reader.object { (reader, key) throws(JSONError) in try readStatus(&reader, key) }
      default: break
      }
    }
    take(metadata)
    // Of the many others only their number counts.
    if !isCritical && part == nil {
      (containers, initContainers, containerNames, initNames, image) = ([], [], [], [], "")
    }
  }

  private static let labels: Set<String> = ["component", "tier", "k8s-app", "pod-template-hash"]
  private static let criticalClasses: Set<String> = ["system-cluster-critical", "system-node-critical"]

  private mutating func take(_ metadata: MetadataRow) {
    namespace = metadata.namespace
    name = metadata.name
    isBeingDeleted = metadata.isBeingDeleted
    deletion = metadata.deletion
    (ownerKind, ownerName) = PodOwner.owner(of: metadata, node: node)
    // kubeadm labels by component and tier, kOps and Talos by k8s-app.
    if metadata.labels["tier"] == "control-plane", let component = metadata.labels["component"] {
      part = component
    } else {
      part = metadata.labels["k8s-app"].flatMap { ControlPlaneRule.parts.contains($0) ? $0 : nil }
    }
  }

  private mutating func readSpec(_ reader: inout JSONReader, _ key: String) throws(JSONError) {
    switch key {
    case "nodeName": node = try reader.word()
    case "priorityClassName": isCritical = Self.criticalClasses.contains(try reader.word())
    case "containers":
      try reader.list { (reader) throws(JSONError) in
        try reader.object { (reader, key) throws(JSONError) in
          switch key {
          case "name": containerNames.append(try reader.word())
          case "image" where image.isEmpty: image = try reader.word()
          default: break
          }
        }
      }
    case "initContainers":
      try reader.list { (reader) throws(JSONError) in
        var name = ""
        var restartPolicy = ""
        try reader.object { (reader, key) throws(JSONError) in
          switch key {
          case "name": name = try reader.word()
          case "restartPolicy": restartPolicy = try reader.word()
          default: break
          }
        }
        initNames.append(name)
        if restartPolicy == "Always" { sidecars.insert(name) }
      }
    default: break
    }
  }

  private mutating func readStatus(_ reader: inout JSONReader, _ key: String) throws(JSONError) {
    switch key {
    case "phase": phase = try reader.word()
    case "reason": reason = try reader.word()
    case "conditions": ready = try reader.condition("Ready")
    case "containerStatuses":
      try reader.list { (reader) throws(JSONError) in containers.append(try ContainerRow(&reader)) }
    case "initContainerStatuses":
      try reader.list { (reader) throws(JSONError) in initContainers.append(try ContainerRow(&reader)) }
    default: break
    }
  }
}
