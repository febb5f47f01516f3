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
      var total = 0
      for await (index, scheduler) in tasks {
        total += scheduler.schedules
        let extent = scheduler.schedules < scheduler.limit ? "all" : "the first"
        tell("\(instances[index].name): \(extent) \(scheduler.schedules) schedules, \(scheduler.states) states")
        guard let (violation, path) = scheduler.violation else { continue }
        isWell = false
        tell("  \(violation.law): \(violation.what)")
        tell("  by \(path.joined(separator: ", "))")
      }
      tell("\(instances.count) instances, \(total) schedules")
    }
    return isWell
  }

  /// For each rule: what finds out that it is off.
  func mutations() async -> Bool {
    let rules = options.without.isEmpty ? PlannerRule.allCases : options.without.sorted { $0.rawValue < $1.rawValue }
    var found: [(rule: PlannerRule, by: String?)] = []
    await withTaskGroup(of: [(PlannerRule, String?)].self) { tasks in
      for job in 0..<options.jobs {
        tasks.addTask {
          var own: [(PlannerRule, String?)] = []
          for index in stride(from: job, to: rules.count, by: options.jobs) {
            let by = miss(rules[index])
            tell("\(rules[index].rawValue): \(by ?? "NOT CAUGHT")")
            own.append((rules[index], by))
          }
          return own
        }
      }
      for await own in tasks { found += own }
    }
    let caught = found.count { $0.by != nil }
    tell("\(caught) of \(rules.count) rules are missed when they are off")
    return caught == rules.count
  }

  /// What finds out that a rule is off: a probe, an instance, or one of so many seeds.
  private func miss(_ rule: PlannerRule) -> String? {
    for run in 0..<options.runs {
      var simulation = options.simulation(seed: options.seed &+ UInt64(run))
      simulation.without = [rule]
      if let violation = simulation.play().violation { return "\(violation.law) at seed \(simulation.seed)" }
    }
    for instance in Instance.all(without: [rule]) {
      var scheduler = Scheduler()
      scheduler.limit = 4000
      scheduler.play(instance)
      if let (violation, _) = scheduler.violation { return "\(violation.law) in \"\(instance.name)\"" }
    }
    for (name, probe) in Probe.all where probe([rule]) && !probe([]) { return "probe \"\(name)\"" }
    return nil
  }
}
