import Promotion

extension World {
  /// Every wait has a reason, and where a reason says when it ends, it is gone then, if people go on reading.
  mutating func explain(_ look: Look) {
    guard Random.draw(seed, tick) % 12 == 0 else { return }
    for slot in slots {
      guard case .wait(let reasons) = look.decide(slot) else { continue }
      if reasons.isEmpty { violate("explain", "\(slot.stage) waits for nothing") }
      for reason in reasons + look.planner.closed(slot) {
        guard let until = reason.until else { continue }
        figures.untils += 1
        let later = later(look, max(until, look.planner.situation.now))
        let left = later.decide(slot).reasons + later.closed(slot)
        if left.contains(where: { $0.kind == reason.kind }) {
          violate("explain", "\(slot.stage): \(reason.kind) should end at \(until.seconds), and does not")
        }
      }
    }
  }

  /// The same some time later, if all that is read goes on as it is.
  private mutating func later(_ look: Look, _ moment: Timestamp) -> Planner {
    var later = look.planner.situation
    let fresh = later.now
    later.now = moment
    for index in later.clusters.indices {
      guard let last = later.clusters[index].reading?.last, fresh <= last + policy.maxGap else { continue }
      later.clusters[index].reading?.last = max(last, moment)
    }
    figures.plans += 1
    let planner = Planner(later, ordering: look.planner.ordering)
    let new = planner.newQualifications()
    if new.isEmpty { return planner }
    for (slot, tuples) in new {
      later.qualified[slot, default: []] += tuples.map { Qualification(tuple: $0, at: moment) }
    }
    return Planner(later, ordering: look.planner.ordering)
  }
}

extension Decision {
  var reasons: [Reason] { if case .wait(let reasons) = self { reasons } else { [] } }
}

extension Random {
  /// One number for a seed and a moment, without a state.
  static func draw(_ seed: UInt64, _ tick: Int) -> UInt64 {
    var random = Random(seed: seed, step: tick)
    return random.next()
  }
}
