import Forge
import Git
import Promotion
import Report

/// The commit status `sluice/promotion` of an open promotion: whether it lands, or what it waits for.
struct StatusWords {
  let look: Look
  let branch: PromotionBranch

  static let context = "sluice/promotion"

  /// - Returns: nil where the present one stays. What may land is a success until something of ours is against it, whatever the forge
  ///   said to merging it: that is asked again by each run, and the status written only when its answer changes.
  func change(_ verdict: MergeJudge.Verdict, from present: CommitStatus?) -> CommitStatus? {
    if case .land = verdict, present?.state == .success { return nil }
    let wanted = status(verdict)
    return present?.saysTheSame(as: wanted) == true ? nil : wanted
  }

  private func status(_ verdict: MergeJudge.Verdict) -> CommitStatus {
    let text = text(verdict)
    return CommitStatus(
      context: Self.context, state: CommitStatus.State(rawValue: text.state.rawValue) ?? .pending, description: text.description)
  }

  private func text(_ verdict: MergeJudge.Verdict) -> PromotionStatusText {
    let outlook: PromotionStatusText.Outlook
    switch verdict {
    case .land: outlook = .willLand
    case .wait(let obstacles):
      if obstacles == [.moot] {
        outlook = .moot("the base has what it brings, or the plan goes another way")
      } else {
        outlook = .waits(obstacles.flatMap(waits))
      }
    }
    return PromotionStatusText(
      slot: branch.slot, head: branch.tip.id.hex, outlook: outlook, mergesByItself: branch.request?.mergesByItself ?? false)
  }

  private func waits(_ obstacle: LandingObstacle) -> [PromotionStatusText.Wait] {
    switch obstacle {
    case .draft: [.draft]
    case .headNotSeen, .moot: []
    case .conflict(let paths): [.refused("it conflicts with the base" + (paths.first.map { " in \($0)" } ?? ""))]
    case .objections(let names): [.objections(names)]
    case .approvals(let given, let needed): [.approvals(given: given, needed: needed)]
    case .gates(let failed, let waiting):
      (failed.isEmpty ? [] : [.gatesFailed(failed)]) + (waiting.isEmpty ? [] : [.gatesWaiting(waiting)])
    case .reasons(let reasons): reasons.map(wait)
    case .plan(let verdict): [.refused(Self.words(verdict))]
    case .refusal(let why): [.refused(why)]
    case .forge(let answer): answer.refusal.map { [.forge($0, words: answer.words)] } ?? []
    }
  }

  private func wait(_ reason: Reason) -> PromotionStatusText.Wait {
    guard case .slotTaken(_, let mark) = reason.kind else { return .reason(reason) }
    switch mark {
    case .label: return .label
    case .commit(let id): return .personsCommit(id)
    }
  }

  /// What the plan, made again, says in place of the promotion.
  private static func words(_ verdict: MergeVerdict) -> String {
    switch verdict {
    case .otherVersion: "the plan has another version by now"
    case .otherClusters(_, let refused): "the plan leaves out \(refused.count) of its clusters by now"
    case .upToDate: "nothing is left to promote"
    case .allowed, .wait: "the plan says otherwise by now"
    }
  }
}

extension MergeAnswer {
  /// nil where it is no refusal.
  var refusal: MergeRefusal? {
    switch self {
    case .merged, .lostRace: nil
    case .notYet: .notYet
    case .conflict: .conflict
    case .notPermitted: .notPermitted
    case .gone: .gone
    case .unsupported: .unsupported
    }
  }
}

extension MergeJob.StatusChange {
  var event: Event {
    .promotionStatus(
      number: branch.request?.number ?? 0, branch.slot, PromotionStatusText.State(rawValue: status.state.rawValue) ?? .pending,
      description: status.description)
  }
}
