import Promotion
import Testing

@testable import Report

@Suite("Moments and lengths of time")
struct TimeTextTests {
  @Test(
    "a moment is written in UTC",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (1_709_210_096, "2024-02-29T12:34:56Z"), (4_107_542_400, "2100-03-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
      (-62_167_219_200, "0000-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
    ])
  func machine(seconds: Int, text: String) {
    #expect(TimeText.machine(Timestamp(seconds: seconds)) == text)
  }

  @Test("records out of all bounds do not overflow")
  func extremes() {
    #expect(TimeText.machine(Timestamp(seconds: .max)) == "9999-12-31T23:59:59Z")
    #expect(TimeText.machine(Timestamp(seconds: .min)) == "0000-01-01T00:00:00Z")
    #expect(TimeText.until(Timestamp(seconds: .max), now: Timestamp(seconds: .min)).hasSuffix("(in 3652424d 23h)"))
    #expect(TimeText.age(Timestamp(seconds: .max), now: Timestamp(seconds: .min)) == "0s")
  }

  @Test(
    "a length is written in its two greatest units",
    arguments: [
      (0, "0s"), (59, "59s"), (60, "1m"), (61, "1m 1s"), (3600, "1h"), (3659, "1h"), (4800, "1h 20m"), (86400, "1d"),
      (90000, "1d 1h"), (864_000, "10d"),
    ])
  func length(seconds: Int, text: String) {
    #expect(TimeText.length(seconds) == text)
  }

  @Test("what is over is due now, and never in less than nothing")
  func due() {
    let moment = Timestamp(seconds: 1_700_000_000)
    #expect(TimeText.until(moment, now: moment) == "2023-11-14 22:13:20 UTC (due now)")
    #expect(TimeText.until(moment, now: Timestamp(seconds: 1_699_999_940)) == "2023-11-14 22:13:20 UTC (in 1m)")
    #expect(TimeText.since(moment, now: Timestamp(seconds: 1_700_000_300)) == "2023-11-14 22:13:20 UTC (5m ago)")
  }
}
