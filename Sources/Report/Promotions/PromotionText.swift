package import Promotion

/// A promotion in words, for its commit and its pull request: facts in, text out.
///
/// The same facts always give the same text, with no clock in it, so a pull request is rewritten only when its content has
/// changed. All text from outside is escaped, and every part is bounded however large the fleet.
package struct PromotionText: Sendable {
  package var kind: ChangeKind
  package var policy: String
  /// The clusters, what each desires now, and for all but a take-back the tuple that they get.
  package var promotion: PlannedPromotion
  /// Of a take-back: what each cluster goes back to.
  package var back: [ClusterName: VersionTuple]
  /// Of a take-back: why, and who can't take part.
  package var because: [String]
  package var stranded: [ClusterName]
  /// How many other clusters of the stage desire the tuple already: a revert holds it for them too.
  package var alreadyThere: [ClusterName]
  /// Whether a cluster can go back from the tuple (`goesBack`).
  package var canGoBack: Bool
  /// The group's components in its own order.
  package var components: [ComponentName]
  /// 16 hex digits of the SHA-256 of the sorted names of its clusters, joined by LF.
  package var clusterDigest: String
  package var ledgerTip: String?
  /// Whether the stage has an upgrade command; else a merge is what starts the upgrades.
  package var appliesItself: Bool
  package var edits: [FileEdit]
  package var evidence: [Evidence]
  package var discoveries: [Discovery]
  package var gates: [GateResult]
  package var changes: [EffectiveChange]
  package var approvals: Approvals
  package var upstream: [UpstreamLink]

  /// A file that the promotion edits, and what changes in it: `versions.kubernetes: 1.31.3 to 1.31.4`.
  package struct FileEdit: Sendable, Equatable {
    package var path: String
    package var what: String

    package init(path: String, what: String) {
      self.path = path
      self.what = what
    }
  }

  /// Where the tuple has qualified before.
  package struct Evidence: Sendable, Equatable {
    package var stage: StageName
    package var tuple: VersionTuple
    package var qualifiedAt: Timestamp
    package var clusters: [ClusterName]

    package init(stage: StageName, tuple: VersionTuple, qualifiedAt: Timestamp, clusters: [ClusterName]) {
      self.stage = stage
      self.tuple = tuple
      self.qualifiedAt = qualifiedAt
      self.clusters = clusters
    }
  }

  /// Where a version comes from, for a first stage.
  package struct Discovery: Sendable, Equatable {
    package var component: ComponentName
    package var version: Version
    package var published: Timestamp?
    package var firstSeen: Timestamp

    package init(component: ComponentName, version: Version, published: Timestamp?, firstSeen: Timestamp) {
      self.component = component
      self.version = version
      self.published = published
      self.firstSeen = firstSeen
    }
  }

  package struct GateResult: Sendable, Equatable {
    package enum State: String, Sendable { case passed, failed, running, waiting }
    package var name: GateName
    package var state: State
    package var detail: String

    package init(name: GateName, state: State, detail: String = "") {
      self.name = name
      self.state = state
      self.detail = detail
    }
  }

  /// One effective value of one cluster that differs once this has landed; nil where it is absent.
  package struct EffectiveChange: Sendable, Equatable {
    package var cluster: ClusterName
    package var field: String
    package var old: String?
    package var new: String?

    package init(cluster: ClusterName, field: String, old: String?, new: String?) {
      self.cluster = cluster
      self.field = field
      self.old = old
      self.new = new
    }
  }

  package struct Approvals: Sendable, Equatable {
    package var needed: Int
    package var givenBy: [String]

    package init(needed: Int, givenBy: [String] = []) {
      self.needed = needed
      self.givenBy = givenBy
    }
  }

  /// The changelog or the commits of a component between its versions.
  package struct UpstreamLink: Sendable, Equatable {
    package var component: ComponentName
    package var address: String

    package init(component: ComponentName, address: String) {
      self.component = component
      self.address = address
    }
  }

  package init(
    kind: ChangeKind = .promote, policy: String, promotion: PlannedPromotion, components: [ComponentName], clusterDigest: String,
    ledgerTip: String?, appliesItself: Bool, edits: [FileEdit] = [], evidence: [Evidence] = [],
    discoveries: [Discovery] = [], gates: [GateResult] = [], changes: [EffectiveChange] = [],
    approvals: Approvals = Approvals(needed: 0), upstream: [UpstreamLink] = [],
    back: [ClusterName: VersionTuple] = [:], because: [String] = [], stranded: [ClusterName] = [],
    alreadyThere: [ClusterName] = [], canGoBack: Bool = true
  ) {
    self.kind = kind
    self.back = back
    self.because = because
    self.stranded = stranded
    self.alreadyThere = alreadyThere
    self.canGoBack = canGoBack
    self.policy = policy
    self.promotion = promotion
    self.components = components
    self.clusterDigest = clusterDigest
    self.ledgerTip = ledgerTip
    self.appliesItself = appliesItself
    self.edits = edits
    self.evidence = evidence
    self.discoveries = discoveries
    self.gates = gates
    self.changes = changes
    self.approvals = approvals
    self.upstream = upstream
  }

  var slot: Slot { promotion.slot }
  var tuples: TupleText { TupleText(group: slot.group, components: components) }
  var fromSet: [VersionTuple] { FromSet(promotion.from.values, components: components).tuples }

  /// The different versions that a component has in the clusters after a take-back.
  func after(_ component: ComponentName) -> [Version?] {
    Set(back.values.map { $0[component] }).sorted { ($0?.text ?? "") < ($1?.text ?? "") }
  }

  /// The different tuples that clusters go back to.
  var backSet: [VersionTuple] { FromSet(back.values, components: components).tuples }

  /// The different versions that a component has in the clusters now; nil where a cluster lacks it.
  func before(_ component: ComponentName) -> [Version?] {
    let versions = Set(promotion.from.values.map { $0[component] })
    return versions.sorted { ($0?.text ?? "") < ($1?.text ?? "") }
  }
}
