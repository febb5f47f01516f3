package import Promotion

/// A slot's decision in words, for `plan`, `explain` and `status`.
package struct DecisionText {
  let slot: Slot
  let policy: Policy
  let now: Timestamp
  private let tuples: TupleText

  package init(slot: Slot, policy: Policy, now: Timestamp) {
    self.slot = slot
    self.policy = policy
    self.now = now
    tuples = TupleText(slot.group, in: policy)
  }

  /// How a slot begins a line: `prod kubernetes`.
  package static func name(_ slot: Slot) -> String {
    "\(PlainText.line(slot.stage, limit: 80)) \(PlainText.line(slot.group, limit: 80))"
  }

  /// One line without the slot's name: `promote kubernetes from 1.31.3 to 1.31.4 on 3 clusters (…)`.
  package func line(_ decision: Decision) -> String {
    switch decision {
    case .promote(let planned): return promotion(planned)
    case .takeBack(let planned): return takeBack(planned)
    case .consolidate(let planned):
      return "move \(tuples.name(planned.tuple)) of \(ListText.names(planned.clusters)) into the shared layer"
    case .upToDate: return "up to date"
    case .wait(let reasons):
      guard let first = reasons.first else { return "wait" }
      let more = reasons.count > 1 ? " (and \(ListText.count(reasons.count - 1, "more reason")))" : ""
      return "wait: \(reasonText.statement(first))\(more)"
    }
  }

  /// As `line`, where the versions stand beside it already.
  func brief(_ decision: Decision) -> String {
    guard case .promote(let planned) = decision else { return line(decision) }
    return "promote on \(ListText.count(planned.from.count, "cluster"))\(wave(planned.wave))"
  }

  /// The decision, then a line for each reason.
  package func lines(_ decision: Decision) -> [String] {
    guard case .wait(let reasons) = decision else { return ["\(Self.name(slot)): \(line(decision))"] }
    return ["\(Self.name(slot)): wait"] + reasons.map { "  because: \(reasonText.sentence($0))" }
  }

  package func json(_ decision: Decision) -> JSONOutput {
    switch decision {
    case .promote(let planned):
      return .members([
        "stage": .string(slot.stage), "group": .string(slot.group), "decision": "promote", "to": tuples.json(planned.to),
        "wave": .number(planned.wave.number), "waves": .number(planned.wave.of),
        "clusters": .array(
          planned.from.sorted { $0.key < $1.key }.map { cluster, from in
            .members(["cluster": .string(cluster), "from": tuples.json(from)])
          }),
      ])
    case .takeBack(let planned):
      return .members([
        "stage": .string(slot.stage), "group": .string(slot.group), "decision": "takeBack",
        "clusters": .array(
          planned.moves.sorted { $0.key < $1.key }.map { cluster, move in
            .members(["cluster": .string(cluster), "from": tuples.json(move.from), "to": tuples.json(move.to)])
          }), "stranded": .strings(planned.stranded),
      ])
    case .consolidate(let planned):
      return .members([
        "stage": .string(slot.stage), "group": .string(slot.group), "decision": "consolidate",
        "tuple": tuples.json(planned.tuple), "clusters": .strings(planned.clusters),
      ])
    case .upToDate:
      return .members(["stage": .string(slot.stage), "group": .string(slot.group), "decision": "upToDate"])
    case .wait(let reasons):
      let writer = ReasonJSON(slot: slot, policy: policy)
      return .members([
        "stage": .string(slot.stage), "group": .string(slot.group), "decision": "wait",
        "reasons": .array(reasons.map(writer.value)),
      ])
    }
  }

  private var reasonText: ReasonText { ReasonText(slot: slot, policy: policy, now: now) }

  private func promotion(_ planned: PlannedPromotion) -> String {
    let froms = FromSet(planned.from.values, components: tuples.components).tuples
    let clusters = "\(ListText.count(planned.from.count, "cluster")) (\(ListText.names(planned.from.keys)))"
    return "promote \(PlainText.line(slot.group, limit: 80)) from \(tuples.origins(froms)) "
      + "to \(tuples.versions(planned.to)) on \(clusters)\(wave(planned.wave))"
  }

  /// ` (wave 2 of 4)`; a rollout of one wave has none.
  private func wave(_ place: WavePlace) -> String { place.of > 1 ? " (wave \(place.number) of \(place.of))" : "" }

  private func takeBack(_ planned: PlannedTakeBack) -> String {
    let froms = FromSet(planned.moves.values.map(\.from), components: tuples.components).tuples
    let tos = FromSet(planned.moves.values.map(\.to), components: tuples.components).tuples
    return "take \(PlainText.line(slot.group, limit: 80)) back from \(tuples.origins(froms)) to \(tuples.origins(tos)) on "
      + "\(ListText.count(planned.moves.count, "cluster")) (\(ListText.names(planned.moves.keys)))"
  }
}

/// The different tuples that clusters come from, in a fixed order.
struct FromSet {
  let tuples: [VersionTuple]

  init(_ tuples: some Sequence<VersionTuple>, components: [ComponentName]) {
    self.tuples = Set(tuples).map { (key: $0.text(in: components), tuple: $0) }
      .sorted { ($0.key, $0.tuple.versions.count) < ($1.key, $1.tuple.versions.count) }.map(\.tuple)
  }
}
