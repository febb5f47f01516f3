import Fleet
import Git
import Ledger
import Promotion

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
  /// What every cluster's groups desire now, and since when.
  private(set) var desired: [ClusterName: [GroupName: DesiredTuple]] = [:]
  private(set) var takenBack: [HoldRecord] = []
  private(set) var warnings: [String] = []
  /// What exists of each component: as recorded, and for one without a source what the first stages have desired since.
  let seen: [ComponentName: [SeenVersion]]
  private let policy: Policy
  private let ordering: Ordering
  private let walkedAt: Timestamp
  private let now: Timestamp

  /// Walks commit by commit: end points alone would miss a value that went forth and back between two runs (trap 15).
  ///
  /// A value that moved is desired since its commit was made, though never since before the walk of before nor after now,
  /// whatever date the commit bears: only what was read since then can count for it.
  /// - Parameters:
  ///   - start: the fleet at the commit walked to before; where nothing was walked yet, the one at the tip.
  ///   - walkedAt: when that commit was walked to.
  init(
    from start: ResolvedFleet?, steps: [WalkStep], recorded: [ClusterName: RecordedCluster],
    seen: [ComponentName: [SeenVersion]], policy: Policy, walkedAt: Timestamp?, now: Timestamp
  ) {
    let fleets = [start].compactMap(\.self) + steps.compactMap(\.fleet)
    self.seen = FirstStageVersions(policy: policy, now: now).added(to: seen, from: fleets)
    self.policy = policy
    self.now = now
    self.walkedAt = walkedAt ?? Timestamp(seconds: 0)
    ordering = Ordering(policy: policy, seen: self.seen)
    for (name, record) in recorded {
      desired[name] = record.record.desired
    }
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

  /// Notes which tuples a commit moved, and which of them back.
  private mutating func follow(_ before: ResolvedFleet, _ after: ResolvedFleet, _ commit: Commit) {
    let since = min(now, max(walkedAt, Timestamp(seconds: commit.committer.seconds)))
    for cluster in after.clusters {
      guard let old = before.cluster(cluster.name) else { continue }
      for group in policy.groups {
        // A cluster that changes its stage, joins or leaves takes nothing back (trap 20).
        guard let stage = cluster.stages[group.name], old.stages[group.name] == stage else { continue }
        let (from, to) = (old.desired.tuple(of: group), cluster.desired.tuple(of: group))
        guard from != to else { continue }
        desired[cluster.name, default: [:]][group.name] = DesiredTuple(tuple: to, since: since)
        if isBackward(from: from, to: to) { hold(Slot(stage: stage, group: group.name), from, commit) }
      }
    }
  }

  private mutating func hold(_ slot: Slot, _ tuple: VersionTuple, _ commit: Commit) {
    guard !takenBack.contains(where: { $0.subject == SlotTuple(slot, tuple) }) else { return }
    takenBack.append(
      HoldRecord(
        slot: slot, tuple: tuple, cause: .commit(commit.id.hex), by: commit.author.name,
        at: Timestamp(seconds: commit.committer.seconds)))
  }

  /// A tuple goes back when some component of it does, whatever the others do.
  private func isBackward(from: VersionTuple, to: VersionTuple) -> Bool {
    to.versions.contains { component, version in
      from[component].map { ordering.compare(version, $0, of: component) == .less } ?? false
    }
  }

  /// Makes what is desired agree with a fleet, for clusters and groups that no step told of.
  private mutating func settle(_ fleet: ResolvedFleet) {
    for cluster in fleet.clusters {
      for group in policy.groups {
        guard cluster.stages[group.name] != nil else {
          desired[cluster.name]?[group.name] = nil
          continue
        }
        let tuple = cluster.desired.tuple(of: group)
        if desired[cluster.name]?[group.name]?.tuple != tuple {
          desired[cluster.name, default: [:]][group.name] = DesiredTuple(tuple: tuple, since: now)
        }
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

extension [ComponentName: Version] {
  /// The versions of a group's components among these.
  func tuple(of group: Group) -> VersionTuple {
    VersionTuple(filter { group.components.contains($0.key) })
  }
}
