/// Writes numbers and texts as few bytes.
struct ByteWriter {
  var bytes: [UInt8] = []

  /// Seven bits a byte, the lowest first.
  mutating func number(_ value: Int) {
    var rest = UInt64(value)
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func text(_ text: String) {
    number(text.utf8.count)
    bytes += text.utf8
  }

  mutating func content(_ content: ContentID?) {
    number(content?.count ?? 0)
    content?.append(to: &bytes)
  }
}

/// Reads what `ByteWriter` wrote; nil for what can't be.
struct ByteReader {
  let raw: UnsafeRawBufferPointer
  private(set) var at: Int
  let end: Int

  init(_ raw: UnsafeRawBufferPointer, from start: Int, to end: Int) {
    self.raw = raw
    at = start
    self.end = end
  }

  var isAtEnd: Bool { at == end }

  mutating func byte() -> UInt8? {
    guard at < end else { return nil }
    at += 1
    return raw[at - 1]
  }

  mutating func number() -> Int? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let next = byte() {
      value |= UInt64(next & 0x7f) << shift
      if next < 0x80 { return Int(exactly: value) }
      shift += 7
      if shift > 56 { return nil }
    }
    return nil
  }

  mutating func slice() -> UnsafeRawBufferPointer? {
    guard let count = number(), count <= end - at else { return nil }
    at += count
    return UnsafeRawBufferPointer(rebasing: raw[(at - count)..<at])
  }

  mutating func text() -> String? { slice().map { String(decoding: $0, as: UTF8.self) } }

  mutating func part() -> UInt32? { number().flatMap { UInt32(exactly: $0) } }

  mutating func content() -> ContentID?? { slice().map { $0.isEmpty ? nil : ContentID(bytes: $0) } }

  /// Several of a kind; nil when one can't be read.
  mutating func list<Element>(_ read: (inout ByteReader) -> Element?) -> [Element]? {
    guard let count = number(), count <= end - at else { return nil }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count {
      guard let element = read(&self) else { return nil }
      elements.append(element)
    }
    return elements
  }
}
