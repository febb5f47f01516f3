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
    /// Whose clusters were asked.
    var shard: Shard
    var answers: [ClusterName: ClusterObservation]
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
    return Observation(look: look, at: at, shard: workspace.shard, answers: await answers(look, at))
  }

  private func answers(_ look: Look, _ at: Timestamp) async -> [ClusterName: ClusterObservation] {
    let policy = workspace.policy
    guard policy.observes else { return [:] }
    let targets = ObservationTargets(look, policy, workspace.shard, at).all
    let observer = ClusterObserver(policy, environment: workspace.environment, log: workspace.log)
    let progress = workspace.progress.map { ProgressCount("checked", "clusters", of: targets.count, $0) }
    let answers = await observer.observeAll(targets) { _ in progress?.advance() }
    progress?.end()
    await observer.close()
    return Dictionary(answers.map { ($0.cluster, $0) }) { first, _ in first }
  }

  package func plan(for observation: Observation) -> Plan {
    Plan(
      observation: observation, findings: CheckFindings(observation, records: observation.look.records, policy: workspace.policy))
  }

  /// Decides again on the ledger as it is when it is written: another run may have seen something since (trap 11). What the
  /// clusters said stays what they said.
  package func perform(_ plan: Plan) async throws -> Bool {
    var observation = plan.observation
    for _ in 0..<Self.attempts {
      var findings = plan.findings
      if try await !isOutrun(observation, &findings) {
        findings.events.forEach(workspace.report)
        return false
      }
      observation.look = try await Looker(workspace: workspace).look()
    }
    throw JobError.contended("checking the clusters")
  }

  /// How often other runs may be faster before this one leaves it to them.
  private static let attempts = 20

  /// Writes what was found, unless another run walked the base meanwhile, perhaps further than this one looked: its cursor only
  /// goes forward.
  private func isOutrun(_ observation: Observation, _ findings: inout CheckFindings) async throws -> Bool {
    let policy = workspace.policy
    let branch = observation.look.baseBranch
    let walked = observation.look.records.cursors[branch]
    var isOutrun = false
    var found = findings
    try await workspace.ledger.update("Check the clusters") { ledger in
      let records = try await LedgerRecords(ledger)
      isOutrun = records.cursors[branch] != walked
      if isOutrun { return [] }
      found = CheckFindings(observation, records: records, policy: policy)
      return found.changes
    }
    findings = found
    return isOutrun
  }
}
