/// Hours of some days of each week, by the clock on a wall: `mon-thu, 09:00-16:00, America/Los_Angeles`.
package struct WeeklyHours: Sendable, Equatable {
  package let days: Set<Weekday>
  package let hours: [Hours]
  package let zone: Zone

  package init(days: Set<Weekday>, hours: [Hours], zone: Zone) {
    self.days = days
    self.hours = hours
    self.zone = zone
  }

  /// From one time of day to another; where the second is not later, it is one of the next day.
  package struct Hours: Sendable, Hashable {
    /// Minutes after midnight.
    let from: Int
    /// Of the day on which it begins, and so up to 48 hours.
    let until: Int

    /// The whole day.
    package static let all = Hours(from: 0, until: 1440)

    private init(from: Int, until: Int) {
      self.from = from
      self.until = until
    }

    /// - Parameter text: `09:00-16:00`, `22:00-02:00`, `00:00-24:00`. Hours of no length are none.
    package init?(_ text: String) {
      let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Self.minutes($0) }
      guard parts.count == 2, let from = parts[0], let until = parts[1], from < 1440, from != until else { return nil }
      self.init(from: from, until: until > from ? until : until + 1440)
    }

    private static func minutes(_ text: Substring) -> Int? {
      let bytes = Array(text.utf8)
      guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
      let digits = [bytes[0], bytes[1], bytes[3], bytes[4]].map { Int($0) - 0x30 }
      guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
      let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
      return minute < 60 && hour * 60 + minute <= 1440 ? hour * 60 + minute : nil
    }
  }

  /// The spans that have a moment in a range, whole, in the order of their beginnings; they may touch and overlap.
  ///
  /// Exact where clocks change: what begins at a time that the wall shows twice begins at the first one, what ends at such a time
  /// ends at the last one, and a time that clocks skip is the moment after the skip. Hours that are skipped whole are none.
  package func spans(in range: Range<Int>) -> [Range<Int>] {
    guard !range.isEmpty else { return [] }
    let first = WallTime(seconds: range.lowerBound - Zone.reach).day - 2
    let last = WallTime(seconds: range.upperBound + Zone.reach).day
    var spans: [Range<Int>] = []
    for day in first...last where days.contains(Weekday(day: day)) {
      for hours in hours {
        let from = zone.first(WallTime(seconds: day * 86_400 + hours.from * 60))
        let until = zone.last(WallTime(seconds: day * 86_400 + hours.until * 60))
        if from < until, until > range.lowerBound, from < range.upperBound { spans.append(from..<until) }
      }
    }
    return spans.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
  }
}
