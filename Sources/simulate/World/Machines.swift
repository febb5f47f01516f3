import Promotion

/// A version that was released, and what it really is.
struct Release: Sendable, Equatable {
  enum Nature: Sendable, Equatable {
    case good
    /// Clusters that run it are ill: everywhere, in one stage, or on every second cluster.
    case sick, sickIn(StageName), sickOnSome
    /// Upgrades to it never end.
    case hangs
    /// A required gate fails for it.
    case red
  }
  var version: Version
  var rank: Int
  var at: Int
  var nature: Nature
  var isWithdrawn = false
}

/// What a cluster really is like.
struct Machine: Sendable {
  var running: [ComponentName: Version]
  var pending: [GroupName: Upgrade] = [:]
  var sickUntil = 0
  var joined: Int

  struct Upgrade: Sendable, Equatable {
    var to: VersionTuple
    var startedAt: Int
    /// nil: never.
    var endsAt: Int?
  }
}

extension World {
  /// Higher is newer. A version that nobody released has a rank all the same: its numbers.
  func rank(_ version: Version?) -> Int {
    guard let version else { return -1 }
    var parts = (0, 0, 0)
    for byte in version.text.utf8 {
      if byte == 46 { parts = (parts.1, parts.2, 0) } else { parts.2 = parts.2 * 10 + Int(byte) - 48 }
    }
    return parts.1 * 10_000 + parts.2
  }

  /// Whether `a` is older than `b` in some component and newer in none.
  func isOlder(_ a: VersionTuple, _ b: VersionTuple) -> Bool {
    var isOlder = false
    for (component, version) in a.versions {
      guard let other = b[component] else { return false }
      let (x, y) = (rank(version), rank(other))
      if x > y { return false }
      if x < y { isOlder = true }
    }
    return isOlder
  }

  func isAbove(_ tuple: VersionTuple, _ high: [ComponentName: Int]) -> Bool {
    high.allSatisfy { rank(tuple[$0]) >= $1 } && high.contains { rank(tuple[$0]) > $1 }
  }

  func isSick(_ version: Version, of component: ComponentName, on cluster: ClusterName, in stage: StageName) -> Bool {
    switch releases[component]?[version]?.nature {
    case .sick?: true
    case .sickIn(let own)?: own == stage
    case .sickOnSome?: Self.hash(cluster + version.text) % 2 == 0
    default: false
    }
  }

  func hangs(_ tuple: VersionTuple) -> Bool {
    tuple.versions.contains { releases[$0]?[$1]?.nature == .hangs }
  }

  func isRed(_ tuple: VersionTuple) -> Bool { tuple.versions.contains { releases[$0]?[$1]?.nature == .red } }

  func isHealthy(_ cluster: ClusterName, _ group: Group) -> Bool {
    guard let machine = machines[cluster], let site = tree[cluster] else { return false }
    return isHealthy(cluster, machine, in: site.stage, group)
  }

  func isHealthy(_ cluster: ClusterName, _ machine: Machine, in stage: StageName, _ group: Group) -> Bool {
    if machine.sickUntil > now { return false }
    for component in group.components {
      guard let version = machine.running[component], !isSick(version, of: component, on: cluster, in: stage) else {
        return false
      }
    }
    return true
  }

  /// Time passes, and what was started goes on.
  mutating func pass(_ seconds: Int) {
    now += seconds
    if now >= nextEnd { settleMachines() }
  }

  /// What a merge starts, starts; what is over, is over.
  mutating func settleMachines() {
    nextEnd = .max
    for (name, site) in commits[tip].sites {
      guard var machine = machines[name], !machine.pending.isEmpty || machine.running != site.desired else { continue }
      for group in policy.groups {
        let desired = site.tuple(group)
        if !policy.applies(site.stage, group.name) {
          let running = VersionTuple(machine.running.filter { desired[$0.key] != nil })
          if running == desired {
            machine.pending[group.name] = nil
          } else if machine.pending[group.name]?.to != desired {
            machine.pending[group.name] = upgrade(name, to: desired)
          }
        }
        if let pending = machine.pending[group.name], let end = pending.endsAt, end <= now {
          machine.running.merge(pending.to.versions) { $1 }
          machine.pending[group.name] = nil
        }
      }
      for pending in machine.pending.values { nextEnd = min(nextEnd, pending.endsAt ?? .max) }
      machines[name] = machine
    }
  }

  func upgrade(_ cluster: ClusterName, to tuple: VersionTuple) -> Machine.Upgrade {
    let length = Int(Self.hash(cluster + (tuple.short)) % 900)
    return Machine.Upgrade(to: tuple, startedAt: now, endsAt: hangs(tuple) ? nil : now + length)
  }

  mutating func release(_ component: ComponentName, minor: Int, patch: Int, _ nature: Release.Nature) {
    let version = Version("1.\(minor).\(patch)")
    guard releases[component]?[version] == nil else { return }
    let release = Release(version: version, rank: minor * 10_000 + patch, at: now, nature: nature)
    upstream[component, default: []].append(release)
    releases[component, default: [:]][version] = release
    note("upstream: \(component) \(version) is \(nature)")
  }
}

extension Policy {
  /// Whether a stage has an upgrade command for a group.
  func applies(_ stage: StageName, _ group: GroupName) -> Bool {
    guard let index = stages.firstIndex(where: { $0.name == stage }) else { return false }
    return stages[index].own.isEmpty ? stages[index].applies : stages[index].own[group]?.applies ?? stages[index].applies
  }
}
