import Fleet
import Forge
import Git
import Host
import Ledger
import Promotion
package import Report

/// Opens the pull requests of promotion branches, keeps their texts up to date, and closes those that are moot.
package struct ProposeJob: Job {
  package let workspace: Workspace

  package init(_ workspace: Workspace) { self.workspace = workspace }

  enum Action: Sendable {
    case open(PromotionBranch, title: String, body: String)
    case update(PullRequest, PromotionBranch, title: String, body: String)
    /// Only the ledger is behind.
    case note(Slot, VersionTuple, number: Int)
    case close(PromotionBranch, Event.ClosingReason)
    /// A branch of Sluice's that holds nothing any more.
    case remove(BranchPlace, reference: String, tip: ObjectID)
  }

  package struct Plan: JobPlan {
    var actions: [Action]
    package var isEmpty: Bool { actions.isEmpty }
    package var preview: [Event] { actions.compactMap(\.preview) }
  }

  package struct Observation: Sendable {
    var look: Look
    /// The texts of what is open.
    var texts: [BranchPlace: (title: String, body: String)]
  }

  package func observe() async throws -> Observation {
    let look = try await Looker(workspace: workspace).look()
    if let problem = look.requests.problem { throw problem }
    var observation = Observation(look: look, texts: [:])
    let words = PromotionWords(look: look, workspace: workspace)
    for (place, branch) in look.branches {
      if let text = try await words.text(branch) { observation.texts[place] = (text.title, text.body(workspace.template)) }
    }
    return observation
  }

  package func plan(for observation: Observation) -> Plan {
    let look = observation.look
    let open = look.branches.values.sorted { $0.place < $1.place }.compactMap { action($0, observation) }
    return Plan(actions: open + unnoted(look) + leftovers(look))
  }

  private func action(_ branch: PromotionBranch, _ observation: Observation) -> Action? {
    let planner = observation.look.planner
    if branch.closed != nil, branch.request == nil {
      // Its request was closed: never opened again from the same tip (trap 9). Where Sluice closed it, and died before it had
      // removed the branch, nobody else will.
      let isOwn = branch.closed?.isMarked == true && branch.personsCommit == nil
      return isOwn ? .remove(branch.place, reference: branch.reference, tip: branch.tip.id) : nil
    }
    if isOrphan(branch) { return orphanAction(branch, planner) }
    let isKept: Bool
    switch branch.kind {
    case .promote:
      let treatment = planner.treatment(branch.slot)
      if case .closeMoot(let why)? = treatment {
        // A stage without a target is a mistake in the policy more often than an end: nothing is thrown away for it.
        return why == .noClusters ? nil : .close(branch, .moot(why))
      }
      isKept = treatment == .keep
    case .takeBack:
      let treatment = planner.takeBackTreatment(branch.slot)
      if treatment == .closeMoot { return .close(branch, .nothingLeft) }
      isKept = treatment == .keep
    case .consolidate:
      let treatment = planner.consolidationTreatment(branch.slot)
      if treatment == .closeMoot { return .close(branch, .nothingLeft) }
      isKept = treatment == .keep
    }
    guard branch.trailers != nil, let text = observation.texts[branch.place] else { return nil }
    guard let request = branch.request else {
      // Only what the plan still wants is opened: a person may have said no meanwhile.
      guard isKept else { return nil }
      return .open(branch, title: text.title, body: text.body)
    }
    if request.title == text.title, request.body == text.body { return nil }
    return .update(request, branch, title: text.title, body: text.body)
  }

  /// Whether the policy knows its stage or its group no more: renamed, or removed (trap 33).
  private func isOrphan(_ branch: PromotionBranch) -> Bool {
    let policy = workspace.policy.promotion
    return policy.stage(branch.slot.stage) == nil || policy.group(branch.slot.group) == nil
  }

  /// An orphan is closed with the mark, so that nobody takes it for a person's no; what a person holds there stays.
  private func orphanAction(_ branch: PromotionBranch, _ planner: Planner) -> Action? {
    if branch.mark != nil || !planner.obstacles(branch.slot, branch.kind, forMerge: false).isEmpty { return nil }
    return .close(branch, .because("the policy has no \(branch.slot.group) in \(branch.slot.stage) any more"))
  }

  /// Open requests that the ledger does not name yet: a run died between opening one and noting it.
  private func unnoted(_ look: Look) -> [Action] {
    look.branches.values.sorted { $0.place < $1.place }.compactMap { branch in
      guard branch.kind == .promote, let request = branch.request, let to = branch.trailers?.to,
        let rollout = look.records.rollouts[SlotTuple(branch.slot, to)], rollout.pull != request.number
      else { return nil }
      return .note(branch.slot, to, number: request.number)
    }
  }

  /// Sluice's own branches whose commits the base holds.
  private func leftovers(_ look: Look) -> [Action] {
    let names = BranchNames(policy: workspace.policy.name)
    return look.references.sorted { $0.key < $1.key }.compactMap { reference, tip in
      guard let place = names.place(ofReference: reference), look.branches[place] == nil,
        look.records.tips[BranchNames.short(reference)]?.commits.contains(tip.hex) == true,
        // The forge has not seen yet that it has landed, and would take the request for closed.
        !look.requests.open.contains(where: { $0.branch == BranchNames.short(reference) })
      else { return nil }
      return .remove(place, reference: reference, tip: tip)
    }
  }

  package func perform(_ plan: Plan) async throws -> Bool {
    for action in plan.actions {
      do {
        try await perform(action)
      } catch let error as ForgeError {
        // Another run landed, closed or removed it meanwhile: the next look sees what is there then.
        switch error {
        case .notOpen, .alreadyOpen, .noBranch: continue
        default: throw error
        }
      }
    }
    return false
  }

  private func perform(_ action: Action) async throws {
    switch action {
    case .open(let branch, let title, let body): try await open(branch, title, body)
    case .update(let request, let branch, let title, let body):
      if try await workspace.forge.update(request.number, title: title, body: body) {
        workspace.report(
          .updated(number: request.number, branch.slot, branch.trailers?.to ?? VersionTuple([:]), kind: branch.kind))
      }
    case .note(let slot, let to, let number): try await note(slot, to, number)
    case .close(let branch, let reason): try await close(branch, reason)
    case .remove(let place, let reference, let tip): try await remove(place.slot, reference, tip)
    }
  }

  private func open(_ branch: PromotionBranch, _ title: String, _ body: String) async throws {
    guard let to = branch.trailers?.to else { return }
    let base = BranchNames.short(try await workspace.baseReference())
    let settings = workspace.policy.stage(branch.slot.stage)?.request ?? StageSettings.RequestSettings()
    let request = try await workspace.forge.create(
      Proposal(
        title: title, body: body, base: base, branch: BranchNames.short(branch.reference), labels: settings.labels,
        reviewers: settings.reviewers))
    workspace.report(.opened(number: request.number, branch.slot, to, kind: branch.kind))
    for notice in workspace.forge.takeNotices() { workspace.report(.warning(notice)) }
    if branch.kind == .promote { try await note(branch.slot, to, request.number) }
  }

  private func note(_ slot: Slot, _ to: VersionTuple, _ number: Int) async throws {
    try await workspace.ledger.update("Open #\(number)") { ledger in
      guard var rollout = try await ledger.one(RolloutRecord.self, SlotTuple(slot, to)) else { return [] }
      rollout.pull = number
      return [.put(rollout)]
    }
  }

  private func close(_ branch: PromotionBranch, _ reason: Event.ClosingReason) async throws {
    let to = branch.trailers?.to ?? VersionTuple([:])
    if let request = branch.request {
      let words = EventText(policy: workspace.policy.promotion, now: workspace.clock()).closing(reason, branch.slot)
      try await workspace.forge.comment(request.number, key: "close \(branch.tip.id.hex)", text: "Closed by Sluice: \(words).")
      try await workspace.forge.close(request.number, mark: words)
      workspace.report(.closed(number: request.number, branch.slot, to, reason, kind: branch.kind))
    }
    // A person's commits stay where they are.
    if branch.personsCommit == nil { try await remove(branch.slot, branch.reference, branch.tip.id) }
  }

  private func remove(_ slot: Slot, _ reference: String, _ tip: ObjectID) async throws {
    Fault.point(.branchPushBefore)
    let outcome = try await workspace.repository.push([RefUpdate(reference, from: tip, to: nil)]).first
    Fault.point(.branchPushAfter)
    if case .updated? = outcome { workspace.report(.branchRemoved(slot, branch: BranchNames.short(reference))) }
  }
}

extension ProposeJob.Action {
  fileprivate var preview: Event? {
    func to(_ branch: PromotionBranch) -> VersionTuple { branch.trailers?.to ?? VersionTuple([:]) }
    return switch self {
    case .open(let branch, _, _): .opened(number: 0, branch.slot, to(branch), kind: branch.kind)
    case .update(let request, let branch, _, _): .updated(number: request.number, branch.slot, to(branch), kind: branch.kind)
    case .note: nil
    case .close(let branch, let reason):
      .closed(number: branch.request?.number ?? 0, branch.slot, to(branch), reason, kind: branch.kind)
    case .remove(let place, let reference, _): .branchRemoved(place.slot, branch: BranchNames.short(reference))
    }
  }
}
