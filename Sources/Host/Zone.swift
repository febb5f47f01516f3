/// A time zone of the IANA's database: what the clocks of a region showed, show, and by today's law will show.
///
/// Foundation knows zones too, but in a binary that has Swift's libraries inside only with 40 MB of ICU; without it, every named
/// zone is absent.
package struct Zone: Sendable, Equatable {
  package let name: String
  /// In force before the first change.
  let earliest: Int
  /// Ascending.
  let changes: [Change]
  /// In force after the last change; nil: the last offset stays.
  let rule: ZoneRule?

  /// From a moment on, local time is so many seconds east of UTC.
  struct Change: Sendable, Equatable {
    let moment: Int
    let offset: Int
  }

  /// Known without any file.
  package static let utc = Zone(name: "UTC", earliest: 0, changes: [], rule: nil)

  /// No zone is further from UTC than this (RFC 8536, 3.2), so a wall's time is within it of its moment in UTC.
  static let reach = 26 * 3600

  /// Seconds east of UTC at a moment.
  package func offset(at moment: Int) -> Int {
    if let rule, moment >= changes.last?.moment ?? .min { return rule.offset(at: moment) }
    let next = next(after: moment)
    return next == 0 ? earliest : changes[next - 1].offset
  }

  /// The first moment at which the wall shows a time. Where clocks were put forward over it, the first moment after that.
  package func first(_ time: WallTime) -> Int { moments(of: time).first }

  /// The last moment at which the wall shows a time; it shows some twice. Else as `first`.
  package func last(_ time: WallTime) -> Int { moments(of: time).last }

  private func moments(of time: WallTime) -> (first: Int, last: Int) {
    let periods = periods(around: time.seconds)
    var found: (first: Int, last: Int)?
    for (index, period) in periods.enumerated() {
      let moment = time.seconds - period.offset
      let next = index + 1 < periods.count ? periods[index + 1].moment : .max
      if moment >= period.moment && moment < next { found = (found?.first ?? moment, moment) }
    }
    if let found { return found }
    for (before, after) in zip(periods, periods.dropFirst())
    where time.seconds >= after.moment + before.offset && time.seconds < after.moment + after.offset {
      return (after.moment, after.moment)
    }
    // Not reached: where no period shows the time, one ends before it and the next begins after it.
    return (time.seconds - periods[0].offset, time.seconds - periods[0].offset)
  }

  /// The periods in which the wall may show a time; the first one begins long before.
  private func periods(around seconds: Int) -> [Change] {
    let range = seconds - Self.reach...seconds + Self.reach
    var periods = [Change(moment: .min, offset: offset(at: range.lowerBound))]
    for change in changes[next(after: range.lowerBound)...] {
      if change.moment > range.upperBound { return periods }
      periods.append(change)
    }
    let known = max(range.lowerBound, changes.last?.moment ?? .min)
    for change in rule?.changes(around: seconds) ?? [] where change.moment > known && change.moment <= range.upperBound {
      periods.append(change)
    }
    return periods
  }

  /// The place of the first change after a moment.
  private func next(after moment: Int) -> Int {
    var range = changes.startIndex..<changes.endIndex
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range = changes[middle].moment > moment ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return range.lowerBound
  }
}
