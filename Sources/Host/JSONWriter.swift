extension JSONValue {
  /// The value as text: keys sorted by their bytes, two spaces a level, and a line end behind it. Equal values give equal
  /// bytes, so that a record that says the same is the same blob.
  package func serialized() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512)
    write(to: &bytes, indent: 0)
    bytes.append(0x0A)
    return bytes
  }

  private func write(to bytes: inout [UInt8], indent: Int) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let text): bytes.append(contentsOf: text.utf8)
    case .string(let text): Self.quote(text, to: &bytes)
    case .array(let elements):
      Self.list(elements, between: ("[", "]"), to: &bytes, indent: indent) { element, bytes in
        element.write(to: &bytes, indent: indent + 1)
      }
    case .object(let fields):
      let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      Self.list(sorted, between: ("{", "}"), to: &bytes, indent: indent) { field, bytes in
        Self.quote(field.key, to: &bytes)
        bytes.append(contentsOf: ": ".utf8)
        field.value.write(to: &bytes, indent: indent + 1)
      }
    }
  }

  private static func list<Item>(
    _ items: [Item], between marks: (Unicode.Scalar, Unicode.Scalar), to bytes: inout [UInt8], indent: Int,
    _ write: (Item, inout [UInt8]) -> Void
  ) {
    func newLine(_ level: Int) {
      bytes.append(0x0A)
      bytes.append(contentsOf: repeatElement(0x20, count: 2 * level))
    }
    bytes.append(UInt8(ascii: marks.0))
    for (place, item) in items.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: ",")) }
      newLine(indent + 1)
      write(item, &bytes)
    }
    if !items.isEmpty { newLine(indent) }
    bytes.append(UInt8(ascii: marks.1))
  }

  private static func quote(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? digit + 0x30 : digit - 10 + 0x61) }
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
