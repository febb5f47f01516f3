package import Promotion
import Synchronization
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
  /// What the reader of this fleet parsed last.
  let parsed: ParsedFiles
  /// Tells this fleet from every other.
  let comparisons = Comparisons()

  init(
    policy: PolicyFile, snapshot: Snapshot, clusters: [ResolvedCluster], notes: [Problem], facts: FactTable,
    parsed: ParsedFiles
  ) {
    self.parsed = parsed
    self.policy = policy
    self.snapshot = snapshot
    self.clusters = clusters
    self.notes = notes
    self.facts = facts
  }

  package func cluster(_ name: ClusterName) -> ResolvedCluster? { index(of: name).map { clusters[$0] } }

  private func index(of name: ClusterName) -> Int? {
    var (low, high) = (0, clusters.count)
    while low < high {
      let middle = (low + high) / 2
      if clusters[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low < clusters.count && clusters[low].name == name ? low : nil
  }

  /// The clusters of a slot, in the order of their names.
  package func clusters(in slot: Slot) -> [ResolvedCluster] { clusters.filter { $0.stages[slot.group] == slot.stage } }

  /// What the planner needs of the clusters; what is observed and recorded is the caller's to add.
  package var states: [ClusterState] {
    clusters.map { cluster in
      ClusterState(name: cluster.name, stages: cluster.stages, desired: cluster.desired, pinned: cluster.versions.pinned)
    }
  }
}

extension ResolvedFleet {
  /// What differs between a fleet and an earlier one.
  struct Compared: Sendable {
    let differences: [Difference]
    let outside: [OutsideFile]
    let changes: [EffectiveChange]
  }

  /// With what a fleet was compared last.
  final class Comparisons: Sendable {
    private let known = Mutex<[(other: Comparisons, compared: Compared)]>([])

    func with(_ other: ResolvedFleet) -> Compared? {
      known.withLock { known in known.first { $0.other === other.comparisons }?.compared }
    }

    func keep(_ compared: Compared, with other: ResolvedFleet) {
      // It would hold itself for ever.
      if other.comparisons === self { return }
      known.withLock { $0 = Array(([(other.comparisons, compared)] + $0).prefix(2)) }
    }
  }
}

/// A cluster as a tree makes it. Fleets of trees that differ little share those that don't differ.
package final class ResolvedCluster: Sendable, Equatable {
  package let name: ClusterName
  /// The captures of its file's path and its values in the policy.
  package let values: [String: String]
  /// In the order of the policy; later ones win.
  package let layers: [ReadFile]
  /// The stage that it is in, by group; groups of which it has no component are absent.
  package let stages: [GroupName: StageName]
  let versions: EffectiveVersions
  /// The files of components that have their own.
  package let files: [ComponentName: ReadFile]
  /// The file whose path names it; nil where the policy names it.
  let source: String?
  /// The stages whose `select` holds, by their place in the policy; several only where none of the components is there.
  let selected: [Int]

  /// Absent components are absent.
  package var components: [ComponentName: EffectiveValue] { versions.components }
  package var desired: [ComponentName: Version] { versions.desired }

  init(
    name: ClusterName, values: [String: String], layers: [ReadFile], stages: [GroupName: StageName],
    versions: EffectiveVersions, files: [ComponentName: ReadFile], source: String?, selected: [Int]
  ) {
    self.name = name
    self.values = values
    self.layers = layers
    self.stages = stages
    self.versions = versions
    self.files = files
    self.source = source
    self.selected = selected
  }

  package static func == (a: ResolvedCluster, b: ResolvedCluster) -> Bool {
    a === b
      || a.name == b.name && a.values == b.values && a.layers == b.layers && a.stages == b.stages
        && a.versions.components == b.versions.components && a.files == b.files && a.source == b.source
        && a.selected == b.selected
  }
}

extension ResolvedCluster {
  /// Whether every file that it reads is the same in another tree, and absent where it was absent. Nothing else decides what it is.
  func reads(theSameIn files: [String: ContentID]) -> Bool {
    layers.allSatisfy { files[$0.path] == $0.content } && self.files.values.allSatisfy { files[$0.path] == $0.content }
  }
}

/// The paths that differ between two trees, to ask ten thousand clusters about.
struct ChangedPaths {
  private let few: [String]
  private let many: Set<String>?

  init(_ changes: [String: Snapshot.Change]) {
    few = changes.count <= 3 ? Array(changes.keys) : []
    many = changes.count <= 3 ? nil : Set(changes.keys)
  }

  /// Whether a cluster reads one of them, or one that was not there.
  func areRead(by cluster: ResolvedCluster) -> Bool {
    cluster.layers.contains { has($0.path) } || (!cluster.files.isEmpty && cluster.files.values.contains { has($0.path) })
  }

  private func has(_ path: String) -> Bool { many?.contains(path) ?? few.contains(path) }
}

/// The components of a cluster. Those that inherit all of them from the same places share one.
final class EffectiveVersions: Sendable {
  let components: [ComponentName: EffectiveValue]
  let desired: [ComponentName: Version]
  let pinned: Set<ComponentName>

  init(_ components: [ComponentName: EffectiveValue]) {
    self.components = components
    desired = components.mapValues(\.version)
    pinned = Set(components.lazy.filter(\.value.isPinned).map(\.key))
  }
}

/// A file that a cluster reads.
package struct ReadFile: Sendable, Hashable {
  package let path: String
  /// nil: it may be absent, and is.
  package let content: ContentID?
}

/// A component's version in a cluster, and where it comes from.
package struct EffectiveValue: Sendable, Hashable {
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
