import Fleet
import Git
import Ledger
import Observing
import Promotion
import Report

/// What a look at the clusters makes of the ledger's records. Pure: the same look over the same records always gives the same.
struct CheckFindings: Sendable {
  private(set) var changes: [LedgerChange] = []
  private(set) var events: [Event] = []
  private let observation: CheckJob.Observation
  private let records: LedgerRecords
  private let policy: PolicyFile

  /// The shard's name. One process looks at all clusters.
  private static let shard = "all"

  init(_ observation: CheckJob.Observation, records: LedgerRecords, policy: PolicyFile) {
    self.observation = observation
    self.records = records
    self.policy = policy
    let now = observation.at
    let walk = observation.look.history.walk(records, now: now)
    recordWalk(walk)
    let before = situation(walk, now)
    var after = before
    let unread = fold(into: &after, walk)
    let planner = Planner(after)
    let earlier = Planner(before)
    let moved = tell(before: earlier, after: planner)
    beat(unread: unread, isNews: moved || Self.endsWave(earlier, planner), now)
    qualify(planner, now)
  }

  private func situation(_ walk: Walk, _ now: Timestamp) -> Situation {
    SituationMaker(policy: policy, records: records, walk: walk, fleet: observation.look.fleet, now: now).situation
  }

  // MARK: The base's history

  private mutating func recordWalk(_ walk: Walk) {
    for (component, seen) in walk.seen where seen != records.versions[component]?.seen ?? [] {
      changes.append(.put(VersionsRecord(component: component, seen: seen)))
    }
    for hold in walk.news {
      changes.append(.put(HoldRecord(hold)))
      events.append(hold.isActive ? .held(hold) : .released(hold))
    }
    events += walk.warnings.map(Event.warning)
    events += records.damage.map { .warning("the ledger's \($0.key) can't be read, so its subject is unknown: \($0.value)") }
    let look = observation.look
    forgetOverrides(look)
    let cursor = records.cursors[look.baseBranch]
    if cursor?.commit != look.base.id.hex {
      changes.append(.put(CursorRecord(branch: look.baseBranch, commit: look.base.id.hex, at: observation.at)))
    }
  }

  /// An override that stood and is gone is nobody's any more: who writes one there later is a person. One that an open branch
  /// brings is still to come.
  private mutating func forgetOverrides(_ look: Look) {
    let earlier = look.history.earlier
    if earlier.isEmpty || records.overrides.values.isEmpty { return }
    let tips = Set(look.references.values.map(\.hex))
    for (_, record) in records.overrides.values.sorted(by: { ($0.key.cluster, $0.key.part) < ($1.key.cluster, $1.key.part) }) {
      func stands(_ fleet: ResolvedFleet) -> Bool { fleet.isOverridden(record.component, in: record.cluster) }
      if tips.contains(record.commit) || stands(look.fleet) || !earlier.contains(where: stands) { continue }
      changes.append(.remove(OverrideRecord.self, record.subject))
    }
  }

  // MARK: Readings

  /// Folds what each cluster said into its record, and into the situation.
  private mutating func fold(into situation: inout Situation, _ walk: Walk) -> [ClusterName: Timestamp?] {
    var unread: [ClusterName: Timestamp?] = [:]
    for index in situation.clusters.indices {
      let state = situation.clusters[index]
      guard !state.stages.isEmpty else { continue }
      if let damage = records.clusters.damage(of: state.name) {
        unread[state.name] = .some(nil)
        events.append(.unread(state.name, why: "its record in the ledger can't be read: \(damage)"))
        continue
      }
      let result = result(state)
      if case .failed = result { unread[state.name] = .some(state.reading?.last) }
      let desired = walk.desired[state.name] ?? [:]
      let record = records.clusters[state.name]
      let update = ReadingUpdate(
        record.map { ClusterRecord(reading: state.reading, desired: $0.record.desired, first: $0.record.first) },
        Promotion.Observation(
          at: observation.at, result: result, desired: desired, notStarted: notStarted(state, desired)),
        maxGap: policy.promotion.maxGap, policy: policy.promotion)
      if update.isTransition {
        changes.append(
          .put(RecordedCluster(cluster: state.name, record: update.record, at: observation.at, known: result.isKnown)))
      }
      situation.clusters[index].reading = update.record.reading
      for (group, it) in update.record.desired { situation.clusters[index].desiredSince[group] = it.since }
    }
    return unread
  }

  private mutating func result(_ state: ClusterState) -> Promotion.Observation.Result {
    switch observation.answers[state.name] {
    case .known(let versions, let healthy, let reasons, let groups)?:
      var health: [GroupName: ObservedHealth] = [:]
      for group in state.stages.keys {
        health[group] =
          groups[group].map { ObservedHealth(healthy: $0.healthy, reasons: $0.reasons) }
          ?? ObservedHealth(healthy: healthy, reasons: reasons)
      }
      return .known(versions: versions, groups: health)
    case .unknown(let why)?:
      events.append(.unread(state.name, why: why))
      return .failed
    case nil: return .failed
    }
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

  /// Says that somebody looked: at most every 15 minutes, and at least twice in `maxGap`; and at once where looking alone
  /// changed how a cluster stands (its deadline passed), since a record would say the same as before.
  private mutating func beat(unread: [ClusterName: Timestamp?], isNews: Bool, _ now: Timestamp) {
    let last = records.heartbeats[Self.shard]
    let interval = min(Duration.seconds(900), policy.promotion.maxGap / 2)
    guard policy.connect != nil, isNews || (last.map { $0.beat.at + interval <= now } ?? true) else { return }
    let count = observation.look.fleet.clusters.count { !$0.stages.isEmpty }
    changes.append(
      .put(HeartbeatRecord(.all, beat: Heartbeat(at: now, unread: unread), count: count), replacesDamaged: true))
  }

  // MARK: What follows

  /// - Returns: Whether any cluster stands otherwise than before.
  private mutating func tell(before: Planner, after: Planner) -> Bool {
    let told = events.count
    let neverRead = Set(before.situation.clusters.lazy.filter { $0.reading == nil }.map(\.name))
    for cluster in after.situation.clusters {
      for group in policy.promotion.groups where cluster.stages[group.name] != nil {
        guard let now = after.standing(cluster.name, group: group.name).map({ ClusterHealth($0) }) else { continue }
        let was = before.standing(cluster.name, group: group.name).map({ ClusterHealth($0) })
        let isFirst = neverRead.contains(cluster.name)
        if was == now || (isFirst && now == .unknown) { continue }
        let reading = cluster.reading
        events.append(
          .observed(
            Event.Observation(
              cluster: cluster.name, group: group.name, before: isFirst ? nil : was, now: now,
              runs: (reading?.versions ?? [:]).tuple(of: group), reasons: reading?.groups[group.name]?.reasons ?? [])))
      }
    }
    return events.count > told
  }

  /// Whether a wave that was not through is so by what was read now: the next one need not wait for the heartbeat that is due.
  private static func endsWave(_ before: Planner, _ after: Planner) -> Bool {
    after.slots.contains { waits(before.decide($0)) && !waits(after.decide($0)) }
  }

  private static func waits(_ decision: Decision) -> Bool {
    guard case .wait(let reasons) = decision else { return false }
    return reasons.contains { if case .wave = $0.kind { true } else { false } }
  }

  private mutating func qualify(_ planner: Planner, _ now: Timestamp) {
    for (slot, tuples) in planner.newQualifications().sorted(by: { $0.key < $1.key }) {
      for tuple in tuples {
        let clusters = planner.members(slot, tuple).filter { planner.soaked($0, group: slot.group) }
        changes.append(
          .put(
            QualifiedRecord(
              slot: slot, tuple: tuple, at: now, ledgerTip: observation.look.ledger.tip?.hex, clusters: clusters)))
        if var rollout = records.rollouts[SlotTuple(slot, tuple)], rollout.state == .moving {
          rollout.state = .qualified
          changes.append(.put(rollout))
        }
        events.append(.qualified(slot, tuple, clusters: clusters.count))
      }
    }
  }
}

extension Promotion.Observation.Result {
  fileprivate var isKnown: Bool { if case .known = self { true } else { false } }
}
