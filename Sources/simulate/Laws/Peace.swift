import Promotion

extension World {
  /// L9: faults stop, people say yes, and upstream has a version that works: within a bounded number of runs it is everywhere.
  mutating func rest() {
    makePeace()
    // Where there is room for one, each goes through each minor alone.
    let minors = upstream.values.joined().map { $0.rank / 10_000 }.max() ?? 1
    let patience = 60 + 60 * policy.stages.count + 4 * tree.count * minors
    var (moved, last) = (0, tip)
    for round in 0..<patience {
      pass(Int(policy.maxGap.components.seconds) - 120 + round % 7)
      agree()
      if round % 20 == 19 { helpByHand() }
      var run = Run(id: makeID())
      complete(&run)
      figures.runs += 1
      if !violations.isEmpty { return }
      if last != tip { (moved, last) = (round, tip) }
      // Nothing has moved for longer than anything takes.
      if hasArrived || (round > moved + 30 && round % 3 == 2 && isStuckForGood) { break }
    }
    if !hasArrived, isStuckForGood {
      figures.deadEnds += 1
      return
    }
    if !hasArrived {
      violate("L9", "after \(patience) runs in peace: \(whatIsLacking)")
      return
    }
    beQuiet()
  }

  private mutating func makePeace() {
    note("peace")
    unreadable = 0
    silentShards = []
    isForgeSilent = false
    ledger.stops = []
    // What was done while somebody was paused is read before that ends: later nobody could tell.
    if !ledger.paused.isEmpty { _ = check(observe()) }
    ledger.paused = []
    ledger.recordVersion += 1
    ledger.version += 1
    let top = upstream.values.joined().map { $0.rank / 10_000 }.max() ?? 1
    for component in policy.components {
      let ranks = upstream[component.name]?.map(\.rank) ?? []
      // Where one version requires another, both must be there.
      let isRequired = policy.components.contains { $0.requires.contains { $0.component == component.name } }
      let minors = isRequired ? Array(1...top) : Set(ranks.map { $0 / 10_000 }).sorted()
      // A patch of every minor that works, so that nothing is a dead end.
      for minor in minors { release(component.name, minor: minor, patch: 900, .good) }
      for index in upstream[component.name]?.indices ?? 0..<0
      where upstream[component.name]?[index].version.text.hasSuffix(".900") == true {
        upstream[component.name]?[index].isWithdrawn = false
      }
    }
    if policy.components.contains(where: { $0.step == .minor }) { releaseAll() }
    for name in machines.keys { machines[name]?.sickUntil = 0 }
  }

  /// Where a version can only be reached over others, what bars those is a dead end that only people can open.
  private mutating func releaseAll() {
    let walked = walk(ledger, to: ledger.cursor)
    for (id, hold) in holds(walked.holds, forge) where hold.isActive {
      var released = hold
      released.release = .person("ann", at: Timestamp(seconds: now), reason: nil)
      ledger.holds[id] = released
      oracle.released(released, tick: tick)
    }
  }

  /// What people put on a cluster by hand, and what makes it ill there, they put right by hand.
  private mutating func helpByHand() {
    var after = tree
    for (name, site) in tree where !site.isPinned {
      for group in policy.groups where !isHealthy(name, group) || hangs(site.tuple(group)) {
        let last = oracle.moved[ClusterPart(cluster: name, group: group.name)]?.last
        if let last, commits[last.commit].by == Self.sluice { continue }
        for component in group.components {
          let minor = rank(site.desired[component]) / 10_000
          if rank(site.desired[component]) % 10_000 < 900 { after[name]?.desired[component] = Version("1.\(minor).900") }
        }
      }
    }
    if after != tree { commit(after, by: "ann", isPromotion: false, "help by hand") }
  }

  /// People say yes to what is open, and take their own things away.
  private mutating func agree() {
    for (name, number) in forge.open.sorted(by: { $0.key < $1.key }) {
      forge.requests[number].hasLabel = false
      forge.requests[number].objections = []
      if let tip = forge.branches[name]?.last, tip.by != Self.sluice {
        close(number, by: "ann")
        forge.branches[name] = nil
      } else {
        for person in Self.people { forge.requests[number].approvals[person] = forge.requests[number].head.id }
      }
      forge.version += 1
    }
    for (name, commits) in forge.branches where commits.last?.by != Self.sluice && forge.open[name] == nil {
      forge.branches[name] = nil
      forge.version += 1
    }
  }

  private func newest(_ component: ComponentName) -> Version? {
    upstream[component]?.max { $0.rank < $1.rank }?.version
  }

  /// Stages that nothing can reach: one before them, or they themselves, have nobody that counts.
  private var deserted: Set<StageName> {
    var deserted: Set<StageName> = []
    for stage in policy.stages {
      let isEmpty = !tree.contains { $0.value.stage == stage.name && !$0.value.isPinned }
      if isEmpty || stage.after.contains(where: deserted.contains) { deserted.insert(stage.name) }
    }
    return deserted
  }

  var hasArrived: Bool {
    let deserted = deserted
    return tree.allSatisfy { name, site in
      site.isPinned || deserted.contains(site.stage)
        || policy.components.allSatisfy { component in
          let newest = newest(component.name)
          return site.desired[component.name] == newest && machines[name]?.running[component.name] == newest
        }
    }
  }

  private var whatIsLacking: String {
    let deserted = deserted
    let behind = tree.filter { _, site in
      !site.isPinned && !deserted.contains(site.stage) && policy.components.contains { site.desired[$0.name] != newest($0.name) }
    }
    let clusters = behind.sorted { $0.key < $1.key }.map { "\($0.key) \(VersionTuple($0.value.desired).short)" }
    var world = self
    let planner = world.planner(base: tip, ledger: ledger, forge: forge)
    let plans = slots.map { "\($0.stage)/\($0.group): \(planner.decide($0))" }
    let open = forge.open.sorted { $0.key < $1.key }.map {
      "open #\($1) \($0.kind) \($0.slot.stage) \(forge.requests[$1].head.moves.keys.sorted())"
    }
    let possible = behind.sorted { $0.key < $1.key }.flatMap { name, site in
      slots.filter { $0.stage == site.stage }.flatMap { slot in
        ways(name, site, slot).map { "\(name) could take \($0.short)" }
      }
    }
    return (clusters + plans + open + possible).joined(separator: "\n  ")
  }

  /// Once everything is there, nothing is left to do but tidying, and then nothing at all.
  private mutating func beQuiet() {
    for round in 0..<40 {
      pass(1000)
      agree()
      let (commits, requests) = (self.commits.count, forge.version)
      var run = Run(id: makeID())
      complete(&run)
      figures.runs += 1
      if !violations.isEmpty { return }
      // Where a stage has nobody that counts, what was open stays so: that is a mistake in the policy more often than an end.
      let isTidy = forge.open.keys.allSatisfy { deserted.contains($0.slot.stage) }
      if round > 1, commits == self.commits.count, requests == forge.version, isTidy { return }
    }
    violate("L12", "there is no end to it: \(forge.open.keys.sorted().map { "\($0.kind) \($0.slot)" })")
  }
}
