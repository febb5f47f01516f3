extension ClusterRecord {
  /// Whether another record differs in times of looking alone. Reasons are words that change with every look; they are
  /// written with the next transition, not as one.
  func saysTheSame(as other: ClusterRecord) -> Bool {
    guard first == other.first, desired == other.desired, evidence == other.evidence else { return false }
    guard let mine = reading, let theirs = other.reading else { return reading == nil && other.reading == nil }
    return mine.versions == theirs.versions && mine.groups.count == theirs.groups.count
      && mine.groups.allSatisfy { group, health in
        guard let other = theirs.groups[group] else { return false }
        return health.healthy == other.healthy && health.since == other.since && health.lastKnown == other.lastKnown
          && health.watchedSince == other.watchedSince
      }
  }

  /// One record of two that were made at once from a common one: the newer reading, at a tie the worse, and of each run of
  /// equal readings the later beginning. Which of the two is asked makes no difference.
  package func merged(with other: ClusterRecord, policy: Policy) -> ClusterRecord {
    var merged = ClusterRecord(reading: nil, desired: [:], first: min(first, other.first))
    for group in Set(desired.keys).union(other.desired.keys) {
      merged.desired[group] = DesiredTuple.later(desired[group], other.desired[group])
    }
    guard let mine = reading, let theirs = other.reading else {
      merged.reading = reading ?? other.reading
      merged.evidence = reading == nil ? other.evidence : evidence
      return merged
    }
    merged.evidence = evidence.merged(
      with: other.evidence, mine.last == theirs.last ? .neither : mine.last > theirs.last ? .mine : .other)
    var joined = Reading(versions: [:], groups: [:], last: max(mine.last, theirs.last))
    let (older, newer) = mine.last <= theirs.last ? (mine, theirs) : (theirs, mine)
    joined.versions = older.versions.merging(newer.versions) { a, b in
      mine.last == theirs.last ? (a.text < b.text ? b : a) : b
    }
    for group in Set(mine.groups.keys).union(theirs.groups.keys) {
      let tuple = merged.desired[group]?.tuple ?? VersionTuple([:])
      let a = GroupLook(mine, group, tuple, policy)
      let b = GroupLook(theirs, group, tuple, policy)
      guard let (kept, health) = GroupLook.joined(a, b) else { continue }
      joined.groups[group] = health
      let told = health.lastKnown ?? kept.last
      joined.groups[group]?.lastKnown = told == joined.last ? nil : told
      for component in tuple.versions.keys { joined.versions[component] = kept.versions[component] }
    }
    merged.reading = joined
    return merged
  }
}

extension DesiredTuple {
  static func later(_ a: DesiredTuple?, _ b: DesiredTuple?) -> DesiredTuple? {
    guard let a, let b else { return a ?? b }
    if a.since != b.since { return a.since > b.since ? a : b }
    if a.tuple == b.tuple {
      // Unhealthy before is the claim that excuses a version, so both must agree on it.
      return DesiredTuple(
        tuple: a.tuple, since: a.since, healthyBefore: a.healthyBefore == b.healthyBefore ? a.healthyBefore : nil,
        hasSettled: a.hasSettled || b.hasSettled, commit: a.commit ?? b.commit,
        previous: a.previous.count >= b.previous.count ? a.previous : b.previous)
    }
    return a.tuple.sortText < b.tuple.sortText ? b : a
  }
}

/// What one reading says of one group.
private struct GroupLook {
  let health: GroupHealth
  let versions: [ComponentName: Version]
  let last: Timestamp
  let badness: Int
  let texts: [String]

  init?(_ reading: Reading, _ group: GroupName, _ tuple: VersionTuple, _ policy: Policy) {
    guard let health = reading.groups[group] else { return nil }
    self.health = health
    let components = tuple.versions.keys.sorted()
    var own: [ComponentName: Version] = [:]
    for component in components { own[component] = reading.versions[component] }
    versions = own
    last = health.lastKnown ?? reading.last
    switch health.healthy {
    case nil: badness = -1  // never told: anything told says more
    case true?: badness = policy.runs(own, tuple) ? 0 : 1
    case false?: badness = policy.runs(own, tuple) ? 2 : 3
    }
    texts = components.map { own[$0]?.text ?? "" }
  }

  private func precedes(_ other: GroupLook) -> Bool {
    if (badness < 0) != (other.badness < 0) { return badness < 0 }
    if last != other.last { return last < other.last }
    if badness != other.badness { return badness < other.badness }
    if texts != other.texts { return texts.lexicographicallyPrecedes(other.texts) }
    return health.reasons.lexicographicallyPrecedes(other.health.reasons)
  }

  /// The look that stays. Where the other one saw something else during its run, the run begins after that.
  static func joined(_ a: GroupLook?, _ b: GroupLook?) -> (GroupLook, GroupHealth)? {
    guard let a, let b else { return (a ?? b).map { ($0, $0.health) } }
    let (less, more) = a.precedes(b) ? (a, b) : (b, a)
    var health = more.health
    if less.badness >= 0 {
      health.watchedSince = max(less.health.watchedSince ?? less.health.since, health.watchedSince ?? health.since)
    }
    if less.health.healthy == more.health.healthy, less.texts == more.texts {
      health.since = max(less.health.since, more.health.since)
    } else if less.badness >= 0, health.since <= less.last {
      health.since = more.last
    }
    return (more, health)
  }
}

extension VersionTuple {
  /// A text by which tuples are sorted where nothing else tells them apart.
  var sortText: String { versions.keys.sorted().map { "\($0)=\(versions[$0]?.text ?? "")" }.joined(separator: ",") }
}
