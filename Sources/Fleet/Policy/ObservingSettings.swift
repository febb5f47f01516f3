package import YAML

/// How clusters are reached.
package struct ConnectSettings: Sendable, Equatable {
  package enum Way: Sendable, Equatable {
    /// A command of the operator's says what a cluster runs.
    case command([String])
    /// Both may hold placeholders. file nil: as KUBECONFIG says; context nil: the current one.
    case kubeconfig(file: String?, context: String?)
    /// The service account of the pod that this runs in: the one cluster of the fleet.
    case inCluster
  }

  package var way: Way
  package var parallel: Int
  /// Of one request or of the command.
  package var timeout: Duration
  package var place: Place
}

/// What makes a cluster healthy, for every group.
package struct HealthSettings: Sendable {
  package struct Kubernetes: Sendable {
    /// Whose workloads and pods count; none: of all namespaces.
    package var namespaces = ["kube-system"]
    /// So many workers may be unready.
    package var maxUnreadyNodes = 0
    /// So many good samples in a row make a cluster healthy.
    package var passes = 2
    /// How often the API server's version is read in a sample, each time on another connection.
    package var reads = 2
    /// How many nodes there must be at least.
    package var nodes: NodeCount?
  }

  package enum NodeCount: Sendable {
    case count(Int)
    /// A field of the effective values.
    case field(FieldPath, String)
  }

  package var kubernetes = Kubernetes()
  package var probes: [ProbeSettings] = []
}

/// Where a component's running version is read.
package enum ObserveSettings: Sendable, Equatable {
  /// The API server's.
  case kubernetes(VersionPart)
  case image(WorkloadPlace)
  /// The chart's version of a release of Helm's.
  case helm(namespace: String, release: String)
  case configMap(namespace: String, name: String, key: String)
  case http(HTTPSettings, field: FieldPath)
  case command([String], timeout: Duration)

  /// How much of a version counts: managed clusters are told `1.31` and report `v1.31.4-eks-2d5f260`.
  package enum VersionPart: String, Sendable, CaseIterable { case whole, patch, minor }

  package var isKubernetes: Bool { if case .kubernetes = self { true } else { false } }

  package struct WorkloadPlace: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case deployment, daemonSet, statefulSet }
    package var namespace: String
    package var kind: Kind
    package var name: String
    /// nil: the only one, or the one that is named as the workload.
    package var container: String?
  }
}

/// An address that is asked, with what it needs.
package struct HTTPSettings: Sendable, Equatable {
  /// May hold placeholders.
  package var url: String
  /// Sent as a bearer token, over https alone.
  package var token: SecretPlace?
  /// A file in PEM: these authorities and no others.
  package var ca: String?
  package var timeout: Duration
}

/// A question of the operator's whose answer says whether a cluster or a component is well.
package struct ProbeSettings: Sendable, Equatable {
  package enum Question: Sendable, Equatable {
    /// An instant query; each sample of its answer must be as expected.
    case prometheus(HTTPSettings, query: String, expect: Expectation)
    /// The status must be one of these; none: 200 to 299.
    case http(HTTPSettings, statuses: [Int])
    /// Must exit with 0. 1 is a failure; anything else is no answer.
    case command([String], timeout: Duration)
  }

  package var name: String
  package var question: Question
  /// So many times in a row it may give no answer, which is unknown; one more is a failure.
  package var errorLimit: Int
  /// Reported, and not counted.
  package var isDryRun: Bool
  package var place: Place
}

extension PolicyFile {
  /// What is asked over HTTP, beyond clusters' own API.
  var addresses: [HTTPSettings] {
    let probes = (health.probes + components.flatMap(\.probes)).compactMap { probe -> HTTPSettings? in
      switch probe.question {
      case .prometheus(let address, _, _), .http(let address, _): address
      case .command: nil
      }
    }
    return probes
      + components.compactMap { component in
        if case .http(let address, _)? = component.observe { address } else { nil }
      }
  }
}
