package import Promotion

/// Events in words, one line each: `prod kubernetes: opened #12 to promote to 1.31.4`.
package struct EventText: Sendable {
  let policy: Policy
  let now: Timestamp

  package init(policy: Policy, now: Timestamp) {
    self.policy = policy
    self.now = now
  }

  /// - Parameter dryRun: the event is only what would happen: `would open a pull request…`.
  package func line(_ event: Event, dryRun: Bool = false) -> String {
    let verb = Verb(dryRun: dryRun)
    switch event {
    case .discovered(let component, let versions):
      return "\(plain(component)): \(verb("discovered", "record")) \(list(versions))"
    case .withdrawn(let component, let versions):
      return "\(plain(component)): \(verb("recorded", "record")) that \(list(versions)) \(versions.count == 1 ? "was" : "were") "
        + "withdrawn upstream"
    case .observed(let observation): return observed(observation)
    case .unread(let cluster, let why): return "\(plain(cluster)): can't be read: \(plain(why))"
    case .qualified(let slot, let tuple, let clusters):
      return "\(name(slot)): \(versions(slot, tuple)) \(verb("qualified", "qualify")) on "
        + ListText.count(clusters, "cluster")
    case .held(let hold): return "\(name(hold.slot)): \(HoldText(hold, policy: policy, now: now).line)"
    case .released(let hold): return "\(name(hold.slot)): \(HoldText(hold, policy: policy, now: now).released)"
    case .pushed(let slot, let tuple, let clusters, let branch, let commit, let kind):
      return "\(name(slot)): \(verb("pushed", "push")) \(plain(branch))\(at(commit)) to \(purpose(kind, slot, tuple)) on "
        + ListText.count(clusters, "cluster")
    case .branchRemoved(let slot, let branch): return "\(name(slot)): \(verb("removed", "remove")) branch \(plain(branch))"
    case .opened(let number, let slot, let tuple, let kind):
      let what = dryRun ? "would open a pull request" : "opened #\(number)"
      return "\(name(slot)): \(what) to \(purpose(kind, slot, tuple))"
    case .updated(let number, let slot, let tuple, _):
      return "\(name(slot)): \(verb("updated", "update")) #\(number) (\(versions(slot, tuple)))"
    case .closed(let number, let slot, let tuple, let reason, _):
      return "\(name(slot)): \(verb("closed", "close")) #\(number) (\(versions(slot, tuple))): \(closing(reason, slot))"
    case .gate(let number, let slot, let gate, let passed, let detail):
      let result = passed ? "passed" : "failed"
      return "\(name(slot)): gate \(plain(gate)) \(dryRun ? "would have \(result)" : result)"
        + "\(number.map { " on #\($0)" } ?? "")\(detail.isEmpty ? "" : ": \(plain(detail))")"
    case .merged(let number, let slot, let tuple, let commit, .consolidate):
      return "\(name(slot)): \(verb("merged", "merge")) \(number.map { "#\($0)" } ?? "the consolidation")\(at(commit)): "
        + "\(versions(slot, tuple)) \(verb("stands", "stand")) in the shared layer"
    case .merged(let number, let slot, let tuple, let commit, _):
      return "\(name(slot)): \(verb("merged", "merge")) \(number.map { "#\($0)" } ?? "the promotion")\(at(commit)): "
        + "\(plain(slot.stage)) \(verb("desires", "desire")) \(versions(slot, tuple))"
    case .notMerged(let number, let slot, let tuple, let obstacles, _):
      let why = obstacles.isEmpty ? "" : ": \(obstacles.map { obstacle($0, slot) }.joined(separator: "; "))"
      return "\(name(slot)): \(number.map { "#\($0)" } ?? "the promotion") (\(versions(slot, tuple))) is not merged\(why)"
    case .landedUntested(let number, let slot, let tuple, let commit, let tested, let landed, _):
      return "\(name(slot)): what landed with #\(number)\(at(commit)) is not what was tested for \(versions(slot, tuple)): "
        + "tree \(short(landed)), tested \(short(tested))"
    case .mergeRefused(let number, let slot, let tuple, let refusal, let words, _):
      return "\(name(slot)): #\(number) (\(versions(slot, tuple))) is not merged: \(refusal.words)"
        + (words.isEmpty ? "" : ": \(plain(words))")
    case .promotionStatus(let number, let slot, let state, let description):
      return "\(name(slot)): \(verb("set", "set")) the status of #\(number) to \(state.rawValue): \(plain(description))"
    case .retest(let number, let slot, let gates):
      return "\(name(slot)): \(verb("began", "begin")) \(ListText.count(gates, "gate")) of #\(number) anew, as its label asks"
    case .mergesByItself(let number, let slot):
      return "\(name(slot)): a person set #\(number) to merge by itself, so the forge may merge it past windows and freezes"
    case .applyStarted(let cluster, let slot, let tuple):
      return "\(plain(cluster)) \(plain(slot.group)): \(verb("started", "start")) the upgrade to \(versions(slot, tuple))"
    case .applyEnded(let cluster, let slot, let tuple, let end):
      return "\(plain(cluster)) \(plain(slot.group)): the upgrade to \(versions(slot, tuple)) \(ending(end))"
    case .waiting(let slot, let reasons):
      return "\(name(slot)): \(DecisionText(slot: slot, policy: policy, now: now).line(.wait(reasons)))"
    case .stopped(let stage, let by): return "\(plain(by)) \(verb("stopped", "stop")) \(stage.map(plain) ?? "everything")"
    case .resumed(let stage, let by): return "\(plain(by)) \(verb("resumed", "resume")) \(stage.map(plain) ?? "everything")"
    case .paused(let cluster, let by, let until):
      let end = until.map { " until \(TimeText.until($0, now: now))" } ?? ""
      return "\(plain(by)) \(verb("paused", "pause")) \(plain(cluster))\(end)"
    case .unpaused(let cluster, let by): return "\(plain(by)) \(verb("unpaused", "unpause")) \(plain(cluster))"
    case .warning(let text): return "warning: \(PlainText.line(text, limit: 1000))"
    }
  }

  /// `promote to 1.31.4`.
  private func purpose(_ kind: ChangeKind, _ slot: Slot, _ tuple: VersionTuple) -> String {
    switch kind {
    case .promote: "promote to \(versions(slot, tuple))"
    case .takeBack: "take it back to \(versions(slot, tuple))"
    case .consolidate: "move \(versions(slot, tuple)) into the shared layer"
    }
  }

  private struct Verb {
    let dryRun: Bool
    func callAsFunction(_ done: String, _ would: String) -> String { dryRun ? "would \(would)" : done }
  }

  private func observed(_ observation: Event.Observation) -> String {
    let tuples = TupleText(observation.group, in: policy)
    let runs = observation.runs.isEmpty ? "" : ", runs \(tuples.versions(observation.runs))"
    let before = observation.before.map { " (was \($0.rawValue))" } ?? " (first reading)"
    let silent = observation.now == .degraded ? ": past the deadline" : ""
    let why = observation.reasons.isEmpty ? silent : ": \(ListText.joined(observation.reasons.map(plain), limit: 3))"
    return "\(plain(observation.cluster)) \(plain(observation.group)): \(observation.now.rawValue)\(runs)\(before)\(why)"
  }

  package func closing(_ reason: Event.ClosingReason, _ slot: Slot) -> String {
    switch reason {
    case .superseded(let tuple): "\(versions(slot, tuple)) takes its place"
    case .moot(let moot): mootness(moot, slot)
    case .nothingLeft: "nothing is left for it to do"
    case .because(let text): plain(text)
    }
  }

  private func mootness(_ moot: OpenTreatment.Moot, _ slot: Slot) -> String {
    switch moot {
    case .noClusters: return "no cluster of \(plain(slot.stage)) may move"
    case .landed: return "every cluster that counts already desires it or a newer version"
    case .overtaken(let tuple): return "\(plain(slot.stage)) desires \(versions(slot, tuple)) already"
    case .held(let hold): return "that version is held: \(HoldText(hold, policy: policy, now: now).cause)"
    case .notAdmitted(let components):
      return "the policy or the source does not admit its \(ListText.names(components)) any more"
    }
  }

  private func obstacle(_ obstacle: Event.MergeObstacle, _ slot: Slot) -> String {
    switch obstacle {
    case .approvals(let given, let needed): "it has \(given) of \(needed) approvals needed"
    case .gates(let gates):
      gates.count == 1 ? "gate \(ListText.names(gates)) has not passed" : "gates \(ListText.names(gates)) have not passed"
    case .conflict(let files): "it conflicts with the base in \(ListText.names(files))"
    case .plan(let verdict): verdictText(verdict, slot)
    case .because(let text): plain(text)
    }
  }

  private func verdictText(_ verdict: MergeVerdict, _ slot: Slot) -> String {
    switch verdict {
    case .allowed: return "nothing speaks against it"
    case .otherVersion(let planned): return "the plan is \(versions(slot, planned.to)) now"
    case .otherClusters(_, let refused): return "the plan does not move \(ListText.names(refused)) now"
    case .upToDate: return "nothing is left for it to move"
    case .wait(let reasons):
      let text = ReasonText(slot: slot, policy: policy, now: now)
      return reasons.isEmpty ? "the plan waits" : reasons.prefix(3).map(text.statement).joined(separator: "; ")
    }
  }

  private func ending(_ end: Event.ApplyEnd) -> String {
    switch end {
    case .accepted: "was accepted"
    case .failed(let status): "failed with status \(status)"
    case .timedOut: "ran out of time and was ended"
    case .notStarted(let why): "could not start: \(plain(why))"
    }
  }

  private func at(_ commit: String) -> String { commit.isEmpty ? "" : " (\(short(commit)))" }
  private func short(_ id: String) -> String { plain(String(id.prefix(12))) }
  private func name(_ slot: Slot) -> String { DecisionText.name(slot) }
  private func plain(_ text: String) -> String { PlainText.line(text, limit: 300) }
  private func list(_ versions: [Version]) -> String { ListText.joined(versions.map(TupleText.version), limit: 8) }
  private func versions(_ slot: Slot, _ tuple: VersionTuple) -> String { TupleText(slot.group, in: policy).versions(tuple) }
}
