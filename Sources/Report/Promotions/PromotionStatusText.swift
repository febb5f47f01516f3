package import Promotion

/// The commit status `sluice/promotion`: what a request waits for, in a line that forges take whole.
///
/// It says no more than changes when something has happened: moments stand in it as they are, never how far away they are.
package struct PromotionStatusText: Sendable, Equatable {
  /// What forges take of a description: GitHub counts 140 characters, in whichever unit it may be.
  package static let limit = 140

  package var slot: Slot
  /// The commit that it stands on.
  package var head: String
  package var outlook: Outlook
  /// Whether a person told the forge to merge the request by itself, which goes past the windows.
  package var mergesByItself: Bool

  package enum Outlook: Sendable, Equatable {
    case willLand
    case waits([Wait])
    /// The plan has no use for it any more, and why.
    case moot(String)
  }

  package enum Wait: Sendable, Equatable {
    case approvals(given: Int, needed: Int)
    /// Of these people.
    case objections([String])
    case gatesWaiting([GateName])
    case gatesFailed([GateName])
    /// What the planner says.
    case reason(Reason)
    /// The label `sluice/hold`.
    case label
    case personsCommit(String)
    case draft
    /// The content is not what was promised.
    case refused(String)
    case forge(MergeRefusal, words: String)
  }

  package enum State: String, Sendable { case pending, success, failure }

  package init(slot: Slot, head: String, outlook: Outlook, mergesByItself: Bool = false) {
    self.slot = slot
    self.head = head
    self.outlook = outlook
    self.mergesByItself = mergesByItself
  }

  /// What the forge alone has something against has passed here: were it not a success, a forge that asks for this very status would
  /// wait for itself.
  package var state: State {
    switch outlook {
    case .waits(let waits) where !waits.isEmpty && waits.allSatisfy(\.isForges): .success
    case .willLand: .success
    case .moot: .pending
    case .waits(let waits): waits.contains(where: \.isFailure) ? .failure : .pending
    }
  }

  /// `waits for 1 of 2 approvals; window opens 2026-03-02 09:00 UTC; head 816da39`.
  package var description: String { Self.fitted(parts, end: "head \(PlainText.line(String(head.prefix(7)), limit: 7))") }

  /// The most important first.
  private var parts: [String] {
    let armed = mergesByItself ? ["a person set it to merge by itself"] : []
    switch outlook {
    case .willLand: return ["approved and tested: lands next"] + armed
    case .moot(let why): return ["not needed any more: \(PlainText.line(why, limit: Self.limit))"] + armed
    case .waits(let waits):
      let sorted = waits.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
      let failures = sorted.filter(\.isFailure).map { $0.words(slot) }
      var written: Set<String> = []
      let parts = failures + armed + sorted.filter { !$0.isFailure }.map { $0.words(slot) }
      return parts.isEmpty ? ["waits for the next run"] : parts.filter { written.insert($0).inserted }
    }
  }

  /// As many parts as the limit takes, how many more there are, and the end.
  private static func fitted(_ parts: [String], end: String) -> String {
    for count in stride(from: parts.count, to: 0, by: -1) {
      let text = joined(parts.prefix(count), more: parts.count - count, end)
      if text.utf16.count <= limit { return text }
    }
    // Even the first alone is too long.
    let rest = joined(["…"], more: parts.count - 1, end)
    return cut(parts[0], to: limit - rest.utf16.count) + rest
  }

  private static func joined(_ parts: some Collection<String>, more: Int, _ end: String) -> String {
    parts.joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "") + "; \(end)"
  }

  private static func cut(_ text: String, to units: Int) -> String {
    var cut = ""
    var left = units
    for character in text {
      left -= character.utf16.count
      if left < 0 { break }
      cut.append(character)
    }
    return cut
  }
}

/// How a forge refuses to merge, or that it does not yet.
package enum MergeRefusal: String, Sendable, CaseIterable { case notYet, conflict, notPermitted, unsupported, gone }
