/// Judges a sample of a cluster: what was wrong before a version came does not count against it, what got worse does, and what
/// could not be told is unknown.
package struct SampleJudge: Sendable {
  /// What is known of one group before the sample.
  package struct Group: Sendable {
    package var name: GroupName
    package var components: [ComponentName]
    package var desired: DesiredTuple?
    /// Its upgrade to the desired tuple has not started: what is wrong now is no fault of that tuple's.
    package var isBeforeUpgrade: Bool

    package init(_ name: GroupName, components: [ComponentName], desired: DesiredTuple?, isBeforeUpgrade: Bool) {
      self.name = name
      self.components = components
      self.desired = desired
      self.isBeforeUpgrade = isBeforeUpgrade
    }
  }

  /// The record before; nil: the cluster was never looked at.
  let record: ClusterRecord?
  let at: Timestamp
  /// So many good samples in a row make a group healthy.
  let passes: Int
  let policy: Policy

  package init(_ record: ClusterRecord?, at: Timestamp, passes: Int, policy: Policy) {
    self.record = record
    self.at = at
    self.passes = passes
    self.policy = policy
  }

  /// - Returns: each group's health, and the evidence from now on.
  package func judge(_ sample: Sample, _ groups: [Group]) -> (health: [GroupName: ObservedHealth], evidence: Evidence) {
    let before = record?.evidence ?? Evidence()
    var evidence = Evidence()
    var sample = sample
    evidence.silences = countSilences(&sample, before.silences)
    evidence.failures = failures(sample, before.failures)
    var health: [GroupName: ObservedHealth] = [:]
    for group in groups {
      let baseline = baseline(of: group, sample, before, now: evidence.failures)
      var verdict = verdict(sample, group, baseline: baseline ?? [])
      let isPassing = countPasses(&verdict, group, sample, before, &evidence)
      // From now on what was cured must stay so.
      let kept = isPassing ? baseline?.compactMap { lowered($0, group, evidence.failures) } : baseline.map(Array.init)
      if let kept { evidence.baseline[group.name] = Set(kept) }
      health[group.name] = verdict
    }
    return (health, evidence)
  }

  // MARK: What is wrong

  /// Counts what gave no answer; once too often is a failure.
  private func countSilences(_ sample: inout Sample, _ before: Set<Evidence.Failure>) -> Set<Evidence.Failure> {
    var silences: Set<Evidence.Failure> = []
    for gap in sample.gaps {
      guard let limit = gap.limit else { continue }
      var silence = Evidence.Failure(gap.scope, source: gap.source, key: "silent", count: 1)
      if let earlier = before.first(where: { $0.isSame(as: silence) }) { silence.count = min(earlier.count, limit) + 1 }
      silences.insert(silence)
      if silence.count > limit {
        let times = limit == 0 ? "" : " \(limit + 1) times in a row"
        let text = "\(gap.source) gave no answer\(times): \(gap.text)"
        sample.findings.append(Finding(gap.scope, source: gap.source, key: silence.key, text: text))
      }
    }
    sample.gaps.removeAll { gap in
      sample.findings.contains { $0.key == "silent" && $0.source == gap.source && $0.scope == gap.scope }
    }
    return silences
  }

  private func failures(_ sample: Sample, _ before: Set<Evidence.Failure>) -> Set<Evidence.Failure> {
    var failures = Set(sample.findings.map { Evidence.Failure($0) })
    for failure in before where sample.hasGap(failure) && !failures.contains(where: { $0.isSame(as: failure) }) {
      failures.insert(failure)
    }
    return failures
  }

  /// What does not count against the group's desired tuple; nil where nothing is known from before it.
  private func baseline(
    of group: Group, _ sample: Sample, _ before: Evidence, now: Set<Evidence.Failure>
  ) -> Set<Evidence.Failure>? {
    guard let desired = group.desired, let recorded = record?.desired[group.name] else { return nil }
    let known = before.baseline[group.name]
    if isUnchanged(group, desired) {
      // What breaks while the upgrade waits, where all was well before, is no fault of the version that waits.
      let wasWell = before.failures.allSatisfy { !concerns($0.scope, group) || ($0.isExcused(by: known ?? [])) }
      let waits = group.isBeforeUpgrade && recorded.healthyBefore == true && wasWell && runsOther(sample, desired)
      return waits ? now.filter { concerns($0.scope, group) } : known
    }
    // The tuple is new: what was wrong in the last sample before it was not its doing. An old sample says nothing of that.
    guard let last = record?.reading?.last, desired.since <= last + policy.maxGap else { return nil }
    // A tuple that never settled may have broken what is broken: then what was excused before it is all that still is.
    let excused = recorded.hasSettled ? before.failures : known ?? before.failures
    return excused.filter { concerns($0.scope, group) }
  }

  /// Whether all of the group's versions are known, and others than desired.
  private func runsOther(_ sample: Sample, _ desired: DesiredTuple) -> Bool {
    desired.tuple.versions.keys.allSatisfy { sample.versions[$0] != nil } && !policy.runs(sample.versions, desired.tuple)
  }

  private func lowered(
    _ failure: Evidence.Failure, _ group: Group, _ now: Set<Evidence.Failure>
  ) -> Evidence.Failure? {
    guard let current = now.first(where: { $0.isSame(as: failure) }) else { return nil }
    return current.count < failure.count ? current : failure
  }

  // MARK: The verdict

  private func verdict(_ sample: Sample, _ group: Group, baseline: Set<Evidence.Failure>) -> ObservedHealth {
    let worse = sample.findings.filter { concerns($0.scope, group) && !Evidence.Failure($0).isExcused(by: baseline) }
    if !worse.isEmpty { return ObservedHealth(healthy: false, reasons: Self.texts(worse.map(\.text))) }
    let gaps = sample.gaps.filter { concerns($0.scope, group) }
    if !gaps.isEmpty { return ObservedHealth(healthy: nil, reasons: Self.texts(gaps.map(\.text))) }
    return ObservedHealth(healthy: true)
  }

  /// Holds back a good verdict until there were enough of them in a row.
  /// - Returns: Whether there were.
  private func countPasses(
    _ verdict: inout ObservedHealth, _ group: Group, _ sample: Sample, _ before: Evidence, _ evidence: inout Evidence
  ) -> Bool {
    guard let desired = group.desired else { return false }
    let earlier = isRecent ? before.passes[group.name] : nil
    guard let healthy = verdict.healthy else {
      // Not told: neither one more nor the end of those that were.
      evidence.passes[group.name] = earlier
      return false
    }
    guard healthy, policy.runs(sample.versions, desired.tuple) else { return false }
    if hasPassed(group, desired) { return true }
    let count = (isUnchanged(group, desired) ? earlier ?? 0 : 0) + 1
    if count >= passes { return true }
    evidence.passes[group.name] = count
    verdict = ObservedHealth(healthy: false, reasons: ["good in \(count) of \(passes) samples"])
    return false
  }

  /// Whether the last reading was already good, of this very tuple.
  private func hasPassed(_ group: Group, _ desired: DesiredTuple) -> Bool {
    guard isRecent, isUnchanged(group, desired), let reading = record?.reading, let health = reading.groups[group.name] else {
      return false
    }
    return health.healthy == true && health.since >= desired.since && policy.runs(reading.versions, desired.tuple)
  }

  private func isUnchanged(_ group: Group, _ desired: DesiredTuple) -> Bool {
    guard let recorded = record?.desired[group.name] else { return false }
    return recorded.tuple == desired.tuple && recorded.since >= desired.since
  }

  private var isRecent: Bool { record?.reading.map { at <= $0.last + policy.maxGap } ?? false }

  private func concerns(_ scope: SampleScope, _ group: Group) -> Bool {
    switch scope {
    case .cluster: true
    case .component(let component): group.components.contains(component)
    }
  }

  private static func texts(_ texts: [String]) -> [String] {
    texts.count <= 10 ? texts : texts.prefix(10) + ["and \(texts.count - 10) more"]
  }
}

extension Sample {
  /// What could not be read for the cluster could not be read for any of its components.
  fileprivate func hasGap(_ failure: Evidence.Failure) -> Bool {
    gaps.contains { $0.source == failure.source && ($0.scope == failure.scope || $0.scope == .cluster) }
  }
}
