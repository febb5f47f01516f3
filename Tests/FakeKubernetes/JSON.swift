/// A JSON value to be served. Members keep their order; a member that is `absent` is left out.
package indirect enum JSON: Sendable, Equatable {
  case null
  /// No member at all: what Go's `omitempty` leaves out.
  case absent
  case bool(Bool)
  case int(Int)
  case string(String)
  case array([JSON])
  case object([Member])
  /// Text that is JSON already.
  case raw(String)

  package struct Member: Sendable, Equatable {
    package var name: String
    package var value: JSON

    package init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  package init(_ number: Int?) { self = number.map(JSON.int) ?? .absent }
  package init(_ text: String?) { self = text.map(JSON.string) ?? .absent }
  /// Left out where it is false.
  package init(ifTrue flag: Bool) { self = flag ? .bool(true) : .absent }
  /// Sorted by name, and left out where it is empty.
  package init(_ texts: [String: String]) {
    self =
      texts.isEmpty
      ? .absent : .object(texts.sorted { $0.key < $1.key }.map { Member($0.key, .string($0.value)) })
  }

  /// The text without white space, as API servers write it.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  package func append(to bytes: inout [UInt8]) {
    switch self {
    case .null, .absent: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .int(let number): bytes += String(number).utf8
    case .string(let text): Self.append(quoted: text, to: &bytes)
    case .raw(let text): bytes += text.utf8
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      var isFirst = true
      for member in members where member.value != .absent {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        Self.append(quoted: member.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func append(quoted text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        bytes += "\\u00".utf8
        for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 48 + digit : 87 + digit) }
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension JSON: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral text: String) { self = .string(text) }
  package init(integerLiteral number: Int) { self = .int(number) }
  package init(booleanLiteral flag: Bool) { self = .bool(flag) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral members: (String, JSON)...) { self = .object(members.map { Member($0, $1) }) }
}
