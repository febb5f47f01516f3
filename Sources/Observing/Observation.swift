package import Promotion

/// What one look at a cluster gave.
package enum Observation: Sendable, Equatable {
  /// - versions: by component; one that could not be told is absent.
  /// - healthy: nil: the observer did not say.
  /// - groups: what it said of single groups, over `healthy`.
  case known(
    versions: [ComponentName: Version], healthy: Bool?, reasons: [String], groups: [GroupName: GroupObservation])
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

  package init(cluster: ClusterName, values: [String: String] = [:]) {
    self.cluster = cluster
    self.values = values
  }
}

package struct ClusterObservation: Sendable, Equatable {
  package var cluster: ClusterName
  package var observation: Observation

  package init(cluster: ClusterName, observation: Observation) {
    self.cluster = cluster
    self.observation = observation
  }
}
