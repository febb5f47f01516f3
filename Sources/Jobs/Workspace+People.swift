package import Fleet
import Git
import Ledger
package import Promotion
package import Report

extension Workspace {
  /// What status, explain and plan tell of.
  package func plannedSituation() async throws -> PlannedSituation {
    let look = try await Looker(workspace: self).look()
    await fleets.remember()
    return PlannedSituation(look.planner)
  }

  /// Reports of each slot that waits why it does.
  package func tellWhatWaits() async throws {
    let planned = try await plannedSituation()
    for slot in planned.slots {
      if case .wait(let reasons)? = planned.decisions[slot] { report(.waiting(slot, reasons)) }
    }
  }

  /// The fleet at the base's tip.
  package func baseFleet() async throws -> ResolvedFleet {
    try await fleets.fleet(at: try await repository.commit(try await baseTip()).tree)
  }

  /// Stops a stage, or everything.
  package func stop(_ stage: StageName?, by name: String, reason: String?) async throws {
    try check(stage)
    let stop = Stop(stage: stage, by: name, at: clock(), reason: reason)
    if !isDryRun { try await ledger.update("Stop \(stage ?? "everything")") { _ in [.put(StopRecord(stop))] } }
    report(.stopped(stage, by: name))
  }

  /// Lifts the stop of a stage, or that of everything.
  package func resume(_ stage: StageName?, by name: String) async throws {
    try check(stage)
    guard try await ledger.load().one(StopRecord.self, stage) != nil else {
      report(.warning(stage.map { "\($0) is not stopped" } ?? "there is no stop of everything to lift"))
      return
    }
    if !isDryRun { try await ledger.update("Resume \(stage ?? "everything")") { _ in [.remove(StopRecord.self, stage)] } }
    report(.resumed(stage, by: name))
  }

  private func check(_ stage: StageName?) throws {
    let known = policy.promotion.stages.map(\.name)
    if let stage, !known.contains(stage) { throw JobError.unknownName(kind: "stage", name: stage, known: known) }
  }
}

extension Workspace {
  /// Begins anew on a ledger that was lost or went backwards: the base counts as walked, and nothing has qualified.
  ///
  /// What people took back and stopped stays where it is still there.
  package func rebuildLedger() async throws {
    let base = try await baseTip()
    let branch = BranchNames.short(try await baseReference())
    if !isDryRun {
      try await ledger.update("Rebuild the ledger") { ledger in
        let qualified = try await ledger.all(QualifiedRecord.self).values.keys
        let clusters = try await ledger.all(RecordedCluster.self).values.keys
        let cursor = CursorRecord(branch: branch, commit: base.hex, at: clock())
        return qualified.map { .remove(QualifiedRecord.self, $0) } + clusters.map { .remove(RecordedCluster.self, $0) } + [
          .put(cursor)
        ]
      }
    }
    report(.warning("the ledger begins at \(base.short): the next check records what is there, and nothing has qualified"))
  }
}
