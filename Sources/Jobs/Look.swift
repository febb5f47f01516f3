import Fleet
import Forge
import Git
import Ledger
import Promotion
import Report

/// Everything that decisions are made from, read once: the base, the ledger, what is open, and the situation they make.
package struct Look: Sendable {
  let now: Timestamp
  let base: Commit
  /// The base branch's name, without `refs/heads/`.
  let baseBranch: String
  let fleet: ResolvedFleet
  let ledger: LedgerSnapshot
  let records: LedgerRecords
  let history: HistoryView
  let walk: Walk
  let branches: [BranchPlace: PromotionBranch]
  let gates: [BranchPlace: GateView]
  /// All of the policy's promotion branches, with those that hold nothing new.
  let references: [String: ObjectID]
  let requests: Requests
  let planner: Planner
  /// What the plan wants consolidated, as it can be written.
  let consolidations: [Slot: Consolidation]

  var situation: Situation { planner.situation }

  func isStopped(_ stage: StageName) -> Bool { situation.stops.contains { $0.stage == nil || $0.stage == stage } }
}

/// The records that decisions are made from.
struct LedgerRecords: Sendable {
  let clusters: Records<RecordedCluster>
  let versions: Records<VersionsRecord>
  let rollouts: Records<RolloutRecord>
  let qualified: Records<QualifiedRecord>
  let holds: Records<HoldRecord>
  let pauses: Records<PauseRecord>
  let applies: Records<ApplyRecord>
  let heartbeats: Records<HeartbeatRecord>
  let stops: Records<StopRecord>
  let tips: Records<TipRecord>
  let cursors: Records<CursorRecord>
  let overrides: Records<OverrideRecord>

  init(_ ledger: LedgerSnapshot) async throws(LedgerError) {
    clusters = try await ledger.all(RecordedCluster.self)
    versions = try await ledger.all(VersionsRecord.self)
    rollouts = try await ledger.all(RolloutRecord.self)
    qualified = try await ledger.all(QualifiedRecord.self)
    holds = try await ledger.all(HoldRecord.self)
    pauses = try await ledger.all(PauseRecord.self)
    applies = try await ledger.all(ApplyRecord.self)
    heartbeats = try await ledger.all(HeartbeatRecord.self)
    stops = try await ledger.all(StopRecord.self)
    tips = try await ledger.all(TipRecord.self)
    cursors = try await ledger.all(CursorRecord.self)
    overrides = try await ledger.all(OverrideRecord.self)
  }

  /// What can't be read of those whose silence would not show anywhere else: the file, and what is wrong with it.
  var damage: [(key: String, value: String)] {
    [
      rollouts.damaged, qualified.damaged, holds.damaged, pauses.damaged, applies.damaged, stops.damaged, tips.damaged,
      versions.damaged,
    ].flatMap { $0 }.sorted { $0.key < $1.key }
  }
}
