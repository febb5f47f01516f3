package import Fleet
package import Promotion

/// What one look at a cluster gave.
package enum Observation: Sendable, Equatable {
  /// - versions: by component; one that could not be told is absent.
  /// - healthy: nil: the observer did not say.
  /// - groups: what it said of single groups, over `healthy`.
  case known(
    versions: [ComponentName: Version], healthy: Bool?, reasons: [String], groups: [GroupName: GroupObservation])
  /// A glance at what was known to be well showed nothing else than before.
  case unchanged
  /// Why nothing is known: short, one line, for people.
  case unknown(String)
}

package struct GroupObservation: Sendable, Equatable {
  package var healthy: Bool?
  package var reasons: [String]

  package init(healthy: Bool?, reasons: [String] = []) {
    self.healthy = healthy
    self.reasons = reasons
  }
}

/// A cluster to look at, with what its placeholders stand for.
package struct ObservationTarget: Sendable, Equatable {
  package var cluster: ClusterName
  /// Captures and values of the cluster, by placeholder; `cluster` itself need not be among them.
  package var values: [String: String]
  /// Those that the base desires there; others are not looked for.
  package var components: Set<ComponentName>
  package var nodes: NodeExpectation
  /// How long ago the last known reading was; nil: there was none.
  package var sinceLast: Duration?
  /// What it runs, where it is known to be well and nothing hangs on the next look: then a glance will do.
  package var known: [ComponentName: Version]?

  package init(
    cluster: ClusterName, values: [String: String] = [:], components: Set<ComponentName> = [],
    nodes: NodeExpectation = .none, sinceLast: Duration? = nil, known: [ComponentName: Version]? = nil
  ) {
    self.cluster = cluster
    self.values = values
    self.components = components
    self.nodes = nodes
    self.sinceLast = sinceLast
    self.known = known
  }
}

package struct ClusterObservation: Sendable, Equatable {
  package var cluster: ClusterName
  package var observation: Observation
  /// What was seen beyond what a command said; nil: the policy asks for nothing beyond.
  package var sample: Sample?
  /// What is told to people and counts for nothing: dry runs.
  package var notes: [String]

  package init(cluster: ClusterName, observation: Observation, sample: Sample? = nil, notes: [String] = []) {
    self.cluster = cluster
    self.observation = observation
    self.sample = sample
    self.notes = notes
  }
}
