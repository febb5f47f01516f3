/// Moments as text, `2026-11-22T16:08:07Z`: seconds since 1970 and the proleptic Gregorian calendar, without Foundation.
package enum RFC3339 {
  /// The first second of the year 0 and the last one of the year 9999: what four digits can say.
  private static let range = -62_167_219_200...253_402_300_799

  /// The text in UTC. A moment that four digits of year can't say becomes the nearest that they can.
  package static func text(seconds: Int) -> String {
    let moment = min(max(seconds, range.lowerBound), range.upperBound)
    let (days, rest) = WallTime.floorDivide(moment, 86_400)
    let (year, month, day) = WallTime.date(day: days)
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
      (1...12).contains(month), day >= 1, day <= WallTime.length(month: month, year: year), hour < 24, minute < 60, second <= 60
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
    return WallTime.day(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
  }
}
