import Promotion

extension World {
  /// Every wait has a reason, and where a reason says when it ends, it is gone then, if people go on reading. What was foretold
  /// is asserted once.
  mutating func explain(_ look: Look) {
    var planners: [Timestamp: Planner] = [:]
    for slot in slots {
      guard case .wait(let reasons) = look.decide(slot) else { continue }
      figures.waits += 1
      if reasons.isEmpty { violate("explain", "\(slot.stage) waits for nothing") }
      for reason in reasons + look.planner.closed(slot) {
        guard let until = reason.until else { continue }
        let promise = Promise(slot: slot, until: until, kind: reason.kind.place)
        guard foretold.insert(promise).inserted else { continue }
        figures.untils += 1
        // What the calendar says, it says alone.
        if promise.kind == Promise.calendar {
          if look.planner.closed(slot, at: until).contains(where: { $0.kind == reason.kind }) {
            violate("explain", "\(slot.stage): \(reason.kind) should end at \(until.seconds), and does not")
          }
          continue
        }
        let later = planners[until] ?? later(look, max(until, look.planner.situation.now))
        planners[until] = later
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

/// That a slot stops waiting for something at some time.
struct Promise: Hashable, Sendable {
  let slot: Slot
  let until: Timestamp
  let kind: Int

  static let calendar = 4
}

extension Reason.Kind {
  /// Tells the kinds apart that say when they end.
  fileprivate var place: Int {
    switch self {
    case .notQualified: 0
    case .wave: 1
    case .minimumAge: 2
    case .window, .freeze: Promise.calendar
    default: 3
    }
  }
}
