/// Decides. Everything is derived from one situation; equal situations give equal decisions, in whatever order their parts came.
package final class Planner: Sendable {
  package let situation: Situation
  package let ordering: Ordering
  let catalogue: Catalogue
  let rosters: [Slot: Roster]
  /// By slot, what bars versions there: taken back there or in a stage before it, the oldest first.
  let holding: [Slot: [Hold]]
  /// By slot, what bars versions on single clusters.
  let holdingOn: [Slot: [ClusterName: [Hold]]]
  /// Components with `step: minor`.
  let stepping: Set<ComponentName>
  /// By slot: what has qualified there.
  private let qualifiedIn: [Slot: Set<VersionTuple>]
  /// By slot, of a stage after others: what has qualified in all of them and is allowed and not withdrawn.
  private let proven: [Slot: [Proof]]

  /// A tuple, restricted to the components of a slot, and when it had qualified in all stages before it.
  struct Proof: Sendable {
    let tuple: VersionTuple
    let at: Timestamp
    let isAllowed: Bool
    let withdrawn: [ComponentName]
  }

  /// - Parameter ordering: the order of the same policy and the same published versions, where it is at hand.
  package init(_ situation: Situation, ordering known: Ordering? = nil) {
    let situation = situation.relaxed()
    let policy = situation.policy
    let drafts = Self.rosters(situation)
    let ordering =
      known ?? Ordering(policy: policy, seen: situation.seen, others: Self.named(situation, drafts.lazy.map(\.cohorts)))
    var rosters: [Slot: Roster] = [:]
    var desired: [ComponentName: Set<Version>] = [:]
    for draft in drafts {
      rosters[draft.slot] = Roster(draft, ordering)
      if draft.stage.after.isEmpty { Self.name(draft.cohorts, in: &desired) }
    }
    let catalogue = Catalogue(situation, ordering: ordering, desired: desired) {
      Self.named(situation, drafts.lazy.map(\.cohorts))
    }
    self.catalogue = catalogue
    self.situation = situation
    self.ordering = ordering
    qualifiedIn = situation.qualified.mapValues { Set($0.map(\.tuple)) }
    var proven: [Slot: [Proof]] = [:]
    for (slot, roster) in rosters where !roster.stage.after.isEmpty {
      proven[slot] = Self.proofs(roster, situation, catalogue, ordering)
    }
    self.proven = proven
    self.rosters = rosters
    (holding, holdingOn) = Self.holding(situation)
    stepping = Set(policy.components.lazy.filter { $0.step == .minor }.map(\.name))
  }

  /// What has qualified in the slot.
  func qualified(_ roster: Roster) -> Set<VersionTuple> { qualifiedIn[roster.slot] ?? [] }

  /// What may come next in a stage after others.
  func proven(_ roster: Roster) -> [Proof] { proven[roster.slot] ?? [] }

  /// One decision for each stage and group.
  package static func plan(_ situation: Situation) -> [Slot: Decision] { Planner(situation).plan() }

  package func plan() -> [Slot: Decision] {
    var decisions: [Slot: Decision] = [:]
    for slot in slots { decisions[slot] = decide(slot) }
    return decisions
  }

  /// Every slot of the policy, stages and groups in their order.
  package var slots: [Slot] {
    situation.policy.stages.flatMap { stage in
      situation.policy.groups.map { Slot(stage: stage.name, group: $0.name) }
    }
  }

  /// What to do in one slot now. Whatever keeps the slot from moving comes in front of what its versions wait for.
  package func decide(_ slot: Slot) -> Decision {
    let course = course(slot)
    let kind: ChangeKind =
      switch course {
      case .takeBack: .takeBack
      case .consolidate: .consolidate
      case .promote, .upToDate, .wait: .promote
      }
    let obstacles = obstacles(slot, kind, forMerge: false)
    if obstacles.isEmpty { return course }
    if case .wait(let reasons) = course { return .wait(obstacles + reasons) }
    return .wait(obstacles)
  }

  /// A stop, an unreadable forge, a person's mark: nothing of the plan changes by them, it only waits.
  ///
  /// A person's commit on the branch is not swapped for another version (trap 29), but may land: merge decides on its content.
  package func obstacles(_ slot: Slot, _ kind: ChangeKind = .promote, forMerge: Bool) -> [Reason] {
    var reasons = stopReasons(slot)
    if situation.unreadableSlots { reasons.append(Reason(.slotUnknown)) }
    let (number, mark) =
      switch kind {
      case .promote: (situation.open[slot]?.number, situation.open[slot]?.heldByPerson)
      case .takeBack: (situation.openTakeBacks[slot]?.number, situation.openTakeBacks[slot]?.heldByPerson)
      case .consolidate: (situation.openConsolidations[slot]?.number, situation.openConsolidations[slot]?.heldByPerson)
      }
    guard let mark else { return reasons }
    if case .commit = mark, forMerge { return reasons }
    return reasons + [Reason(.slotTaken(number: number, mark))]
  }

  func stopReasons(_ slot: Slot) -> [Reason] {
    situation.stops.filter { $0.stage == nil || $0.stage == slot.stage }
      .sorted { ($0.at, $0.stage ?? "", $0.by) < ($1.at, $1.stage ?? "", $1.by) }.map { Reason(.stopped($0)) }
  }

  /// The versions that decisions may be about besides those that were published: desired, read off the cohorts, and qualified.
  private static func named(
    _ situation: Situation, _ cohorts: some Sequence<[Roster.Cohort]>
  ) -> [ComponentName: Set<Version>] {
    var named: [ComponentName: Set<Version>] = [:]
    for own in cohorts { name(own, in: &named) }
    for qualification in situation.qualified.values.joined() {
      for (component, version) in qualification.tuple.versions { named[component, default: []].insert(version) }
    }
    return named
  }

  private static func name(_ cohorts: [Roster.Cohort], in named: inout [ComponentName: Set<Version>]) {
    for (component, version) in cohorts.lazy.flatMap(\.tuple.versions) { named[component, default: []].insert(version) }
  }

  private static func rosters(_ situation: Situation) -> [RosterDraft] {
    let clusters = situation.clusters
    let isSorted = zip(clusters, clusters.dropFirst()).allSatisfy { $0.name < $1.name }
    let order = isSorted ? Array(clusters.indices) : clusters.indices.sorted { clusters[$0].name < clusters[$1].name }
    let judging = JudgingPolicy(situation)
    var rosters: [RosterDraft] = []
    for group in situation.policy.groups {
      let start = rosters.count
      rosters += situation.policy.stages.map { stage in
        RosterDraft(
          slot: Slot(stage: stage.name, group: group.name), stage: stage.settings(for: group.name), components: group.components)
      }
      let names = situation.policy.stages.map(\.name)
      clusters.withUnsafeBufferPointer { clusters in
        for index in order {
          guard let name = clusters[index].stages[near: group.name], let stage = names.firstIndex(of: name) else { continue }
          rosters[start + stage].add(clusters[index], at: index, policy: judging, now: situation.now)
        }
      }
    }
    return rosters
  }
}
