package import Promotion
package import YAML

/// The edits that move clusters to other versions, and nothing else.
package struct ChangeSet: Sendable {
  /// Whole new contents by path.
  package internal(set) var files: [String: [UInt8]] = [:]
  /// Files that hold nothing any more.
  package internal(set) var emptied: Set<String> = []
  /// Definitions that were edited where they stand.
  package internal(set) var definitions: [Definition] = []
  /// Values that were written into clusters' own files.
  package internal(set) var overrides: [Override] = []
  /// Values that were taken out of clusters' own files, since the layers below say the same.
  package internal(set) var removed: [Override] = []

  package struct Definition: Sendable, Equatable {
    package let components: [ComponentName]
    package let path: String
    package let field: FieldPath
    package let line: Int
    package let from: String
    package let to: String
    /// Every cluster whose value it gives.
    package let clusters: [ClusterName]
  }

  package struct Override: Sendable, Equatable {
    package let cluster: ClusterName
    package let component: ComponentName
    package let path: String
    package let field: FieldPath
    package let value: String
  }

  /// Finds out what to write so that exactly the named clusters and components get the named versions.
  ///
  /// A definition is edited where all that inherit it move to one version; else each cluster gets an override in its own file.
  /// Nothing is inserted into a file that another cluster reads. Moves to the present version are left out.
  /// - Throws: `FleetError.invalid` with the reasons where a move can't be written exactly.
  package static func make(
    _ fleet: ResolvedFleet, moves: [ClusterName: [ComponentName: Version]]
  ) async throws(FleetError) -> ChangeSet {
    var writer = ChangeWriter(fleet, moves)
    return try await writer.changeSet()
  }
}
