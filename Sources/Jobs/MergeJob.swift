import Fleet
import Forge
import Git
import Host
import Ledger
import Promotion
package import Report

/// Lands what people and tests agree on: one promotion at a time, each decided again on the base's very tip.
package struct MergeJob: Job {
  package let workspace: Workspace

  package init(_ workspace: Workspace) { self.workspace = workspace }

  /// A promotion that may land, with the content that was proven and tested.
  package struct Landing: Sendable {
    let branch: PromotionBranch
    let tree: ObjectID
    let to: VersionTuple
    let title: String
    /// Of the merge commit. It carries the promotion's trailers, so that the base's first-parent history tells what was
    /// promoted, and on which ledger that was decided.
    let message: String
  }

  /// What the status of an open promotion's head is to say.
  package struct StatusChange: Sendable {
    let branch: PromotionBranch
    let status: CommitStatus
  }

  package struct Observation: Sendable {
    var look: Look
    var landings: [Landing] = []
    var statuses: [StatusChange] = []
  }

  package struct Plan: JobPlan {
    var look: Look
    var landings: [Landing]
    var statuses: [StatusChange]
    package var isEmpty: Bool { landings.isEmpty && statuses.isEmpty }
    package var preview: [Event] {
      statuses.map(\.event)
        + landings.map { .merged(number: $0.branch.request?.number, $0.branch.slot, $0.to, commit: "", kind: $0.branch.kind) }
    }
  }

  package func observe() async throws -> Observation {
    let look = try await Looker(workspace: workspace).look()
    if let problem = look.requests.problem { throw problem }
    let judge = MergeJudge(look: look, workspace: workspace)
    var observation = Observation(look: look)
    for branch in look.branches.values.sorted(by: { $0.place < $1.place }) {
      guard var verdict = try await judge.verdict(branch) else { continue }
      // Before anything is said or done of a landing: a success that rests on who may not approve could land it elsewhere.
      if case .land = verdict, let lack = try await lack(branch, look) { verdict = .wait([lack]) }
      if case .land(let landing) = verdict { observation.landings.append(landing) }
      if let why = verdict.refusal {
        workspace.reportOnce(
          .notMerged(
            number: branch.request?.number, branch.slot, branch.trailers?.to ?? VersionTuple([:]), [.because(why)],
            kind: branch.kind))
      }
      let present = try await workspace.forge.statuses(of: branch.tip.id).first { $0.context == StatusWords.context }
      if let status = StatusWords(look: look, branch: branch).change(verdict, from: present) {
        observation.statuses.append(StatusChange(branch: branch, status: status))
      }
    }
    return observation
  }

  package func plan(for observation: Observation) -> Plan {
    Plan(look: observation.look, landings: observation.landings, statuses: observation.statuses)
  }

  /// Lands the first one only: it moves the base, and the others are judged again on that.
  package func perform(_ plan: Plan) async throws -> Bool {
    for change in plan.statuses where try await workspace.forge.set(change.status, on: change.branch.tip.id) {
      workspace.report(change.event)
    }
    guard let landing = plan.landings.first else { return false }
    try await land(landing, plan.look)
    return true
  }

  private func land(_ landing: Landing, _ look: Look) async throws {
    let branch = landing.branch
    guard let request = branch.request else { return }
    switch workspace.policy.stage(branch.slot.stage)?.method ?? .push {
    case .push: try await push(landing, request, look)
    case .forge: try await ForgeLanding(workspace: workspace, landing: landing, request: request, look: look).land()
    }
  }

  /// The approvals that are missing, where not all that were counted are by people who may write and wrote no commit of it.
  private func lack(_ branch: PromotionBranch, _ look: Look) async throws -> LandingObstacle? {
    let needed = look.neededApprovals(branch)
    guard needed > 0, let request = branch.request else { return nil }
    let sure = Set(try await workspace.forge.approvers(of: request)).intersection(branch.approvals)
    return sure.count >= needed ? nil : .approvals(given: sure.count, needed: needed)
  }

  /// Pushes the very content that was tested.
  private func push(_ landing: Landing, _ request: PullRequest, _ look: Look) async throws {
    let branch = landing.branch
    let signature = workspace.signature()
    let commit = try await workspace.repository.writeCommit(
      tree: landing.tree, parents: [look.base.id, branch.tip.id], message: landing.message, author: signature,
      committer: signature, signing: workspace.signing)
    let base = try await workspace.baseReference()
    let moves = try await workspace.forge.landing(request)
    // Where it can, the branch goes in the same step, so that it is never found open after it has landed.
    let removal = workspace.forge.seesMergesLater ? [] : [RefUpdate(branch.reference, from: branch.tip.id, to: nil)]
    // Read at the very end: a run that began before a freeze must not land in it, however long signing takes (trap 27).
    if branch.kind == .promote, !look.planner.closed(branch.slot, at: workspace.clock()).isEmpty { return }
    Fault.point(.mergeBefore)
    let outcomes = try await workspace.repository.push([RefUpdate(base, from: look.base.id, to: commit)] + removal + moves)
    Fault.point(.mergeAfter)
    switch outcomes.first {
    case .updated?:
      workspace.report(
        .merged(number: request.number, branch.slot, landing.to, commit: commit.short, kind: branch.kind))
    case .refused(let words)?: throw GitError(.refused, "cannot push \(base)", words)
    case .lostRace?, nil: break
    }
  }
}
