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
    /// Of the merge commit. It carries the promotion's trailers, so that the base's first-parent history tells what was
    /// promoted, and on which ledger that was decided.
    let message: String
  }

  package struct Observation: Sendable {
    var look: Look
    var landings: [Landing]
  }

  package struct Plan: JobPlan {
    var look: Look
    var landings: [Landing]
    package var isEmpty: Bool { landings.isEmpty }
    package var preview: [Event] {
      landings.map { .merged(number: $0.branch.request?.number, $0.branch.slot, $0.to, commit: "", kind: $0.branch.kind) }
    }
  }

  package func observe() async throws -> Observation {
    let look = try await Looker(workspace: workspace).look()
    if let problem = look.requests.problem { throw problem }
    let judge = MergeJudge(look: look, workspace: workspace)
    var landings: [Landing] = []
    for branch in look.branches.values.sorted(by: { $0.place < $1.place }) {
      switch try await judge.verdict(branch) {
      case .land(let landing): landings.append(landing)
      case .refuse(let why):
        workspace.reportOnce(
          .notMerged(
            number: branch.request?.number, branch.slot, branch.trailers?.to ?? VersionTuple([:]), [.because(why)],
            kind: branch.kind))
      case .wait: continue
      }
    }
    return Observation(look: look, landings: landings)
  }

  package func plan(for observation: Observation) -> Plan {
    Plan(look: observation.look, landings: observation.landings)
  }

  /// Lands the first one only: it moves the base, and the others are judged again on that.
  package func perform(_ plan: Plan) async throws -> Bool {
    guard let landing = plan.landings.first else { return false }
    try await land(landing, plan.look)
    return true
  }

  private func land(_ landing: Landing, _ look: Look) async throws {
    let branch = landing.branch
    let signature = workspace.signature()
    let commit = try await workspace.repository.writeCommit(
      tree: landing.tree, parents: [look.base.id, branch.tip.id], message: landing.message, author: signature,
      committer: signature, signing: workspace.signing)
    let base = try await workspace.baseReference()
    let moves: [RefUpdate] = if let request = branch.request { try await workspace.forge.landing(request) } else { [] }
    // Read at the very end: a run that began before a freeze must not land in it, however long signing takes (trap 27).
    if branch.kind == .promote, !look.planner.closed(branch.slot, at: workspace.clock()).isEmpty { return }
    Fault.point(.mergeBefore)
    // The branch goes in the same step, so that it is never found open after it has landed.
    let outcomes = try await workspace.repository.push(
      [RefUpdate(base, from: look.base.id, to: commit), RefUpdate(branch.reference, from: branch.tip.id, to: nil)] + moves)
    Fault.point(.mergeAfter)
    switch outcomes.first {
    case .updated?:
      workspace.report(
        .merged(number: branch.request?.number, branch.slot, landing.to, commit: commit.short, kind: branch.kind))
    case .refused(let words)?: throw GitError(.refused, "cannot push \(base)", words)
    case .lostRace?, nil: break
    }
  }
}

/// Judges whether an open promotion may land on the tip that was looked at.
struct MergeJudge {
  let look: Look
  let workspace: Workspace

  enum Verdict {
    case land(MergeJob.Landing)
    case wait
    /// Something that a person must see: the content is not what was promised.
    case refuse(String)
  }

  func verdict(_ branch: PromotionBranch) async throws -> Verdict {
    guard let request = branch.request, let tree = branch.tree, let trailers = branch.trailers,
      let stage = look.situation.policy.stage(branch.slot), trailers.slot == branch.slot,
      request.head == branch.tip.id, !request.isDraft
    else { return .wait }
    guard request.objections.isEmpty, branch.approvals.count >= look.neededApprovals(branch) else { return .wait }
    let results = look.gates[branch.place]?.results ?? [:]
    guard stage.gates.allSatisfy({ results[$0]?.result == .passed }) else { return .wait }
    return try await exact(branch, tree, trailers)
  }

  /// The two checks that can't be switched off, on the content that would land: it changes exactly what it names (L3), and
  /// the plan made again says the same (L1).
  private func exact(_ branch: PromotionBranch, _ tree: ObjectID, _ trailers: PromotionTrailers) async throws -> Verdict {
    let after = try await workspace.fleets.fleet(at: tree)
    let named = try await Prover.prove(Promise(moves: [:]), from: look.fleet, to: after)
    if branch.kind == .consolidate { return try await consolidation(branch, tree, trailers, named) }
    let changed = Set(named.changes.map(\.cluster))
    guard !changed.isEmpty else { return .wait }
    guard PromotionWords.digest(changed) == trailers.clusters else {
      return .refuse("on the present base it would move other clusters than those that it names")
    }
    let moves = look.moves(branch, trailers.to, changed, after)
    guard mayLand(branch, trailers.to, moves) else { return .wait }
    let proof = try await Prover.prove(look.promise(moves), from: look.fleet, to: after)
    let outside = proof.outside.map { "\($0.path), which no cluster reads, is \($0.change)" }
    let wrong = proof.violations.map(\.description) + outside
    guard wrong.isEmpty else { return .refuse("it is not exact: " + wrong.prefix(5).joined(separator: "; ")) }
    return try await landing(branch, tree, trailers)
  }

  /// A consolidation lands only as the plan, made again, would write it: no effective value changes.
  private func consolidation(
    _ branch: PromotionBranch, _ tree: ObjectID, _ trailers: PromotionTrailers, _ named: Proof
  ) async throws -> Verdict {
    guard let planned = look.planner.wantedConsolidation(branch.slot) else { return .wait }
    let clusters = Set(planned.clusters)
    guard PromotionWords.digest(clusters) == trailers.clusters,
      look.planner.mayMergeConsolidation(branch.slot, tuple: trailers.to, clusters: clusters)
    else { return .wait }
    let content = try await PromotionContent.make(.consolidation(planned), look: look, workspace: workspace)
    guard content.tree == tree, named.isExact, named.changes.isEmpty else {
      return .refuse("it is not what the plan would write on the present base")
    }
    return try await landing(branch, tree, trailers)
  }

  private func landing(_ branch: PromotionBranch, _ tree: ObjectID, _ trailers: PromotionTrailers) async throws -> Verdict {
    guard var text = try await PromotionWords(look: look, workspace: workspace).text(branch) else { return .wait }
    // It is decided now, on this ledger. The one that the branch was written on may be long gone: what landed last would not tell
    // then how far the ledger had come (trap 34).
    text.ledgerTip = look.ledger.tip?.hex
    return .land(
      MergeJob.Landing(
        branch: branch, tree: tree, to: trailers.to, message: text.mergeMessage(number: branch.request?.number)))
  }

  /// Whether the plan, made again, says the same.
  private func mayLand(_ branch: PromotionBranch, _ to: VersionTuple, _ moves: [ClusterName: VersionTuple]) -> Bool {
    switch branch.kind {
    case .promote:
      look.planner.closed(branch.slot, at: workspace.clock()).isEmpty
        && look.planner.mayMerge(branch.slot, tuple: to, clusters: Set(moves.keys)) == .allowed
    case .takeBack: look.planner.mayMergeTakeBack(branch.slot, to: moves)
    case .consolidate: false
    }
  }
}

extension Look {
  /// How many people must approve of a branch's request.
  func neededApprovals(_ branch: PromotionBranch) -> Int {
    switch branch.kind {
    case .promote: planner.neededApprovals(branch.slot, branch.trailers?.to ?? VersionTuple([:]))
    case .takeBack: planner.neededApprovalsOfTakeBack(branch.slot)
    case .consolidate: situation.policy.stage(branch.slot)?.approvals ?? 1
    }
  }

  /// What the clusters that a branch changes are to desire: what it promotes, or of a take-back what its content says, which the
  /// plan is then asked about.
  func moves(
    _ branch: PromotionBranch, _ to: VersionTuple, _ changed: Set<ClusterName>, _ after: ResolvedFleet
  ) -> [ClusterName: VersionTuple] {
    var moves: [ClusterName: VersionTuple] = [:]
    for name in changed {
      guard branch.kind == .takeBack, let group = situation.policy.group(branch.slot.group) else {
        moves[name] = to
        continue
      }
      moves[name] = after.cluster(name)?.desired.tuple(of: group)
    }
    return moves
  }
}
