import Host

/// What `kubectl rollout status` decides by. A number that is absent is 0, as Go's `omitempty` leaves it out.
struct WorkloadRow: Sendable, Equatable {
  enum Kind: String, Sendable, CaseIterable {
    case deployment, daemonSet, statefulSet

    /// As people and kubectl say it.
    var words: String {
      switch self {
      case .deployment: "deployment"
      case .daemonSet: "daemon set"
      case .statefulSet: "stateful set"
      }
    }

    /// As the API's paths say it, and our sources.
    var plural: String {
      switch self {
      case .deployment: "deployments"
      case .daemonSet: "daemonsets"
      case .statefulSet: "statefulsets"
      }
    }
  }

  var kind: Kind
  var namespace = ""
  var name = ""
  var generation = 0
  /// `spec.replicas`; what is left out means 1 by the API's default.
  var replicas = 1
  var strategy = ""
  var hasRollingUpdate = false
  var partition: Int?

  /// Whether any controller has written one.
  var hasStatus = false
  var observedGeneration = 0
  /// `status.replicas`
  var running = 0
  /// A DaemonSet's `updatedNumberScheduled`.
  var updated = 0
  /// A DaemonSet's `numberReady`.
  var ready = 0
  /// A DaemonSet's `numberAvailable`.
  var available = 0
  /// A DaemonSet's `desiredNumberScheduled`.
  var desired = 0
  var currentRevision = ""
  var updateRevision = ""
  /// Of the condition `Progressing`.
  var progressing = ""

  init(_ kind: Kind, _ namespace: String, _ name: String) {
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  init(_ kind: Kind, _ reader: inout JSONReader) throws(JSONError) {
    self.kind = kind
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "metadata":
        let metadata = try MetadataRow(&reader)
        (namespace, name, generation) = (metadata.namespace, metadata.name, metadata.generation)
      case "spec": try reader.object { (reader, key) throws(JSONError) in try readSpec(&reader, key) }
      case "status":
        hasStatus = !reader.isNull
        try reader.object { (reader, key) throws(JSONError) in try readStatus(&reader, key) }
      default: break
      }
    }
  }

  private mutating func readSpec(_ reader: inout JSONReader, _ key: String) throws(JSONError) {
    switch key {
    case "replicas": replicas = try reader.integer() ?? 1
    case "strategy", "updateStrategy":
      try reader.object { (reader, key) throws(JSONError) in
        switch key {
        case "type": strategy = try reader.word()
        case "rollingUpdate":
          hasRollingUpdate = !reader.isNull
          try reader.object { (reader, key) throws(JSONError) in
            if key == "partition" { partition = try reader.integer() }
          }
        default: break
        }
      }
    default: break
    }
  }

  private mutating func readStatus(_ reader: inout JSONReader, _ key: String) throws(JSONError) {
    switch key {
    case "observedGeneration": observedGeneration = try reader.integer() ?? 0
    case "replicas": running = try reader.integer() ?? 0
    case "updatedReplicas", "updatedNumberScheduled": updated = try reader.integer() ?? 0
    case "readyReplicas", "numberReady": ready = try reader.integer() ?? 0
    case "availableReplicas", "numberAvailable": available = try reader.integer() ?? 0
    case "desiredNumberScheduled": desired = try reader.integer() ?? 0
    case "currentRevision": currentRevision = try reader.word()
    case "updateRevision": updateRevision = try reader.word()
    case "conditions": progressing = try reader.condition("Progressing")?.reason ?? ""
    default: break
    }
  }
}
