import Promotion

/// A small world of which every schedule is played: each interleaving of the effects of its runs with what people do.
struct Instance: Sendable {
  let name: String
  var world: World
  /// Jobs from which the runs start.
  var runs: [Run.Job]
  /// Where they end.
  var until = Run.Job.done
  /// What happens, in this order, anywhere among the effects.
  var events: [@Sendable (inout World) -> Void] = []
  /// Whether one of the runs may die anywhere.
  var mayDie = false
}

/// Plays all schedules of an instance.
struct Scheduler {
  private(set) var schedules = 0
  private(set) var states = 0
  private(set) var violation: (what: World.Violation, path: [String])?
  /// A bound for what was meant to be small.
  var limit = 60_000

  private struct Place {
    var world: World
    var runs: [Run]
    var events: ArraySlice<@Sendable (inout World) -> Void>
    let until: Run.Job
    var mayDie: Bool
    var path: [String]
  }

  mutating func play(_ instance: Instance) {
    var runs: [Run] = []
    for (index, job) in instance.runs.enumerated() {
      var run = Run(id: 1_000_000 + index)
      run.job = job
      runs.append(run)
    }
    visit(
      Place(
        world: instance.world, runs: runs, events: instance.events[...], until: instance.until, mayDie: instance.mayDie, path: [])
    )
  }

  private mutating func visit(_ place: Place) {
    if violation != nil || schedules >= limit { return }
    states += 1
    if let broken = place.world.violations.first {
      violation = (broken, place.path)
      return
    }
    var isLeaf = true
    for index in place.runs.indices where !place.runs[index].isDone {
      isLeaf = false
      var next = place
      next.world.advance(&next.runs[index])
      if next.runs[index].job.rawValue >= place.until.rawValue { next.runs[index].job = .done }
      next.path.append("run \(index)")
      visit(next)
      if place.mayDie {
        next = place
        next.runs[index].job = .done
        next.mayDie = false
        next.path.append("run \(index) dies")
        visit(next)
      }
    }
    if let event = place.events.first {
      isLeaf = false
      var next = place
      next.world.tick += 1
      event(&next.world)
      next.events = place.events.dropFirst()
      next.path.append("event")
      visit(next)
    }
    if isLeaf { finish(place) }
  }

  /// Whatever the schedule was, in peace everything arrives. (Many end alike: every fourth is followed to there.)
  private mutating func finish(_ place: Place) {
    schedules += 1
    guard schedules % 4 == 1 else { return }
    var world = place.world
    world.rest()
    if let broken = world.violations.first { violation = (broken, place.path + ["peace"]) }
  }
}

extension World {
  /// Two stages, one component; `dev` and `prod` of so many clusters, at 1.1.0, which has qualified in both.
  static func small(dev: Int, prod: Int, without: Set<PlannerRule> = [], _ change: (inout Policy) -> Void = { _ in }) -> World {
    var world = World(seed: 7, without: without)
    var policy = Policy(
      name: "w", components: [Component(name: "a")], groups: [Group(name: "g", components: ["a"])],
      stages: [
        Stage(name: "dev", soak: .seconds(600), deadline: .seconds(1800), approvals: 0),
        Stage(name: "prod", after: ["dev"], soak: .seconds(600), deadline: .seconds(1800), approvals: 1),
      ], maxGap: .seconds(3600))
    change(&policy)
    world.policy = policy
    world.upstream = [:]
    world.releases = [:]
    world.machines = [:]
    world.calendars = [:]
    world.unreadable = 0
    world.release("a", minor: 1, patch: 0, .good)
    var tree: Tree = [:]
    for (stage, count) in [("dev", dev), ("prod", prod)] {
      for index in 0..<count {
        let name = "\(stage)\(index)"
        tree[name] = Site(stage: stage, desired: ["a": Version("1.1.0")])
        world.machines[name] = Machine(running: ["a": Version("1.1.0")], joined: world.now)
      }
    }
    world.commits = [BaseCommit(by: "ann", at: world.now, isPromotion: false, tree: tree)]
    world.go(3)
    return world
  }

  /// Quiet runs, one every so many seconds.
  mutating func go(_ runs: Int, every seconds: Int = 700) {
    for _ in 0..<runs {
      pass(seconds)
      var run = Run(id: makeID())
      complete(&run)
    }
  }

  mutating func approve(_ stage: StageName, _ kind: BranchName.Kind = .promote) {
    guard let number = forge.open[BranchName(kind: kind, slot: Slot(stage: stage, group: "g"))] else { return }
    forge.requests[number].approvals["ann"] = forge.requests[number].head.id
    forge.version += 1
  }

  mutating func closeByPerson(_ stage: StageName) {
    guard let number = forge.open[BranchName(kind: .promote, slot: Slot(stage: stage, group: "g"))] else { return }
    close(number, by: "ann")
  }

  mutating func put(_ text: String, in stage: StageName) {
    var after = tree
    for (name, site) in tree where site.stage == stage && site.desired["a"] != nil {
      after[name]?.desired["a"] = Version(text)
      after[name]?.overrides = []
    }
    if after != tree { commit(after, by: "ann", isPromotion: false, "by hand") }
  }
}
