import YAML

/// How many nodes a cluster must have at least.
package enum NodeExpectation: Sendable, Equatable {
  /// Neither the policy nor the config says it.
  case none
  case count(Int)
  /// The config has something else there than a number.
  case unreadable(String)
}

/// What a policy and its config say of each cluster's nodes.
package struct NodeExpectations: Sendable {
  private let count: Int?
  private let field: Int?
  private let name: String
  private let facts: FactTable

  package init(_ fleet: ResolvedFleet) {
    facts = fleet.facts
    switch fleet.policy.health.kubernetes.nodes {
    case nil: (count, field, name) = (nil, nil, "")
    case .count(let count)?: (self.count, field, name) = (count, nil, "")
    case .field(let path, let text)?: (count, field, name) = (nil, FactPlan(fleet.policy).layerTable.index(of: path), text)
    }
  }

  package subscript(cluster: ResolvedCluster) -> NodeExpectation {
    if let count { return .count(count) }
    guard let field else { return .none }
    // Facts that are not at hand say nothing; that is not the same as a config that does.
    if cluster.layers.contains(where: { layer in layer.content.map { facts[0, $0] == nil } ?? false }) {
      return .unreadable("\(name) was not read")
    }
    switch EffectiveLookup(cluster.layers, facts).find(field).found {
    case .absent, .removed: return .none
    case .mapping, .sequence: return .unreadable("\(name) is not a number")
    case .value(let value):
      guard let count = Int(value.text), count >= 0 else {
        return .unreadable("\(name) is \"\(value.text.prefix(40))\", not a number")
      }
      return .count(count)
    }
  }
}
