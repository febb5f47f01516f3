package import Promotion

/// Nothing moves in a stage, or without one anywhere, until a person resumes it.
package struct StopRecord: LedgerRecord {
  package static let kind = RecordKind.stops

  package var stop: Stop

  package init(_ stop: Stop) { self.stop = stop }

  /// The stage; nil is everything.
  package var subject: StageName? { stop.stage }

  /// `*` is no stage's name, so the stop of everything has a place of its own.
  package static func parts(of subject: StageName?) -> [String] { [subject ?? "*"] }

  package init(from members: Members) throws(MalformedRecord) {
    stop = Stop(
      stage: try members.optionalText("stage"), by: try members.text("by"), at: try members.moment("at"),
      reason: try members.optionalText("reason"))
  }

  package func write(to members: inout Members) {
    members.set("stage", stop.stage)
    members.set("by", stop.by)
    members.set("at", stop.at)
    members.set("reason", stop.reason)
  }
}
