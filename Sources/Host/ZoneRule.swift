/// The law that is in force after the last change of a zone's table: the `TZ` string of POSIX with the longer hours of RFC 8536,
/// like `PST8PDT,M3.2.0,M11.1.0`.
struct ZoneRule: Sendable, Equatable {
  /// Seconds east of UTC.
  let standard: Int
  /// nil: clocks are never changed.
  let daylight: Daylight?

  struct Daylight: Sendable, Equatable {
    let offset: Int
    let start: Turn
    let end: Turn
  }

  /// A day of each year, and how long after its midnight; the hours may be negative, or more than a day.
  struct Turn: Sendable, Equatable {
    let day: Day
    let seconds: Int

    enum Day: Sendable, Equatable {
      /// 1 to 365; February 29 is never counted.
      case withoutLeapDay(Int)
      /// 0 to 365.
      case ofYear(Int)
      /// The n-th such day of the month; the fifth is the last. Sunday is 0.
      case weekday(Int, nth: Int, month: Int)
    }
  }

  func offset(at moment: Int) -> Int {
    guard daylight != nil else { return standard }
    return changes(around: moment).last { $0.moment <= moment }?.offset ?? standard
  }

  /// The changes of a moment's year and of the years before and after it, in their order.
  func changes(around moment: Int) -> [Zone.Change] {
    guard let daylight else { return [] }
    let year = WallTime.date(day: WallTime.floorDivide(moment, 86_400).quotient).year
    var changes: [(change: Zone.Change, isStart: Bool)] = []
    for year in year - 1...year + 1 {
      let start = daylight.start.seconds(in: year) - standard
      let end = daylight.end.seconds(in: year) - daylight.offset
      changes.append((Zone.Change(moment: start, offset: daylight.offset), true))
      changes.append((Zone.Change(moment: end, offset: standard), false))
    }
    // Where one year's summer ends as the next one's begins, it is summer all the year (RFC 8536, 3.3.1).
    changes.sort { ($0.change.moment, $0.isStart ? 1 : 0) < ($1.change.moment, $1.isStart ? 1 : 0) }
    return changes.map(\.change)
  }
}

extension ZoneRule.Turn {
  /// On the wall, since 1970.
  fileprivate func seconds(in year: Int) -> Int {
    let newYear = WallTime.day(year: year, month: 1, day: 1)
    let number =
      switch day {
      case .withoutLeapDay(let day): newYear + day - 1 + (day >= 60 && WallTime.isLeap(year: year) ? 1 : 0)
      case .ofYear(let day): newYear + day
      case .weekday(let weekday, let nth, let month): Self.day(weekday, nth: nth, month: month, year: year)
      }
    return number * 86_400 + seconds
  }

  private static func day(_ weekday: Int, nth: Int, month: Int, year: Int) -> Int {
    let first = WallTime.day(year: year, month: month, day: 1)
    let ahead = (weekday - Weekday(day: first).number + 7) % 7
    let length = WallTime.length(month: month, year: year)
    var day = 1 + ahead + (nth - 1) * 7
    if day > length { day -= 7 }
    return first + day - 1
  }
}
