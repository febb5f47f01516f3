import Fleet
import Git
import Ledger
import Observing
import Promotion
import Report

/// What a look at the clusters makes of the ledger's records. Pure: the same look over the same records always gives the same.
struct CheckFindings: Sendable {
  var changes: [LedgerChange] = []
  var events: [Event] = []
  let observation: CheckJob.Observation
  let records: LedgerRecords
  let policy: PolicyFile

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
    shortenUnread()
    let moved = tell(before: earlier, after: planner)
    beat(unread: unread, isNews: moved || Self.endsWave(earlier, planner) || endsSoak(earlier, planner), now)
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

  /// Whether a cluster of this shard has soaked by what was read now. The other shards know of it by the heartbeat alone, and one
  /// of them may be the one that sees the whole stage qualify.
  private func endsSoak(_ before: Planner, _ after: Planner) -> Bool {
    guard observation.shard != .all else { return false }
    return after.situation.clusters.contains { cluster in
      observation.shard.contains(cluster.name)
        && cluster.stages.keys.contains { after.soaked(cluster.name, group: $0) && !before.soaked(cluster.name, group: $0) }
    }
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
