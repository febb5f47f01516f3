import Fleet
package import Report

/// One single-purpose job: look, decide, act.
package protocol Job: Sendable {
  associatedtype Observation: Sendable
  associatedtype Plan: JobPlan

  /// Reads everything that the decision needs.
  func observe() async throws -> Observation
  /// Decides. Pure: the same observation always gives the same plan.
  func plan(for observation: Observation) -> Plan
  /// Carries the plan out; running it twice is the same as running it once.
  ///
  /// - Returns: Whether it is worth looking again in this run.
  func perform(_ plan: Plan) async throws -> Bool
  /// Whether it writes nothing but the ledger: such a job runs under `observeOnly` too. It acts on what it has read, and decides
  /// again when it writes.
  var onlyObserves: Bool { get }
  var workspace: Workspace { get }
}

/// What a job is going to do.
package protocol JobPlan: Sendable {
  /// Nothing is to be done.
  var isEmpty: Bool { get }
  /// What will be done, for a dry run.
  var preview: [Event] { get }
}

extension Job {
  package var onlyObserves: Bool { false }

  /// Looks, plans and acts until there is nothing left to do, or for as many rounds as may be needed.
  ///
  /// - Returns: Whether it acted.
  @discardableResult
  package func run(rounds: Int = 8) async throws -> Bool {
    if workspace.policy.observeOnly, !onlyObserves {
      workspace.reportOnce(.warning("observeOnly: nothing but the ledger is written; `sluice plan` shows what would be done"))
      return false
    }
    for round in 0..<rounds {
      let isFresh = workspace.takeFreshness()
      var plan = plan(for: try await observe())
      if plan.isEmpty { return round > 0 }
      // What the run had read before told that there is something to do; it is done on what is there now.
      if !onlyObserves, !isFresh, !workspace.isDryRun {
        await workspace.refresh()
        _ = workspace.takeFreshness()
        plan = self.plan(for: try await observe())
        if plan.isEmpty { return round > 0 }
      }
      if workspace.isDryRun {
        plan.preview.forEach(workspace.report)
        return false
      }
      let goesOn: Bool
      do { goesOn = try await perform(plan) } catch {
        await workspace.refresh()
        throw error
      }
      await workspace.refresh()
      if !goesOn { return true }
    }
    return true
  }
}
