import Promotion

/// One seed, played: so many steps of trouble, then peace, in which everything must arrive.
struct Simulation: Sendable {
  var seed: UInt64
  var steps: Int
  /// nil: all.
  var kept: Set<Int>?
  var dropped: Set<ClusterName> = []
  var without: Set<PlannerRule> = []
  var isTold = false

  struct Outcome: Sendable {
    var violation: World.Violation?
    /// At which step; nil: in peace.
    var step: Int?
    var figures: Figures
    var story: [String]
  }

  func play() -> Outcome {
    var world = World(seed: seed, without: without)
    if !dropped.isEmpty { world.drop(dropped) }
    if isTold {
      world.story = Story()
      world.note(world.description)
    }
    for step in 0..<steps where kept?.contains(step) != false {
      var random = Random(seed: seed, step: step)
      world.step(&random)
      world.figures.steps += 1
      if let violation = world.violations.first { return outcome(world, violation, step) }
    }
    world.rest()
    return outcome(world, world.violations.first, nil)
  }

  private func outcome(_ world: World, _ violation: World.Violation?, _ step: Int?) -> Outcome {
    Outcome(violation: violation, step: step, figures: world.figures, story: world.story?.lines ?? [])
  }
}

extension World {
  /// Something happens, or a run goes through: whole, or beside another, or until it is killed.
  mutating func step(_ random: inout Random) {
    pass(random.number(20...700))
    if random.chance(40) {
      happen(Happening.draw(&random), &random)
      return
    }
    figures.runs += 1
    var run = Run(id: makeID())
    let kind = random.number(0...99)
    if kind < 65 {
      complete(&run)
    } else if kind < 75 {
      crash(&run, &random)
    } else {
      overlap(&run, &random)
    }
  }

  private mutating func crash(_ run: inout Run, _ random: inout Random) {
    var left = random.number(1...16)
    while left > 0, !run.isDone {
      advance(&run)
      left -= 1
    }
    if !run.isDone {
      figures.crashes += 1
      note("the run is killed")
    }
  }

  /// Two runs at once, and whatever happens between their effects.
  private mutating func overlap(_ run: inout Run, _ random: inout Random) {
    figures.runs += 1
    var other = Run(id: makeID())
    for _ in 0..<80 where !(run.isDone && other.isDone) {
      if random.chance(50) { advance(&run) } else { advance(&other) }
      if random.chance(8) { happen(Happening.draw(&random), &random) }
      if random.chance(20) { pass(random.number(1...120)) }
      if random.chance(2) {
        figures.crashes += 1
        other.job = .done
      }
    }
  }

  /// Fewer clusters: for shrinking.
  mutating func drop(_ names: Set<ClusterName>) {
    let tree = tree.filter { !names.contains($0.key) }
    commits = [BaseCommit(by: commits[0].by, at: commits[0].at, isPromotion: false, tree: tree)]
    for name in names { machines[name] = nil }
  }

  var description: String {
    let stages = policy.stages.map { stage in
      "\(stage.name) after \(stage.after) waves \(stage.waves.map { "\($0.to)/\($0.soak)" }) atLeast \(stage.atLeast)"
        + " deadline \(stage.deadline) maxUnhealthy \(stage.maxUnhealthy) approvals \(stage.approvals) \(stage.follow)"
        + " replaceAfter \(stage.replaceAfter) \(stage.applies ? "applies" : "merges") room \(stage.maxInFlight.map { "\($0)" } ?? "-")"
        + " \(stage.afterTakeBack) \(stage.onFailure) own \(stage.own.keys.sorted())"
    }
    let components = policy.components.map { "\($0.name) step \($0.step) goesBack \($0.goesBack) age \($0.minimumAge)" }
    let clusters = tree.keys.sorted().joined(separator: " ")
    return (stages + components + ["groups \(policy.groups.map(\.components)) maxGap \(policy.maxGap)", clusters])
      .joined(separator: "\n")
  }
}
