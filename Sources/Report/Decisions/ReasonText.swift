package import Promotion

/// Why a slot waits, in words: one sentence a reason, with what a person can do about it.
package struct ReasonText {
  let slot: Slot
  let policy: Policy
  let now: Timestamp
  let tuples: TupleText

  package init(slot: Slot, policy: Policy, now: Timestamp) {
    self.slot = slot
    self.policy = policy
    self.now = now
    tuples = TupleText(slot.group, in: policy)
  }

  /// What holds, when it ends where that is known, and after a semicolon what a person can do.
  package func sentence(_ reason: Reason) -> String {
    let advice = advice(reason.kind)
    return statement(reason) + (advice.map { "; " + $0 } ?? "")
  }

  /// The sentence without the advice, for places where a line must be short.
  package func statement(_ reason: Reason) -> String {
    guard let until = reason.until else { return fact(reason.kind) }
    // A soak ends when it should only if nothing breaks it.
    let word =
      switch reason.kind {
      case .notQualified, .wave: ", so at the earliest"
      default: " until"
      }
    return "\(fact(reason.kind))\(word) \(TimeText.until(until, now: now))"
  }

  private func fact(_ kind: Reason.Kind) -> String {
    switch kind {
    case .noClusters(let pinned, let paused): return noClusters(pinned: pinned, paused: paused)
    case .notQualified(let stage, let tuple, let lacking): return notQualified(stage, tuple, lacking)
    case .nothingAdmitted(let component): return "no version of \(plain(component)) is known that the policy admits"
    case .held(let tuple, let hold): return held(tuple, hold)
    case .stranded(let clusters, let tuple):
      return
        "\(names(clusters)) \(clusters.count == 1 ? "desires" : "desire") \(tuples.name(tuple)), which is held, and can't go back"
    case .wave(let place, let tuple, let lacking):
      return lacks("wave \(place.number) of \(place.of) of \(tuples.name(tuple)) is not through", lacking)
    case .window: return "no upgrade may start in \(plain(slot.stage)) now, its windows are closed"
    case .freeze(let reason):
      return "no upgrade may start in \(plain(slot.stage)) now, it is frozen\(reason.map { " (\(plain($0)))" } ?? "")"
    case .inFlight(let clusters): return "upgrades are still under way on \(names(clusters))"
    case .unhealthy(let clusters):
      return "\(names(clusters)) \(clusters.count == 1 ? "is" : "are") degraded, more than `maxUnhealthy` allows"
    case .failed(let stage, let tuple, let clusters):
      let where_ = clusters.isEmpty ? "" : ": \(names(clusters)) got worse on it and passed the deadline"
      return "\(tuples.name(tuple)) failed in \(plain(stage))\(where_)"
    case .stopped(let stop): return stopped(stop)
    case .minimumAge(let component, let version):
      return "\(plain(component)) \(TupleText.version(version)) is younger than its `minimumAge`"
    case .requires(let cluster, let requirement, let version):
      return "\(plain(cluster)) needs \(plain(requirement.component)) `\(plain(range(requirement, version)))` before "
        + "it can take \(TupleText.version(version))"
    case .noPath(let from, let to, let missing, let clusters):
      return "\(names(clusters)) can't step from \(tuples.name(from)) to \(tuples.name(to)) (missing: \(plain(missing)))"
    case .step(let stage, let missing):
      return "\(plain(stage)) leaves \(plain(missing)) only when a version of it has qualified there, since later stages follow"
    case .withdrawn(let component, let version):
      return "\(plain(component)) \(TupleText.version(version)) was withdrawn upstream, so it is started nowhere new"
    case .slotTaken(let number, let mark): return slotTaken(number, mark)
    case .slotUnknown: return "the forge can't be read, so what is open here is unknown and stays as it is"
    case .gateRed(let number, let gates):
      return "\(gates.count == 1 ? "gate" : "gates") \(names(gates)) failed on \(request(number))"
    case .unknown(let clusters):
      return "the state of \(names(clusters)) is unknown: no reading that is recent enough"
    case .emptyStage(let stage):
      return "\(plain(stage)) has no cluster that counts for \(plain(slot.group)), so nothing can qualify there"
    case .unordered(let component, let versions):
      return "\(plain(component)) \(names(versions.map(\.text))) can't be ordered against what runs, so nothing moves by itself"
    }
  }

  /// The range with its placeholders filled in, where the version has the numbers for it.
  private func range(_ requirement: Requirement, _ version: Version) -> String {
    requirement.text(choosing: version, SemanticVersion(version.text)) ?? requirement.range
  }

  private func noClusters(pinned: [ClusterName], paused: [ClusterName]) -> String {
    if pinned.isEmpty && paused.isEmpty {
      return "\(plain(slot.stage)) has no cluster with \(plain(slot.group))"
    }
    let parts = [(pinned, "pinned"), (paused, "paused")].filter { !$0.0.isEmpty }.map { clusters, word in
      "\(names(clusters)) \(clusters.count == 1 ? "is" : "are") \(word)"
    }
    return "no cluster of \(plain(slot.stage)) may move: \(parts.joined(separator: ", "))"
  }

  private func held(_ tuple: VersionTuple, _ hold: Hold) -> String {
    let text = HoldText(hold, policy: policy, now: now)
    let place = hold.slot.stage == slot.stage ? "" : " in \(plain(hold.slot.stage))"
    return "\(tuples.name(tuple)) is held\(place): \(text.cause)"
  }

  private func stopped(_ stop: Stop) -> String {
    let what = stop.stage.map(plain) ?? "everything"
    let why = stop.reason.map { " (\(plain($0)))" } ?? ""
    return "\(plain(stop.by)) stopped \(what) at \(TimeText.people(stop.at))\(why)"
  }

  private func slotTaken(_ number: Int?, _ mark: OpenPromotion.PersonsMark) -> String {
    switch mark {
    case .label: "\(request(number)) carries the label `sluice/hold`"
    case .commit(let commit):
      "\(request(number)) has a person's commit \(plain(String(commit.prefix(12)))) on its branch, which Sluice leaves alone"
    }
  }

  private func request(_ number: Int?) -> String { number.map { "#\($0)" } ?? "the open promotion" }
  func plain(_ text: String) -> String { PlainText.line(text, limit: 160) }
  func names(_ texts: [String]) -> String { ListText.names(texts) }
}
