import Promotion
import TestSupport
import Testing

@testable import Report

@Suite("The commit status of a promotion")
struct PromotionStatusTests {
  private typealias Wait = PromotionStatusText.Wait
  private static let head = "816da39b2c4d5e6f708192a3b4c5d6e7f8091a2b"

  private static func text(_ outlook: PromotionStatusText.Outlook, armed: Bool = false) -> PromotionStatusText {
    PromotionStatusText(slot: Scene.prod, head: head, outlook: outlook, mergesByItself: armed)
  }

  private static func waits(_ outside: String = "") -> [Wait] {
    [
      .approvals(given: 0, needed: 1), .approvals(given: 0, needed: 2), .approvals(given: 1, needed: 2),
      .objections(["ann" + outside]), .objections(["bob", "ann", "cleo", "dan"]), .gatesWaiting(["resolve" + outside]),
      .gatesWaiting(["yaml", "resolve"]), .gatesFailed(["yaml" + outside]), .gatesFailed(["yaml", "resolve"]), .label,
      .personsCommit(Scene.tip), .personsCommit(outside + Scene.tip), .draft,
      .refused("it is not exact: prod-09 moves too" + outside), .forge(.notPermitted, words: ""),
    ] + MergeRefusal.allCases.map { .forge($0, words: "Required status check \"ci\" is expected." + outside) }
      + ReasonSamples.all.map(Wait.reason)
  }

  @Test("every kind is a line that reads well")
  func lines() {
    let mixed: [[Wait]] = [
      [.approvals(given: 1, needed: 2), .reason(Reason(.window, until: Scene.after(0)))],
      [.reason(Reason(.window, until: Scene.after(1))), .gatesFailed(["yaml"]), .approvals(given: 0, needed: 1), .label],
      Array(Self.waits().prefix(30)), [], [.reason(Reason(.slotTaken(number: 1, .label))), .label],
    ]
    let all = Self.waits().map { [$0] } + mixed
    var outlooks: [PromotionStatusText.Outlook] = [.willLand, .moot("every cluster desires it already")]
    outlooks += all.map { .waits($0) }
    let lines = (outlooks.map { Self.text($0) } + outlooks.prefix(4).map { Self.text($0, armed: true) }).map {
      "\($0.state.rawValue): \($0.description)\n"
    }
    let difference = Golden.difference(lines.joined(), "promotion-status.txt")
    #expect(difference == nil)
  }

  @Test("whatever it waits for, forges take it whole, on one line that ends with the head", arguments: [1, 2, 3, 4])
  func limit(seed: UInt64) {
    var random = Seeded(seed)
    for _ in 0..<1000 {
      let outside = Hostile.texts.randomElement(using: &random) ?? ""
      let all = Self.waits(String(outside.prefix(300)))
      let some = (0..<Int.random(in: 0...8, using: &random)).compactMap { _ in all.randomElement(using: &random) }
      let outlook: PromotionStatusText.Outlook =
        switch Int.random(in: 0..<8, using: &random) {
        case 0: .willLand
        case 1: .moot(outside)
        default: .waits(some)
        }
      let text = Self.text(outlook, armed: Bool.random(using: &random)).description
      #expect(text.unicodeScalars.count <= 140 && text.utf16.count <= 140)
      #expect(Hostile.isPlain(text))
      #expect(text.hasSuffix("; head 816da39"))
      #expect(!text.hasPrefix(";"))
      #expect(text.firstMatch(of: #/\bin \d+[smhd]\b|\bago\b/#) == nil)
    }
  }

  @Test("two characters of UTF-16 count as two, and none is torn")
  func pairs() {
    let text = Self.text(.waits([.refused(String(repeating: "👩‍👩‍👧‍👦", count: 100))])).description
    #expect(text.utf16.count <= 140 && text.utf16.count > 120)
    #expect(text.hasSuffix("…; head 816da39"))
  }

  @Test("what failed comes first, and what does not fit is counted")
  func order() {
    let waits: [Wait] = [
      .reason(Reason(.window, until: Scene.after(1))), .approvals(given: 0, needed: 3), .gatesFailed(["yaml"]),
      .refused(String(repeating: "x", count: 90)),
    ]
    let text = Self.text(.waits(waits))
    #expect(text.state == .failure)
    #expect(text.description == String(repeating: "x", count: 90) + "; gate yaml failed; and 2 more; head 816da39")
    #expect(Self.text(.waits([.draft])).state == .pending)
    #expect(Self.text(.willLand).state == .success)
  }

  @Test(
    "a moment is given to the minute, and never too early", arguments: [(0, "09:00"), (1, "09:01"), (59, "09:01"), (60, "09:01")])
  func minute(seconds: Int, time: String) {
    #expect(TimeText.minute(Timestamp(seconds: Scene.now.seconds + seconds)) == "2026-03-02 \(time) UTC")
  }

  @Test("a moment out of all bounds is one of the calendar")
  func extremes() {
    #expect(TimeText.minute(Timestamp(seconds: .min)) == "0000-01-01 00:00 UTC")
    #expect(TimeText.minute(Timestamp(seconds: .max)) == "9999-12-31 23:59 UTC")
    #expect(TimeText.minute(Timestamp(seconds: -1)) == "1970-01-01 00:00 UTC")
  }
}
