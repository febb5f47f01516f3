/// How text is written as a scalar on one line.
enum ScalarEncoding {
  /// Whether text can stand without quotes and be read as that text.
  static func canBePlain(_ text: [UInt8], inFlow: Bool) -> Bool {
    guard let first = text.first, let last = text.last, !first.isBlank, !last.isBlank, last != UInt8(ascii: ":"),
      isPrintableLine(text)
    else { return false }
    switch first {
    case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
      guard text.count > 1, !text[1].isBlank, !inFlow || !text[1].isFlowIndicator else { return false }
      if text.starts(with: "---".utf8) { return false }
    case UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: ">"),
      UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"):
      return false
    default: if first.isFlowIndicator || text.starts(with: "...".utf8) { return false }
    }
    for at in text.indices.dropFirst() {
      if text[at] == UInt8(ascii: "#"), text[at - 1].isBlank { return false }
      if text[at - 1] == UInt8(ascii: ":"), text[at].isBlank || inFlow && text[at].isFlowIndicator { return false }
    }
    return !inFlow || !text.contains(where: \.isFlowIndicator)
  }

  /// Whether text is one line of characters that YAML lets stand unescaped.
  static func isPrintableLine(_ text: [UInt8]) -> Bool {
    String(decoding: text, as: UTF8.self).unicodeScalars.allSatisfy(isPrintable)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  /// - Returns: nil where single quotes can't hold the text.
  static func single(_ text: [UInt8]) -> [UInt8]? {
    isPrintableLine(text) ? [UInt8(ascii: "'")] + singleInner(text) + [UInt8(ascii: "'")] : nil
  }

  static func singleInner(_ text: [UInt8]) -> [UInt8] {
    text.flatMap { $0 == UInt8(ascii: "'") ? [$0, $0] : [$0] }
  }

  static func double(_ text: [UInt8]) -> [UInt8] {
    [UInt8(ascii: "\"")] + doubleInner(text) + [UInt8(ascii: "\"")]
  }

  static func doubleInner(_ text: [UInt8]) -> [UInt8] {
    var result = ""
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      }
    }
    return Array(result.utf8)
  }

  /// Double quotes; single ones where those save escapes.
  static func quoted(_ text: [UInt8], isJSON: Bool) -> [UInt8] {
    let wantsSingle = !isJSON && text.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    return (wantsSingle ? single(text) : nil) ?? double(text)
  }

  /// A new scalar in a style, or as suits the text: plain where it is plainly a string, or a number, true, false or null
  /// that every parser reads alike and prints back as it is.
  /// - Returns: nil where the style can't hold the text.
  static func new(_ text: String, style: ScalarStyle?, inFlow: Bool, isJSON: Bool) -> [UInt8]? {
    let bytes = Array(text.utf8)
    switch style {
    case .single: return single(bytes)
    case .double: return double(bytes)
    case .plain: return canBePlain(bytes, inFlow: inFlow) ? bytes : nil
    case .literal, .folded: return nil
    case nil:
      let type = ScalarType(plain: bytes)
      let isPlain = canBePlain(bytes, inFlow: inFlow) && ScalarType.isUnambiguous(text) && !(isJSON && type == .string)
      return isPlain ? bytes : quoted(bytes, isJSON: isJSON)
    }
  }

  static func key(_ text: String, inFlow: Bool, isQuoted: Bool) -> [UInt8] {
    let bytes = Array(text.utf8)
    let isPlain = !isQuoted && canBePlain(bytes, inFlow: inFlow) && ScalarType(plain: bytes) == .string
    return isPlain ? bytes : quoted(bytes, isJSON: isQuoted)
  }
}

extension Storage {
  /// Whether the document around a node is JSON: then strings are in double quotes, always.
  func isJSON(around index: Int) -> Bool {
    guard let place = documents.lastIndex(where: { $0.root <= index }), records[documents[place].root].isFlow else {
      return false
    }
    let root = documents[place].root
    return records[root..<Int(records[root].next)].indices.allSatisfy { at in
      let record = records[at]
      guard record.kind == .scalar else { return record.isFlow && record.link < 0 }
      if record.style == .double { return true }
      guard record.style == .plain, record.textCount > 0 else { return false }
      switch ScalarType(plain: textBytes(at)) {
      case .int, .float, .bool, .null: return true
      default: return false
      }
    }
  }

  /// Whether a node stands between brackets or braces.
  func isInFlow(_ index: Int) -> Bool {
    guard let document = documents.last(where: { $0.root <= index }) else { return false }
    var at = document.root
    while at < index {
      if records[at].isFlow { return true }
      var child = at + 1
      while Int(records[child].next) <= index { child = Int(records[child].next) }
      at = child
    }
    return false
  }
}
