import Fleet
import Ledger
import Observing
import Promotion
package import Report

/// Whether each cluster's upgrade succeeded: looks at the clusters, and records what follows from what they say.
package struct CheckJob: Job {
  package let workspace: Workspace

  package var onlyObserves: Bool { true }

  package init(_ workspace: Workspace) { self.workspace = workspace }

  package struct Observation: Sendable {
    var look: Look
    /// When the looking began: a reading is as old as that.
    var at: Timestamp
    var answers: [ClusterName: Observing.Observation]
  }

  package struct Plan: JobPlan {
    var observation: Observation
    var findings: CheckFindings
    package var isEmpty: Bool { findings.changes.isEmpty && findings.events.isEmpty }
    package var preview: [Event] { findings.events }
  }

  package func observe() async throws -> Observation {
    let look = try await Looker(workspace: workspace).look()
    let at = workspace.clock()
    return Observation(look: look, at: at, answers: await answers(look.fleet))
  }

  private func answers(_ fleet: ResolvedFleet) async -> [ClusterName: Observing.Observation] {
    guard let connect = workspace.policy.connect, case .command(let command) = connect.way else { return [:] }
    let observer = CommandObserver(
      arguments: command, folder: workspace.policy.folder, environment: workspace.environment,
      secrets: workspace.policy.secretVariables, timeout: connect.timeout)
    let targets = fleet.clusters.filter { !$0.stages.isEmpty }.map { ObservationTarget(cluster: $0.name, values: $0.values) }
    let answers = await observer.observeAll(targets, parallel: connect.parallel)
    return Dictionary(answers.map { ($0.cluster, $0.observation) }) { first, _ in first }
  }

  package func plan(for observation: Observation) -> Plan {
    Plan(
      observation: observation, findings: CheckFindings(observation, records: observation.look.records, policy: workspace.policy))
  }

  /// Decides again on the ledger as it is when it is written: another run may have seen something since (trap 11).
  package func perform(_ plan: Plan) async throws -> Bool {
    let observation = plan.observation
    let policy = workspace.policy
    let branch = observation.look.baseBranch
    let walked = observation.look.records.cursors[branch]
    var findings = plan.findings
    var isOutrun = false
    try await workspace.ledger.update("Check the clusters") { ledger in
      let records = try await LedgerRecords(ledger)
      // Another run walked the base meanwhile, perhaps further than this one looked: the cursor only goes forward.
      isOutrun = records.cursors[branch] != walked
      if isOutrun { return [] }
      findings = CheckFindings(observation, records: records, policy: policy)
      return findings.changes
    }
    if isOutrun { return true }
    findings.events.forEach(workspace.report)
    return false
  }
}
