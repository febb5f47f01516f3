import Host

/// What a check needs of a node.
struct NodeRow: Sendable, Equatable {
  var name = ""
  var isControlPlane = false
  var isCordoned = false
  var isBeingDeleted = false
  /// nil: a kubelet that has registered and said nothing yet.
  var ready: ConditionRow?
  /// nil: nobody sets it, which is as good as False.
  var networkUnavailable: ConditionRow?
  var kubeletVersion = ""

  /// As kOps decides it (validation/node_conditions.go).
  var isReady: Bool { ready?.isTrue == true && networkUnavailable?.isTrue != true }

  init(_ name: String, kubelet: String, isControlPlane: Bool = false) {
    self.name = name
    kubeletVersion = kubelet
    self.isControlPlane = isControlPlane
    ready = ConditionRow("Ready", status: "True")
  }

  /// The second one is what clusters before 1.24 have.
  private static let controlPlaneLabels: Set<String> = [
    "node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master",
  ]

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "metadata":
        let metadata = try MetadataRow(&reader, labels: Self.controlPlaneLabels)
        name = metadata.name
        isBeingDeleted = metadata.isBeingDeleted
        isControlPlane = !metadata.labels.isEmpty
      case "spec":
        try reader.object { (reader, key) throws(JSONError) in
          if key == "unschedulable" { isCordoned = try reader.bool() ?? false }
        }
      case "status":
        try reader.object { (reader, key) throws(JSONError) in try readStatus(&reader, key) }
      default: break
      }
    }
  }

  private mutating func readStatus(_ reader: inout JSONReader, _ key: String) throws(JSONError) {
    switch key {
    case "conditions":
      try reader.list { (reader) throws(JSONError) in
        let condition = try ConditionRow(&reader)
        switch condition.type {
        case "Ready": ready = condition
        case "NetworkUnavailable": networkUnavailable = condition
        default: break
        }
      }
    case "nodeInfo":
      try reader.object { (reader, key) throws(JSONError) in
        if key == "kubeletVersion" { kubeletVersion = try reader.word() }
      }
    default: break
    }
  }
}
