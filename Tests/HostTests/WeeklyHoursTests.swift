import Testing

@testable import Host

@Suite struct `Hours of the week` {
  /// The spans of `hours` on `days` that begin from one day through another, in UTC.
  private static func spans(
    _ hours: String, _ days: Set<Weekday> = Set(Weekday.allCases), in zone: String, from: String, until: String
  ) throws -> [String] {
    let week = try WeeklyHours(
      days: days, hours: [#require(WeeklyHours.Hours(hours))], zone: ZoneFolder.system.zone(zone))
    let range = try #require(RFC3339.seconds(from))..<#require(RFC3339.seconds(until))
    return week.spans(in: range).map {
      RFC3339.text(seconds: $0.lowerBound).dropLast(4) + " " + RFC3339.text(seconds: $0.upperBound).dropLast(4)
    }
  }

  private struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var hours = "09:00-16:00"
    var days = Set(Weekday.allCases)
    let zone: String
    let from: String
    let until: String
    let spans: [String]
  }

  private static let cases = [
    Case(
      testDescription: "a week of four working days", days: Weekday.days(from: .monday, through: .thursday),
      zone: "America/Los_Angeles", from: "2026-11-21T00:00:00Z", until: "2026-11-28T00:00:00Z",
      spans: [
        "2026-11-23T17:00 2026-11-24T00:00", "2026-11-24T17:00 2026-11-25T00:00", "2026-11-25T17:00 2026-11-26T00:00",
        "2026-11-26T17:00 2026-11-27T00:00",
      ]),
    Case(
      testDescription: "a day of 23 hours", hours: "00:00-24:00", days: [.sunday], zone: "Europe/Berlin",
      from: "2026-03-28T12:00:00Z", until: "2026-03-30T12:00:00Z", spans: ["2026-03-28T23:00 2026-03-29T22:00"]),
    Case(
      testDescription: "working hours of a day of 23 hours", days: [.sunday], zone: "Europe/Berlin",
      from: "2026-03-28T12:00:00Z", until: "2026-03-30T12:00:00Z", spans: ["2026-03-29T07:00 2026-03-29T14:00"]),
    Case(
      testDescription: "a day of 25 hours", hours: "00:00-24:00", days: [.sunday], zone: "Europe/Berlin",
      from: "2026-10-24T12:00:00Z", until: "2026-10-26T12:00:00Z", spans: ["2026-10-24T22:00 2026-10-25T23:00"]),
    Case(
      testDescription: "a beginning that clocks skip", hours: "02:30-05:00", days: [.sunday], zone: "Europe/Berlin",
      from: "2026-03-28T12:00:00Z", until: "2026-03-30T12:00:00Z", spans: ["2026-03-29T01:00 2026-03-29T03:00"]),
    Case(
      testDescription: "an end that clocks skip", hours: "01:00-02:30", days: [.sunday], zone: "Europe/Berlin",
      from: "2026-03-28T12:00:00Z", until: "2026-03-30T12:00:00Z", spans: ["2026-03-29T00:00 2026-03-29T01:00"]),
    Case(
      testDescription: "hours that clocks skip", hours: "02:10-02:50", days: [.sunday], zone: "Europe/Berlin",
      from: "2026-03-28T12:00:00Z", until: "2026-03-30T12:00:00Z", spans: []),
    Case(
      testDescription: "hours that the wall shows twice", hours: "02:10-02:50", days: [.sunday], zone: "Europe/Berlin",
      from: "2026-10-24T12:00:00Z", until: "2026-10-26T12:00:00Z", spans: ["2026-10-25T00:10 2026-10-25T01:50"]),
    Case(
      testDescription: "half an hour put forward", hours: "01:00-03:00", days: [.sunday], zone: "Australia/Lord_Howe",
      from: "2026-10-03T00:00:00Z", until: "2026-10-05T00:00:00Z", spans: ["2026-10-03T14:30 2026-10-03T16:00"]),
    Case(
      testDescription: "over midnight, on the day of its beginning", hours: "22:00-02:00", days: [.friday],
      zone: "Asia/Kathmandu",
      from: "2026-11-16T00:00:00Z", until: "2026-11-23T00:00:00Z", spans: ["2026-11-20T16:15 2026-11-20T20:15"]),
    Case(
      testDescription: "over the night of a change", hours: "22:00-06:00", days: [.saturday], zone: "America/Los_Angeles",
      from: "2026-10-31T00:00:00Z", until: "2026-11-02T12:00:00Z", spans: ["2026-11-01T05:00 2026-11-01T14:00"]),
    Case(
      testDescription: "a day that never was", days: [.thursday, .friday, .saturday], zone: "Pacific/Apia",
      from: "2011-12-28T12:00:00Z", until: "2012-01-01T00:00:00Z",
      spans: ["2011-12-29T19:00 2011-12-30T02:00", "2011-12-30T19:00 2011-12-31T02:00"]),
    Case(
      testDescription: "a night into a day that never was", hours: "22:00-02:00", days: [.thursday], zone: "Pacific/Apia",
      from: "2011-12-28T12:00:00Z", until: "2012-01-01T00:00:00Z", spans: ["2011-12-30T08:00 2011-12-30T10:00"]),
    Case(
      testDescription: "midnight that the wall shows twice", hours: "00:00-24:00", days: [.saturday, .sunday],
      zone: "America/Havana", from: "2026-10-31T00:00:00Z", until: "2026-11-02T12:00:00Z",
      spans: ["2026-10-31T04:00 2026-11-01T05:00", "2026-11-01T04:00 2026-11-02T05:00"]),
    Case(
      testDescription: "spans that a range cuts stay whole", zone: "UTC", from: "2026-11-22T15:59:59Z",
      until: "2026-11-23T09:00:01Z", spans: ["2026-11-22T09:00 2026-11-22T16:00", "2026-11-23T09:00 2026-11-23T16:00"]),
    Case(
      testDescription: "spans that a range touches are not in it", zone: "UTC", from: "2026-11-22T16:00:00Z",
      until: "2026-11-23T09:00:00Z", spans: []),
  ]

  @Test(.enabled(if: `Time zones`.isInstalled, "no tzdata here"), arguments: cases)
  private func `are exact spans`(of it: Case) throws {
    #expect(try Self.spans(it.hours, it.days, in: it.zone, from: it.from, until: it.until) == it.spans)
  }

  /// A moment is in a span exactly when the wall shows hours of such a day. Only where the wall shows a time twice, a span may hold
  /// more: all between the first and the last.
  @Test(.enabled(if: `Time zones`.isInstalled, "no tzdata here"), arguments: `Time zones`.names)
  func `hold the moments at which the wall shows them`(name: String) throws {
    let zone = try ZoneFolder.system.zone(name)
    let week = try WeeklyHours(
      days: [.monday, .wednesday, .sunday],
      hours: [#require(WeeklyHours.Hours("05:30-13:15")), #require(WeeklyHours.Hours("21:45-04:15"))], zone: zone)
    let range = 1_767_225_600..<1_798_761_600  // 2026
    var spans = week.spans(in: range)[...]
    for moment in stride(from: range.lowerBound, to: range.upperBound, by: 900) {
      while let span = spans.first, span.upperBound <= moment { spans.removeFirst() }
      let wall = WallTime(seconds: moment + zone.offset(at: moment))
      let minute = wall.seconds % 86_400 / 60
      let today = week.days.contains(Weekday(day: wall.day))
      let yesterday = week.days.contains(Weekday(day: wall.day - 1))
      let isShown = today && (minute >= 330 && minute < 795 || minute >= 1305) || yesterday && minute < 255
      if spans.first?.contains(moment) ?? false != isShown {
        #expect(!isShown && zone.first(wall) != zone.last(wall), "\(name) \(RFC3339.text(seconds: moment))")
      }
    }
  }

  @Test(
    arguments: [
      ("09:00-16:00", true), ("00:00-24:00", true), ("22:00-02:00", true), ("22:00-00:00", true), ("09:00-09:00", false),
      ("24:00-09:00", false), ("9:00-16:00", false), ("09:00", false), ("09:60-16:00", false), ("09:00-24:01", false),
      ("09:00-16:00-17:00", false), ("09.00-16.00", false), ("", false), ("-9:00-16:00", false), ("09:00 - 16:00", false),
    ])
  func `are written in one form`(text: String, isForm: Bool) {
    #expect((WeeklyHours.Hours(text) != nil) == isForm)
  }

  @Test func `begin on days that may go over the week's end`() {
    #expect(Weekday.days(from: .friday, through: .monday) == [.friday, .saturday, .sunday, .monday])
    #expect(Weekday.days(from: .monday, through: .monday) == [.monday])
    #expect(Weekday(day: 0) == .thursday)
    #expect(Weekday(day: -1) == .wednesday)
  }

  @Test(
    arguments: [
      ("2026-12-18", 1_797_552_000), ("2026-12-18T09:00", 1_797_584_400), ("2026-12-18T09:00:05", 1_797_584_405),
      ("2026-12-18T09", nil), ("2026-13-18", nil), ("2026-12-18 09:00", nil), ("2026-12-18T09:00Z", nil),
      ("2026-12-18T09:00:00Z", nil), ("2026-02-29", nil), ("18.12.2026", nil), ("", nil),
    ] as [(String, Int?)])
  func `are beside dates and times of the same wall`(text: String, seconds: Int?) {
    #expect(WallTime(text)?.seconds == seconds)
  }
}
