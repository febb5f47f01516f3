package import Promotion

/// Moments and lengths of time, as programs and people read them. Always UTC.
package enum TimeText {
  /// RFC 3339, in whole seconds: `2026-11-22T16:10:02Z`.
  package static func machine(_ moment: Timestamp) -> String {
    let (date, time) = parts(moment)
    return "\(date)T\(time)Z"
  }

  /// `2026-11-22 16:10:02 UTC`.
  package static func people(_ moment: Timestamp) -> String {
    let (date, time) = parts(moment)
    return "\(date) \(time) UTC"
  }

  /// To the minute, and never too early: `2026-11-22 16:11 UTC`.
  package static func minute(_ moment: Timestamp) -> String {
    let (date, time) = parts(Timestamp(seconds: clamped(moment) + (60 - (clamped(moment) % 60 + 60) % 60) % 60))
    return "\(date) \(time.dropLast(3)) UTC"
  }

  /// `2026-11-22 16:10:02 UTC (in 5m)`.
  package static func until(_ moment: Timestamp, now: Timestamp) -> String {
    let left = clamped(moment) - clamped(now)
    return "\(people(moment)) (\(left > 0 ? "in \(length(left))" : "due now"))"
  }

  /// `2026-11-22 16:10:02 UTC (5m ago)`.
  package static func since(_ moment: Timestamp, now: Timestamp) -> String {
    let past = clamped(now) - clamped(moment)
    return past > 0 ? "\(people(moment)) (\(length(past)) ago)" : people(moment)
  }

  /// How long ago, by itself: `5m`.
  package static func age(_ moment: Timestamp, now: Timestamp) -> String {
    length(max(0, clamped(now) - clamped(moment)))
  }

  /// The two greatest units of a length in seconds: `45s`, `1h 20m`, `3d`.
  package static func length(_ seconds: Int) -> String {
    let units = [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)]
    guard let first = units.firstIndex(where: { seconds >= $0.1 }) else { return "0s" }
    let (name, size) = units[first]
    let whole = "\(seconds / size)\(name)"
    guard first + 1 < units.count else { return whole }
    let (nextName, nextSize) = units[first + 1]
    let rest = seconds % size / nextSize
    return rest == 0 ? whole : "\(whole) \(rest)\(nextName)"
  }

  /// Moments come from records that anyone may have written: kept within the years 0 to 9999, sums can't overflow.
  private static func clamped(_ moment: Timestamp) -> Int {
    min(max(moment.seconds, -62_167_219_200), 253_402_300_799)
  }

  private static func parts(_ moment: Timestamp) -> (date: String, time: String) {
    let seconds = clamped(moment)
    let days = seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
    let second = seconds - days * 86400
    let (year, month, day) = civilDate(days: days)
    return (
      "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))",
      "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    )
  }

  /// The Gregorian date so many days after 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms").
  private static func civilDate(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
