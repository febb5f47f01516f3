import Promotion

extension PromotionStatusText.Wait {
  /// Whether nothing but a person, or other content, makes it pass.
  var isFailure: Bool {
    switch self {
    case .refused, .gatesFailed, .forge(.conflict, _), .forge(.notPermitted, _), .forge(.unsupported, _), .forge(.gone, _): true
    case .reason(let reason):
      switch reason.kind {
      case .gateRed, .failed: true
      default: false
      }
    default: false
    }
  }

  /// Whether only the forge has something against it.
  var isForges: Bool { if case .forge = self { true } else { false } }

  /// The most important first: what failed, what a person asked for, what is missing.
  var rank: Int {
    switch self {
    case .refused: 0
    case .forge(.notYet, _): 10
    case .forge: 1
    case .gatesFailed: 2
    case .objections: 3
    case .label: 4
    case .personsCommit: 5
    case .draft: 6
    case .approvals: 7
    case .gatesWaiting: 8
    case .reason(let reason):
      switch reason.kind {
      case .gateRed, .failed: 2
      case .stopped, .held: 3
      case .slotTaken: 4
      default: 9
      }
    }
  }

  func words(_ slot: Slot) -> String {
    switch self {
    case .approvals(let given, let needed): return approvals(given, needed)
    case .objections(let people): return "\(names(people)) \(people.count == 1 ? "objects" : "object")"
    case .gatesWaiting(let gates): return "waits for \(gates.count == 1 ? "gate" : "gates") \(names(gates))"
    case .gatesFailed(let gates): return "\(gates.count == 1 ? "gate" : "gates") \(names(gates)) failed"
    case .reason(let reason): return words(reason, slot)
    case .label: return "held by its label sluice/hold"
    case .personsCommit(let commit): return "has a person's commit \(plain(String(commit.prefix(7))))"
    case .draft: return "is a draft"
    case .refused(let why): return plain(why, limit: PromotionStatusText.limit)
    case .forge(let refusal, let text):
      let text = plain(text, limit: PromotionStatusText.limit)
      return "\(refusal.words)\(text.isEmpty ? "" : ": \(text)")"
    }
  }

  private func approvals(_ given: Int, _ needed: Int) -> String {
    if needed == 1 { return "waits for an approval" }
    return given <= 0 ? "waits for \(needed) approvals" : "waits for \(max(0, needed - given)) of \(needed) approvals"
  }

  private func words(_ reason: Reason, _ slot: Slot) -> String {
    // A soak ends when it should only if nothing breaks it.
    let end =
      switch reason.kind {
      case .notQualified, .wave: reason.until.map { ", \(TimeText.minute($0)) at the earliest" } ?? ""
      default: reason.until.map { " until \(TimeText.minute($0))" } ?? ""
      }
    if case .window = reason.kind {
      return reason.until.map { "window opens \(TimeText.minute($0))" } ?? "no window is open"
    }
    return fact(reason.kind, slot) + end
  }

  private func fact(_ kind: Reason.Kind, _ slot: Slot) -> String {
    switch kind {
    case .noClusters: "no cluster of \(plain(slot.stage)) may move"
    case .notQualified(let stage, _, _): "not yet qualified in \(plain(stage))"
    case .nothingAdmitted(let component): "no version of \(plain(component)) is admitted"
    case .held: "the version is held"
    case .stranded(let clusters, _): "\(names(clusters)) can't go back"
    case .wave(let place, _, _): "wave \(place.number) of \(place.of) is not through"
    case .window: "no window is open"
    case .freeze(let why): "frozen\(why.map { " (\(plain($0)))" } ?? "")"
    case .inFlight(let clusters): "upgrades are under way on \(names(clusters))"
    case .unhealthy(let clusters): "\(names(clusters)) \(clusters.count == 1 ? "is" : "are") degraded"
    case .failed(let stage, _, _): "it failed in \(plain(stage))"
    case .stopped(let stop): "stopped by \(plain(stop.by))"
    case .minimumAge(let component, _): "\(plain(component)) is too young"
    case .requires(let cluster, let requirement, _): "\(plain(cluster)) needs \(plain(requirement.component)) first"
    case .noPath(_, _, let missing, let clusters): "\(names(clusters)) can't step there without \(plain(missing))"
    case .step(let stage, let missing): "\(plain(stage)) has to have \(plain(missing)) first"
    case .withdrawn(let component, let version): "\(plain(component)) \(plain(version.text)) was withdrawn"
    case .slotTaken(_, .label): PromotionStatusText.Wait.label.words(slot)
    case .slotTaken(_, .commit(let commit)): PromotionStatusText.Wait.personsCommit(commit).words(slot)
    case .slotUnknown: "the forge can't be read"
    case .gateRed(_, let gates): PromotionStatusText.Wait.gatesFailed(gates).words(slot)
    case .unknown(let clusters): "\(names(clusters)) \(clusters.count == 1 ? "was" : "were") not read of late"
    case .emptyStage(let stage): "\(plain(stage)) has no cluster that counts"
    case .unordered(let component, _): "\(plain(component)) can't be ordered against what runs"
    }
  }

  private func plain(_ text: String, limit: Int = 40) -> String { PlainText.line(text, limit: limit) }
  private func names(_ names: [String]) -> String {
    ListText.joined(names.sorted().map { PlainText.line($0, limit: 40) }, limit: 2)
  }
}

extension MergeRefusal {
  /// What the forge does.
  var words: String {
    switch self {
    case .notYet: "the forge does not merge it yet"
    case .conflict: "it conflicts with the base"
    case .notPermitted: "the forge does not permit the merge"
    case .unsupported: "the forge can't merge it in this way"
    case .gone: "the request is gone"
    }
  }
}
