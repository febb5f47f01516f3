/// A span of time, from its first moment to the one after its last.
package struct Interval: Hashable, Sendable, Codable {
  package let from: Timestamp
  package let until: Timestamp

  package init(from: Timestamp, until: Timestamp) {
    self.from = from
    self.until = until
  }

  package func contains(_ moment: Timestamp) -> Bool { from <= moment && moment < until }
}

/// When upgrades may start in a slot: windows and freezes as moments, so that nobody here knows a time zone.
package struct StageCalendar: Sendable, Equatable {
  /// Sorted, and none touches another. nil: always open.
  package let windows: [Interval]?
  /// In the order of their first moments; they may overlap.
  package let freezes: [Freeze]
  /// Windows that begin later are not in here.
  package let knownUntil: Timestamp

  package struct Freeze: Sendable, Equatable {
    package let interval: Interval
    /// In the operator's words.
    package let reason: String?

    package init(_ interval: Interval, reason: String? = nil) {
      self.interval = interval
      self.reason = reason
    }
  }

  /// Why no upgrade may start.
  package enum Closure: Sendable, Equatable {
    /// `until`: when no freeze holds any more; a window may be shut then.
    case freeze(until: Timestamp, reason: String?)
    /// `opensAt`: the first moment in a window and in no freeze; nil: later than is known.
    case window(opensAt: Timestamp?)
  }

  /// - Parameter windows: in any order; they may overlap.
  package init(windows: [Interval]?, freezes: [Freeze] = [], knownUntil: Timestamp) {
    self.windows = windows.map(Self.union)
    self.freezes = freezes.filter { $0.interval.from < $0.interval.until }.sorted { $0.interval.from < $1.interval.from }
    self.knownUntil = knownUntil
  }

  /// Nothing is ever shut.
  package static let open = StageCalendar(windows: nil, knownUntil: Timestamp(seconds: .max))

  /// nil: upgrades may start. A freeze is told before a window, since an operator set it for this time.
  package func closure(at now: Timestamp) -> Closure? {
    if let until = thaw(after: now) {
      let holding = freezes.filter { $0.interval.contains(now) }
      return .freeze(until: until, reason: holding.max { $0.interval.until < $1.interval.until }?.reason)
    }
    guard let windows, !windows.contains(where: { $0.contains(now) }) else { return nil }
    return .window(opensAt: opening(from: now, windows))
  }

  private func opening(from now: Timestamp, _ windows: [Interval]) -> Timestamp? {
    for window in windows where window.until > now {
      let start = max(window.from, now)
      let moment = thaw(after: start) ?? start
      if window.contains(moment) { return moment <= knownUntil ? moment : nil }
    }
    return nil
  }

  /// When the freezes that hold at a moment are over, with those that follow without a break; nil: none holds.
  private func thaw(after moment: Timestamp) -> Timestamp? {
    var end = moment
    // They are sorted by their beginnings: one that begins after the end so far is behind a gap, and so are all others.
    for freeze in freezes where freeze.interval.from <= end { end = max(end, freeze.interval.until) }
    return end > moment ? end : nil
  }

  private static func union(_ windows: [Interval]) -> [Interval] {
    var union: [Interval] = []
    for window in windows.sorted(by: { $0.from < $1.from }) where window.from < window.until {
      if let last = union.last, window.from <= last.until {
        union[union.count - 1] = Interval(from: last.from, until: max(last.until, window.until))
      } else {
        union.append(window)
      }
    }
    return union
  }
}
