import Host

/// A part of the API, and whether what answers for it does.
struct APIServiceRow: Sendable, Equatable {
  var name = ""
  /// Answered by a service of the cluster, not by the API server itself.
  var isAggregated = false
  /// nil: nobody has looked yet.
  var available: ConditionRow?

  init(_ name: String, isAggregated: Bool, available: ConditionRow?) {
    self.name = name
    self.isAggregated = isAggregated
    self.available = available
  }

  init(_ reader: inout JSONReader) throws(JSONError) {
    try reader.object { (reader, key) throws(JSONError) in
      switch key {
      case "metadata": name = try MetadataRow(&reader).name
      case "spec":
        try reader.object { (reader, key) throws(JSONError) in
          if key == "service" { isAggregated = try reader.isThere() }
        }
      case "status":
        try reader.object { (reader, key) throws(JSONError) in
          if key == "conditions" { available = try reader.condition("Available") }
        }
      default: break
      }
    }
  }
}
