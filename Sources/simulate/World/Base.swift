import Promotion

/// One cluster in the config repository.
struct Site: Sendable, Equatable {
  var stage: StageName
  var desired: [ComponentName: Version]
  var isPinned = false
  /// The groups whose values stand in the cluster's own file because Sluice wrote them there.
  var overrides: Set<GroupName> = []

  func tuple(_ group: Group) -> VersionTuple {
    if desired.count == group.components.count { return VersionTuple(desired) }
    if group.components.count == 1, let version = desired[group.components[0]] {
      return VersionTuple([group.components[0]: version])
    }
    return VersionTuple(desired.filter { group.components.contains($0.key) })
  }
}

typealias Tree = [ClusterName: Site]

/// A first-parent commit of the base.
struct BaseCommit: Sendable {
  let by: String
  let at: Int
  let isPromotion: Bool
  let tree: Tree
  /// By name.
  let sites: [(name: ClusterName, site: Site)]
  /// By stage and name, those that are not pinned.
  let crews: [StageName: [(name: ClusterName, site: Site)]]
  /// Of `sites`.
  let shards: [Int]
  /// Who has values that Sluice wrote.
  let overrides: [Slot: Set<ClusterName>]

  init(by: String, at: Int, isPromotion: Bool, tree: Tree) {
    self.by = by
    self.at = at
    self.isPromotion = isPromotion
    self.tree = tree
    sites = tree.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let free = sites.filter { !$0.site.isPinned }
    crews = Dictionary(grouping: free, by: \.site.stage)
    shards = sites.map { World.shard($0.name) }
    var overrides: [Slot: Set<ClusterName>] = [:]
    for (name, site) in free where !site.overrides.isEmpty {
      for group in site.overrides { overrides[Slot(stage: site.stage, group: group), default: []].insert(name) }
    }
    self.overrides = overrides
  }
}

/// Which branch: at most one of a kind in each slot.
struct BranchName: Hashable, Comparable, Sendable {
  enum Kind: Int, Sendable { case promote, takeBack, consolidate }
  var kind: Kind
  var slot: Slot

  static func < (a: BranchName, b: BranchName) -> Bool { (a.slot, a.kind.rawValue) < (b.slot, b.kind.rawValue) }
}

/// A commit on a branch: what its content moves, written on some commit of the base.
struct BranchCommit: Sendable, Equatable {
  var id: Int
  var by: String
  var at: Int
  var moves: [ClusterName: Hold.Taken]
  /// What a promotion brings.
  var to: VersionTuple
}

struct Request: Sendable, Equatable {
  enum State: Sendable, Equatable { case open, merged, closed(by: String) }
  var number: Int
  var branch: BranchName
  var head: BranchCommit
  var state = State.open
  var openedAt: Int
  var hasLabel = false
  /// By whom, and the commit that was read.
  var approvals: [String: Int] = [:]
  var objections: Set<String> = []
  /// Whether all its clusters desired its version or a newer one when it was closed (trap 8).
  var hadMovedOn = false
  var closedAt = 0

  var isOpen: Bool { state == .open }
  var approvalsOfHead: Int { approvals.values.count { $0 == head.id } }
  /// Whether somebody else than Sluice closed it.
  var isRefused: Bool { if case .closed(let by) = state { by != World.sluice } else { false } }
}

/// Branches and requests. A request's head follows its branch.
struct Forge: Sendable {
  var branches: [BranchName: [BranchCommit]] = [:]
  var requests: [Request] = []
  /// The numbers of what is open.
  var open: [BranchName: Int] = [:]
  /// The heads that ever had a request which was closed.
  var closedHeads: Set<Int> = []
  var version = 0

  func request(_ name: BranchName) -> Request? { open[name].map { requests[$0] } }
}

struct Claim: Sendable, Equatable {
  var to: VersionTuple
  var by: Int
  var at: Int
  var leaseUntil: Int
  var hasEnded = false
  var healthyBefore: Bool?
}

struct ClusterPart: Hashable, Sendable {
  var cluster: ClusterName
  var group: GroupName

  func hash(into hasher: inout Hasher) { hasher.combine(World.hash(cluster) &+ 31 &* World.hash(group)) }
}

/// What Sluice records. Every write is one compare-and-swap, decided on what is there then.
struct Ledger: Sendable {
  var cursor = 0
  var walkedAt = 0
  var records: [ClusterName: ClusterRecord] = [:]
  /// Counts what changes in `records`, `applies` and `paused`.
  var recordVersion = 0
  var holds: [String: Hold] = [:]
  var seen: [ComponentName: [SeenVersion]] = [:]
  var seenVersion = 0
  var qualified: [Slot: [Qualification]] = [:]
  /// The tuples of `qualified`.
  var proven: [Slot: Set<VersionTuple>] = [:]
  var rollouts: [Slot: [VersionTuple: Rollout]] = [:]
  var tips: Set<Int> = []
  var beats: [Int: Heartbeat] = [:]
  var applies: [ClusterPart: Claim] = [:]
  var stops: [Stop] = []
  var paused: Set<ClusterName> = []
  var pausedSince: [ClusterName: Int] = [:]
  /// What failed a gate when it was last tested.
  var red: [Slot: Set<VersionTuple>] = [:]
  var version = 0
}
