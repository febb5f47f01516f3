import Promotion

func app(_ version: String) -> VersionTuple { VersionTuple(["app": Version(version)]) }
func at(_ seconds: Int) -> Timestamp { Timestamp(seconds: seconds) }

let dev = Slot(stage: "dev", group: "app")
let prod = Slot(stage: "prod", group: "app")

/// A situation to be set up in words: the component `app`, the stages dev and prod, soak 100 s, deadline 200 s, now 10,000.
struct Scene {
  var now = 10_000
  var component = Component(name: "app")
  var components: [Component] = []
  var groups: [Group] = [Group(name: "app", components: ["app"])]
  var stages = [
    Stage(name: "dev", soak: .seconds(100), deadline: .seconds(200)),
    Stage(name: "prod", after: ["dev"], soak: .seconds(100), deadline: .seconds(200)),
  ]
  var clusters: [ClusterState] = []
  var seen: [ComponentName: [SeenVersion]] = [:]
  var qualified: [Slot: [Qualification]] = [:]
  var open: [Slot: OpenPromotion] = [:]
  var rollouts: [Slot: [VersionTuple: Rollout]] = [:]
  var openTakeBacks: [Slot: OpenTakeBack] = [:]
  var holds: [Hold] = []
  var declined: Set<DeclinedTakeBack> = []
  var overrides: [Slot: Set<ClusterName>] = [:]
  var calendars: [Slot: StageCalendar] = [:]
  var stops: [Stop] = []
  var unreadableSlots = false
  /// Rules that are switched off.
  var without: Set<PlannerRule> = []

  enum State { case soaked, soaking, upgrading, bad, badBefore, unknown }

  var policy: Policy { Policy(name: "test", components: [component] + components, groups: groups, stages: stages) }

  var situation: Situation {
    var situation = Situation(
      now: at(now), policy: policy, clusters: clusters, seen: seen, qualified: qualified, rollouts: rollouts, open: open,
      openTakeBacks: openTakeBacks, holds: holds, declined: declined, overrides: overrides, stops: stops,
      calendars: calendars, unreadableSlots: unreadableSlots)
    situation.without = without
    return situation
  }
  var planner: Planner { Planner(situation) }
  func decide(_ slot: Slot) -> Decision { planner.decide(slot) }

  mutating func add(_ name: ClusterName, in stage: StageName, _ version: String, _ state: State = .soaked) {
    add(name, in: stage, group: "app", app(version), state)
  }

  mutating func add(
    _ name: ClusterName, in stage: StageName, group: GroupName, _ tuple: VersionTuple, _ state: State = .soaked
  ) {
    let since = state == .soaking ? now - 50 : state == .upgrading ? now - 50 : now - 5_000
    let isBad = state == .bad || state == .badBefore
    var observed = tuple.versions
    if state == .upgrading { for key in observed.keys { observed[key] = "0.0.1" } }
    let health = GroupHealth(healthy: !isBad, since: at(since), watchedSince: at(now - 6_000))
    let last = state == .unknown ? now - 4_000 : now
    clusters.append(
      ClusterState(
        name: name, stages: [group: stage], desired: tuple.versions, desiredSince: [group: at(since)],
        healthyBefore: state == .badBefore ? [group: false] : [:],
        reading: Reading(versions: observed, groups: [group: health], last: at(last))))
  }

  mutating func set(_ name: ClusterName, _ change: (inout ClusterState) -> Void) {
    for index in clusters.indices where clusters[index].name == name { change(&clusters[index]) }
  }

  /// The base desires another version in a cluster, which has got as far as `state`.
  mutating func move(_ name: ClusterName, to version: String, _ state: State = .soaked) {
    guard let index = clusters.firstIndex(where: { $0.name == name }), let stage = clusters[index].stages["app"] else { return }
    clusters.remove(at: index)
    add(name, in: stage, version, state)
  }

  /// The source published these, the oldest first, long ago.
  mutating func publish(_ versions: String..., of component: ComponentName = "app") {
    for version in versions {
      seen[component, default: []].append(
        SeenVersion(version: Version(version), first: at(0), index: seen[component, default: []].count))
    }
  }

  mutating func qualify(_ slot: Slot, _ versions: String...) {
    for version in versions { qualify(slot, app(version)) }
  }

  mutating func qualify(_ slot: Slot, _ tuple: VersionTuple, at moment: Int? = nil) {
    let place = moment ?? 1_000 + qualified[slot, default: []].count
    qualified[slot, default: []].append(Qualification(tuple: tuple, at: at(place)))
  }

  mutating func request(
    _ slot: Slot, _ version: String, _ clusters: Set<ClusterName>, approvals: Int = 0, age: Int = 200_000,
    red: [GateName] = [], mark: OpenPromotion.PersonsMark? = nil
  ) {
    open[slot] = OpenPromotion(
      number: 7, tuple: app(version), clusters: clusters, openedAt: at(now - age), approvals: approvals, red: red,
      heldByPerson: mark)
  }

  /// A person took a version back in a slot, in all of it or in these clusters.
  mutating func hold(
    _ slot: Slot, _ version: String, above low: String? = nil, on clusters: Set<ClusterName>? = nil,
    cause: Hold.Cause = .commit("abc", by: "ann")
  ) {
    holds.append(
      Hold(
        id: "hold-\(holds.count)", slot: slot,
        bar: low.map { .above(app($0), upTo: app(version)) } ?? .exactly(app(version)),
        scope: clusters.map { .clusters($0) } ?? .stage, cause: cause, at: at(now - 100)))
  }

  /// A rollout of a version started some time ago, for these clusters.
  mutating func rollout(_ slot: Slot, _ version: String, _ members: Set<ClusterName>, age: Int = 1_000) {
    rollouts[slot, default: [:]][app(version)] = Rollout(startedAt: at(now - age), members: members)
  }

  mutating func stage(_ name: StageName, _ change: (inout Stage) -> Void) {
    for index in stages.indices where stages[index].name == name { change(&stages[index]) }
  }
}

extension Decision {
  /// `2.0 to c1 c2`, `up to date`, or the kinds of the reasons.
  var short: String {
    switch self {
    case .promote(let planned):
      let tuple = planned.to.text(in: planned.to.versions.keys.sorted().reversed())
      return "\(tuple) to \(planned.clusters.sorted().joined(separator: " "))"
    case .takeBack(let planned):
      let moves = planned.moves.sorted { $0.key < $1.key }
      return "back "
        + moves.map { "\($0.key) to \($0.value.to.versions.values.map(\.text).sorted().joined(separator: ","))" }
        .joined(separator: " ")
    case .consolidate(let planned): return "tidy \(planned.clusters.joined(separator: " "))"
    case .upToDate: return "up to date"
    case .wait(let reasons): return reasons.map(\.name).joined(separator: " ")
    }
  }

  var reasons: [Reason] { if case .wait(let reasons) = self { reasons } else { [] } }
}

extension Reason {
  var name: String { String("\(kind)".prefix { $0 != "(" }) }
}
