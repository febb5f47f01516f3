import Promotion

/// What the base's history says, followed to some commit.
struct Walked {
  /// nil: what the ledger recorded.
  let desired: [ClusterName: [GroupName: DesiredTuple]]?
  let holds: [String: Hold]

  func desired(_ name: ClusterName, _ ledger: Ledger) -> [GroupName: DesiredTuple] {
    (desired == nil ? ledger.records[name]?.desired : desired?[name]) ?? [:]
  }
}

extension World {
  /// The base's history since the ledger's cursor: what is desired since when, and the holds.
  mutating func walk(_ ledger: Ledger, to base: Int) -> Walked {
    let (tree, policy, commits) = (commits[base].tree, policy, commits)
    if ledger.cursor == base {
      if common.states(base, ledger) != nil || tree.keys.allSatisfy({ ledger.records[$0] != nil }) {
        return Walked(desired: nil, holds: ledger.holds)
      }
    }
    var history = BaseHistory(
      desired: ledger.records.mapValues(\.desired), holds: ledger.holds, ordering: common.ordering(policy, ledger),
      without: without)
    if ledger.cursor < base {
      for index in (ledger.cursor + 1)...base {
        let (before, commit) = (commits[index - 1].tree, commits[index])
        let moves = commit.sites.flatMap { name, site -> [BaseHistory.Move] in
          guard let old = before[name], old != site else { return [] }
          return history.moves(
            name, from: Self.place(old, policy), to: Self.place(site, policy), groups: policy.groups)
        }
        let since = min(now, max(ledger.walkedAt, commit.at))
        history.follow(
          BaseHistory.Commit(id: "\(index)", by: commit.by, at: Timestamp(seconds: since), isPromotion: commit.isPromotion),
          moves: moves
        ) { slot in
          let group = policy.group(slot.group) ?? policy.groups[0]
          return before.filter { $0.value.stage == slot.stage }.map {
            BaseHistory.Standing(
              cluster: $0, tuple: $1.tuple(group),
              isSetAside: $1.isPinned || ledger.paused.contains($0) && ledger.pausedSince[$0] ?? 0 <= commit.at)
          }
        }
      }
    }
    for (name, site) in commits[base].sites {
      for group in policy.groups { history.settle(name, group.name, site.tuple(group), at: Timestamp(seconds: now)) }
    }
    return Walked(desired: history.desired, holds: history.holds)
  }

  private static func place(_ site: Site, _ policy: Policy) -> BaseHistory.Place {
    BaseHistory.Place(
      stages: Dictionary(uniqueKeysWithValues: policy.groups.map { ($0.name, site.stage) }), desired: site.desired)
  }
}

/// What situations have in common while nothing of it changes.
struct Common: Sendable {
  private var order: (seenVersion: Int, ordering: Ordering)?
  private var known: (base: Int, recordVersion: Int, states: [ClusterState])?
  private var stages: [StageName: [GroupName: StageName]] = [:]

  mutating func ordering(_ policy: Policy, _ ledger: Ledger) -> Ordering {
    if let order, order.seenVersion == ledger.seenVersion { return order.ordering }
    let ordering = Ordering(policy: policy, seen: ledger.seen)
    order = (ledger.seenVersion, ordering)
    return ordering
  }

  func states(_ base: Int, _ ledger: Ledger) -> [ClusterState]? {
    known.flatMap { $0.base == base && $0.recordVersion == ledger.recordVersion ? $0.states : nil }
  }

  mutating func keep(_ states: [ClusterState], _ base: Int, _ ledger: Ledger) {
    known = (base, ledger.recordVersion, states)
  }

  mutating func stages(_ stage: StageName, _ groups: [Group]) -> [GroupName: StageName] {
    if let known = stages[stage] { return known }
    let all = Dictionary(uniqueKeysWithValues: groups.map { ($0.name, stage) })
    stages[stage] = all
    return all
  }
}
