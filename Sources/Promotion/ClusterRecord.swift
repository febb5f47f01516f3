/// What the ledger keeps of one cluster's readings.
package struct ClusterRecord: Sendable, Equatable {
  /// nil: no reading was ever known.
  package var reading: Reading?
  package var desired: [GroupName: DesiredTuple]
  /// When the cluster joined.
  package var first: Timestamp
  /// What the next sample of the cluster is judged by.
  package var evidence = Evidence()

  package init(
    reading: Reading?, desired: [GroupName: DesiredTuple], first: Timestamp, evidence: Evidence = Evidence()
  ) {
    self.reading = reading
    self.desired = desired
    self.first = first
    self.evidence = evidence
  }
}

/// What the base desires of one group in one cluster, and since when.
package struct DesiredTuple: Sendable, Equatable {
  package var tuple: VersionTuple
  package var since: Timestamp
  /// Whether the group was healthy in the last known reading before its upgrade to this tuple started; nil: not known.
  ///
  /// What a tuple broke that never settled is still broken by versions when the next one comes: then this is what it was
  /// before that tuple. Else a second bad version would have made nothing worse, could not fail, and would block for ever.
  package var healthyBefore: Bool?
  /// Whether the group has been settled on this tuple at all.
  package var hasSettled: Bool
  /// The commit of the base that moved it here, where one was seen to.
  package var commit: String?
  /// What it desired before, the newest first; as many as are worth going back to.
  package var previous: [VersionTuple]

  package init(
    tuple: VersionTuple, since: Timestamp, healthyBefore: Bool? = nil, hasSettled: Bool = false, commit: String? = nil,
    previous: [VersionTuple] = []
  ) {
    self.tuple = tuple
    self.since = since
    self.healthyBefore = healthyBefore
    self.hasSettled = hasSettled
    self.commit = commit
    self.previous = previous
  }
}

/// One look at one cluster.
package struct Observation: Sendable, Equatable {
  package var at: Timestamp
  package var result: Result
  /// What the base desires now. `since` of a tuple that has changed is when the base changed, or the moment at which that was
  /// noticed; a later one than recorded says that it changed in between, even if back again (trap 15).
  package var desired: [GroupName: DesiredTuple]
  /// Groups whose upgrade to the desired tuple waits for apply: what they are now is what they were before it.
  package var notStarted: Set<GroupName>
  /// What is known from samples, this look's among them; nil: there was none.
  package var evidence: Evidence?

  package enum Result: Sendable, Equatable {
    case failed
    case known(versions: [ComponentName: Version], groups: [GroupName: ObservedHealth])
  }

  package init(
    at: Timestamp, result: Result, desired: [GroupName: DesiredTuple], notStarted: Set<GroupName> = [],
    evidence: Evidence? = nil
  ) {
    self.at = at
    self.result = result
    self.desired = desired
    self.notStarted = notStarted
    self.evidence = evidence
  }
}

package struct ObservedHealth: Sendable, Equatable {
  /// nil: the observer did not say.
  package var healthy: Bool?
  package var reasons: [String]

  package init(healthy: Bool?, reasons: [String] = []) {
    self.healthy = healthy
    self.reasons = reasons
  }
}

/// That a check of a shard took place, and which clusters it could not read.
package struct Heartbeat: Sendable, Equatable {
  package var at: Timestamp
  /// Whose clusters were looked at; nil: nobody knows whose.
  package var shard: Shard?
  /// For each cluster that could not be read: its last known reading, so that one failed read loses nothing (trap 13).
  package var unread: [ClusterName: Timestamp?]

  package init(at: Timestamp, unread: [ClusterName: Timestamp?] = [:], shard: Shard? = .all) {
    self.at = at
    self.unread = unread
    self.shard = shard
  }
}

extension Reading {
  /// The reading as the heartbeats of the cluster's own shard prolong it; a heartbeat of another shard says nothing (trap 12).
  package func covered(by heartbeats: [Heartbeat], cluster: ClusterName) -> Reading {
    var covered = self
    for beat in heartbeats { covered.cover(beat, cluster) }
    return covered
  }

  package mutating func cover(_ beat: Heartbeat, _ cluster: ClusterName) {
    guard beat.shard?.contains(cluster) == true else { return }
    switch beat.unread.isEmpty ? nil : beat.unread[cluster] {
    case nil: last = max(last, beat.at)
    case .some(let known?): last = max(last, known)
    case .some(nil): break
    }
  }
}
