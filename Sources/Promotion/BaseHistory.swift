/// What the base's first-parent history says, commit by commit: what every cluster desires and since when, what was taken back,
/// and what was undone.
///
/// Content decides. Messages and authors only name who it was.
package struct BaseHistory: Sendable {
  package private(set) var desired: [ClusterName: [GroupName: DesiredTuple]]
  /// All that was ever found, released or not, by `id`.
  package private(set) var holds: [String: Hold]
  private let ordering: Ordering
  /// Rules that are switched off; only by the tests of the tests.
  private let without: Set<PlannerRule>

  /// How many earlier tuples are remembered of a cluster, to know where it can go back to.
  private static let depth = 8

  package struct Commit: Sendable {
    package var id: String
    package var by: String
    /// When what it moved counts as desired.
    package var at: Timestamp
    /// Whether it landed a promotion of Sluice's own: that is never a person's word that a version is good (trap 7).
    package var isPromotion: Bool

    package init(id: String, by: String, at: Timestamp, isPromotion: Bool = false) {
      self.id = id
      self.by = by
      self.at = at
      self.isPromotion = isPromotion
    }
  }

  /// A cluster whose tuple a commit changed, in a slot in which it was before and after: what moves between stages, joins or
  /// leaves takes nothing back (trap 20).
  package struct Move: Sendable, Equatable {
    package var cluster: ClusterName
    package var slot: Slot
    package var from: VersionTuple
    package var to: VersionTuple

    package init(cluster: ClusterName, slot: Slot, from: VersionTuple, to: VersionTuple) {
      self.cluster = cluster
      self.slot = slot
      self.from = from
      self.to = to
    }
  }

  /// One cluster of a slot before a commit.
  package struct Standing: Sendable {
    package var cluster: ClusterName
    package var tuple: VersionTuple
    /// Pinned or paused: it has no say in whether a take-back is of the whole stage.
    package var isSetAside: Bool

    package init(cluster: ClusterName, tuple: VersionTuple, isSetAside: Bool = false) {
      self.cluster = cluster
      self.tuple = tuple
      self.isSetAside = isSetAside
    }
  }

  package init(
    desired: [ClusterName: [GroupName: DesiredTuple]], holds: [String: Hold], ordering: Ordering,
    without: Set<PlannerRule> = []
  ) {
    self.desired = desired
    self.holds = holds
    self.ordering = ordering
    self.without = without
  }

  /// Follows one commit.
  ///
  /// - Parameter standing: the clusters of a slot as they were before it; asked only where something went back or is undone.
  package mutating func follow(_ commit: Commit, moves: [Move], standing: (Slot) -> [Standing]) {
    for (slot, moves) in Dictionary(grouping: moves, by: \.slot).sorted(by: { $0.key < $1.key }) {
      let back = moves.filter { !wentBack($0).isEmpty }
      if !back.isEmpty, keeps(.backwardHolds) { hold(slot, back, commit, standing(slot)) }
      // A value that was put back to what had been taken back is wanted too: no less than one that was put forward to it.
      if !commit.isPromotion || !keeps(.promotionLiftsNothing) { lift(slot, moves, commit, standing) }
    }
    for move in moves { note(move, commit) }
  }

  /// Takes what a cluster desires from its present tree, where no commit told of it.
  package mutating func settle(_ cluster: ClusterName, _ group: GroupName, _ tuple: VersionTuple?, at now: Timestamp) {
    guard let tuple else {
      desired[cluster]?[group] = nil
      return
    }
    if desired[cluster]?[group]?.tuple != tuple {
      desired[cluster, default: [:]][group] = DesiredTuple(tuple: tuple, since: now)
    }
  }

  private func keeps(_ rule: PlannerRule) -> Bool { without.isEmpty || !without.contains(rule) }

  private mutating func note(_ move: Move, _ commit: Commit) {
    let group = move.slot.group
    let before = desired[move.cluster]?[group]
    var previous = before?.previous ?? []
    if previous.first != move.from { previous = Array(([move.from] + previous).prefix(Self.depth)) }
    desired[move.cluster, default: [:]][group] = DesiredTuple(
      tuple: move.to, since: commit.at, commit: commit.id, previous: previous)
  }

  // MARK: Holds

  /// The components that are older than before.
  private func wentBack(_ move: Move) -> [ComponentName] {
    move.to.versions.filter { component, version in
      move.from[component].map { ordering.compare(version, $0, of: component) == .less } ?? false
    }.keys.sorted()
  }

  /// One hold for each pair of what was left and what was gone back to (traps 16, 19).
  private mutating func hold(_ slot: Slot, _ back: [Move], _ commit: Commit, _ standing: [Standing]) {
    struct Pair: Hashable {
      let bar: Hold.Bar
      let from: VersionTuple
    }
    var pairs: [Pair: [Move]] = [:]
    for move in back {
      let parts = Set(wentBack(move))
      let low = VersionTuple(move.to.versions.filter { parts.contains($0.key) })
      let high = VersionTuple(move.from.versions.filter { parts.contains($0.key) })
      let bar = keeps(.betweenIsHeld) ? Hold.Bar.above(low, upTo: high) : .exactly(high)
      pairs[Pair(bar: bar, from: move.from), default: []].append(move)
    }
    let ordered = pairs.sorted { a, b in (a.value.map(\.cluster).min() ?? "") < (b.value.map(\.cluster).min() ?? "") }
    for (number, (pair, moves)) in ordered.enumerated() {
      let id = "commit:\(commit.id.prefix(12)):\(slot.stage)/\(slot.group)" + (number == 0 ? "" : ":\(number)")
      if holds[id] != nil { continue }
      let taken = Set(back.lazy.filter { $0.from == pair.from }.map(\.cluster))
      let isWhole = isWhole(taken, of: pair.from, slot, standing)
      holds[id] = Hold(
        id: id, slot: slot, bar: pair.bar, scope: isWhole ? .stage : .clusters(Set(moves.map(\.cluster))),
        cause: .commit(commit.id, by: commit.by), at: commit.at,
        taken: Dictionary(uniqueKeysWithValues: moves.map { ($0.cluster, Hold.Taken(from: $0.from, to: $0.to)) }))
    }
  }

  /// Whether a take-back speaks for the stage: it takes all unpinned clusters that are at the version, or all those that some one
  /// commit moved there and that are still there (trap 16).
  private func isWhole(_ taken: Set<ClusterName>, of tuple: VersionTuple, _ slot: Slot, _ standing: [Standing]) -> Bool {
    let there = standing.filter { !$0.isSetAside && $0.tuple == tuple }.map(\.cluster)
    if !keeps(.scopeOfSomeClusters) { return true }
    // Those that are set aside speak for nobody else.
    if taken.isDisjoint(with: there) { return false }
    if taken.isSuperset(of: there) { return true }
    guard keeps(.scopeOfOneCommit) else { return false }
    func mover(_ cluster: ClusterName) -> String? {
      desired[cluster]?[slot.group].flatMap { $0.tuple == tuple ? $0.commit : nil }
    }
    for commit in Set(taken.intersection(there).compactMap(mover))
    where taken.isSuperset(of: there.filter { mover($0) == commit }) { return true }
    return false
  }

  /// A cause is lifted by one commit that brings back all clusters it took, those still in the stage, to where they were (trap 17).
  private mutating func lift(_ slot: Slot, _ moves: [Move], _ commit: Commit, _ standing: (Slot) -> [Standing]) {
    guard keeps(.undoingLifts) else { return }
    var present: Set<ClusterName>?
    for (id, hold) in holds where hold.isActive && !hold.taken.isEmpty {
      guard hold.slot == slot || !keeps(.undoingIsInPlace) && hold.slot.group == slot.group else { continue }
      guard case .commit(let own, _) = hold.cause, own != commit.id else { continue }
      let back = moves.filter { move in
        guard let taken = hold.taken[move.cluster] else { return false }
        return hold.bar.top.versions.allSatisfy { move.to[$0] == taken.from[$0] && move.from[$0] != $1 }
      }
      if back.isEmpty { continue }
      let here = present ?? Set(standing(slot).map(\.cluster))
      present = here
      if !keeps(.undoingIsWhole) || Set(back.map(\.cluster)).isSuperset(of: hold.taken.keys.filter(here.contains)) {
        holds[id]?.release = .undone(commit: commit.id, by: commit.by)
      }
    }
  }
}

extension BaseHistory {
  /// A cluster as it is at one commit.
  package struct Place: Sendable, Equatable {
    package var stages: [GroupName: StageName]
    package var desired: [ComponentName: Version]

    package init(stages: [GroupName: StageName], desired: [ComponentName: Version]) {
      self.stages = stages
      self.desired = desired
    }
  }

  /// What a commit moved in a cluster that was there before and after: in each group the tuple, where its stage is the same
  /// (trap 20).
  package func moves(_ cluster: ClusterName, from before: Place, to after: Place, groups: [Group]) -> [Move] {
    if before == after { return [] }
    return groups.compactMap { group in
      guard let stage = after.stages[group.name], let old = before.stages[group.name],
        old == stage || !keeps(.movesStayInTheirSlot)
      else { return nil }
      let (from, to) = (before.desired.tuple(of: group), after.desired.tuple(of: group))
      return from == to ? nil : Move(cluster: cluster, slot: Slot(stage: stage, group: group.name), from: from, to: to)
    }
  }
}
