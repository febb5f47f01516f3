import Host

/// What a pod's status says of one of its containers.
struct ContainerRow: Sendable, Equatable {
  var name = ""
  var isReady = false
  var restarts = 0
  /// nil: it does not wait. May be empty.
  var waitingReason: String?
  /// When it began to run; nil: it does not run.
  var runningSince: Int?
  /// nil: it has not ended.
  var exitCode: Int?
  var endReason = ""
  /// When it ended the last time before this one.
  var lastEnd: Int?

  init(_ name: String, isReady: Bool) {
    self.name = name
    self.isReady = isReady
  }

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "name": name = try reader.word()
      case "ready": isReady = try reader.bool() ?? false
      case "restartCount": restarts = try reader.integer() ?? 0
      case "state": try readState(&reader)
      case "lastState":
        try reader.object { (reader, key) throws(JSONError) in
          guard key == "terminated" else { return }
          try reader.object { (reader, key) throws(JSONError) in
            if key == "finishedAt" { lastEnd = try reader.moment() }
          }
        }
      default: break
      }
    }
  }

  private mutating func readState(_ reader: inout JSONReader) throws(JSONError) {
    try reader.object { (reader, state) throws(JSONError) in
      if reader.isNull { return }
      switch state {
      case "waiting": waitingReason = ""
      case "terminated": exitCode = 0  // what Go's omitempty would leave out
      default: break
      }
      try reader.object { (reader, key) throws(JSONError) in
        switch (state, key) {
        case ("waiting", "reason"): waitingReason = try reader.word()
        case ("running", "startedAt"): runningSince = try reader.moment()
        case ("terminated", "exitCode"): exitCode = try reader.integer()
        case ("terminated", "reason"): endReason = try reader.word()
        default: break
        }
      }
    }
  }

  /// The latest moment at which it was started again; nil: never, or nobody says.
  var lastRestart: Int? {
    guard restarts > 0 else { return nil }
    return [runningSince, lastEnd].compactMap(\.self).max()
  }
}
