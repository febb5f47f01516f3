extension ZoneRule {
  /// nil: it is no such text.
  init?(_ text: some Sequence<UInt8>) {
    var parser = ZoneRuleParser(rest: Array(text)[...])
    guard parser.name(), let west = parser.time(hours: 24) else { return nil }
    standard = -west
    if parser.rest.isEmpty {
      daylight = nil
      return
    }
    guard parser.name() else { return nil }
    var offset = standard + 3600
    if parser.rest.first != UInt8(ascii: ",") {
      guard let west = parser.time(hours: 24) else { return nil }
      offset = -west
    }
    guard parser.take(","), let start = parser.turn(), parser.take(","), let end = parser.turn(), parser.rest.isEmpty else {
      return nil
    }
    daylight = Daylight(offset: offset, start: start, end: end)
  }
}

private struct ZoneRuleParser {
  var rest: ArraySlice<UInt8>

  mutating func take(_ mark: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: mark) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// The abbreviation: three letters or more, or anything sensible in angle brackets. Nobody here needs it.
  mutating func name() -> Bool {
    func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte & 0xdf) }
    func isQuotable(_ byte: UInt8) -> Bool {
      isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
    }
    let isQuoted = take("<")
    let length = rest.prefix { isQuoted ? isQuotable($0) : isLetter($0) }.count
    rest = rest.dropFirst(length)
    return length >= 3 && (!isQuoted || take(">"))
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard (1...3).contains(digits.count) else { return nil }
    rest = rest.dropFirst(digits.count)
    let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return range.contains(value) ? value : nil
  }

  /// `[+-]hh[:mm[:ss]]`, in seconds.
  mutating func time(hours: Int) -> Int? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    guard let hour = number(0...hours) else { return nil }
    var seconds = hour * 3600
    for unit in [60, 1] where take(":") {
      guard let value = number(0...59) else { return nil }
      seconds += value * unit
    }
    return isNegative ? -seconds : seconds
  }

  /// `Jn`, `n` or `Mm.n.d`, and `/time`; two in the morning where that is absent.
  mutating func turn() -> ZoneRule.Turn? {
    guard let day = day() else { return nil }
    guard take("/") else { return ZoneRule.Turn(day: day, seconds: 7200) }
    return time(hours: 167).map { ZoneRule.Turn(day: day, seconds: $0) }
  }

  private mutating func day() -> ZoneRule.Turn.Day? {
    if take("J") { return number(1...365).map { .withoutLeapDay($0) } }
    guard take("M") else { return number(0...365).map { .ofYear($0) } }
    guard let month = number(1...12), take("."), let nth = number(1...5), take("."), let weekday = number(0...6) else {
      return nil
    }
    return .weekday(weekday, nth: nth, month: month)
  }
}
