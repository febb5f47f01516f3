/// Moments as text, `2026-11-22T16:08:07Z`: seconds since 1970 and the proleptic Gregorian calendar, without Foundation.
package enum RFC3339 {
  /// The first second of the year 0 and the last one of the year 9999: what four digits can say.
  private static let range = -62_167_219_200...253_402_300_799

  /// The text in UTC. A moment that four digits of year can't say becomes the nearest that they can.
  package static func text(seconds: Int) -> String {
    let moment = min(max(seconds, range.lowerBound), range.upperBound)
    let (days, rest) = floorDivide(moment, 86_400)
    let (year, month, day) = date(days: days)
    var text: [UInt8] = []
    text.reserveCapacity(20)
    func put(_ number: Int, width: Int, then mark: Unicode.Scalar) {
      var divisor = width == 4 ? 1000 : 10
      while divisor > 0 {
        text.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
        divisor /= 10
      }
      text.append(UInt8(ascii: mark))
    }
    put(year, width: 4, then: "-")
    put(month, width: 2, then: "-")
    put(day, width: 2, then: "T")
    put(rest / 3600, width: 2, then: ":")
    put(rest / 60 % 60, width: 2, then: ":")
    put(rest % 60, width: 2, then: "Z")
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads a moment: with `Z` or an offset, and with a fraction, which is dropped. A leap second is the second after it.
  package static func seconds(_ text: String) -> Int? {
    var rest = Array(text.utf8)[...]
    func number(_ width: Int) -> Int? {
      guard rest.count >= width else { return nil }
      var value = 0
      for byte in rest.prefix(width) {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
      }
      rest = rest.dropFirst(width)
      return value
    }
    func mark(_ marks: String) -> Bool {
      guard let byte = rest.first, marks.utf8.contains(byte) else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard let year = number(4), mark("-"), let month = number(2), mark("-"), let day = number(2), mark("Tt"),
      let hour = number(2), mark(":"), let minute = number(2), mark(":"), let second = number(2),
      (1...12).contains(month), day >= 1, day <= length(month: month, year: year), hour < 24, minute < 60, second <= 60
    else { return nil }
    if mark(".") {
      guard number(1) != nil else { return nil }
      while number(1) != nil {}
    }
    var offset = 0
    if !mark("Zz") {
      let west = rest.first == UInt8(ascii: "-")
      guard mark("+-"), let hours = number(2), mark(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
      offset = (hours * 3600 + minutes * 60) * (west ? -1 : 1)
    }
    guard rest.isEmpty else { return nil }
    return days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
  }

  private static func floorDivide(_ a: Int, _ b: Int) -> (quotient: Int, remainder: Int) {
    let quotient = a >= 0 ? a / b : (a - b + 1) / b
    return (quotient, a - quotient * b)
  }

  private static func length(month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  // Both count in years that begin in March, so that the leap day is the last one, and in eras of 400 years, which all
  // have 146,097 days (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").

  private static func days(year: Int, month: Int, day: Int) -> Int {
    let (era, yearOfEra) = floorDivide(month <= 2 ? year - 1 : year, 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}
