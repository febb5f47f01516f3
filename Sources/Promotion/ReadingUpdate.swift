/// What one observation makes of a cluster's record.
package struct ReadingUpdate: Sendable, Equatable {
  package var record: ClusterRecord
  /// Whether it must be written. What only got later is told by the heartbeat.
  package var isTransition: Bool

  /// Folds an observation into the record before it (its `last` as heartbeats prolong it).
  ///
  /// An older reading never replaces a newer one, and at a tie the worse wins (trap 11). A failed read adds nothing and breaks
  /// nothing; a gap between two known readings above `maxGap` starts every run anew (trap 13). A known bad reading breaks at
  /// once, and a run starts anew where the desired tuple changed (trap 15).
  package init(_ previous: ClusterRecord?, _ observation: Observation, maxGap: Duration, policy: Policy) {
    var record = previous ?? ClusterRecord(reading: nil, desired: [:], first: observation.at)
    Self.follow(observation.desired, in: &record)
    Self.keep(observation, in: &record)
    if case .known(let versions, let groups) = observation.result {
      let look = Look(at: observation.at, versions: versions, groups: groups, maxGap: maxGap, policy: policy)
      if let last = record.reading?.last, observation.at <= last {
        if observation.at == last { look.weigh(into: &record) }
      } else {
        look.extend(&record)
      }
      Self.note(observation, versions, in: &record, policy)
    }
    self.record = record
    isTransition = previous.map { !record.saysTheSame(as: $0) } ?? true
  }

  /// Keeps the newer evidence, and at a tie what excuses less.
  private static func keep(_ observation: Observation, in record: inout ClusterRecord) {
    guard let evidence = observation.evidence else { return }
    guard let last = record.reading?.last, observation.at <= last else {
      record.evidence = evidence
      return
    }
    if observation.at == last { record.evidence = record.evidence.merged(with: evidence, .neither) }
  }

  /// Notes, after a reading that counts, what was before an upgrade and whether it ever settled.
  private static func note(
    _ observation: Observation, _ versions: [ComponentName: Version], in record: inout ClusterRecord, _ policy: Policy
  ) {
    guard let reading = record.reading, observation.at == reading.last else { return }
    for (group, desired) in record.desired {
      guard let health = reading.groups[group], health.lastKnown == nil, let healthy = health.healthy else { continue }
      if observation.notStarted.contains(group) {
        if healthy || desired.healthyBefore == nil { record.desired[group]?.healthyBefore = healthy }
      } else if healthy, observation.at >= desired.since, policy.runs(reading.versions, desired.tuple) {
        record.desired[group]?.hasSettled = true
      }
    }
  }

  /// Takes over what is desired now; a `since` never goes back.
  private static func follow(_ desired: [GroupName: DesiredTuple], in record: inout ClusterRecord) {
    for (group, now) in desired {
      guard let before = record.desired[group] else {
        record.desired[group] = now
        continue
      }
      if before.tuple == now.tuple, before.since >= now.since { continue }
      let healthy = record.reading?.groups[group]?.healthy
      record.desired[group] = DesiredTuple(
        tuple: now.tuple, since: max(now.since, before.since),
        healthyBefore: healthy == true || before.hasSettled ? healthy : before.healthyBefore, commit: now.commit,
        previous: now.previous)
    }
    for group in record.desired.keys where desired[group] == nil { record.desired[group] = nil }
  }
}

/// A known reading on its way into a record.
private struct Look {
  let at: Timestamp
  let versions: [ComponentName: Version]
  let groups: [GroupName: ObservedHealth]
  let maxGap: Duration
  let policy: Policy

  /// The reading is newer than all before.
  func extend(_ record: inout ClusterRecord) {
    if isUnchanged(record) {
      record.reading?.last = at
      return
    }
    let before = record.reading
    var after = Reading(versions: before?.versions ?? [:], groups: [:], last: at)
    after.versions.merge(versions) { $1 }
    for (group, desired) in record.desired {
      let old = before?.groups[group]
      guard let health = groups[group], let healthy = health.healthy, tells(desired.tuple) else {
        // Not told now: what was known last stays, frozen at when it was known.
        if var frozen = old, let before {
          frozen.lastKnown = frozen.lastKnown ?? before.last
          after.groups[group] = frozen
          for component in desired.tuple.versions.keys { after.versions[component] = before.versions[component] }
        } else {
          after.groups[group] = GroupHealth(healthy: nil, reasons: groups[group]?.reasons ?? [], since: at)
        }
        continue
      }
      var now = GroupHealth(healthy: healthy, reasons: health.reasons, since: at, watchedSince: at)
      if let old, let before, old.healthy != nil, at <= (old.lastKnown ?? before.last) + maxGap {
        now.watchedSince = old.watchedSince ?? old.since
        let isUnchanged = desired.tuple.versions.keys.allSatisfy { before.versions[$0] == versions[$0] }
        if old.healthy == healthy, old.since >= desired.since, isUnchanged { now.since = old.since }
      }
      after.groups[group] = now
    }
    record.reading = after
  }

  /// Whether this look differs from the one before in its moment alone, as most do.
  private func isUnchanged(_ record: ClusterRecord) -> Bool {
    guard let before = record.reading, at <= before.last + maxGap, before.groups.count == record.desired.count,
      before.versions == versions
    else { return false }
    for (group, desired) in record.desired {
      guard let old = before.groups[group], let now = groups[group], let healthy = now.healthy, old.healthy == healthy,
        old.lastKnown == nil, old.watchedSince != nil, old.since >= desired.since, old.reasons == now.reasons,
        tells(desired.tuple)
      else { return false }
    }
    return true
  }

  /// The reading is as old as the recorded one: in each group the worse of the two stays.
  func weigh(into record: inout ClusterRecord) {
    guard var reading = record.reading else { return }
    for (group, desired) in record.desired {
      guard let health = groups[group], let healthy = health.healthy, tells(desired.tuple) else { continue }
      let components = desired.tuple.versions.keys.sorted()
      let old = reading.groups[group].flatMap { old in
        old.lastKnown == nil ? old.healthy.map { badness($0, reading.versions, desired.tuple) } : nil
      }
      let new = badness(healthy, versions, desired.tuple)
      let texts = (components.map { versions[$0]?.text ?? "" }, components.map { reading.versions[$0]?.text ?? "" })
      let isWorse = old.map { new > $0 || (new == $0 && texts.1.lexicographicallyPrecedes(texts.0)) } ?? true
      guard isWorse else { continue }
      let watchedSince = reading.groups[group].flatMap { $0.healthy == nil ? nil : $0.watchedSince ?? $0.since } ?? at
      reading.groups[group] = GroupHealth(
        healthy: healthy, reasons: health.reasons, since: at, watchedSince: watchedSince)
      for component in components { reading.versions[component] = versions[component] }
    }
    record.reading = reading
  }

  private func tells(_ tuple: VersionTuple) -> Bool { tuple.versions.keys.allSatisfy { versions[$0] != nil } }

  private func badness(_ healthy: Bool, _ versions: [ComponentName: Version], _ desired: VersionTuple) -> Int {
    (healthy ? 0 : 2) + (policy.runs(versions, desired) ? 0 : 1)
  }
}

extension Policy {
  /// Whether observed versions equal a desired tuple, component by component.
  package func runs(_ observed: [ComponentName: Version], _ desired: VersionTuple) -> Bool {
    desired.versions.allSatisfy { name, version in
      guard let running = observed[name] else { return false }
      return Ordering.runs(observed: running, desired: version, order: component(name)?.order ?? .seen)
    }
  }
}
