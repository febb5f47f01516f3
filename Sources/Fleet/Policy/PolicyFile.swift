package import Promotion
package import YAML

/// A policy file as read: the planner's values, and everything else that the rooms above need, already checked.
package struct PolicyFile: Sendable {
  /// The file's name as the operator gave it, for places in messages.
  package var file: String
  /// Relative commands and a relative repository resolve against it, and children work in it.
  package var folder: String
  package var promotion: Promotion.Policy
  package var repository: RepositorySettings
  package var forge: ForgeSettings
  package var fleet: FleetLayout
  /// In the order of the file, as in `promotion.components`.
  package var components: [ComponentSettings]
  package var connect: ConnectSettings?
  package var health = HealthSettings()
  /// In the order of the file, as in `promotion.stages`.
  package var stages: [StageSettings]
  package var windows: [WindowSettings] = []
  package var freezes: [FreezeSettings] = []
  /// Sluice looks, records and tells, and changes nothing.
  package var observeOnly = false

  /// The file's bytes: what was remembered under another policy counts for nothing.
  var contents: [UInt8] = []

  package var name: String { promotion.name }
  /// Whether clusters are looked at in any way.
  package var observes: Bool {
    connect != nil || !health.probes.isEmpty || components.contains { $0.observe != nil || !$0.probes.isEmpty }
  }
  /// So many good looks in a row make a cluster healthy.
  package var passes: Int {
    switch connect?.way {
    case .kubeconfig?, .inCluster?: health.kubernetes.passes
    case .command?, nil: 1
    }
  }
  package func component(_ name: ComponentName) -> ComponentSettings? { components.first { $0.name == name } }
  package func stage(_ name: StageName) -> StageSettings? { stages.first { $0.name == name } }

  /// Environment variables that the policy names as secrets; children never see them.
  package var secretVariables: Set<String> {
    var names: Set<String> = []
    if case .ssh(.environment(let name))? = repository.signing { names.insert(name) }
    let places = addresses.compactMap(\.token) + [forge.credentials?.secret, repository.credentials?.password].compactMap(\.self)
    for place in places { if case .environment(let name) = place { names.insert(name) } }
    return names
  }
}

package struct RepositorySettings: Sendable, Equatable {
  package var url: String
  /// nil: the remote's HEAD.
  package var branch: String?
  package var authorName: String
  package var authorEmail: String
  package var signing: SigningSettings?
  /// The whole name of the ledger's ref.
  package var ledgerReference: String
  /// Over https; nil: the forge's, where the repository is on its server.
  package var credentials: RepositoryCredentials?
  /// A file in PEM: these authorities and no others; nil: the forge's.
  package var ca: String?
  package var place: Place
}

package enum SigningSettings: Sendable, Equatable {
  case ssh(SecretPlace)
  /// An OpenPGP key's id.
  case openPGP(String)
}

/// Where a secret is kept; it is read when it is needed.
package enum SecretPlace: Sendable, Equatable {
  case file(String)
  case environment(String)
}

/// Where clusters are, and how their layers stack.
package struct FleetLayout: Sendable {
  package enum Clusters: Sendable {
    /// The files that exist name the clusters.
    case pattern(PathPattern)
    case list([(name: ClusterName, place: Place)])
    /// Names with the values of placeholders.
    case map([(name: ClusterName, values: [String: String], place: Place)])
  }

  package var clusters: Clusters
  package var clustersPlace: Place
  package var layers: [Layer]

  package struct Layer: Sendable {
    package var pattern: PathPattern
    package var place: Place
  }

  /// The last layer whose path contains `{cluster}`: overrides are written there.
  package var ownLayer: Int? { layers.lastIndex { $0.pattern.placeholders.contains("cluster") } }
}

package struct ComponentSettings: Sendable {
  package var name: ComponentName
  package var field: FieldPath
  package var place: Place
  /// A file of its own in each cluster; nil: the layers.
  package var file: PathPattern?
  package var value: ValuePattern?
  package var upstream: UpstreamSettings?
  /// nil: the policy's observing command tells, or nobody.
  package var observe: ObserveSettings?
  package var probes: [ProbeSettings] = []
}

package enum UpstreamSettings: Sendable, Equatable {
  /// `tag` is a pattern like `v{version}`; what `{version}` matches is the version.
  case gitTags(url: String, tag: String)
  /// Oldest first or in any order: versions are ordered by the component's `order`, `seen` by this one.
  case list([String])
}

package struct StageSettings: Sendable {
  package var name: StageName
  package var select: [Condition]
  package var place: Place
  package var method: MergeMethod
  /// Of the forge's own merge.
  package var style = MergeStyle.merge
  package var request = RequestSettings()
  package var apply: ApplySettings?
  package var timing = Timing()
  /// Of the groups that have settings of their own in this stage.
  package var own: [GroupName: Timing] = [:]

  /// The windows in which upgrades of a group may start; none: always.
  package func windows(for group: GroupName) -> [WindowName] { (own[group] ?? timing).windows }

  package struct Timing: Sendable, Equatable {
    package var windows: [WindowName] = []
    /// Where each wave is written; none: there is one, of everything.
    var waves: [Place] = []
  }

  /// Who lands: Sluice, by pushing the very commit that was tested, or the forge, by its merge call.
  package enum MergeMethod: String, Sendable, CaseIterable { case push, forge }

  package enum MergeStyle: String, Sendable, CaseIterable { case merge, squash, rebase }

  /// What its pull requests are given when they are opened.
  package struct RequestSettings: Sendable, Equatable {
    package var labels: [String] = []
    /// Accounts, and teams as `organisation/team`.
    package var reviewers: [String] = []

    package init() {}
  }

  /// What a cluster must have to be in the stage; all conditions must hold.
  package struct Condition: Sendable {
    package enum Subject: Sendable {
      /// The cluster's name.
      case cluster
      /// A field of the effective values, or else a capture or a value of the cluster's in the policy.
      case field(FieldPath, String)
    }
    package var subject: Subject
    /// Any of them.
    package var values: [String]
    package var place: Place
  }
}

package struct ApplySettings: Sendable, Equatable {
  package enum Trigger: String, Sendable, CaseIterable { case version, config }
  package var command: [String]
  package var timeout: Duration
  package var on: Set<Trigger>
}

/// Every error of a policy file.
package struct PolicyError: Error, Sendable, CustomStringConvertible {
  package let problems: [Problem]
  package var description: String { problems.map(\.description).joined(separator: "\n") }
}
