import Fleet
import Git
import Ledger
import Promotion
import Report

/// One step of the base's first-parent history: a commit, and the fleet as it was then.
struct WalkStep: Sendable {
  let commit: Commit
  /// nil: that commit does not resolve, for the reason given.
  let fleet: ResolvedFleet?
  let problem: String?
}

/// What the base's history says since the ledger last looked. Nothing of it is an effect: it is derived again wherever it is
/// needed, and the check job records it.
struct Walk: Sendable {
  private var history: BaseHistory
  private let recorded: [String: Hold]
  private(set) var warnings: [String] = []
  /// What exists of each component: as recorded, and for one without a source what the first stages have desired since.
  let seen: [ComponentName: [SeenVersion]]
  private let policy: Policy
  private let walkedAt: Timestamp
  private let now: Timestamp
  private let setAside: [ClusterName: Timestamp]

  /// What every cluster's groups desire now, and since when.
  var desired: [ClusterName: [GroupName: DesiredTuple]] { history.desired }
  /// Everything that was ever taken back, released or not.
  var holds: [Hold] { history.holds.values.sorted { $0.id < $1.id } }
  /// Those that the ledger does not know, or knows as they were before.
  var news: [Hold] { holds.filter { recorded[$0.id] != $0 } }

  /// Walks commit by commit: end points alone would miss a value that went forth and back between two runs (traps 15, 18).
  ///
  /// A value that moved is desired since its commit was made, though never since before the walk of before nor after now,
  /// whatever date the commit bears: only what was read since then can count for it.
  /// - Parameters:
  ///   - start: the fleet at the commit walked to before; where nothing was walked yet, the one at the tip.
  ///   - setAside: clusters that people paused or pinned by the ledger, and since when.
  ///   - walkedAt: when that commit was walked to.
  init(
    from start: ResolvedFleet?, steps: [WalkStep], recorded: [ClusterName: RecordedCluster], holds: [String: Hold] = [:],
    setAside: [ClusterName: Timestamp] = [:], seen: [ComponentName: [SeenVersion]], policy: Policy, walkedAt: Timestamp?,
    now: Timestamp
  ) {
    let fleets = [start].compactMap(\.self) + steps.compactMap(\.fleet)
    self.seen = FirstStageVersions(policy: policy, now: now).added(to: seen, from: fleets)
    self.policy = policy
    self.now = now
    self.walkedAt = walkedAt ?? Timestamp(seconds: 0)
    self.recorded = holds
    self.setAside = setAside
    history = BaseHistory(
      desired: recorded.mapValues(\.record.desired), holds: holds, ordering: Ordering(policy: policy, seen: self.seen))
    var before = start
    if let start { settle(start) }
    for step in steps {
      guard let fleet = step.fleet else {
        warnings.append(
          "commit \(step.commit.id.short) of the base does not resolve, so it says nothing of what was taken back: \(step.problem ?? "")"
        )
        continue
      }
      if let before { follow(before, fleet, step.commit) }
      settle(fleet)
      before = fleet
    }
  }

  /// Tells the history which clusters a commit moved.
  private mutating func follow(_ before: ResolvedFleet, _ after: ResolvedFleet, _ commit: Commit) {
    var moves: [BaseHistory.Move] = []
    for cluster in after.clusters {
      guard let old = before.cluster(cluster.name), old != cluster else { continue }
      moves += history.moves(cluster.name, from: BaseHistory.Place(old), to: BaseHistory.Place(cluster), groups: policy.groups)
    }
    if moves.isEmpty { return }
    let trailers = PromotionTrailers(message: commit.message)
    let made = Timestamp(seconds: commit.committer.seconds)
    history.follow(
      BaseHistory.Commit(
        id: commit.id.hex, by: commit.author.name, at: min(now, max(walkedAt, Timestamp(seconds: commit.committer.seconds))),
        isPromotion: trailers?.policy == policy.name),
      moves: moves
    ) { slot in
      guard let group = policy.group(slot.group) else { return [] }
      return before.clusters(in: slot).map { cluster in
        let isPinned = group.components.contains { cluster.components[$0]?.isPinned == true }
        return BaseHistory.Standing(
          cluster: cluster.name, tuple: cluster.desired.tuple(of: group),
          isSetAside: isPinned || (setAside[cluster.name].map { $0 <= made } ?? false))
      }
    }
  }

  /// Makes what is desired agree with a fleet, for clusters and groups that no step told of.
  private mutating func settle(_ fleet: ResolvedFleet) {
    for cluster in fleet.clusters {
      for group in policy.groups {
        let tuple = cluster.stages[group.name].map { _ in cluster.desired.tuple(of: group) }
        history.settle(cluster.name, group.name, tuple, at: now)
      }
    }
  }
}

/// What exists of a component without a source: what the first stages desire, in the order of the base's commits.
///
/// On first sight what the other stages desire counts too: what appears later is newer than all that the fleet runs then.
struct FirstStageVersions {
  let policy: Policy
  let now: Timestamp

  func added(to seen: [ComponentName: [SeenVersion]], from fleets: [ResolvedFleet]) -> [ComponentName: [SeenVersion]] {
    var seen = seen
    let first = Set(policy.stages.filter(\.after.isEmpty).map(\.name))
    for component in policy.components where !component.hasUpstream {
      guard let group = policy.groups.first(where: { $0.components.contains(component.name) }) else { continue }
      var versions = seen[component.name] ?? []
      var known = Set(versions.map(\.version))
      for fleet in fleets {
        let isFirstSight = versions.isEmpty
        let desired = fleet.clusters.filter { $0.stages[group.name].map { isFirstSight || first.contains($0) } ?? false }
          .compactMap { $0.components[component.name]?.version }
        let new = Set(desired).subtracting(known).sorted { $0.text < $1.text }
        // Those of one commit are unordered among themselves.
        let index = (versions.map(\.index).max() ?? -1) + 1
        versions += new.map { SeenVersion(version: $0, first: now, index: index) }
        known.formUnion(new)
      }
      if !versions.isEmpty { seen[component.name] = versions }
    }
    return seen
  }
}

extension BaseHistory.Place {
  fileprivate init(_ cluster: ResolvedCluster) { self.init(stages: cluster.stages, desired: cluster.desired) }
}
