extension JSONValue {
  /// Reads one value, with nothing but white space around it, as RFC 8259 has it and no more: no comments, no trailing
  /// commas, no repeated keys, no lone surrogates, UTF-8 only.
  package init(
    parsing bytes: [UInt8], maximumDepth: Int = 64, maximumSize: Int = 64 << 20
  ) throws(JSONError) {
    guard bytes.count <= maximumSize else {
      throw JSONError(line: 1, column: 1, message: "it has \(bytes.count) bytes, more than the \(maximumSize) allowed")
    }
    var parser = JSONParser(bytes: bytes, maximumDepth: maximumDepth)
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let maximumDepth: Int
  var index = 0
  var depth = 0

  init(bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func document() throws(JSONError) -> JSONValue {
    skipSpace()
    let value = try value()
    skipSpace()
    guard index == bytes.count else { throw unexpected("the end") }
    return value
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    switch peek {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in .object(try parser.object()) }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in .array(try parser.array()) }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    case UInt8(ascii: "t") where take("true"): return .bool(true)
    case UInt8(ascii: "f") where take("false"): return .bool(false)
    case UInt8(ascii: "n") where take("null"): return .null
    default: throw unexpected("a value")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < maximumDepth else { throw error("nested more than \(maximumDepth) levels deep") }
    depth += 1
    index += 1
    skipSpace()
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(JSONError) -> [String: JSONValue] {
    if take(UInt8(ascii: "}")) { return [:] }
    // Growing from one makes a whole parse half as slow again.
    var fields = [String: JSONValue](minimumCapacity: 6)
    while true {
      let start = index
      guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let key = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
      skipSpace()
      guard fields.updateValue(try value(), forKey: key) == nil else {
        throw error("the key \"\(key)\" stands twice", at: start)
      }
      skipSpace()
      if take(UInt8(ascii: "}")) { return fields }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
      skipSpace()
    }
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return elements }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
      skipSpace()
    }
  }

  private mutating func number() throws(JSONError) -> String {
    let start = index
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    let start = index
    while case UInt8(ascii: "0")...UInt8(ascii: "9") = peek { index += 1 }
    guard index > start else { throw unexpected("a digit") }
  }

  // MARK: Strings

  private mutating func string() throws(JSONError) -> String {
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
            String(validating: bytes[start..<(index - 1)], as: UTF8.self)
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
  private var peek: UInt8 { index < bytes.count ? bytes[index] : 0 }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    index += 1
    return true
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard bytes.count - index >= count else { return false }
    for offset in 0..<count where bytes[index + offset] != word.utf8Start[offset] { return false }
    index += count
    return true
  }

  private mutating func skipSpace() {
    while case let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private func unexpected(_ expected: String) -> JSONError {
    if index == bytes.count { return error("expected \(expected), the text ends") }
    let scalar = String(decoding: bytes[index...].prefix(4), as: UTF8.self).unicodeScalars.first
    let found = scalar.flatMap { $0.value < 0x20 || $0.value == 0x7F ? nil : "'\($0)'" } ?? "byte \(bytes[index])"
    return error("expected \(expected), found \(found)")
  }

  private func error(_ message: String, at place: Int? = nil) -> JSONError {
    let before = bytes[..<(place ?? index)]
    let lineStart = (before.lastIndex(of: 0x0A) ?? -1) + 1
    return JSONError(
      line: before.count(where: { $0 == 0x0A }) + 1,
      column: String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1, message: message)
  }
}
