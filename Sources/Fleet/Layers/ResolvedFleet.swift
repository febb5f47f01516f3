package import Promotion
import YAML

/// The fleet at one tree: every cluster's layers, stages and effective versions.
package struct ResolvedFleet: Sendable {
  package let policy: PolicyFile
  package let snapshot: Snapshot
  /// In the order of their names.
  package let clusters: [ResolvedCluster]
  /// What people should know and nothing stops for, like a component that no cluster has.
  package let notes: [Problem]
  let facts: FactTable
  private let indices: [ClusterName: Int]

  init(policy: PolicyFile, snapshot: Snapshot, clusters: [ResolvedCluster], notes: [Problem], facts: FactTable) {
    self.policy = policy
    self.snapshot = snapshot
    self.clusters = clusters
    self.notes = notes
    self.facts = facts
    indices = Dictionary(uniqueKeysWithValues: clusters.enumerated().map { ($0.element.name, $0.offset) })
  }

  package func cluster(_ name: ClusterName) -> ResolvedCluster? { indices[name].map { clusters[$0] } }

  /// The clusters of a slot, in the order of their names.
  package func clusters(in slot: Slot) -> [ResolvedCluster] { clusters.filter { $0.stages[slot.group] == slot.stage } }

  /// What the planner needs of the clusters; what is observed and recorded is the caller's to add.
  package var states: [ClusterState] {
    clusters.map { cluster in
      ClusterState(
        name: cluster.name, stages: cluster.stages, desired: cluster.desired,
        pinned: Set(cluster.components.lazy.filter(\.value.isPinned).map(\.key)))
    }
  }

  /// Every path that some cluster reads.
  package var pathsRead: Set<String> {
    var paths: Set<String> = []
    for cluster in clusters {
      for file in cluster.layers { paths.insert(file.path) }
      for file in cluster.files.values { paths.insert(file.path) }
    }
    return paths
  }
}

package struct ResolvedCluster: Sendable, Equatable {
  package let name: ClusterName
  /// The captures of its file's path and its values in the policy.
  package let values: [String: String]
  /// In the order of the policy; later ones win.
  package let layers: [ReadFile]
  /// The stage that it is in, by group; groups of which it has no component are absent.
  package let stages: [GroupName: StageName]
  /// Absent components are absent.
  package let components: [ComponentName: EffectiveValue]
  /// The files of components that have their own.
  package let files: [ComponentName: ReadFile]
  /// The file whose path names it; nil where the policy names it.
  let source: String?
  /// The stages whose `select` holds, by their place in the policy; several only where none of the components is there.
  let selected: [Int]

  package var desired: [ComponentName: Version] { components.mapValues(\.version) }
}

extension ResolvedCluster {
  /// Whether every file that it reads is the same in another tree, and absent where it was absent. Nothing else decides what it is.
  func reads(theSameIn snapshot: Snapshot) -> Bool {
    layers.allSatisfy { snapshot.files[$0.path] == $0.content }
      && files.values.allSatisfy { snapshot.files[$0.path] == $0.content }
  }
}

/// A file that a cluster reads.
package struct ReadFile: Sendable, Hashable {
  package let path: String
  /// nil: it may be absent, and is.
  package let content: ContentID?
}

/// A component's version in a cluster, and where it comes from.
package struct EffectiveValue: Sendable, Equatable {
  package let version: Version
  /// The whole decoded scalar.
  package let text: String
  /// Whether YAML reads the scalar as a string rather than a number or the like.
  package let isString: Bool
  package let isPinned: Bool
  package let definition: Definition

  /// Where a value is written.
  package struct Definition: Sendable, Hashable {
    package let path: String
    package let content: ContentID
    package let document: Int
    /// The scalar's bytes; those of the anchored one where the value is reached through an alias.
    package let span: Range<Int>
    package let line: Int
    package let column: Int
    /// The place in the cluster's layers; nil: the component's own file.
    package let layer: Int?

    package var place: Place { Place(file: path, line: line, column: column) }
  }
}
