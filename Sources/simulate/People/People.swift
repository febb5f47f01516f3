import Promotion

/// Something that people, sources or clusters do.
enum Happening: CaseIterable, Sendable {
  case release, withdraw
  case approve, object, withdrawObjection, label, close, reopen, commitToBranch
  case revertRequest, revertOne, revertStage, goBackByHand, revertRevert
  case bump, bumpMany, pin, unpin, pause, stop, releaseHold, addHold
  case join, leave, moveStage
  case silence, flap, forgeFails

  /// How often, of a thousand.
  static let weights: [(Happening, Int)] = [
    (.release, 200), (.withdraw, 15), (.approve, 300), (.object, 15), (.withdrawObjection, 20), (.label, 20), (.close, 20),
    (.reopen, 15), (.commitToBranch, 10), (.revertRequest, 25), (.revertOne, 20), (.revertStage, 10), (.goBackByHand, 15),
    (.revertRevert, 25), (.bump, 25), (.bumpMany, 15), (.pin, 15), (.unpin, 20), (.pause, 15), (.stop, 15), (.releaseHold, 20),
    (.addHold, 6), (.join, 25), (.leave, 12), (.moveStage, 12), (.silence, 25), (.flap, 30), (.forgeFails, 10),
  ]
  private static let total = weights.reduce(0) { $0 + $1.1 }

  static func draw(_ random: inout Random) -> Happening {
    var left = random.number(0...(total - 1))
    for (happening, weight) in weights {
      if left < weight { return happening }
      left -= weight
    }
    return .approve
  }
}

extension World {
  static let people = ["ann", "bob", "eve"]

  mutating func happen(_ happening: Happening, _ random: inout Random) {
    tick += 1
    switch happening {
    case .release: release(&random)
    case .withdraw: withdraw(&random)
    case .approve, .object, .withdrawObjection, .label, .close, .reopen, .commitToBranch: review(happening, &random)
    case .revertRequest, .revertOne, .revertStage, .goBackByHand, .revertRevert: revert(happening, &random)
    case .bump, .bumpMany: bump(happening == .bumpMany, &random)
    case .pin, .unpin: pin(happening == .pin, &random)
    case .pause:
      guard let name = random.pick(tree.keys.sorted()) else { return }
      if ledger.paused.contains(name) { _ = check(observe()) }
      if ledger.paused.remove(name) == nil, others(name, &random) {
        ledger.paused.insert(name)
        ledger.pausedSince[name] = now + 1
      }
      ledger.recordVersion += 1
      ledger.version += 1
      note("paused: \(ledger.paused.sorted())")
    case .stop:
      if ledger.stops.isEmpty {
        let stage = random.chance(50) ? random.pick(policy.stages)?.name : nil
        ledger.stops = [Stop(stage: stage, by: "ann", at: Timestamp(seconds: now))]
      } else {
        ledger.stops = []
      }
      ledger.version += 1
      note("stops: \(ledger.stops.map { $0.stage ?? "all" })")
    case .releaseHold, .addHold: hold(happening == .addHold, &random)
    case .join, .leave, .moveStage: change(happening, &random)
    case .silence:
      if silentShards.isEmpty { silentShards = [random.number(0...1)] } else { silentShards = [] }
      note("silent shards: \(silentShards)")
    case .flap:
      guard let name = random.pick(machines.keys.sorted()) else { return }
      machines[name]?.sickUntil = now + random.number(1...4000)
      note("\(name) is ill for a while")
    case .forgeFails:
      isForgeSilent.toggle()
      note("the forge \(isForgeSilent ? "is silent" : "answers")")
    }
  }

  /// Whether somebody else is left that counts in its stage.
  private func others(_ name: ClusterName, _ random: inout Random) -> Bool {
    guard let stage = tree[name]?.stage else { return false }
    return random.chance(10)
      || tree.contains { $0.key != name && $0.value.stage == stage && !$0.value.isPinned && !ledger.paused.contains($0.key) }
  }

  private mutating func release(_ random: inout Random) {
    guard let component = random.pick(policy.components.map(\.name)) else { return }
    let last = upstream[component]?.map(\.rank).max() ?? 10_000
    var (minor, patch) = (last / 10_000, last % 10_000)
    if random.chance(30) { (minor, patch) = (minor + 1, 0) } else { patch += 1 }
    let natures: [Release.Nature] = [.sick, .sick, .sickOnSome, .hangs, .red, .sickIn(policy.stages.last?.name ?? "")]
    release(component, minor: minor, patch: patch, random.chance(30) ? random.pick(natures) ?? .sick : .good)
  }

  private mutating func withdraw(_ random: inout Random) {
    guard let component = random.pick(policy.components.map(\.name)), let count = upstream[component]?.count else { return }
    let index = random.number(0...(count - 1))
    upstream[component]?[index].isWithdrawn.toggle()
    note("upstream: \(component) \(upstream[component]?[index].version.text ?? "") is withdrawn, or not any more")
  }

  private mutating func pin(_ isPin: Bool, _ random: inout Random) {
    let names = tree.filter { $0.value.isPinned != isPin }.keys.sorted()
    guard let name = random.pick(names), !isPin || others(name, &random) else { return }
    var after = tree
    after[name]?.isPinned = isPin
    // Now and then the same hand puts it back too.
    if isPin, random.chance(40), let older = older(name, &random) {
      after[name]?.desired = older
      after[name]?.overrides = []
    }
    commit(after, by: "ann", isPromotion: false, isPin ? "pin" : "unpin")
  }

  private mutating func hold(_ isNew: Bool, _ random: inout Random) {
    if isNew {
      guard let slot = random.pick(slots), let component = group(slot).components.first,
        let version = random.pick(upstream[component] ?? [])?.version
      else { return }
      let tuple = VersionTuple([component: version])
      guard group(slot).components.count == 1 else { return }
      let hold = Hold(
        id: "manual:\(makeID())", slot: slot, bar: .exactly(tuple), cause: .manual(by: "ann", reason: nil),
        at: Timestamp(seconds: now))
      ledger.holds[hold.id] = hold
      ledger.version += 1
      oracle.decisions.append(Oracle.Decision(slot: slot, bar: .exactly(tuple), taken: [:], tick: tick))
      note("hold add \(slot.stage) \(version)")
      return
    }
    let walked = walk(ledger, to: ledger.cursor)
    let active = holds(walked.holds, forge).values.filter(\.isActive).sorted { $0.id < $1.id }
    guard var hold = random.pick(active) else { return }
    hold.release = .person("bob", at: Timestamp(seconds: now), reason: nil)
    ledger.holds[hold.id] = hold
    ledger.version += 1
    oracle.released(hold, tick: tick)
    note("hold release \(hold.id)")
  }

  private mutating func change(_ happening: Happening, _ random: inout Random) {
    var after = tree
    guard let name = random.pick(tree.keys.sorted()), let site = tree[name] else { return }
    let isAlone = tree.count { $0.value.stage == site.stage && !$0.value.isPinned && !ledger.paused.contains($0.key) } < 2
    switch happening {
    case .join:
      let new = "n\(makeID())"
      var joining = site
      joining.isPinned = false
      joining.overrides = []
      after[new] = joining
      machines[new] = Machine(running: joining.desired, joined: now)
    case .leave where !isAlone:
      after[name] = nil
    case .moveStage where !isAlone:
      after[name]?.stage = random.pick(policy.stages)?.name ?? site.stage
      machines[name]?.joined = now
      if random.chance(30), let older = older(name, &random) { after[name]?.desired = older }
    default: return
    }
    commit(after, by: "bob", isPromotion: false, "\(happening)")
    // What was read of it stays: a run that looked before may still write that.
    if after[name] == nil { machines[name] = nil }
  }
}
