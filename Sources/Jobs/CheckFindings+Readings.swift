import Fleet
import Ledger
import Observing
import Promotion
import Report

extension CheckFindings {
  /// Folds what each cluster said into its record, and into the situation.
  mutating func fold(into situation: inout Situation, _ walk: Walk) -> [ClusterName: Timestamp?] {
    var unread: [ClusterName: Timestamp?] = [:]
    for index in situation.clusters.indices {
      let state = situation.clusters[index]
      guard !state.stages.isEmpty else { continue }
      // Of a cluster of another shard nothing is said but what the base desires there.
      let isOurs = observation.shard.contains(state.name)
      if let damage = records.clusters.damage(of: state.name) {
        if !isOurs { continue }
        unread[state.name] = .some(nil)
        events.append(.unread(state.name, why: "its record in the ledger can't be read: \(damage)"))
        continue
      }
      let desired = walk.desired[state.name] ?? [:]
      var record = records.clusters[state.name]?.record
      record?.reading = state.reading
      let notStarted = notStarted(state, desired)
      let (result, evidence) = result(state, record, desired, notStarted)
      if case .failed = result, isOurs { unread[state.name] = .some(state.reading?.last) }
      let update = ReadingUpdate(
        record,
        Promotion.Observation(
          at: observation.at, result: result, desired: desired, notStarted: notStarted, evidence: evidence),
        maxGap: policy.promotion.maxGap, policy: policy.promotion)
      if update.isTransition {
        changes.append(
          .put(
            RecordedCluster(
              cluster: state.name, record: update.record, at: observation.at,
              known: isOurs ? result.isKnown : records.clusters[state.name]?.known ?? false)))
      }
      situation.clusters[index].reading = update.record.reading
      for (group, it) in update.record.desired { situation.clusters[index].desiredSince[group] = it.since }
    }
    return unread
  }

  /// What the look at a cluster says of its groups, and what is to be remembered of it.
  private mutating func result(
    _ state: ClusterState, _ record: ClusterRecord?, _ desired: [GroupName: DesiredTuple], _ notStarted: Set<GroupName>
  ) -> (result: Promotion.Observation.Result, evidence: Evidence?) {
    guard let answer = observation.answers[state.name] else { return (.failed, nil) }
    events += answer.notes.map { .warning("\(state.name): \($0)") }
    switch answer.observation {
    case .known(var versions, let healthy, let reasons, let groups):
      var health: [GroupName: ObservedHealth] = [:]
      for group in state.stages.keys {
        health[group] =
          groups[group].map { ObservedHealth(healthy: $0.healthy, reasons: $0.reasons) }
          ?? ObservedHealth(healthy: healthy, reasons: reasons)
      }
      guard let sample = answer.sample else { return (.known(versions: versions, groups: health), nil) }
      versions.merge(sample.versions) { $1 }
      let judge = SampleJudge(record, at: observation.at, passes: policy.passes, policy: policy.promotion)
      let judged = judge.judge(
        Sample(versions: versions, findings: sample.findings, gaps: sample.gaps),
        policy.promotion.groups.filter { state.stages[$0.name] != nil }.map { group in
          SampleJudge.Group(
            group.name, components: group.components, desired: desired[group.name],
            isBeforeUpgrade: notStarted.contains(group.name))
        })
      for (group, verdict) in judged.health { health[group] = health[group]?.and(verdict) ?? verdict }
      return (known(versions, health, state), judged.evidence)
    case .unchanged:
      guard let reading = record?.reading else { return (.failed, nil) }
      let groups = reading.groups.mapValues { ObservedHealth(healthy: $0.healthy, reasons: $0.reasons) }
      return (.known(versions: reading.versions, groups: groups), nil)
    case .unknown(let why):
      events.append(.unread(state.name, why: why))
      return (.failed, nil)
    }
  }

  /// What keeps hundreds of clusters from being read (a kubeconfig that is gone, a proxy) is said of the first of them, and counted.
  mutating func shortenUnread() {
    var clusters: [String: [ClusterName]] = [:]
    for case .unread(let cluster, let why) in events { clusters[why, default: []].append(cluster) }
    let many = clusters.filter { $0.value.count > Self.unreadShown + 1 }
    if many.isEmpty { return }
    let hidden = Set(many.values.flatMap { $0.dropFirst(Self.unreadShown) })
    events.removeAll {
      if case .unread(let cluster, let why) = $0 { many[why] != nil && hidden.contains(cluster) } else { false }
    }
    for (why, clusters) in many.sorted(by: { $0.key < $1.key }) {
      events.append(.warning("\(clusters.count - Self.unreadShown) more clusters can't be read for the same reason: \(why)"))
    }
  }

  private static let unreadShown = 3

  /// A look that told nothing of any group is a failed one, and says why.
  private mutating func known(
    _ versions: [ComponentName: Version], _ health: [GroupName: ObservedHealth], _ state: ClusterState
  ) -> Promotion.Observation.Result {
    let untold = health.filter { $0.value.healthy == nil }
    if !untold.isEmpty {
      let reasons = untold.sorted { $0.key < $1.key }.flatMap(\.value.reasons)
      let why = reasons.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      events.append(.unread(state.name, why: why.isEmpty ? "the observer did not say" : why.joined(separator: "; ")))
    }
    return untold.count == health.count ? .failed : .known(versions: versions, groups: health)
  }

  /// Groups whose upgrade waits for apply: what they are now is what they were before it.
  private func notStarted(_ state: ClusterState, _ desired: [GroupName: DesiredTuple]) -> Set<GroupName> {
    Set(
      desired.keys.filter { group in
        guard let stage = state.stages[group], policy.stage(stage)?.apply != nil else { return false }
        guard let last = records.applies[ClusterPart(state.name, group)], let it = desired[group] else { return true }
        return last.to != it.tuple || last.claimedAt < it.since
      })
  }

  /// Whether it is time to say again that somebody looks.
  static func isBeatDue(_ records: LedgerRecords, _ shard: Shard, _ policy: PolicyFile, _ now: Timestamp) -> Bool {
    let interval = min(Duration.seconds(900), policy.promotion.maxGap / 2)
    return records.heartbeats[shard.description].map { $0.beat.at + interval <= now } ?? true
  }

  /// Says that somebody looked: at most every 15 minutes, and at least twice in `maxGap`; and at once where looking alone
  /// changed how a cluster stands (its deadline passed), since a record would say the same as before.
  mutating func beat(unread: [ClusterName: Timestamp?], isNews: Bool, _ now: Timestamp) {
    guard policy.observes, isNews || Self.isBeatDue(records, observation.shard, policy, now) else { return }
    let count = observation.look.fleet.clusters.count { !$0.stages.isEmpty && observation.shard.contains($0.name) }
    let beat = Heartbeat(at: now, unread: unread, shard: observation.shard)
    changes.append(.put(HeartbeatRecord(observation.shard, beat: beat, count: count), replacesDamaged: true))
  }
}

extension ObservedHealth {
  /// Both must be good: one that is bad is enough, and so is, of the rest, one that can't tell.
  fileprivate func and(_ other: ObservedHealth) -> ObservedHealth {
    let healthy: Bool? =
      self.healthy == false || other.healthy == false ? false : self.healthy == nil || other.healthy == nil ? nil : true
    let telling = [self, other].filter { $0.healthy == healthy }
    return ObservedHealth(healthy: healthy, reasons: telling.flatMap(\.reasons))
  }
}

extension Promotion.Observation.Result {
  fileprivate var isKnown: Bool { if case .known = self { true } else { false } }
}
