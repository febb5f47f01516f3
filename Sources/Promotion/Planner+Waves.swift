/// One wave as it is for a rollout: how many clusters have moved when it is through, and how long they soak then.
struct WaveStep: Sendable, Equatable {
  var size: Int
  var soak: Duration
}

extension Stage {
  /// The cumulative sizes of its waves for so many clusters.
  package func sizes(of count: Int) -> [Int] { steps(of: count).map(\.size) }

  /// The waves of so many clusters. Waves of the same size are one, which soaks as long as the longest of them.
  func steps(of count: Int) -> [WaveStep] {
    var steps: [WaveStep] = []
    for (index, wave) in waves.enumerated() {
      let size = index == waves.count - 1 ? count : min(count, max(1, wave.to.roundedUp(of: count)))
      if let last = steps.last, size <= last.size {
        steps[steps.count - 1].soak = max(last.soak, wave.soak)
      } else {
        steps.append(WaveStep(size: size, soak: wave.soak))
      }
    }
    return steps
  }
}

extension Planner {
  /// The next clusters on the way to the target, or what they wait for (DECISIONS, plan: from "without joiners" on).
  func advance(_ roster: Roster, _ target: VersionTuple, _ movers: [Int]) -> Decision {
    let counted = memberUnits(roster, target, withJoiners: false)
    let regular = Set(counted)
    let now = movers.filter(regular.contains)
    let there = counted.filter { roster.tuple(roster.units[$0]).isPart(of: target) }
    let steps = roster.stage.steps(of: counted.count)
    let reached = steps.lastIndex { $0.size <= there.count }
    if situation.keeps(.wavesSettle), let reached, steps[reached].size == there.count,
      let reason = incomplete(roster, target, there, steps, reached)
    {
      return .wait(failureReasons(roster) + [reason] + unknownReasons(roster))
    }
    let next = steps.firstIndex { $0.size > there.count }
    // Newcomers come last, and no wave counts them.
    let picks =
      now.isEmpty
      ? picks(roster, movers, target, limit: movers.count)
      : picks(roster, now, target, limit: (next.map { steps[$0].size } ?? counted.count) - there.count)
    if picks.isEmpty {
      let moving = inFlight(roster.slot, target: target)
      return .wait([Reason(.inFlight(moving))] + unknownReasons(roster))
    }
    var from: [ClusterName: VersionTuple] = [:]
    for pick in picks { from[roster.units[pick].name] = roster.tuple(roster.units[pick]) }
    let place = WavePlace(number: (next ?? max(0, steps.count - 1)) + 1, of: max(1, steps.count))
    let members = situation.rollouts[roster.slot]?[target]?.members ?? Set(counted.map { roster.units[$0].name })
    return .promote(
      PlannedPromotion(slot: roster.slot, to: target, from: from, wave: place, members: members.union(from.keys).sorted()))
  }

  /// Why a wave that is through is not complete: too few of those that moved have soaked.
  private func incomplete(
    _ roster: Roster, _ target: VersionTuple, _ there: [Int], _ steps: [WaveStep], _ reached: Int
  ) -> Reason? {
    let soak = steps[reached].soak
    var lacking: [ClusterName: Lack] = [:]
    for index in there {
      if let lack = lack(roster.units[index], roster, target, soak: soak) { lacking[roster.units[index].name] = lack }
    }
    if there.count - lacking.count >= roster.stage.atLeast.roundedUp(of: there.count) { return nil }
    return Reason(
      .wave(WavePlace(number: reached + 1, of: steps.count), tuple: target, lacking: lacking),
      until: soakedAt(lacking.values, enough: roster.stage.atLeast.roundedUp(of: there.count), of: there.count))
  }

  /// When enough of some have soaked, where time alone is lacking.
  func soakedAt(_ lacking: some Collection<Lack>, enough: Int, of count: Int) -> Timestamp? {
    let missing = enough - (count - lacking.count)
    let ends = lacking.compactMap { lack in if case .soaking(let end) = lack { end } else { nil as Timestamp? } }.sorted()
    return missing > 0 && missing <= ends.count ? ends[missing - 1] : nil
  }

  /// Whether the cluster came after the rollout had started.
  func isJoiner(_ roster: Roster, _ index: Int, _ rollout: Rollout?) -> Bool {
    guard let rollout else { return false }
    let unit = roster.units[index]
    if rollout.members.contains(unit.name) { return false }
    return situation.clusters[unit.cluster].first.map { $0 > rollout.startedAt } ?? true
  }

  /// Of the movers those that there is room for: degraded on a bad version first, then in an order that no name favours.
  ///
  /// With an upgrade command all go at once: apply waits for a place (DECISIONS, plan).
  private func picks(_ roster: Roster, _ movers: [Int], _ target: VersionTuple, limit: Int) -> [Int] {
    let bad = Set(roster.cohorts.indices.filter { isBad(roster, roster.cohorts[$0]) })
    func rank(_ index: Int) -> (Int, UInt64, Int) {
      let unit = roster.units[index]
      return (
        situation.keeps(.degradedGoFirst) && unit.standing.isDegraded && bad.contains(unit.cohort) ? 0 : 1, stableHash(unit.name),
        index
      )
    }
    if limit >= movers.count, roster.stage.applies || roster.stage.maxInFlight == nil { return movers }
    let ordered = movers.map { (rank($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1).prefix(max(0, limit))
    guard let room = roster.stage.maxInFlight, !roster.stage.applies else { return ordered.sorted() }
    var busy = inFlightUnits(roster, target)
    var picks: [Int] = []
    for mover in ordered {
      busy.insert(mover)
      if busy.count > room { break }
      picks.append(mover)
    }
    return picks
  }
}

/// FNV-1a, 64 bits: the same on every machine and in every run.
func stableHash(_ text: String) -> UInt64 {
  text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
}
