import Promotion

/// What really happened, kept apart from what Sluice records: what was read and when, what is desired since when, and what
/// people took back. The laws are asserted against this.
struct Oracle: Sendable {
  /// An unbroken run of equal readings that were told to the ledger.
  struct Sampled: Sendable {
    var versions: [ComponentName: Version]
    var healthy: Bool
    var since: Int
    var last: Int
  }

  /// Since when a cluster desires what it does, and by which commit; nil: it came so.
  struct Moved: Sendable {
    var at: Int
    var commit: Int
    var isMove: Bool
  }

  struct Decision: Sendable {
    enum Bar: Sendable, Equatable {
      case exactly(VersionTuple)
      case above([ComponentName: Int], upTo: [ComponentName: Int])
    }
    var slot: Slot
    var bar: Bar
    /// nil: the whole stage.
    var clusters: Set<ClusterName>?
    var taken: [ClusterName: Hold.Taken]
    var commit: Int?
    var request: Int?
    var tick: Int
    var isActive = true
    /// When a person took it back, elsewhere than in the base.
    var releasedAt: Int?
    /// Whether nothing newer has landed in its stage since.
    var isLast = true
  }

  var rollouts: [Slot: [VersionTuple: (startedAt: Int, members: Set<ClusterName>)]] = [:]
  var sampled: [ClusterPart: Sampled] = [:]
  /// How it was before what is desired now came.
  var wasHealthy: [ClusterPart: Bool] = [:]
  var firstRead: [ClusterName: Int] = [:]
  var moved: [ClusterPart: [Moved]] = [:]
  var proven: [Slot: Set<VersionTuple>] = [:]
  var decisions: [Decision] = []

  /// A reading that reached the ledger; an older one never replaces a newer one, and at a tie the worse stays (trap 11).
  mutating func note(_ name: ClusterName, _ answer: Observation.Result, at moment: Int, in policy: Policy) {
    guard case .known(let versions, let groups) = answer else {
      if moment < firstRead[name] ?? .max { firstRead[name] = moment }
      return
    }
    let gap = Int(policy.maxGap.components.seconds)
    for group in policy.groups {
      guard let healthy = groups[group.name]?.healthy else { continue }
      let part = ClusterPart(cluster: name, group: group.name)
      let isAll = versions.count == group.components.count
      let own = isAll ? versions : versions.filter { group.components.contains($0.key) }
      guard let index = sampled.index(forKey: part) else {
        if moment < firstRead[name] ?? .max { firstRead[name] = moment }
        sampled[part] = Sampled(versions: own, healthy: healthy, since: moment, last: moment)
        continue
      }
      let old = sampled.values[index]
      if moment < old.since, moment < firstRead[name] ?? .max { firstRead[name] = moment }
      if moment < old.last || (moment == old.last && (healthy || !old.healthy)) { continue }
      if old.healthy == healthy, moment - old.last <= gap, old.versions == own {
        sampled.values[index].last = moment
      } else {
        sampled[part] = Sampled(versions: own, healthy: healthy, since: moment, last: moment)
      }
    }
  }

  func desiredSince(_ part: ClusterPart, at commit: Int) -> Int { moved[part]?.last { $0.commit <= commit }?.at ?? 0 }

  /// - Parameter moment: when that is asked; nil: now.
  func isSoaked(
    _ name: ClusterName, _ site: Site, _ slot: Slot, _ tuple: VersionTuple, soak: Duration, base: Int, at moment: Int? = nil,
    _ world: World
  ) -> Bool {
    let part = ClusterPart(cluster: name, group: slot.group)
    guard site.tuple(world.group(slot)) == tuple, let run = sampled[part], run.healthy, run.versions == tuple.versions else {
      return false
    }
    let since = max(run.since, desiredSince(part, at: base))
    return run.last - since >= Int(soak.components.seconds)
      && (moment ?? world.now) - run.last <= Int(world.policy.maxGap.components.seconds)
  }

  func isJoiner(_ name: ClusterName, _ slot: Slot, _ tuple: VersionTuple) -> Bool {
    guard let rollout = rollouts[slot]?[tuple], !rollout.members.contains(name) else { return false }
    return (firstRead[name] ?? .max) > rollout.startedAt
  }

  /// Who counts for a tuple in a slot; those that joined since and have not soaked do not.
  func members(
    _ slot: Slot, _ tuple: VersionTuple, base: Int, _ world: World, withSoakedJoiners: Bool
  ) -> [(name: ClusterName, site: Site)] {
    let (group, stage) = (world.group(slot), world.stage(slot))
    return world.counted(slot, at: base).filter { name, site in
      let own = site.tuple(group)
      if own != tuple, !world.isOlder(own, tuple) { return false }
      if isBarred(tuple, slot, on: name, base: base, world) { return false }
      if !isJoiner(name, slot, tuple) { return true }
      return withSoakedJoiners && isSoaked(name, site, slot, tuple, soak: stage.soak, base: base, world)
    }
  }

  func isBarred(_ tuple: VersionTuple, _ slot: Slot, on cluster: ClusterName, base: Int, _ world: World) -> Bool {
    decisions.contains {
      $0.isActive && $0.slot == slot && $0.clusters?.contains(cluster) == true && ($0.commit ?? 0) <= base
        && bars($0, tuple, world)
    }
  }

  func bars(_ decision: Decision, _ tuple: VersionTuple, _ world: World) -> Bool {
    switch decision.bar {
    case .exactly(let own): return own == tuple
    case .above(let low, let high):
      var isAbove = false
      for (component, top) in high {
        guard let version = tuple[component] else { continue }
        let rank = world.rank(version)
        if rank > top || rank < low[component] ?? 0 { return false }
        if rank > low[component] ?? 0 { isAbove = true }
      }
      return isAbove
    }
  }

  /// What has really been proven, as far as anybody could read it.
  func proving(_ world: World, base: Int) -> [Slot: Set<VersionTuple>] {
    var new: [Slot: Set<VersionTuple>] = [:]
    for slot in world.slots {
      let (stage, group, known) = (world.stage(slot), world.group(slot), proven[slot] ?? [])
      func isSoaked(_ one: (name: ClusterName, site: Site), _ tuple: VersionTuple) -> Bool {
        self.isSoaked(one.name, one.site, slot, tuple, soak: stage.soak, base: base, world)
      }
      // At least one must have soaked on it.
      var tuples: Set<VersionTuple> = []
      for one in world.counted(slot, at: base) {
        let tuple = one.site.tuple(group)
        if !known.contains(tuple), !tuples.contains(tuple), isSoaked(one, tuple) { tuples.insert(tuple) }
      }
      for tuple in tuples {
        let members = members(slot, tuple, base: base, world, withSoakedJoiners: true)
        let soaked = members.count { isSoaked($0, tuple) }
        if soaked >= max(1, Self.atLeast(stage.atLeast, of: members.count)) { new[slot, default: []].insert(tuple) }
      }
    }
    return new
  }

  static func atLeast(_ share: Share, of count: Int) -> Int {
    switch share {
    case .count(let number): number
    case .percent(let percent): Int((Double(count) * percent / 100 - 1e-9).rounded(.up))
    }
  }

  static func atMost(_ share: Share, of count: Int) -> Int {
    switch share {
    case .count(let number): number
    case .percent(let percent): Int((Double(count) * percent / 100 + 1e-9).rounded(.down))
    }
  }
}
