import Promotion

extension Command {
  /// Every schedule of every instance.
  func schedules() async -> Bool {
    let instances = Instance.all(without: options.without)
    var isWell = true
    await withTaskGroup(of: (Int, Scheduler).self) { tasks in
      for (index, instance) in instances.enumerated() {
        tasks.addTask {
          var scheduler = Scheduler()
          scheduler.play(instance)
          return (index, scheduler)
        }
      }
      var (total, exhausted) = (0, 0)
      for await (index, scheduler) in tasks {
        total += scheduler.schedules
        let isWhole = scheduler.schedules < scheduler.limit
        exhausted += isWhole ? 1 : 0
        let extent = isWhole ? "all" : "the first"
        tell("\(instances[index].name): \(extent) \(scheduler.schedules) schedules, \(scheduler.states) states")
        guard let (violation, path) = scheduler.violation else { continue }
        isWell = false
        tell("  \(violation.law): \(violation.what)")
        tell("  by \(path.joined(separator: ", "))")
      }
      tell("\(instances.count) instances, \(exhausted) exhausted, \(total) schedules")
    }
    return isWell
  }

  /// What finds out that a rule is off.
  enum Finding: Sendable {
    case seed(law: String, runs: Int)
    case schedule(law: String, instance: String)
    case probe(String)

    var text: String {
      switch self {
      case .seed(let law, let runs): "\(law) in simulation \(runs)"
      case .schedule(let law, let instance): "\(law) in \"\(instance)\""
      case .probe(let name): "only the probe \"\(name)\""
      }
    }
  }

  /// For each rule: what finds out that it is off.
  func mutations() async -> Bool {
    let rules = options.without.isEmpty ? PlannerRule.allCases : options.without.sorted { $0.rawValue < $1.rawValue }
    var found: [(rule: PlannerRule, by: Finding?)] = []
    await withTaskGroup(of: [(PlannerRule, Finding?)].self) { tasks in
      for job in 0..<options.jobs {
        tasks.addTask {
          var own: [(PlannerRule, Finding?)] = []
          for index in stride(from: job, to: rules.count, by: options.jobs) {
            let by = miss(rules[index])
            tell("\(rules[index].rawValue): \(by?.text ?? "NOT CAUGHT")")
            own.append((rules[index], by))
          }
          return own
        }
      }
      for await own in tasks { found += own }
    }
    var (seeds, schedules, probes): ([Int], [String], [String]) = ([], [], [])
    for (rule, by) in found {
      switch by {
      case .seed(_, let runs)?: seeds.append(runs)
      case .schedule?: schedules.append(rule.rawValue)
      case .probe?: probes.append(rule.rawValue)
      case nil: break
      }
    }
    let caught = found.count { $0.by != nil }
    tell(
      "\(caught) of \(rules.count) rules are missed when they are off: \(seeds.count) by the simulation, within"
        + " \(seeds.max() ?? 0) runs each, \(schedules.count) by schedules, \(probes.count) by a directed probe")
    if !schedules.isEmpty { tell("by schedules: \(schedules.sorted().joined(separator: ", "))") }
    if !probes.isEmpty { tell("by a probe alone: \(probes.sorted().joined(separator: ", "))") }
    return caught == rules.count
  }

  private func miss(_ rule: PlannerRule) -> Finding? {
    for run in 0..<min(options.runs, 100) {
      var simulation = options.simulation(seed: options.seed &+ UInt64(run))
      simulation.without = [rule]
      guard let violation = simulation.play().violation else { continue }
      // What is broken with the rule too is not missed without it.
      simulation.without = []
      if simulation.play().violation == nil { return .seed(law: violation.law, runs: run + 1) }
    }
    for instance in Instance.all(without: [rule]) {
      var scheduler = Scheduler()
      scheduler.limit = 4000
      scheduler.play(instance)
      if let (violation, _) = scheduler.violation { return .schedule(law: violation.law, instance: instance.name) }
    }
    for (name, probe) in Probe.all where probe([rule]) && !probe([]) { return .probe(name) }
    return nil
  }
}
