package import Promotion

/// Overrides that a rollout left behind, and what to write so that the layer below gives their value instead.
package struct Consolidation: Sendable {
  /// Whose overrides go. No effective value of any cluster changes.
  package let clusters: [ClusterName]
  package let changes: ChangeSet

  /// Finds out which of some overrides can go: where the layer that gives the value without them says the same, or can be made to.
  ///
  /// That layer is written only where no other cluster inherits its value, and no cluster of another stage would if its own
  /// override went: nothing unproven reaches a stage through a cluster that joins later.
  /// - Parameter overrides: the components that Sluice wrote into each cluster's own file.
  /// - Returns: nil where none can go.
  /// - Throws: `FleetError` where files can't be read.
  package static func make(
    _ fleet: ResolvedFleet, slot: Slot, overrides: [ClusterName: Set<ComponentName>]
  ) async throws(FleetError) -> Consolidation? {
    var writer = ChangeWriter(fleet, [:])
    return try await writer.consolidation(slot, overrides)
  }
}

extension ResolvedFleet {
  /// Whether a cluster's own file gives a component's version there.
  package func isOverridden(_ component: ComponentName, in cluster: ClusterName) -> Bool {
    guard let own = policy.fleet.ownLayer, let value = self.cluster(cluster)?.components[component] else { return false }
    return value.definition.layer == own
  }
}
