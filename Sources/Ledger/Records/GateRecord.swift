package import Promotion

/// The result of one gate on one content.
package struct GateRecord: LedgerRecord {
  package static let kind = RecordKind.gates

  /// A hash over the gate's definition and the ids of everything that it reads.
  package var key: String
  package var gate: GateName
  package var result: Result
  package var at: Timestamp
  /// What the gate said, cut to what a person reads.
  package var output: String?

  package enum Result: String, Sendable, Equatable { case passed, failed, timedOut }

  package init(key: String, gate: GateName, result: Result, at: Timestamp, output: String? = nil) {
    self.key = key
    self.gate = gate
    self.result = result
    self.at = at
    self.output = output
  }

  package var subject: String { key }

  package init(from members: Members) throws(MalformedRecord) {
    key = try members.text("key")
    gate = try members.text("gate")
    result = try members.choice("result")
    at = try members.moment("at")
    output = try members.optionalText("output")
  }

  package func write(to members: inout Members) {
    members.set("key", key)
    members.set("gate", gate)
    members.set("result", result.rawValue)
    members.set("at", at)
    members.set("output", output)
  }
}
