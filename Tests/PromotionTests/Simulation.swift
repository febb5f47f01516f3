import Promotion

/// SplitMix64: the same numbers for a seed everywhere.
struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A small world: a source that publishes versions, some of them bad; clusters that upgrade, flap and can't always be read; a
/// person who approves late, bumps by hand and takes back. Each run is the chain: check, plan, propose, merge, upgrade.
struct World {
  var random: Seeded
  var now = 10_000
  var policy: Policy
  var clusters: [ClusterState] = []
  var running: [ClusterName: VersionTuple] = [:]
  var records: [ClusterName: ClusterRecord] = [:]
  var seen: [ComponentName: [SeenVersion]] = [:]
  var qualified: [Slot: [Qualification]] = [:]
  var open: [Slot: OpenPromotion] = [:]
  var takenBack: [Slot: [VersionTuple: TakenBack]] = [:]
  var bad: Set<Version> = []
  var faults = true
  var broken: [String] = []
  let group: Group

  init(seed: UInt64) {
    random = Seeded(state: seed)
    let steps = seed % 3 == 0
    group = Group(name: "g", components: seed % 2 == 0 ? ["a"] : ["a", "b"])
    let components = group.components.map { Component(name: $0, step: steps ? .minor : .any, minimumAge: .seconds(30)) }
    var stages: [Stage] = []
    for name in ["s0", "s1", "s2"] {
      let limited = Bool.random(using: &random)
      stages.append(
        Stage(
          name: name, after: stages.last.map { [$0.name] } ?? [], soak: .seconds([0, 60, 120].randomElement(using: &random)!),
          atLeast: .percent([50, 67, 100].randomElement(using: &random)!), deadline: .seconds(180),
          maxUnhealthy: .count(Int.random(in: 0...1, using: &random)), replaceAfter: .seconds(600),
          maxInFlight: limited ? Int.random(in: 2...3, using: &random) : nil))
    }
    policy = Policy(name: "w", components: components, groups: [group], stages: stages, maxGap: .seconds(150))
    for component in group.components { publish(component, "1.0.0") }
    let start = VersionTuple(Dictionary(uniqueKeysWithValues: group.components.map { ($0, Version("1.0.0")) }))
    for stage in stages {
      for index in 0..<Int.random(in: 1...4, using: &random) {
        let name = "\(stage.name)c\(index)"
        clusters.append(
          ClusterState(name: name, stages: ["g": stage.name], desired: start.versions, desiredSince: ["g": at(now)]))
        running[name] = start
      }
    }
    clusters.shuffle(using: &random)
  }

  mutating func publish(_ component: ComponentName, _ text: String) {
    let list = seen[component] ?? []
    seen[component] = list + [SeenVersion(version: Version(text), first: at(now), index: list.count)]
  }

  func chance(_ percent: Int) -> (inout Seeded) -> Bool { { Int.random(in: 0..<100, using: &$0) < percent } }

  var situation: Situation {
    Situation(
      now: at(now), policy: policy, clusters: clusters, seen: seen, qualified: qualified, open: open, takenBack: takenBack)
  }

  mutating func run() {
    now += 50
    if faults { disturb() }
    upgrade()
    check()
    for slot in Planner(situation).slots { act(slot) }
  }

  private mutating func disturb() {
    if chance(15)(&random) {
      let component = group.components.randomElement(using: &random)!
      let last = seen[component]!.last!.version.text.split(separator: ".").map { Int($0)! }
      let version = chance(30)(&random) ? "1.\(last[1] + 1).0" : "1.\(last[1]).\(last[2] + 1)"
      publish(component, version)
      if chance(25)(&random) { bad.insert(Version(version)) }
    }
    if chance(3)(&random), let slot = open.keys.sorted().first {
      takenBack[slot, default: [:]][open[slot]!.tuple] = TakenBack(cause: .closedRequest(1, by: "ann"))
      open[slot] = nil
    }
    if chance(2)(&random) {  // a hand bump to what exists
      let index = clusters.indices.randomElement(using: &random)!
      let component = group.components.randomElement(using: &random)!
      let newest = seen[component]!.last!.version
      let order = Planner(situation).ordering.compare(clusters[index].desired[component]!, newest, of: component)
      if order == .less {
        land([clusters[index].name], VersionTuple(clusters[index].desired.merging([component: newest]) { $1 }))
      }
    }
  }

  /// What no rule can tell from an old fault: a cluster that was ill in the last reading before a bad version came. It counts
  /// against every successor, and a person moves it on by hand.
  mutating func helpByHand() {
    let planner = Planner(situation)
    for cluster in clusters {
      guard case .degraded(_, isWorse: false)? = planner.standing(cluster.name, group: "g") else { continue }
      let patched = cluster.desired.mapValues {
        Version($0.text.split(separator: ".").dropLast().joined(separator: ".") + ".900")
      }
      land([cluster.name], VersionTuple(patched))
    }
  }

  /// A merge: what the base desires of these clusters.
  private mutating func land(_ names: Set<ClusterName>, _ tuple: VersionTuple) {
    for index in clusters.indices where names.contains(clusters[index].name) {
      clusters[index].desired.merge(tuple.versions) { $1 }
      clusters[index].desiredSince["g"] = at(now)
      // Told by the record once check has noticed; until then nothing is known.
      clusters[index].healthyBefore["g"] = nil
    }
  }

  private mutating func upgrade() {
    for cluster in clusters where !faults || chance(60)(&random) { running[cluster.name] = VersionTuple(cluster.desired) }
  }

  private mutating func check() {
    for index in clusters.indices {
      let cluster = clusters[index]
      let tuple = running[cluster.name]!
      let isWell = !tuple.versions.values.contains(where: bad.contains) && !(faults && chance(3)(&random))
      let result =
        faults && chance(5)(&random)
        ? Observation.Result.failed
        : .known(versions: tuple.versions, groups: ["g": ObservedHealth(healthy: isWell)])
      let desired = ["g": DesiredTuple(tuple: VersionTuple(cluster.desired), since: cluster.desiredSince["g"]!)]
      let look = Observation(at: at(now), result: result, desired: desired)
      records[cluster.name] = ReadingUpdate(records[cluster.name], look, maxGap: policy.maxGap, policy: policy).record
      clusters[index].reading = records[cluster.name]?.reading
      clusters[index].healthyBefore["g"] = records[cluster.name]?.desired["g"]?.healthyBefore
    }
    for (slot, tuples) in Planner(situation).newQualifications() {
      for tuple in tuples { qualified[slot, default: []].append(Qualification(tuple: tuple, at: at(now))) }
    }
  }

  private mutating func act(_ slot: Slot) {
    let planner = Planner(situation)
    switch planner.treatment(slot) {
    case .rewrite(let planned)?:
      open[slot]?.clusters = planned.clusters
      open[slot]?.approved = false
    case .replace(let planned)?: propose(slot, planned)
    case .closeMoot?: open[slot] = nil
    case .keep?, .leave?: break
    case nil: if case .promote(let planned) = planner.decide(slot) { propose(slot, planned) }
    }
    if open[slot] != nil, !faults || chance(40)(&random) { open[slot]?.approved = true }
    guard let request = open[slot], request.approved else { return }
    let now = Planner(situation)
    guard now.mayMerge(slot, tuple: request.tuple, clusters: request.clusters) == .allowed else { return }
    judge(slot, request, now)
    land(request.clusters, request.tuple)
    open[slot] = nil
  }

  private mutating func propose(_ slot: Slot, _ planned: PlannedPromotion) {
    open[slot] = OpenPromotion(number: now, tuple: planned.to, clusters: planned.clusters, openedAt: at(now))
  }

  /// The laws, at the moment of a merge; told by the world's own means, not by the planner's.
  private mutating func judge(_ slot: Slot, _ request: OpenPromotion, _ planner: Planner) {
    let stage = policy.stage(slot.stage)!
    for earlier in stage.after
    where !(qualified[Slot(stage: earlier, group: "g")] ?? []).contains(where: { $0.tuple == request.tuple }) {
      broken.append("L1: \(request.tuple.versions) starts in \(slot.stage) unproven in \(earlier)")
    }
    if takenBack[slot]?[request.tuple] != nil { broken.append("L2: \(request.tuple.versions) again in \(slot.stage)") }
    if let room = stage.maxInFlight {
      let unsettled = clusters.filter {
        $0.stages["g"] == slot.stage && !request.clusters.contains($0.name) && $0.reading?.versions != $0.desired
      }
      let others = unsettled.filter { !planner.degraded($0.name, group: "g") }.count
      if others + request.clusters.count > room {
        broken.append("L7: \(request.clusters.count) more in \(slot.stage) beside \(unsettled.map(\.name)), room \(room)")
      }
    }
    for cluster in clusters where request.clusters.contains(cluster.name) {
      for (component, version) in cluster.desired {
        let order = planner.ordering.compare(version, request.tuple[component]!, of: component)
        if order == .greater { broken.append("back: \(cluster.name) from \(version)") }
      }
    }
  }
}
