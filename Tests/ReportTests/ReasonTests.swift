import Promotion
import TestSupport
import Testing

@testable import Report

@Suite("Reasons")
struct ReasonTests {
  private let text = ReasonText(slot: Scene.prod, policy: Scene.policy, now: Scene.now)
  private let json = ReasonJSON(slot: Scene.prod, policy: Scene.policy)

  @Test("every kind of reason has a sample")
  func everyKind() {
    let names = Set(ReasonSamples.all.map { ReasonSamples.Name($0.kind) })
    #expect(names == Set(ReasonSamples.Name.allCases))
  }

  @Test("every reason is a sentence that reads well")
  func sentences() {
    let lines = ReasonSamples.all.map { "\(ReasonSamples.Name($0.kind).rawValue)\n  \(text.sentence($0))\n" }
    let difference = Golden.difference(lines.joined(), "reasons.txt")
    #expect(difference == nil)
  }

  @Test("every reason is data whose kind is its stable name")
  func data() {
    let lines = ReasonSamples.all.map { json.value($0).text + "\n" }
    for (reason, line) in zip(ReasonSamples.all, lines) {
      #expect(line.hasPrefix("{\"kind\":\"\(ReasonSamples.Name(reason.kind).rawValue)\",\"data\":{"))
    }
    let difference = Golden.difference(lines.joined(), "reasons.jsonl")
    #expect(difference == nil)
  }

  @Test("a reason names no more than a few of ten thousand clusters")
  func folded() {
    let clusters = (1...10_000).map { "prod-\($0)" }
    let lacking = Dictionary(uniqueKeysWithValues: clusters.map { ($0, Lack.upgrading(observed: [:], since: Scene.now)) })
    let kinds: [Reason.Kind] = [
      .inFlight(clusters), .unknown(clusters), .notQualified(stage: "prod", tuple: Scene.new, lacking: lacking),
    ]
    for kind in kinds {
      let sentence = text.sentence(Reason(kind))
      #expect(sentence.utf8.count < 500)
      #expect(sentence.contains("more"))
    }
  }

  @Test("clusters of which the same is known are named together, and it is said once")
  func alike() {
    let sick = Lack.degraded(reasons: ["crashes at start"], since: Scene.before(5))
    let sentence = text.statement(
      Reason(
        .notQualified(
          stage: "staging", tuple: Scene.new,
          lacking: ["a": sick, "b": sick, "c": .degraded(reasons: ["no disk"], since: Scene.before(5)), "d": sick])))
    #expect(sentence.hasSuffix("4 clusters are degraded (a, b and d for 5m: crashes at start; c for 5m: no disk)"))
  }

  @Test("nothing from outside steers the terminal", arguments: Hostile.texts)
  func hostile(outside: String) {
    let tuple = VersionTuple(["kubernetes": Version(outside), outside: Version(outside)])
    let kinds: [Reason.Kind] = [
      .inFlight([outside]), .noClusters(pinned: [outside], paused: [outside]), .nothingAdmitted(component: outside),
      .held(
        tuple,
        Hold(
          id: outside, slot: Slot(stage: outside, group: outside), bar: .exactly(tuple), scope: .clusters([outside]),
          cause: .manual(by: outside, reason: outside))), .stranded([outside], tuple), .freeze(reason: outside),
      .gateRed(number: nil, [outside]),
      .stopped(Stop(stage: outside, by: outside, at: Scene.now, reason: outside)),
      .requires(cluster: outside, Requirement(component: outside, range: outside), Version(outside)),
      .noPath(from: tuple, to: tuple, missing: outside, clusters: [outside]), .step(stage: outside, missing: outside),
      .slotTaken(number: nil, .commit(outside)), .unordered(component: outside, [Version(outside)]),
      .notQualified(
        stage: outside, tuple: tuple,
        lacking: [outside: .degraded(reasons: [outside], since: Scene.now), "b": .desires(tuple)]),
    ]
    for kind in kinds {
      let sentence = text.sentence(Reason(kind))
      #expect(Hostile.isPlain(sentence), "\(sentence)")
      #expect(sentence.unicodeScalars.count < 4000)
    }
  }
}
