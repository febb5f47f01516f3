/// What is known of a group in a cluster, judged by its last known reading.
package enum Standing: Sendable, Equatable {
  /// No known reading, or the last one is older than `maxGap`: never settled, never degraded.
  case unknown(last: Timestamp?)
  /// Runs what is desired and is healthy, without a break since then; soaked at `soakedAt`, once a reading is as late as that.
  case settled(since: Timestamp, soakedAt: Timestamp, isSoaked: Bool)
  case upgrading(since: Timestamp)
  /// Not settled though the deadline passed. `isWorse`: it was healthy before this version came.
  case degraded(since: Timestamp, isWorse: Bool)

  package var isSettled: Bool { if case .settled = self { true } else { false } }
  package var isSoaked: Bool { if case .settled(_, _, true) = self { true } else { false } }
  package var isUnknown: Bool { if case .unknown = self { true } else { false } }
  package var isUpgrading: Bool { if case .upgrading = self { true } else { false } }
  package var isDegraded: Bool { if case .degraded = self { true } else { false } }
  var isWorse: Bool { if case .degraded(_, true) = self { true } else { false } }

  /// - Parameter stage: the one in which the cluster is for this group.
  init(_ cluster: ClusterState, group: GroupName, stage: Stage, tuple: VersionTuple, policy: JudgingPolicy, now: Timestamp) {
    guard let reading = cluster.reading, let health = reading.groups[near: group], let healthy = health.healthy,
      // Without it nobody knows whether a reading is of this tuple (trap 15).
      let desiredSince = cluster.desiredSince[near: group]
    else {
      self = .unknown(last: cluster.reading?.last)
      return
    }
    let last = health.lastKnown ?? reading.last
    guard now <= last + policy.maxGap, tuple.versions.keys.allSatisfy({ reading.versions[near: $0] != nil }) else {
      self = .unknown(last: last)
      return
    }
    let start = cluster.startedAt[near: group] ?? desiredSince
    guard last >= desiredSince || !policy.countsSinceDesired else {
      self = .upgrading(since: start)
      return
    }
    if healthy, policy.runs(reading.versions, tuple) {
      let since = policy.countsSinceDesired ? max(health.since, desiredSince) : health.since
      let soakedAt = since + stage.soak
      self = .settled(since: since, soakedAt: soakedAt, isSoaked: last >= soakedAt)
      return
    }
    // What waits for its upgrade command is late for nothing: it may have to wait for a place, or for a window.
    if stage.applies, cluster.startedAt[near: group] == nil, !policy.runs(reading.versions, tuple) {
      self = .upgrading(since: start)
      return
    }
    // "While readings cover it": the clock runs only while somebody looked.
    let watched = policy.watchesDeadline ? health.watchedSince ?? health.since : start
    let isLate = last >= max(start, watched) + stage.deadline
    self = isLate ? .degraded(since: start, isWorse: cluster.healthyBefore[group] ?? true) : .upgrading(since: start)
  }
}

/// What of a policy is needed for each cluster, at hand without a search.
struct JudgingPolicy: Sendable {
  let maxGap: Duration
  let countsSinceDesired: Bool
  let watchesDeadline: Bool
  private let orders: [(name: ComponentName, order: VersionOrder)]

  init(_ situation: Situation) {
    maxGap = situation.policy.maxGap
    countsSinceDesired = situation.keeps(.readingsSinceDesired)
    watchesDeadline = situation.keeps(.deadlineIsWatched)
    orders = situation.policy.components.map { ($0.name, $0.order) }
  }

  func runs(_ observed: [ComponentName: Version], _ desired: VersionTuple) -> Bool {
    desired.versions.allSatisfy { name, version in
      guard let running = observed[near: name] else { return false }
      return running == version
        || Ordering.runs(observed: running, desired: version, order: orders.first { $0.name == name }?.order ?? .seen)
    }
  }
}
