import Foundation
import Testing

@testable import Host

@Suite("RFC 3339")
struct RFC3339Tests {
  @Test(
    "Known moments",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (951_868_800, "2000-03-01T00:00:00Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
      (4_107_542_400, "2100-03-01T00:00:00Z"), (-2_203_891_200, "1900-03-01T00:00:00Z"),
      (1_795_363_687, "2026-11-22T16:08:07Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
      (-62_167_219_200, "0000-01-01T00:00:00Z"),
    ])
  func known(seconds: Int, text: String) {
    #expect(RFC3339.text(seconds: seconds) == text)
    #expect(RFC3339.seconds(text) == seconds)
  }

  @Test("A moment out of four digits becomes the nearest")
  func clamped() {
    #expect(RFC3339.text(seconds: .max) == "9999-12-31T23:59:59Z")
    #expect(RFC3339.text(seconds: .min) == "0000-01-01T00:00:00Z")
  }

  @Test("Every day around the turns of centuries is as in Foundation's calendar", arguments: [1598, 1898, 1998, 2098, 2398])
  func everyDay(year: Int) throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    let start = try #require(calendar.date(from: DateComponents(year: year, month: 1, day: 1)))
    var wrong: [String] = []
    for day in 0..<1826 {
      let date = start.addingTimeInterval(Double(day) * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      let text = RFC3339.text(seconds: Int(date.timeIntervalSince1970))
      let number = (parts.year ?? 0) * 10_000 + (parts.month ?? 0) * 100 + (parts.day ?? 0)
      if Int(text.prefix(10).filter { $0 != "-" }) != number { wrong.append("\(number): \(text)") }
      if RFC3339.seconds(text) != Int(date.timeIntervalSince1970) { wrong.append("\(text) reads back otherwise") }
    }
    #expect(wrong == [])
  }

  @Test("Every moment reads back")
  func readsBack() {
    let wrong = (0..<20_000).map { $0 * 157_784_761 % 315_569_520_000 - 62_167_219_200 }
      .filter { RFC3339.seconds(RFC3339.text(seconds: $0)) != $0 }
    #expect(wrong == [])
  }

  @Test("Random moments are as Foundation writes them")
  func random() {
    let style = Date.ISO8601FormatStyle()
    for _ in 0..<2000 {
      let seconds = Int.random(in: -11_000_000_000...200_000_000_000)
      #expect(RFC3339.text(seconds: seconds) == Date(timeIntervalSince1970: Double(seconds)).formatted(style))
    }
  }

  @Test(
    "Offsets, fractions, small letters and leap seconds are read",
    arguments: [
      ("2026-11-22T17:08:07+01:00", 1_795_363_687), ("2026-11-22T10:38:07-05:30", 1_795_363_687),
      ("2026-11-22t16:08:07z", 1_795_363_687), ("2026-11-22T16:08:07.999999999Z", 1_795_363_687),
      ("2016-12-31T23:59:60Z", 1_483_228_800),
    ])
  func read(text: String, seconds: Int) {
    #expect(RFC3339.seconds(text) == seconds)
  }

  @Test(
    "Anything else is refused",
    arguments: [
      "", "2026-11-22", "2026-11-22T16:08:07", "2026-11-22 16:08:07Z", "2026-11-22T16:08Z", "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
      "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
      "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00Zx",
      "+026-01-01T00:00:00Z", "２０２６-01-01T00:00:00Z", " 2026-01-01T00:00:00Z",
    ])
  func refused(text: String) {
    #expect(RFC3339.seconds(text) == nil)
  }
}
