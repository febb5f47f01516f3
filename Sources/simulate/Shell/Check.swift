import Promotion

/// What a check run read of the clusters, and on which base.
struct CheckLook: Sendable {
  let at: Int
  let base: Int
  let cursor: Int
  /// Of the base's clusters, in their order; nil: another shard's, which is silent.
  let answers: [Observation.Result?]
}

extension World {
  func observe() -> CheckLook {
    var random = Random(seed: seed ^ 0xC4EC, step: tick)
    let (commit, groups, now) = (commits[tip], policy.groups, now)
    var answers: [Observation.Result?] = []
    answers.reserveCapacity(commit.sites.count)
    var good: [GroupName: ObservedHealth] = [:]
    for group in groups { good[group.name] = ObservedHealth(healthy: true) }
    for (index, (name, site)) in commit.sites.enumerated() {
      if !silentShards.isEmpty, silentShards.contains(commit.shards[index]) {
        answers.append(nil)
        continue
      }
      if unreadable > 0, random.chance(unreadable) {
        answers.append(.failed)
        continue
      }
      guard let machine = machines[name] else {
        answers.append(nil)
        continue
      }
      var health = good
      for group in groups where !isHealthy(name, machine, in: site.stage, group) {
        health[group.name] = ObservedHealth(healthy: false)
      }
      answers.append(.known(versions: machine.running, groups: health))
    }
    return CheckLook(at: now, base: tip, cursor: ledger.cursor, answers: answers)
  }

  /// One ledger write, decided on the ledger as it is then.
  ///
  /// - Returns: false where another run walked the base meanwhile: look again.
  mutating func check(_ seen: CheckLook) -> Bool {
    if ledger.cursor != seen.cursor {
      figures.lostRaces += 1
      return false
    }
    memo = nil
    let walked = walk(ledger, to: seen.base)
    figures.holds += walked.holds.count - ledger.holds.count
    ledger.holds = walked.holds
    if ledger.cursor != seen.base { ledger.recordVersion += 1 }
    ledger.cursor = seen.base
    ledger.walkedAt = max(ledger.walkedAt, seen.at)
    let (sites, shards, policy) = (commits[seen.base].sites, commits[seen.base].shards, policy)
    var inHand: [Reading?] = []
    inHand.reserveCapacity(sites.count)
    var unread: [Int: [ClusterName: Timestamp?]] = [:]
    for (index, (name, site)) in sites.enumerated() {
      // What the walk tells is recorded of all, also of those that another shard looks at.
      let answer = seen.answers[index] ?? .failed
      let shard = shards[index]
      var record = ledger.records[name]
      if let beat = ledger.beats[shard] { record?.reading?.cover(beat, name) }
      if case .failed = answer { unread[shard, default: [:]][name] = .some(record?.reading?.last) }
      let desired = walked.desired == nil ? record?.desired ?? [:] : walked.desired?[name] ?? [:]
      let update = ReadingUpdate(
        record,
        Observation(
          at: Timestamp(seconds: seen.at), result: answer, desired: desired, notStarted: notStarted(name, site, desired)),
        maxGap: policy.maxGap, policy: policy)
      inHand.append(update.record.reading)
      if update.isTransition {
        ledger.records[name] = update.record
        ledger.recordVersion += 1
      }
      oracle.note(name, answer, at: seen.at, in: policy)
    }
    // A cluster that left is forgotten.
    let tree = commits[seen.base].tree
    if ledger.records.count > sites.count {
      for name in ledger.records.keys where tree[name] == nil { ledger.records[name] = nil }
      ledger.recordVersion += 1
    }
    ledger.version += 1
    qualify(seen, inHand, unread)
    return true
  }

  private func notStarted(_ name: ClusterName, _ site: Site, _ desired: [GroupName: DesiredTuple]) -> Set<GroupName> {
    var waiting: Set<GroupName> = []
    for (group, it) in desired where policy.applies(site.stage, group) {
      if let claim = ledger.applies[ClusterPart(cluster: name, group: group)], claim.to == it.tuple, claim.at >= it.since.seconds
      {
        continue
      }
      waiting.insert(group)
    }
    return waiting
  }

  private mutating func qualify(
    _ seen: CheckLook, _ inHand: [Reading?], _ unread: [Int: [ClusterName: Timestamp?]]
  ) {
    beat(seen, unread)
    // Nothing can qualify that has done so already; most looks end here.
    let isNew = slots.contains { slot in
      let group = group(slot)
      let known = ledger.proven[slot] ?? []
      return (commits[seen.base].crews[slot.stage] ?? []).contains { !known.contains($0.site.tuple(group)) }
    }
    guard isNew else { return }
    let planner = planner(base: seen.base, ledger: ledger, forge: Forge(), inHand: inHand)
    for (slot, tuples) in oracle.proving(self, base: seen.base) { oracle.proven[slot, default: []].formUnion(tuples) }
    for (slot, tuples) in planner.newQualifications() {
      for tuple in tuples {
        ledger.qualified[slot, default: []].append(Qualification(tuple: tuple, at: Timestamp(seconds: now)))
        ledger.proven[slot, default: []].insert(tuple)
        note("\(slot.stage)/\(slot.group): \(tuple.short) qualified")
      }
    }
  }

  /// At most as often as the real job does: every 15 minutes or twice in `maxGap`, and where somebody is not settled.
  private mutating func beat(_ seen: CheckLook, _ unread: [Int: [ClusterName: Timestamp?]]) {
    let interval = min(Duration.seconds(900), policy.maxGap / 2)
    let moment = Timestamp(seconds: seen.at)
    let commit = commits[seen.base]
    for shard in 0..<2 {
      var (isHeard, isNews) = (false, false)
      for (index, answer) in seen.answers.enumerated() where commit.shards[index] == shard {
        guard let answer else { continue }
        isHeard = true
        guard case .known(let versions, let health) = answer else { continue }
        isNews = isNews || versions != commit.sites[index].site.desired || health.values.contains { $0.healthy == false }
      }
      guard isHeard else { continue }
      if let last = ledger.beats[shard], last.at >= moment || (!isNews && moment < last.at + interval) { continue }
      ledger.beats[shard] = Heartbeat(at: moment, unread: unread[shard] ?? [:])
    }
  }
}

extension VersionTuple {
  var short: String { versions.sorted { $0.key < $1.key }.map(\.value.text).joined(separator: "+") }
}
