import Promotion

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One line, at once: who waits for minutes wants to see that something goes on.
func tell(_ line: String) {
  print(line)
  fflush(nil)
}

/// What `simulate` does, by its flags. Each way says whether all was well.
struct Command: Sendable {
  let options: Options

  func run() async -> Bool {
    switch options.mode {
    case .seeds: await seeds()
    case .shrink: shrink()
    case .schedules: await schedules()
    case .mutations: await mutations()
    }
  }

  /// Plays seed after seed, on as many threads as asked.
  private func seeds() async -> Bool {
    let clock = ContinuousClock()
    let start = clock.now
    var figures = Figures()
    var broken: [(simulation: Simulation, outcome: Simulation.Outcome)] = []
    await withTaskGroup(of: (Figures, [(Simulation, Simulation.Outcome)]).self) { tasks in
      for job in 0..<options.jobs {
        tasks.addTask {
          var sum = Figures()
          var broken: [(Simulation, Simulation.Outcome)] = []
          for run in stride(from: job, to: options.runs, by: options.jobs) {
            let simulation = options.simulation(seed: options.seed &+ UInt64(run))
            let outcome = simulation.play()
            sum = sum + outcome.figures
            if outcome.violation != nil || options.isTold { broken.append((simulation, outcome)) }
          }
          return (sum, broken)
        }
      }
      for await (sum, own) in tasks {
        figures = figures + sum
        broken += own
      }
    }
    let violations = broken.filter { $0.outcome.violation != nil }.sorted { $0.simulation.seed < $1.simulation.seed }
    for (_, outcome) in broken where options.isTold { outcome.story.forEach { tell($0) } }
    for (simulation, outcome) in violations.prefix(5) { report(simulation, outcome) }
    for (simulation, outcome) in violations.dropFirst(5) {
      tell("\(outcome.violation?.law ?? "") in step \(outcome.step.map(String.init) ?? "peace") of seed \(simulation.seed)")
    }
    Self.summary(violations.compactMap(\.outcome.violation))
    let seconds = Double((clock.now - start).components.seconds) + Double((clock.now - start).components.attoseconds) / 1e18
    tell(
      "\(options.runs) simulations: \(figures.steps) steps, \(figures.runs) runs, \(figures.plans) plans,"
        + " \(figures.merges) merges (\(figures.waves) in waves), \(figures.upgrades) applied, \(figures.takeBacks) take-backs,"
        + " \(figures.consolidations) consolidations, \(figures.holds) holds, \(figures.crashes) crashes,"
        + " \(figures.lostRaces) lost races, \(figures.waits) waits explained, \(figures.untils) ends foretold, \(figures.deadEnds) dead ends,"
        + " \(violations.count) violations, \(Int(seconds * 10) / 10) s")
    return violations.isEmpty
  }

  private static func summary(_ violations: [World.Violation]) {
    if violations.isEmpty { return }
    let laws = Dictionary(grouping: violations, by: \.law).mapValues(\.count)
    tell("violations: " + laws.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
  }

  private func report(_ simulation: Simulation, _ outcome: Simulation.Outcome) {
    guard let violation = outcome.violation else { return }
    tell(
      "\(violation.law) in step \(outcome.step.map(String.init) ?? "peace") of seed \(simulation.seed): \(violation.what.replacing("Promotion.", with: ""))"
    )
    if !options.isTold {
      var again = simulation
      again.isTold = true
      again.play().story.suffix(12).forEach { tell("    \($0)") }
    }
    tell("  again: \(Options.command(simulation))")
  }

  /// Leaves out steps and clusters while the same law stays broken.
  private func shrink() -> Bool {
    var least = options.simulation(seed: options.seed)
    least.isTold = false
    guard let law = least.play().violation?.law else {
      tell("seed \(options.seed) breaks nothing")
      return true
    }
    func isBroken(_ simulation: Simulation) -> Bool { simulation.play().violation?.law == law }
    var kept = Array((least.kept ?? Set(0..<least.steps)).sorted())
    var chunk = max(1, kept.count / 2)
    while true {
      var from = 0
      while from < kept.count {
        var less = least
        less.kept = Set(kept[..<from] + kept[min(kept.count, from + chunk)...])
        if isBroken(less) {
          least = less
          kept = less.kept?.sorted() ?? []
        } else {
          from += chunk
        }
      }
      if chunk == 1 { break }
      chunk = max(1, chunk / 2)
    }
    for name in World(seed: least.seed).tree.keys.sorted() {
      var less = least
      less.dropped.insert(name)
      if isBroken(less) { least = less }
    }
    least.isTold = true
    let outcome = least.play()
    outcome.story.forEach { tell($0) }
    report(least, outcome)
    return false
  }
}
