package import Promotion

/// A tuple that a person took back in a stage: never proposed there again.
package struct HoldRecord: LedgerRecord {
  package static let kind = RecordKind.holds

  package var slot: Slot
  package var tuple: VersionTuple
  package var cause: Cause
  package var by: String
  /// When it was taken back, where that is known.
  package var at: Timestamp?

  package enum Cause: Sendable, Equatable {
    /// A commit of the base that moved the value back.
    case commit(String)
    /// A pull request that was closed unmerged.
    case request(Int)
  }

  package init(slot: Slot, tuple: VersionTuple, cause: Cause, by: String, at: Timestamp?) {
    self.slot = slot
    self.tuple = tuple
    self.cause = cause
    self.by = by
    self.at = at
  }

  package var subject: SlotTuple { SlotTuple(slot, tuple) }

  package var takenBack: TakenBack {
    switch cause {
    case .commit(let commit): TakenBack(cause: .commit(commit, by: by), at: at)
    case .request(let number): TakenBack(cause: .closedRequest(number, by: by), at: at)
    }
  }

  package init(from members: Members) throws(MalformedRecord) {
    slot = try members.slot()
    tuple = try members.tuple("tuple")
    by = try members.text("by")
    at = try members.optionalMoment("at")
    if let commit = try members.optionalText("commit") {
      cause = .commit(commit)
    } else if let number = try members.optionalNumber("request") {
      cause = .request(number)
    } else {
      throw MalformedRecord(why: "neither 'commit' nor 'request' names its cause")
    }
  }

  package func write(to members: inout Members) {
    members.set(slot)
    members.set("tuple", tuple)
    members.set("by", by)
    members.set("at", at)
    switch cause {
    case .commit(let commit):
      members.set("commit", commit)
      members.set("request", Int?.none)
    case .request(let number):
      members.set("commit", String?.none)
      members.set("request", number)
    }
  }
}
