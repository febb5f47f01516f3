import Promotion

extension World {
  /// A world of a seed: a policy, a fleet, what upstream has at first.
  init(seed: UInt64, without: Set<PlannerRule> = []) {
    var random = Random(seed: seed)
    var maker = PolicyMaker(random: random)
    policy = maker.make()
    slots = Self.slots(policy)
    random = maker.random
    now = 1_000_000
    commits = []
    self.seed = seed
    self.without = without
    for component in policy.components {
      release(component.name, minor: 1, patch: 0, .good)
      release(component.name, minor: 1, patch: 1, .good)
    }
    let start = Version("1.1.0")
    let desired = Dictionary(uniqueKeysWithValues: policy.components.map { ($0.name, start) })
    var tree: Tree = [:]
    let isLarge = random.number(0...149) == 0
    for stage in policy.stages {
      let count = isLarge ? random.number(30...70) : random.number(1...random.number(2...12))
      for index in 0..<count {
        let name = "\(stage.name)c\(index)"
        tree[name] = Site(stage: stage.name, desired: desired)
        machines[name] = Machine(running: desired, joined: now)
      }
    }
    commits = [BaseCommit(by: "ann", at: now, isPromotion: false, tree: tree)]
    ledger.walkedAt = now
    calendars = maker.calendars(from: now)
    random = maker.random
    now += 10_000
    unreadable = random.pick([0, 0, 3, 10]) ?? 0
  }
}

/// Draws a policy.
struct PolicyMaker {
  var random: Random
  var policy = Policy(name: "w", components: [], groups: [], stages: [])

  init(random: Random) { self.random = random }

  mutating func make() -> Policy {
    policy.maxGap = .seconds(random.pick([1800, 3600]) ?? 3600)
    let shape = random.number(0...9)
    let names = shape < 6 ? ["a"] : ["a", "b"]
    policy.components = names.map { name in component(name) }
    if shape == 9 { policy.components[1].requires = [Requirement(component: "a", range: ">= {minor}")] }
    policy.groups =
      shape < 8 ? [Group(name: "g", components: names)] : names.map { Group(name: $0, components: [$0]) }
    let count = random.number(2...4)
    for index in 0..<count { policy.stages.append(stage(index)) }
    return policy
  }

  private mutating func component(_ name: ComponentName) -> Component {
    Component(
      name: name, step: random.chance(30) ? .minor : .any, goesBack: random.chance(80) ? .always : .never,
      minimumAge: .seconds(random.pick([0, 0, 600, 3000]) ?? 0))
  }

  private mutating func stage(_ index: Int) -> Stage {
    var stage = settings(index)
    if policy.groups.count > 1, random.chance(40), let group = policy.groups.last {
      var own = settings(index)
      own.name = stage.name
      own.after = stage.after
      stage.own[group.name] = own
    }
    return stage
  }

  private mutating func settings(_ index: Int) -> Stage {
    var after: [StageName] = []
    if index == 2, random.chance(30) { after = ["s0"] } else if index > 0 { after = ["s\(index - 1)"] }
    if index == 3, random.chance(50) { after = ["s1", "s2"] }
    let soak = random.pick([0, 900, 1800, 3600]) ?? 0
    var waves: [Wave] = []
    if random.chance(50) {
      for size in [Share.count(1), .percent(25), .percent(50)] where random.chance(50) {
        waves.append(Wave(to: size, soak: .seconds(random.pick([0, 600, 1800]) ?? 0)))
      }
    }
    waves.append(Wave(to: .percent(100), soak: .seconds(soak)))
    return Stage(
      name: "s\(index)", after: after, waves: waves, atLeast: .percent(random.pick([50, 67, 90, 100, 100]) ?? 100),
      deadline: .seconds(random.pick([1200, 3600]) ?? 3600),
      maxUnhealthy: random.chance(70) ? .count(random.number(0...2)) : .percent(20),
      approvals: random.pick([0, 0, 1, 1, 2]) ?? 1, follow: random.chance(20) ? .latest : .qualified,
      replaceAfter: .seconds(random.pick([3600, 20_000]) ?? 3600), applies: random.chance(35),
      maxInFlight: random.chance(40) ? random.number(1...4) : nil, afterTakeBack: random.chance(70) ? .approve : .auto,
      onFailure: random.chance(30) ? .revert : .alert)
  }

  /// Windows of two hours in four, and now and then a freeze.
  mutating func calendars(from start: Int) -> [Slot: StageCalendar] {
    var calendars: [Slot: StageCalendar] = [:]
    for stage in policy.stages {
      for group in policy.groups where random.chance(25) {
        func span(_ from: Int, _ length: Int) -> Interval {
          Interval(from: Timestamp(seconds: from), until: Timestamp(seconds: from + length))
        }
        let windows = random.chance(70) ? (0..<400).map { span(start + $0 * 14_400, 7200) } : nil
        let freezes =
          random.chance(50) ? [StageCalendar.Freeze(span(start + random.number(0...60_000), random.number(1000...20_000)))] : []
        calendars[Slot(stage: stage.name, group: group.name)] = StageCalendar(
          windows: windows, freezes: freezes, knownUntil: Timestamp(seconds: start + 400 * 14_400))
      }
    }
    return calendars
  }
}
