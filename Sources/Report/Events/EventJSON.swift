import Promotion

extension EventText {
  /// The event as data: `{"event", "dryRun"?, …}`.
  package func json(_ event: Event, dryRun: Bool = false) -> JSONOutput {
    let (name, members) = parts(event)
    guard case .object(let rest) = JSONOutput.members(members) else { return .null }
    let head: [(name: String, value: JSONOutput)] = [("event", .string(name))] + (dryRun ? [("dryRun", true)] : [])
    return .object(head + rest)
  }

  private func parts(_ event: Event) -> (String, KeyValuePairs<String, JSONOutput?>) {
    switch event {
    case .discovered(let component, let versions):
      ("discovered", ["component": .string(component), "versions": .strings(versions.map(\.text))])
    case .withdrawn(let component, let versions):
      ("withdrawn", ["component": .string(component), "versions": .strings(versions.map(\.text))])
    case .observed(let observation):
      (
        "observed",
        [
          "cluster": .string(observation.cluster), "group": .string(observation.group),
          "before": observation.before.map { .string($0.rawValue) }, "now": .string(observation.now.rawValue),
          "runs": TupleText(observation.group, in: policy).json(observation.runs), "reasons": .strings(observation.reasons),
        ]
      )
    case .unread(let cluster, let why): ("unread", ["cluster": .string(cluster), "why": .string(why)])
    case .qualified(let slot, let tuple, let clusters):
      ("qualified", ["stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple), "clusters": .number(clusters)])
    case .held(let hold): ("held", held(hold))
    case .released(let hold): ("released", held(hold))
    case .pushed(let slot, let tuple, let clusters, let branch, let commit, let kind):
      (
        "pushed",
        [
          "stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple), "clusters": .number(clusters),
          "branch": .string(branch), "commit": optional(commit), "kind": json(kind),
        ]
      )
    case .branchRemoved(let slot, let branch):
      ("branchRemoved", ["stage": stage(slot), "group": group(slot), "branch": .string(branch)])
    case .opened(let number, let slot, let tuple, let kind): ("opened", request(number, slot, tuple, kind))
    case .updated(let number, let slot, let tuple, let kind): ("updated", request(number, slot, tuple, kind))
    case .closed(let number, let slot, let tuple, let reason, let kind):
      (
        "closed",
        [
          "number": .number(number), "stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple),
          "reason": .string(Self.name(reason)), "by": superseding(reason, slot), "detail": Self.detail(reason),
          "kind": json(kind),
        ]
      )
    case .gate(let number, let slot, let gate, let passed, let detail):
      (
        "gate",
        [
          "number": number.map(JSONOutput.number), "stage": stage(slot), "group": group(slot), "gate": .string(gate),
          "passed": .bool(passed), "detail": optional(detail),
        ]
      )
    case .merged(let number, let slot, let tuple, let commit, let kind):
      (
        "merged",
        [
          "number": number.map(JSONOutput.number), "stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple),
          "commit": optional(commit), "kind": json(kind),
        ]
      )
    case .notMerged(let number, let slot, let tuple, let obstacles, let kind):
      (
        "notMerged",
        [
          "number": number.map(JSONOutput.number), "stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple),
          "obstacles": .array(obstacles.map { json($0, slot) }), "kind": json(kind),
        ]
      )
    case .landedUntested(let number, let slot, let tuple, let commit, let tested, let landed, let kind):
      (
        "landedUntested",
        [
          "number": .number(number), "stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple),
          "commit": optional(commit), "tested": .string(tested), "landed": .string(landed), "kind": json(kind),
        ]
      )
    case .mergeRefused(let number, let slot, let tuple, let refusal, let words, let kind):
      (
        "mergeRefused",
        [
          "number": .number(number), "stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple),
          "refusal": .string(refusal.rawValue), "words": optional(words), "kind": json(kind),
        ]
      )
    case .promotionStatus(let number, let slot, let state, let description):
      (
        "promotionStatus",
        [
          "number": .number(number), "stage": stage(slot), "group": group(slot), "state": .string(state.rawValue),
          "description": .string(description),
        ]
      )
    case .retest(let number, let slot, let gates):
      ("retest", ["number": .number(number), "stage": stage(slot), "group": group(slot), "gates": .number(gates)])
    case .mergesByItself(let number, let slot):
      ("mergesByItself", ["number": .number(number), "stage": stage(slot), "group": group(slot)])
    case .applyStarted(let cluster, let slot, let tuple):
      (
        "applyStarted",
        ["cluster": .string(cluster), "stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple)]
      )
    case .applyEnded(let cluster, let slot, let tuple, let end):
      (
        "applyEnded",
        [
          "cluster": .string(cluster), "stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple),
          "end": .string(Self.name(end)), "status": Self.status(end), "detail": Self.detail(end),
        ]
      )
    case .waiting(let slot, let reasons):
      (
        "waiting",
        [
          "stage": stage(slot), "group": group(slot),
          "reasons": .array(reasons.map(ReasonJSON(slot: slot, policy: policy).value)),
        ]
      )
    case .stopped(let stage, let by): ("stopped", ["stage": stage.map(JSONOutput.string), "by": .string(by)])
    case .resumed(let stage, let by): ("resumed", ["stage": stage.map(JSONOutput.string), "by": .string(by)])
    case .paused(let cluster, let by, let until):
      ("paused", ["cluster": .string(cluster), "by": .string(by), "until": until.map(JSONOutput.moment)])
    case .unpaused(let cluster, let by): ("unpaused", ["cluster": .string(cluster), "by": .string(by)])
    case .warning(let text): ("warning", ["text": .string(text)])
    }
  }

  private func request(
    _ number: Int, _ slot: Slot, _ tuple: VersionTuple, _ kind: ChangeKind
  ) -> KeyValuePairs<String, JSONOutput?> {
    ["number": .number(number), "stage": stage(slot), "group": group(slot), "tuple": json(slot, tuple), "kind": json(kind)]
  }

  private func held(_ hold: Hold) -> KeyValuePairs<String, JSONOutput?> {
    [
      "stage": stage(hold.slot), "group": group(hold.slot),
      "hold": HoldText(hold, policy: policy, now: now).json,
    ]
  }

  /// What is not a promotion says so.
  private func json(_ kind: ChangeKind) -> JSONOutput? { kind == .promote ? nil : .string(kind.rawValue) }

  private static func name(_ reason: Event.ClosingReason) -> String {
    switch reason {
    case .superseded: "superseded"
    case .moot(.noClusters): "noClusters"
    case .moot(.landed): "landed"
    case .moot(.overtaken): "overtaken"
    case .moot(.held): "held"
    case .moot(.notAdmitted): "notAdmitted"
    case .nothingLeft: "nothingLeft"
    case .because: "because"
    }
  }

  private func superseding(_ reason: Event.ClosingReason, _ slot: Slot) -> JSONOutput? {
    switch reason {
    case .superseded(let tuple), .moot(.overtaken(let tuple)): json(slot, tuple)
    default: nil
    }
  }

  private static func detail(_ reason: Event.ClosingReason) -> JSONOutput? {
    if case .because(let text) = reason { .string(text) } else { nil }
  }

  private func json(_ obstacle: Event.MergeObstacle, _ slot: Slot) -> JSONOutput {
    switch obstacle {
    case .approvals(let given, let needed):
      .members(["kind": "approvals", "given": .number(given), "needed": .number(needed)])
    case .gates(let gates): .members(["kind": "gates", "gates": .strings(gates)])
    case .conflict(let files): .members(["kind": "conflict", "files": .strings(files)])
    case .plan(.allowed): .members(["kind": "allowed"])
    case .plan(.otherVersion(let planned)): .members(["kind": "otherVersion", "tuple": json(slot, planned.to)])
    case .plan(.otherClusters(_, let refused)): .members(["kind": "otherClusters", "refused": .strings(refused)])
    case .plan(.upToDate): .members(["kind": "upToDate"])
    case .plan(.wait(let reasons)):
      .members(["kind": "wait", "reasons": .array(reasons.map(ReasonJSON(slot: slot, policy: policy).value))])
    case .because(let text): .members(["kind": "because", "text": .string(text)])
    }
  }

  private static func name(_ end: Event.ApplyEnd) -> String {
    switch end {
    case .accepted: "accepted"
    case .failed: "failed"
    case .timedOut: "timedOut"
    case .notStarted: "notStarted"
    }
  }

  private static func status(_ end: Event.ApplyEnd) -> JSONOutput? {
    if case .failed(let status) = end { .number(Int(status)) } else { nil }
  }

  private static func detail(_ end: Event.ApplyEnd) -> JSONOutput? {
    if case .notStarted(let why) = end { .string(why) } else { nil }
  }

  private func stage(_ slot: Slot) -> JSONOutput { .string(slot.stage) }
  private func group(_ slot: Slot) -> JSONOutput { .string(slot.group) }
  private func optional(_ text: String) -> JSONOutput? { text.isEmpty ? nil : .string(text) }
  private func json(_ slot: Slot, _ tuple: VersionTuple) -> JSONOutput { TupleText(slot.group, in: policy).json(tuple) }
}
