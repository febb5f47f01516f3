import Promotion
import TestSupport
import Testing

@testable import Report

@Suite("Events")
struct EventTests {
  private let text = EventText(policy: Scene.policy, now: Scene.now)

  private static func samples(_ outside: String = "") -> [Event] {
    let slot = Scene.prod
    let new = Scene.new
    return [
      .discovered("kubernetes", [Version("1.31.4" + outside), Version("1.31.5")]),
      .discovered("api" + outside, (1...30).map { Version("7.0.\($0)") }),
      .withdrawn("kubernetes", [Version("1.31.4")]),
      .observed(.init(cluster: "dev-01" + outside, group: "platform", before: nil, now: .upgrading, runs: Scene.old)),
      .observed(.init(cluster: "dev-01", group: "platform", before: .upgrading, now: .settled, runs: new)),
      .observed(
        .init(
          cluster: "dev-01", group: "platform", before: .settled, now: .degraded, runs: new,
          reasons: ["node-7 is not ready" + outside])),
      .observed(.init(cluster: "dev-01", group: "platform", before: .settled, now: .unknown, runs: VersionTuple([:]))),
      .unread("dev-02", why: "the observer ended with status 1" + outside), .qualified(slot, new, clusters: 4),
      .held(
        Hold(
          id: "request:12" + outside, slot: slot, bar: .exactly(new), cause: .closedRequest(12, by: "ann" + outside),
          at: Scene.before(1))), .held(HoldSamples.commit), .held(HoldSamples.manual), .released(HoldSamples.undone),
      .released(HoldSamples.released), .paused("prod-01" + outside, by: "ann", until: Scene.after(60)),
      .paused("prod-01", by: "ann", until: nil), .unpaused("prod-01", by: "ann" + outside),
      .opened(number: 12, slot, Scene.old, kind: .takeBack),
      .merged(number: 12, slot, new, commit: Scene.tip, kind: .consolidate),
      .pushed(slot, Scene.old, clusters: 2, branch: "b", commit: Scene.tip, kind: .takeBack),
      .closed(number: 12, slot, Scene.old, .nothingLeft, kind: .takeBack),
      .pushed(slot, new, clusters: 4, branch: "sluice/clusters/promote/prod/platform" + outside, commit: Scene.tip),
      .branchRemoved(slot, branch: "sluice/clusters/promote/prod/platform"),
      .opened(number: 12, slot, new), .updated(number: 12, slot, new),
      .closed(number: 12, slot, Scene.old, .superseded(by: new)), .closed(number: 12, slot, new, .moot(.landed)),
      .closed(number: 12, slot, new, .moot(.held(HoldSamples.commit))),
      .closed(number: 12, slot, new, .moot(.noClusters)),
      .closed(number: 12, slot, Scene.old, .moot(.overtaken(by: new))),
      .closed(number: 12, slot, new, .moot(.notAdmitted(["automation" + outside]))),
      .notMerged(number: 12, slot, new, [.approvals(given: 0, needed: 1), .gates(["yaml", "resolve" + outside])]),
      .notMerged(number: 12, slot, new, [.conflict(["tiers/prod.yaml" + outside]), .because("the head moved" + outside)]),
      .notMerged(number: nil, slot, new, [.plan(.wait([Reason(.slotUnknown), Reason(.inFlight(["prod-01"]))]))]),
      .notMerged(number: nil, slot, Scene.old, [.plan(.otherVersion(PlannedPromotion(slot: slot, to: new, from: [:])))]),
      .notMerged(
        number: 12, slot, new, [.plan(.otherClusters(PlannedPromotion(slot: slot, to: new, from: [:]), refused: ["prod-01"]))]),
      .notMerged(number: 12, slot, new, [.plan(.upToDate)]),
      .closed(number: 12, slot, new, .because("the stage is gone" + outside)),
      .gate(number: 12, slot, "resolve", passed: true, detail: "12 clusters"),
      .gate(number: nil, slot, "yaml", passed: false, detail: "tiers/prod.yaml:3:1: duplicate key" + outside),
      .merged(number: 12, slot, new, commit: Scene.tip), .merged(number: nil, slot, new, commit: ""),
      .applyStarted("prod-01", slot, new), .applyEnded("prod-01", slot, new, .accepted),
      .applyEnded("prod-01", slot, new, .failed(status: 3)), .applyEnded("prod-01", slot, new, .timedOut),
      .applyEnded("prod-01", slot, new, .notStarted(why: "no command upgrade-cluster" + outside)),
      .waiting(slot, [Reason(.inFlight(["prod-01"])), Reason(.slotUnknown)]),
      .stopped("prod", by: "ann"), .stopped(nil, by: "ann" + outside), .resumed("prod", by: "ann"),
      .warning("clusters/9f/dev-01.json can't be read, so dev-01 is unknown" + outside),
      .landedUntested(
        number: 12, slot, new, commit: Scene.tip, tested: "9c2f1d0e4b3a5f60718293a4b5c6d7e8f9010203" + outside,
        landed: outside.isEmpty ? Scene.tip : outside),
      .landedUntested(number: 12, slot, Scene.old, commit: "", tested: "9c2f1d0", landed: "3f78685", kind: .takeBack),
      .promotionStatus(number: 12, slot, .pending, description: "waits for an approval; head 816da39" + outside),
      .promotionStatus(number: 12, slot, .success, description: "approved and tested: lands next; head 816da39"),
      .retest(number: 12, slot, gates: 1), .retest(number: 12, slot, gates: 3), .mergesByItself(number: 12, slot),
      .mergeRefused(number: 12, slot, new, .notPermitted, words: "", kind: .consolidate),
    ] + MergeRefusal.allCases.map { .mergeRefused(number: 12, slot, new, $0, words: "Base branch was modified." + outside) }
  }

  @Test("every event is a line that reads well, and one that says what would happen")
  func lines() {
    let done = Self.samples().map { text.line($0) + "\n" }.joined()
    let would = Self.samples().map { text.line($0, dryRun: true) + "\n" }.joined()
    let difference = Golden.difference("\(done)\n--dry-run\n\n\(would)", "events.txt")
    #expect(difference == nil)
  }

  @Test("every event is data")
  func data() {
    let lines =
      Self.samples().map { text.json($0).text + "\n" }
      + [text.json(.opened(number: 1, Scene.prod, Scene.new), dryRun: true).text + "\n"]
    let difference = Golden.difference(lines.joined(), "events.jsonl")
    #expect(difference == nil)
  }

  @Test("a dry run never says that something was done")
  func dryRun() {
    for event in Self.samples() {
      switch event {
      case .unread, .observed, .held, .released, .applyEnded, .waiting, .notMerged, .warning, .landedUntested, .mergeRefused,
        .mergesByItself:
        continue
      default: #expect(text.line(event, dryRun: true).contains(" would "))
      }
    }
  }

  @Test("nothing from outside steers the terminal or forges a line", arguments: Hostile.texts)
  func hostile(outside: String) {
    for event in Self.samples(outside) {
      #expect(Hostile.isPlain(text.line(event)))
      #expect(text.line(event).unicodeScalars.count < 4000)
      #expect(Hostile.isPlain(text.json(event).text))
    }
  }
}
