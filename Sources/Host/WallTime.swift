/// What a clock on the wall and the calendar beside it show. Only a zone makes a moment of it.
package struct WallTime: Sendable, Hashable, Comparable {
  /// Since 1970-01-01T00:00 on that wall.
  package let seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  /// - Parameter text: `2026-12-18`, which is its first moment, or `2026-12-18T09:00`, also with seconds.
  package init?(_ text: String) {
    let isDay = text.utf8.count == 10
    let isMinute = text.utf8.count == 16
    guard let seconds = RFC3339.seconds(text + (isDay ? "T00:00:00Z" : isMinute ? ":00Z" : "Z")),
      isDay || isMinute || text.utf8.count == 19
    else { return nil }
    self.init(seconds: seconds)
  }

  package static func < (a: WallTime, b: WallTime) -> Bool { a.seconds < b.seconds }

  /// Days since 1970-01-01.
  var day: Int { Self.floorDivide(seconds, 86_400).quotient }

  // `day(year:month:day:)` and `date(day:)` count in years that begin in March, so that the leap day is the last one, and in
  // eras of 400 years, which all have 146,097 days (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").

  /// Days since 1970-01-01 in the proleptic Gregorian calendar.
  static func day(year: Int, month: Int, day: Int) -> Int {
    let (era, yearOfEra) = floorDivide(month <= 2 ? year - 1 : year, 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func date(day: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = floorDivide(day + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  static func isLeap(year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  static func length(month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year: year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The quotient rounded down, and what is left, which is never negative.
  static func floorDivide(_ a: Int, _ b: Int) -> (quotient: Int, remainder: Int) {
    let quotient = a >= 0 ? a / b : (a - b + 1) / b
    return (quotient, a - quotient * b)
  }
}
