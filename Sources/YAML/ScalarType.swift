/// What a plain scalar means where YAML 1.1 and the core schema of YAML 1.2 are taken together: anything that one of
/// them does not read as a string is no string here.
package enum ScalarType: Hashable, Sendable {
  case null, bool, int, float, timestamp, merge, string

  package init(plain text: some BidirectionalCollection<UInt8>) {
    let bytes = Array(text)
    switch bytes.count <= 5 ? String(decoding: bytes, as: UTF8.self) : "" {
    case "" where bytes.isEmpty, "~", "null", "Null", "NULL": self = .null
    case "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE",
      "on", "On", "ON", "off", "Off", "OFF":
      self = .bool
    case "<<", "=": self = .merge
    default: self = Self.number(bytes)
    }
  }

  init?(tag: String) {
    switch tag {
    case "tag:yaml.org,2002:null": self = .null
    case "tag:yaml.org,2002:bool": self = .bool
    case "tag:yaml.org,2002:int": self = .int
    case "tag:yaml.org,2002:float": self = .float
    case "tag:yaml.org,2002:timestamp": self = .timestamp
    default: return nil
    }
  }

  private static func number(_ bytes: [UInt8]) -> ScalarType {
    guard let first = bytes.first,
      first.isDigit || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".")
    else { return .string }
    var reader = NumberReader(bytes)
    if reader.isInteger() { return .int }
    if reader.isFloat() { return .float }
    return reader.isTimestamp() ? .timestamp : .string
  }

  /// Whether a number comes out of a parser and a printer as it went in, as 1.10, 1e3, 0x10 and 1.0 do not.
  package static func printsBack(_ text: String) -> Bool {
    if let int = Int64(text) { return String(int) == text }
    guard let double = Double(text), double.isFinite else { return false }
    return double.description == text && !text.hasSuffix(".0") && !text.contains("e")
  }

  /// Whether the two versions of YAML read a plain scalar alike.
  static func isUnambiguous(_ text: String) -> Bool {
    switch ScalarType(plain: Array(text.utf8)) {
    case .null, .string: true
    case .bool: ["true", "True", "TRUE", "false", "False", "FALSE"].contains(text)
    case .int, .float: printsBack(text)
    case .timestamp, .merge: false
    }
  }
}

/// The numbers and dates of YAML 1.1 and 1.2, as their specifications write them.
private struct NumberReader {
  let bytes: [UInt8]
  var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var isAtEnd: Bool { at == bytes.count }
  private var rest: ArraySlice<UInt8> { bytes[at...] }

  private mutating func skipSign() {
    at = 0
    if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { at = 1 }
  }

  /// How many bytes of a kind follow.
  @discardableResult
  private mutating func skip(_ isKind: (UInt8) -> Bool) -> Int {
    let start = at
    while at < bytes.count, isKind(bytes[at]) { at += 1 }
    return at - start
  }

  private mutating func skip(_ text: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard rest.starts(with: wanted) else { return false }
    at += wanted.count
    return true
  }

  private static func isDigitOrBar(_ byte: UInt8) -> Bool { byte.isDigit || byte == UInt8(ascii: "_") }

  mutating func isInteger() -> Bool {
    skipSign()
    let start = at
    if skip("0b"), skip({ $0 == 0x30 || $0 == 0x31 || $0 == 0x5F }) > 0, isAtEnd { return true }
    at = start
    if skip("0o"), skip({ $0 >= 0x30 && $0 <= 0x37 }) > 0, isAtEnd { return true }
    at = start
    if skip("0x"), skip({ $0.isDigit || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x66 || $0 == 0x5F }) > 0, isAtEnd { return true }
    at = start
    guard skip(\.isDigit) > 0 else { return false }
    skip(Self.isDigitOrBar)
    return isAtEnd || isSexagesimal()
  }

  /// Reads `(:[0-5]?[0-9])+` to the end.
  private mutating func isSexagesimal() -> Bool {
    while !isAtEnd {
      guard skip(":") else { return false }
      let start = at
      let count = skip(\.isDigit)
      guard count == 1 || count == 2 && bytes[start] <= UInt8(ascii: "5") else { return false }
      if !isAtEnd, bytes[at] == UInt8(ascii: ".") {
        at += 1
        skip(Self.isDigitOrBar)
        return isAtEnd
      }
    }
    return true
  }

  mutating func isFloat() -> Bool {
    skipSign()
    switch String(decoding: rest, as: UTF8.self) {
    case ".inf", ".Inf", ".INF": return true
    case ".nan", ".NaN", ".NAN": return at == 0
    default: break
    }
    var digits = skip(\.isDigit)
    if digits > 0 { skip(Self.isDigitOrBar) }
    if skip(".") { digits += skip(Self.isDigitOrBar) }
    guard digits > 0 else { return false }
    if !isAtEnd, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if !isAtEnd, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
      guard skip(\.isDigit) > 0 else { return false }
    }
    return isAtEnd
  }

  mutating func isTimestamp() -> Bool {
    at = 0
    guard skip(\.isDigit) == 4, skip("-") else { return false }
    let month = skip(\.isDigit)
    guard month == 1 || month == 2, skip("-") else { return false }
    let day = skip(\.isDigit)
    guard day == 1 || day == 2 else { return false }
    if isAtEnd { return month == 2 && day == 2 }
    guard skip("T") || skip("t") || skip(\.isBlank) > 0 else { return false }
    let hour = skip(\.isDigit)
    guard hour == 1 || hour == 2, skip(":"), skip(\.isDigit) == 2, skip(":"), skip(\.isDigit) == 2 else { return false }
    if skip(".") { skip(\.isDigit) }
    skip(\.isBlank)
    if isAtEnd || skip("Z") { return isAtEnd }
    guard skip("+") || skip("-") else { return false }
    return skip({ $0.isDigit || $0 == UInt8(ascii: ":") }) > 0 && isAtEnd
  }
}
