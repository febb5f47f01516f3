import Fleet
import Forge
import Git
import Host
import Ledger
import Promotion
import Report
import Synchronization

/// Lands a promotion by the forge's own merge, and looks at once at what came of it.
///
/// The forge merges into whatever its base is by then: what landed is compared with what was tested, and a difference is news
/// (L4). Nothing is asked of it twice in a run about the same head, but for races.
struct ForgeLanding {
  let workspace: Workspace
  let landing: MergeJob.Landing
  let request: PullRequest
  let look: Look

  private var branch: PromotionBranch { landing.branch }

  func land() async throws {
    // As close before the call as can be: the forge guards the head, and nobody the base.
    await workspace.repository.refresh()
    guard try await workspace.baseTip() == look.base.id else { return }
    if branch.kind == .promote, !look.planner.closed(branch.slot, at: workspace.clock()).isEmpty { return }
    Fault.point(.mergeBefore)
    let answer = try await workspace.forge.merge(order)
    Fault.point(.mergeAfter)
    switch answer {
    case .merged(let commit): try await landed(commit)
    case .lostRace(let words):
      if workspace.countRace(of: request) >= 3 { workspace.remember(.notYet(words), of: request) }
    case .notYet, .conflict, .notPermitted, .gone, .unsupported:
      workspace.remember(answer, of: request)
      if let refusal = answer.refusal {
        workspace.report(
          .mergeRefused(number: request.number, branch.slot, landing.to, refusal, words: answer.words, kind: branch.kind))
      }
      if let code = answer.exitCode { workspace.fail(code) }
    }
  }

  private var order: MergeOrder {
    let style: MergeOrder.Style =
      switch workspace.policy.stage(branch.slot.stage)?.style ?? .merge {
      case .merge: .merge
      case .squash: .squash
      case .rebase: .rebase
      }
    let parts = landing.message.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let title = style == .squash ? "\(landing.title) (#\(request.number))" : parts[0]
    return MergeOrder(
      number: request.number, head: branch.tip.id, style: style, title: title, message: parts.count > 1 ? parts[1] : "")
  }

  private func landed(_ commit: ObjectID) async throws {
    guard let tree = try await treeInBase(commit) else {
      workspace.report(
        .warning(
          "#\(request.number) is merged as \(commit.short), and the base does not show it yet: what landed could not be compared "
            + "with what was tested"))
      return workspace.fail(1)
    }
    if tree == landing.tree {
      workspace.report(
        .merged(number: request.number, branch.slot, landing.to, commit: commit.short, kind: branch.kind))
    } else {
      workspace.report(
        .landedUntested(
          number: request.number, branch.slot, landing.to, commit: commit.short, tested: landing.tree.short, landed: tree.short,
          kind: branch.kind))
      workspace.fail(1)
    }
    // What has landed needs its branch no more. Whoever moved it since keeps it.
    let outcome = try await workspace.repository.push([RefUpdate(branch.reference, from: branch.tip.id, to: nil)]).first
    if case .updated? = outcome {
      workspace.report(.branchRemoved(branch.slot, branch: BranchNames.short(branch.reference)))
    }
  }

  /// The tree of the commit that landed, as soon as the base shows it: servers may do so a moment later than they say it.
  private func treeInBase(_ commit: ObjectID) async throws -> ObjectID? {
    for pause in [0, 1, 2, 4] {
      if pause > 0 { try await HostClock.pause(.seconds(pause)) }
      await workspace.repository.refresh()
      if try await isIn(try await workspace.baseTip(), commit) { return try await workspace.repository.commit(commit).tree }
    }
    return nil
  }

  private func isIn(_ base: ObjectID, _ commit: ObjectID) async throws -> Bool {
    if try await workspace.repository.holds([commit]).isEmpty { return false }
    do throws(GitError) { return try await workspace.repository.isAncestor(commit, of: base) } catch {
      if error.kind == .notFound || error.kind == .damaged || error.kind == .invalid { return false }
      throw error
    }
  }
}

extension MergeAnswer {
  /// The forge's own words.
  var words: String {
    switch self {
    case .merged: ""
    case .lostRace(let words), .notYet(let words), .conflict(let words), .notPermitted(let words), .gone(let words),
      .unsupported(let words):
      words
    }
  }

  /// What cron should hear of: only what no later run mends by itself.
  var exitCode: Int32? {
    switch self {
    case .notPermitted: 77
    case .unsupported: 65
    case .merged, .lostRace, .notYet, .conflict, .gone: nil
    }
  }
}

extension Workspace {
  /// What the forge said in this run to merging a request at its head; nil: it was not asked, or did it.
  func refusal(_ request: PullRequest) -> MergeAnswer? { refusals.withLock { $0[Self.key(request)] } }

  func remember(_ answer: MergeAnswer, of request: PullRequest) { refusals.withLock { $0[Self.key(request)] = answer } }

  /// How often merging the request at its head has lost a race by now.
  func countRace(of request: PullRequest) -> Int {
    races.withLock { races in
      races[Self.key(request), default: 0] += 1
      return races[Self.key(request)] ?? 1
    }
  }

  private static func key(_ request: PullRequest) -> String { "\(request.number) \(request.head.hex)" }
}
