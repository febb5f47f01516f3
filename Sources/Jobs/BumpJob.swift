import Fleet
import Git
import Host
import Ledger
import Promotion
package import Report

/// Writes the branches of what the plan promotes, takes back or consolidates.
package struct BumpJob: Job {
  package let workspace: Workspace

  package init(_ workspace: Workspace) { self.workspace = workspace }

  package struct Observation: Sendable {
    var look: Look
    /// By slot: what the plan wants written, and whether the branch has it already.
    var contents: [(content: PromotionContent, isWritten: Bool)]
  }

  package struct Plan: JobPlan {
    var look: Look
    var contents: [PromotionContent]
    package var isEmpty: Bool { contents.isEmpty }
    package var preview: [Event] {
      contents.map {
        .pushed(
          $0.change.slot, $0.change.to, clusters: $0.change.from.count,
          branch: BranchNames.short(BranchNames(policy: look.situation.policy.name).reference($0.change.place)), commit: "",
          kind: $0.change.kind)
      }
    }
  }

  package func observe() async throws -> Observation {
    let look = try await Looker(workspace: workspace).look()
    if let problem = look.requests.problem { throw problem }
    var observation = Observation(look: look, contents: [])
    for slot in look.planner.slots {
      guard let change = PlannedChange(look.planner.decide(slot)) else { continue }
      do {
        let content = try await PromotionContent.make(change, look: look, workspace: workspace)
        observation.contents.append((content, look.branches[change.place].map { $0.holds(content) } ?? false))
      } catch let error as JobError {
        // One slot that can't be written stops no other.
        workspace.reportOnce(.warning("\(error)"))
        workspace.fail(1)
      }
    }
    return observation
  }

  package func plan(for observation: Observation) -> Plan {
    Plan(look: observation.look, contents: observation.contents.filter { !$0.isWritten }.map(\.content))
  }

  package func perform(_ plan: Plan) async throws -> Bool {
    for content in plan.contents { try await write(content, plan.look) }
    return true
  }

  /// Records the commit as Sluice's own, then moves the branch to it: whoever finds the branch knows whose it is.
  private func write(_ content: PromotionContent, _ look: Look) async throws {
    let change = content.change
    let reference = BranchNames(policy: workspace.policy.name).reference(change.place)
    let text = PromotionWords(look: look, workspace: workspace).text(content)
    let signature = workspace.signature()
    let commit = try await workspace.repository.writeCommit(
      tree: content.tree, parents: [look.base.id], message: text.commitMessage, author: signature, committer: signature,
      signing: workspace.signing)
    try await record(commit, content, reference, now: Timestamp(seconds: signature.seconds))
    Fault.point(.branchPushBefore)
    let outcome = try await workspace.repository.push([RefUpdate(reference, from: look.references[reference], to: commit)]).first
    Fault.point(.branchPushAfter)
    switch outcome {
    case .updated?:
      workspace.report(
        .pushed(
          change.slot, change.to, clusters: change.from.count, branch: BranchNames.short(reference), commit: commit.short,
          kind: change.kind))
    case .refused(let words)?:
      // The other slots' branches may well be taken.
      workspace.reportOnce(.warning("cannot push \(BranchNames.short(reference)): \(words)"))
      workspace.fail(GitError(.refused, "", "").exitCode)
    // Another run, or a person, was faster: the next look decides again.
    case .lostRace?, nil: break
    }
  }

  private func record(_ commit: ObjectID, _ content: PromotionContent, _ reference: String, now: Timestamp) async throws {
    let verb =
      switch content.change {
      case .promotion: "Promote"
      case .takeBack: "Take back"
      case .consolidation: "Consolidate"
      }
    try await workspace.ledger.update("\(verb) in \(content.change.slot.stage)") { ledger in
      let branch = BranchNames.short(reference)
      var tips = try await ledger.one(TipRecord.self, branch) ?? TipRecord(branch: branch, commits: [], at: now)
      tips.commits = Array((tips.commits + [commit.hex]).suffix(50))
      tips.at = now
      let overrides = content.changes.overrides.map {
        LedgerChange.put(OverrideRecord(cluster: $0.cluster, component: $0.component, value: $0.value, commit: commit.hex))
      }
      guard case .promotion(let planned) = content.change else { return [.put(tips)] + overrides }
      var rollout =
        try await ledger.one(RolloutRecord.self, SlotTuple(planned.slot, planned.to))
        ?? RolloutRecord(
          slot: planned.slot, to: planned.to, from: planned.from, members: [], waves: [], startedAt: now)
      rollout.from = planned.from
      // Who was there when it started stays so: those that join later come last.
      rollout.members = rollout.members.isEmpty ? planned.members : rollout.members
      rollout.waves = workspace.policy.promotion.stage(planned.slot)?.sizes(of: rollout.members.count) ?? []
      rollout.tip = commit.hex
      return [.put(tips), .put(rollout)] + overrides
    }
  }
}

extension PromotionBranch {
  /// Whether landing the branch gives exactly this content, and says so.
  fileprivate func holds(_ content: PromotionContent) -> Bool {
    // A tip that had a request is never opened again (trap 9), so what is still wanted is written anew.
    (closed == nil || request != nil) && tree == content.tree && trailers?.to == content.change.to
      && trailers?.clusters == PromotionWords.digest(Set(content.change.from.keys))
  }
}
