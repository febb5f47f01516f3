import Host

/// What rows of different kinds read alike.
extension JSONReader {
  /// - Returns: an empty text for null.
  mutating func word() throws(JSONError) -> String { try string() ?? "" }

  /// A moment in seconds since 1970; nil for null, and for what is no moment.
  mutating func moment() throws(JSONError) -> Int? { try string().flatMap(RFC3339.seconds) }

  /// Whether there is anything, which is passed over.
  mutating func isThere() throws(JSONError) -> Bool {
    let isThere = !isNull
    try skip()
    return isThere
  }

  /// Of a list of conditions, the one of a type; nil where it is not there.
  mutating func condition(_ type: String) throws(JSONError) -> ConditionRow? {
    var wanted: ConditionRow?
    try list { (reader) throws(JSONError) in
      let condition = try ConditionRow(&reader)
      if condition.type == type { wanted = condition }
    }
    return wanted
  }
}

/// One of an object's conditions.
struct ConditionRow: Sendable, Equatable {
  var type = ""
  /// `True`, `False` or `Unknown`.
  var status = ""
  var reason = ""

  var isTrue: Bool { status == "True" }

  init(_ type: String, status: String, reason: String = "") {
    self.type = type
    self.status = status
    self.reason = reason
  }

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "type": type = try reader.word()
      case "status": status = try reader.word()
      case "reason": reason = try reader.word()
      default: break
      }
    }
  }
}

/// What a check needs of an object's metadata.
struct MetadataRow: Sendable, Equatable {
  var namespace = ""
  var name = ""
  var generation = 0
  /// When it is to be gone: the moment of the request with the time of grace.
  var deletion: Int?
  var isBeingDeleted = false
  /// Those alone that were asked for.
  var labels: [String: String] = [:]
  /// The owner that makes and replaces it.
  var ownerKind = ""
  var ownerName = ""

  init() {}

  init(_ reader: inout JSONReader, labels wanted: Set<String> = []) throws(JSONError) {
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "namespace": namespace = try reader.word()
      case "name": name = try reader.word()
      case "generation": generation = try reader.integer() ?? 0
      case "deletionTimestamp":
        isBeingDeleted = !reader.isNull
        deletion = try reader.moment()
      case "labels" where !wanted.isEmpty:
        try reader.object { (reader, key) throws(JSONError) in
          if wanted.contains(key) { labels[key] = try reader.word() }
        }
      case "ownerReferences":
        try reader.list { (reader) throws(JSONError) in try readOwner(&reader) }
      default: break
      }
    }
  }

  private mutating func readOwner(_ reader: inout JSONReader) throws(JSONError) {
    var kind = ""
    var name = ""
    var isController = false
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "kind": kind = try reader.word()
      case "name": name = try reader.word()
      case "controller": isController = try reader.bool() ?? false
      default: break
      }
    }
    if isController { (ownerKind, ownerName) = (kind, name) }
  }
}
