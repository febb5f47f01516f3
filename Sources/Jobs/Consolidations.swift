import Fleet
import Git
import Ledger
import Promotion
import Synchronization

/// Finds out which of the consolidations that a plan wants can be written: only the fleet's files tell.
struct Consolidations {
  let fleet: ResolvedFleet
  let records: Records<OverrideRecord>
  let workspace: Workspace

  /// What was found out last, for as long as a run looks at one tree.
  struct Made: Sendable {
    let tree: ContentID?
    let wanted: PlannedConsolidation
    let result: Consolidation?
  }

  /// The plan, in which every consolidation can be written as it says.
  func settled(_ situation: Situation) async throws -> (Planner, [Slot: Consolidation]) {
    let planner = Planner(situation)
    if situation.overrides.isEmpty { return (planner, [:]) }
    var possible = situation
    var made: [Slot: Consolidation] = [:]
    for slot in planner.slots {
      guard let wanted = planner.wantedConsolidation(slot) else { continue }
      let result = try await consolidation(wanted)
      made[slot] = result
      if result?.clusters != wanted.clusters { possible.overrides[slot] = result.map { Set($0.clusters) } }
    }
    return (possible.overrides == situation.overrides ? planner : Planner(possible), made)
  }

  private func consolidation(_ wanted: PlannedConsolidation) async throws -> Consolidation? {
    let known = workspace.lastConsolidations.withLock { known in
      known.first { $0.tree != nil && $0.tree == fleet.snapshot.tree && $0.wanted == wanted }
    }
    if let known { return known.result }
    let there = Set(wanted.clusters)
    let overrides = Dictionary(grouping: records.values.values.filter { there.contains($0.cluster) }, by: \.cluster)
    let components = Set(workspace.policy.promotion.group(wanted.slot.group)?.components ?? [])
    let result = try await Consolidation.make(
      fleet, slot: wanted.slot,
      overrides: overrides.mapValues { Set($0.map(\.component)).intersection(components) })
    let made = Made(tree: fleet.snapshot.tree, wanted: wanted, result: result)
    workspace.lastConsolidations.withLock { $0 = Array(([made] + $0).prefix(8)) }
    return result
  }
}
