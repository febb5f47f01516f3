import Forge
import Git
import Ledger
import Promotion
package import Report

/// Runs the gates that have no result yet for the content that would land.
package struct GateJob: Job {
  package let workspace: Workspace

  package init(_ workspace: Workspace) { self.workspace = workspace }

  package struct Run: Sendable {
    let branch: PromotionBranch
    let gate: GateName
    let key: String
    let content: GateContent
    /// The result that this content has already.
    let known: GateRecord?
    /// A person asked for it by a label, whatever is known.
    let isAskedFor: Bool

    var isRun: Bool { known == nil || isAskedFor }
  }

  package struct Plan: JobPlan {
    var runs: [Run]
    package var isEmpty: Bool { runs.isEmpty }
    package var preview: [Event] {
      runs.filter(\.isRun).map {
        .gate(number: $0.branch.request?.number, $0.branch.slot, $0.gate, passed: false, detail: "would run")
      }
    }
  }

  /// What has no result, or whose result is not yet on the head, or not yet noted of what it promotes.
  package func observe() async throws -> [Run] {
    let look = try await Looker(workspace: workspace).look()
    if let problem = look.requests.problem { throw problem }
    var runs: [Run] = []
    for branch in look.branches.values.sorted(by: { $0.place < $1.place }) {
      guard let request = branch.request, let view = look.gates[branch.place],
        let stage = look.situation.policy.stage(branch.slot)
      else { continue }
      let statuses = try await workspace.forge.statuses(of: branch.tip.id)
      let isAskedFor = request.labels.contains(Self.retest)
      for gate in stage.gates {
        let key = view.content.key(of: gate)
        let known = view.results[gate]
        let isShown = known.map { record in statuses.contains { $0.says(record) } } ?? false
        let isNoted = known.map { branch.rollout(look.records.rollouts)?.isNoted($0) ?? true } ?? false
        if !isShown || !isNoted || isAskedFor {
          runs.append(
            Run(branch: branch, gate: gate, key: key, content: view.content, known: known, isAskedFor: isAskedFor))
        }
      }
    }
    return runs
  }

  package func plan(for runs: [Run]) -> Plan { Plan(runs: runs) }

  /// The label by which people have the gates run again. It goes when they have.
  static let retest = "sluice/retest"

  package func perform(_ plan: Plan) async throws -> Bool {
    for run in plan.runs { try await perform(run) }
    for (number, runs) in Dictionary(grouping: plan.runs.filter(\.isAskedFor), by: { $0.branch.request?.number ?? 0 }) {
      if try await workspace.forge.removeLabel(number, Self.retest), let run = runs.first {
        workspace.report(.retest(number: number, run.branch.slot, gates: runs.count))
      }
    }
    return false
  }

  private func perform(_ run: Run) async throws {
    var record = run.known
    if run.isRun {
      let (result, output) = try await run.content.result(of: run.gate)
      record = GateRecord(key: run.key, gate: run.gate, result: result, at: workspace.clock(), output: output)
    }
    guard let own = record else { return }
    try await workspace.ledger.update("Gate \(run.gate)") { ledger in
      // The same content has the same result: whoever was first said it.
      let there = run.isAskedFor ? nil : try? await ledger.one(GateRecord.self, run.key)
      record = there ?? own
      let result: [LedgerChange] = there == nil ? [.put(own, replacesDamaged: true)] : []
      // Noted with the result, and beside it: what is red gives way to what is newer after its request is gone, too (trap 28).
      guard var rollout = try await run.branch.rollout(ledger.all(RolloutRecord.self)), let record else { return result }
      rollout.note(record)
      return result + [.put(rollout)]
    }
    guard let record else { return }
    if try await workspace.forge.set(CommitStatus(record), on: run.branch.tip.id) {
      workspace.report(
        .gate(
          number: run.branch.request?.number, run.branch.slot, run.gate, passed: record.result == .passed,
          detail: record.output ?? ""))
    }
  }
}

extension PromotionBranch {
  /// The rollout that it is a promotion of; nil where there is none that can be read.
  fileprivate func rollout(_ records: Records<RolloutRecord>) -> RolloutRecord? {
    guard kind == .promote, let to = trailers?.to else { return nil }
    return records[SlotTuple(slot, to)]
  }
}

extension RolloutRecord {
  fileprivate func isNoted(_ gate: GateRecord) -> Bool { red.contains(gate.gate) == (gate.result != .passed) }

  fileprivate mutating func note(_ gate: GateRecord) {
    if !isNoted(gate) { red = gate.result == .passed ? red.filter { $0 != gate.gate } : (red + [gate.gate]).sorted() }
  }
}

extension CommitStatus {
  fileprivate init(_ record: GateRecord) {
    let line = (record.output ?? record.result.rawValue).prefix { $0 != "\n" }
    self.init(
      context: Self.context(record.gate), state: record.result == .passed ? .success : .failure,
      description: String(line.prefix(140)))
  }

  private static func context(_ gate: GateName) -> String { "sluice/\(gate)" }

  fileprivate func says(_ record: GateRecord) -> Bool {
    let wanted = CommitStatus(record)
    return context == wanted.context && saysTheSame(as: wanted)
  }
}
