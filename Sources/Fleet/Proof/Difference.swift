package import Promotion
package import YAML

/// One difference between two trees of the config repository, as the fleet sees it.
package enum Difference: Sendable, Equatable, CustomStringConvertible {
  case clusterAdded(ClusterName)
  case clusterRemoved(ClusterName)
  /// A cluster is in another stage for a group, or in none any more.
  case stage(ClusterName, GroupName, from: StageName?, to: StageName?)
  /// A capture or a value of the policy is another.
  case placeholder(ClusterName, String, from: String?, to: String?)
  /// A component's value got or lost its `# sluice: pin`.
  case pin(ClusterName, ComponentName, isPinned: Bool)
  case value(EffectiveDifference)

  package var cluster: ClusterName {
    switch self {
    case .clusterAdded(let name), .clusterRemoved(let name), .stage(let name, _, _, _), .placeholder(let name, _, _, _),
      .pin(let name, _, _):
      name
    case .value(let difference): difference.cluster
    }
  }

  package var description: String {
    switch self {
    case .clusterAdded(let name): "cluster \(name) appears"
    case .clusterRemoved(let name): "cluster \(name) disappears"
    case .stage(let name, let group, let from, let to):
      "\(name): the stage of \(group) changes from \(from ?? "none") to \(to ?? "none")"
    case .placeholder(let name, let key, let from, let to):
      "\(name): {\(key)} changes from \(from ?? "nothing") to \(to ?? "nothing")"
    case .pin(let name, let component, let isPinned):
      "\(name): component \(component) \(isPinned ? "becomes pinned" : "is no longer pinned")"
    case .value(let difference): difference.description
    }
  }
}

/// An effective value, or a value in a component's own file, that differs.
package struct EffectiveDifference: Sendable, Equatable, CustomStringConvertible {
  package let cluster: ClusterName
  /// The component's own file; nil: the cluster's effective values.
  package let file: String?
  package let document: Int
  package let field: FieldPath
  /// In one line; nil: absent.
  package let old: String?
  package let new: String?
  package let wasString: Bool
  package let isString: Bool
  /// The components whose field is exactly this one.
  package let components: [ComponentName]

  package init(
    cluster: ClusterName, file: String?, document: Int, field: FieldPath, old: String?, new: String?, wasString: Bool,
    isString: Bool,
    components: [ComponentName]
  ) {
    self.cluster = cluster
    self.file = file
    self.document = document
    self.field = field
    self.old = old
    self.new = new
    self.wasString = wasString
    self.isString = isString
    self.components = components
  }

  package var description: String {
    "\(cluster): \(file.map { "\($0) " } ?? "")\(field) changes from \(old ?? "nothing") to \(new ?? "nothing")"
  }
}

/// A component's effective version that changes, as promised: a row of the table in a pull request.
package struct EffectiveChange: Sendable, Hashable {
  package let cluster: ClusterName
  package let component: ComponentName
  package let from: Version?
  package let to: Version?

  package init(cluster: ClusterName, component: ComponentName, from: Version?, to: Version?) {
    self.cluster = cluster
    self.component = component
    self.from = from
    self.to = to
  }
}

/// A changed file that no cluster reads, before or after.
package struct OutsideFile: Sendable, Equatable {
  package enum Change: Sendable { case added, changed, removed }
  package let path: String
  package let change: Change

  package init(path: String, change: Change) {
    self.path = path
    self.change = change
  }
}

/// What a promotion says that it does.
package struct Promise: Sendable, Equatable {
  package var moves: [ClusterName: [ComponentName: Version]]

  package init(moves: [ClusterName: [ComponentName: Version]]) { self.moves = moves }
}

/// A way in which a change is not what was promised.
package enum Violation: Sendable, Equatable, CustomStringConvertible {
  /// Something changes that the promise does not name.
  case unpromised(Difference)
  /// A promised version is not there afterwards.
  case missing(ClusterName, ComponentName, promised: Version, actual: Version?)
  /// The promised field changes to something else than the promised version in the same text.
  case wrongText(EffectiveDifference, expected: String)
  /// A string would become a number or the like.
  case wrongType(EffectiveDifference)

  package var description: String {
    switch self {
    case .unpromised(let difference): "not promised: \(difference)"
    case .missing(let cluster, let component, let promised, let actual):
      "\(cluster): component \(component) was promised \(promised), but would be \(actual?.text ?? "absent")"
    case .wrongText(let difference, let expected): "\(difference), expected \(expected)"
    case .wrongType(let difference): "\(difference), which is no longer a string"
    }
  }
}

/// The result of comparing two trees with a promise.
package struct Proof: Sendable {
  /// The rows of the effective-change table: every component of which the version differs, promised or not.
  package let changes: [EffectiveChange]
  package let violations: [Violation]
  /// Changed files that no cluster reads: no violation by themselves.
  package let outside: [OutsideFile]

  package var isExact: Bool { violations.isEmpty }
}
