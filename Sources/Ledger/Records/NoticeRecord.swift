package import Promotion

/// That something was said already, so that it is said once.
package struct NoticeRecord: LedgerRecord {
  package static let kind = RecordKind.notices

  /// What it was about: an event and its subject.
  package var key: String
  package var at: Timestamp
  package var text: String?

  package init(key: String, at: Timestamp, text: String? = nil) {
    self.key = key
    self.at = at
    self.text = text
  }

  package var subject: String { key }

  package init(from members: Members) throws(MalformedRecord) {
    key = try members.text("key")
    at = try members.moment("at")
    text = try members.optionalText("text")
  }

  package func write(to members: inout Members) {
    members.set("key", key)
    members.set("at", at)
    members.set("text", text)
  }
}
