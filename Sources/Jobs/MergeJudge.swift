import Fleet
import Forge
import Git
import Ledger
import Promotion
import Report

/// What keeps an open promotion from landing, as it is found; words are made of it elsewhere.
enum LandingObstacle: Sendable, Equatable {
  case draft
  /// The forge has not yet seen what was pushed.
  case headNotSeen
  case conflict([String])
  /// These people asked for changes.
  case objections([String])
  case approvals(given: Int, needed: Int)
  case gates(failed: [GateName], waiting: [GateName])
  case reasons([Reason])
  /// The plan, made again, says something else.
  case plan(MergeVerdict)
  /// What would land is not what was promised.
  case refusal(String)
  /// The forge was asked in this run, and said no.
  case forge(MergeAnswer)
  case moot
}

/// Judges whether an open promotion may land on the tip that was looked at.
struct MergeJudge {
  let look: Look
  let workspace: Workspace

  enum Verdict: Sendable {
    case land(MergeJob.Landing)
    case wait([LandingObstacle])

    /// Something that a person must see: the content is not what was promised.
    var refusal: String? {
      guard case .wait(let obstacles) = self else { return nil }
      for case .refusal(let why) in obstacles { return why }
      return nil
    }
  }

  /// - Returns: nil of what is no request that can be judged.
  func verdict(_ branch: PromotionBranch) async throws -> Verdict? {
    guard let request = branch.request, let trailers = branch.trailers, trailers.slot == branch.slot,
      let stage = look.situation.policy.stage(branch.slot)
    else { return nil }
    let obstacles = obstacles(branch, request, stage)
    guard obstacles.isEmpty, let tree = branch.tree else { return .wait(obstacles + surroundings(branch)) }
    return try await exact(branch, tree, trailers)
  }

  /// What people, gates and the forge have not yet done.
  private func obstacles(_ branch: PromotionBranch, _ request: PullRequest, _ stage: Stage) -> [LandingObstacle] {
    var obstacles: [LandingObstacle] = []
    if request.base != look.baseBranch {
      obstacles.append(.refusal("it goes to \(request.base), not to \(look.baseBranch)"))
    }
    if request.isDraft { obstacles.append(.draft) }
    if request.head != branch.tip.id { obstacles.append(.headNotSeen) }
    if branch.tree == nil {
      if case .conflict(let paths) = branch.content { obstacles.append(.conflict(paths)) } else { obstacles.append(.moot) }
    }
    if !request.objections.isEmpty { obstacles.append(.objections(request.objections)) }
    let needed = look.neededApprovals(branch)
    if branch.approvals.count < needed { obstacles.append(.approvals(given: branch.approvals.count, needed: needed)) }
    let results = look.gates[branch.place]?.results ?? [:]
    let failed = stage.gates.filter { results[$0].map { $0.result != .passed } ?? false }
    let waiting = stage.gates.filter { results[$0] == nil }
    if !failed.isEmpty || !waiting.isEmpty { obstacles.append(.gates(failed: failed, waiting: waiting)) }
    if let answer = workspace.refusal(request) { obstacles.append(.forge(answer)) }
    return obstacles
  }

  /// What else keeps it, so that a person hears of all at once: a label, a stop, a window.
  private func surroundings(_ branch: PromotionBranch) -> [LandingObstacle] {
    var reasons = look.planner.obstacles(branch.slot, branch.kind, forMerge: true)
    if branch.kind == .promote { reasons += look.planner.closed(branch.slot, at: workspace.clock()) }
    return reasons.isEmpty ? [] : [.reasons(reasons)]
  }

  /// The two checks that can't be switched off, on the content that would land: it changes exactly what it names (L3), and
  /// the plan made again says the same (L1).
  private func exact(_ branch: PromotionBranch, _ tree: ObjectID, _ trailers: PromotionTrailers) async throws -> Verdict {
    let after = try await workspace.fleets.fleet(at: tree)
    let named = try await Prover.prove(Promise(moves: [:]), from: look.fleet, to: after)
    if branch.kind == .consolidate { return try await consolidation(branch, tree, trailers, named) }
    let changed = Set(named.changes.map(\.cluster))
    guard !changed.isEmpty else { return .wait([.moot]) }
    guard PromotionWords.digest(changed) == trailers.clusters else {
      return .wait([.refusal("on the present base it would move other clusters than those that it names")])
    }
    let moves = look.moves(branch, trailers.to, changed, after)
    if let obstacle = objection(branch, trailers.to, moves) { return .wait([obstacle]) }
    let proof = try await Prover.prove(look.promise(moves), from: look.fleet, to: after)
    let outside = proof.outside.map { "\($0.path), which no cluster reads, is \($0.change)" }
    let wrong = proof.violations.map(\.description) + outside
    guard wrong.isEmpty else { return .wait([.refusal("it is not exact: " + wrong.prefix(5).joined(separator: "; "))]) }
    return try await landing(branch, tree, trailers)
  }

  /// A consolidation lands only as the plan, made again, would write it: no effective value changes.
  private func consolidation(
    _ branch: PromotionBranch, _ tree: ObjectID, _ trailers: PromotionTrailers, _ named: Proof
  ) async throws -> Verdict {
    guard let planned = look.planner.wantedConsolidation(branch.slot) else { return .wait(surroundings(branch) + [.moot]) }
    let clusters = Set(planned.clusters)
    guard PromotionWords.digest(clusters) == trailers.clusters,
      look.planner.mayMergeConsolidation(branch.slot, tuple: trailers.to, clusters: clusters)
    else { return .wait(surroundings(branch)) }
    let content = try await PromotionContent.make(.consolidation(planned), look: look, workspace: workspace)
    guard content.tree == tree, named.isExact, named.changes.isEmpty else {
      return .wait([.refusal("it is not what the plan would write on the present base")])
    }
    return try await landing(branch, tree, trailers)
  }

  private func landing(_ branch: PromotionBranch, _ tree: ObjectID, _ trailers: PromotionTrailers) async throws -> Verdict {
    guard var text = try await PromotionWords(look: look, workspace: workspace).text(branch) else { return .wait([]) }
    // It is decided now, on this ledger. The one that the branch was written on may be long gone: what landed last would not tell
    // then how far the ledger had come (trap 34).
    text.ledgerTip = look.ledger.tip?.hex
    return .land(
      MergeJob.Landing(
        branch: branch, tree: tree, to: trailers.to, title: text.title,
        message: text.mergeMessage(number: branch.request?.number)))
  }

  /// What the plan, made again, has against it.
  private func objection(
    _ branch: PromotionBranch, _ to: VersionTuple, _ moves: [ClusterName: VersionTuple]
  ) -> LandingObstacle? {
    switch branch.kind {
    case .promote:
      let closed = look.planner.closed(branch.slot, at: workspace.clock())
      if !closed.isEmpty { return .reasons(closed) }
      switch look.planner.mayMerge(branch.slot, tuple: to, clusters: Set(moves.keys)) {
      case .allowed: return nil
      case .wait(let reasons): return .reasons(reasons)
      case let verdict: return .plan(verdict)
      }
    case .takeBack:
      if look.planner.mayMergeTakeBack(branch.slot, to: moves) { return nil }
      let reasons = look.planner.obstacles(branch.slot, .takeBack, forMerge: true)
      return reasons.isEmpty ? .moot : .reasons(reasons)
    case .consolidate: return .moot
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
