/// The words of JSON.
extension JSONReader {
  mutating func number() throws(JSONError) -> String {
    let start = index
    try skipNumber()
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  mutating func skipNumber() throws(JSONError) {
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
  }

  private mutating func digits() throws(JSONError) {
    let start = index
    while case UInt8(ascii: "0")...UInt8(ascii: "9") = peek { index += 1 }
    guard index > start else { throw unexpected("a digit") }
  }

  // MARK: Strings

  mutating func text() throws(JSONError) -> String {
    index += 1
    let start = index
    var unescaped: [UInt8]?
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        let text =
          if let unescaped { String(validating: unescaped, as: UTF8.self) } else {
            // Straight from the bytes: through a slice it takes several times as long.
            bytes.withUnsafeBufferPointer {
              String(validating: UnsafeBufferPointer(rebasing: $0[start..<(index - 1)]), as: UTF8.self)
            }
          }
        guard let text else { throw error("a string that is not UTF-8", at: start - 1) }
        return text
      case UInt8(ascii: "\\"):
        if unescaped == nil { unescaped = Array(bytes[start..<index]) }
        try escape(into: &unescaped!)  // set in the line before
      case 0..<0x20:
        let digits = (byte < 16 ? "0" : "") + String(byte, radix: 16)
        throw error("a control character in a string, hint: write \\u00\(digits)")
      default:
        unescaped?.append(byte)
        index += 1
      }
    }
    throw error("a string without its closing quote", at: start - 1)
  }

  mutating func skipText() throws(JSONError) {
    let start = index
    index += 1
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index += 1
        return
      case UInt8(ascii: "\\"): index += 2
      case 0..<0x20: throw error("a control character in a string")
      default: index += 1
      }
    }
    index = bytes.count
    throw error("a string without its closing quote", at: start)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    let start = index
    index += 1
    switch peek {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[index])
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      index += 1
      text.append(contentsOf: String(try scalar(from: start)).utf8)
      return
    default: throw error("an unknown escape in a string", at: start)
    }
    index += 1
  }

  /// The character that `\uXXXX` means, or `\uXXXX\uXXXX` beyond the first 65,536.
  private mutating func scalar(from start: Int) throws(JSONError) -> Character {
    let high = try hexadecimal(from: start)
    if let scalar = Unicode.Scalar(high) { return Character(scalar) }
    if high < 0xDC00, take("\\u") {
      let low = try hexadecimal(from: start)
      if (0xDC00..<0xE000).contains(low), let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)) {
        return Character(scalar)
      }
    }
    throw error("half of a surrogate pair in a string", at: start)
  }

  private mutating func hexadecimal(from start: Int) throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = peek
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw error("\\u without four hexadecimal digits", at: start)
      }
      value = (value << 4) + UInt32(digit)
      index += 1
    }
    return value
  }

  // MARK: Bytes

  /// The next byte; at the end 0, which is allowed nowhere.
  var peek: UInt8 { index < bytes.count ? bytes[index] : 0 }

  mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    index += 1
    return true
  }

  mutating func take(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard bytes.count - index >= count else { return false }
    for offset in 0..<count where bytes[index + offset] != word.utf8Start[offset] { return false }
    index += count
    return true
  }

  mutating func skipSpace() {
    while case let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  func unexpected(_ expected: String) -> JSONError {
    if index == bytes.count { return error("expected \(expected), the text ends") }
    let scalar = String(decoding: bytes[index...].prefix(4), as: UTF8.self).unicodeScalars.first
    let found = scalar.flatMap { $0.value < 0x20 || $0.value == 0x7F ? nil : "'\($0)'" } ?? "byte \(bytes[index])"
    return error("expected \(expected), found \(found)")
  }

  func error(_ message: String, at place: Int? = nil) -> JSONError {
    let before = bytes[..<(place ?? index)]
    let lineStart = (before.lastIndex(of: 0x0A) ?? -1) + 1
    return JSONError(
      line: before.count(where: { $0 == 0x0A }) + 1,
      column: String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1, message: message)
  }
}
