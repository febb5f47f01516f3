package import Promotion

/// That a person set a cluster aside: until a date, or with none for good, as a pin.
package struct PauseRecord: LedgerRecord {
  package static let kind = RecordKind.pauses

  package var cluster: ClusterName
  /// nil: until somebody takes it back. That is what a pin is.
  package var until: Timestamp?
  package var by: String
  package var at: Timestamp
  package var reason: String?

  package init(cluster: ClusterName, until: Timestamp?, by: String, at: Timestamp, reason: String? = nil) {
    self.cluster = cluster
    self.until = until
    self.by = by
    self.at = at
    self.reason = reason
  }

  package var subject: ClusterName { cluster }

  /// Whether it still counts.
  package func holds(at now: Timestamp) -> Bool { until.map { now < $0 } ?? true }

  package init(from members: Members) throws(MalformedRecord) {
    cluster = try members.text("cluster")
    until = try members.optionalMoment("until")
    by = try members.text("by")
    at = try members.moment("at")
    reason = try members.optionalText("reason")
  }

  package func write(to members: inout Members) {
    members.set("cluster", cluster)
    members.set("until", until)
    members.set("by", by)
    members.set("at", at)
    members.set("reason", reason)
  }
}
