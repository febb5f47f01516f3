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

  @inline(__always)
  mutating func number() -> Int? {
    if at < end, raw[at] < 0x80 {
      at += 1
      return Int(raw[at - 1])
    }
    return longNumber()
  }

  private mutating func longNumber() -> Int? {
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

  /// Goes on behind so many bytes; false where there are fewer.
  mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, count <= end - at else { return false }
    at += count
    return true
  }

  mutating func slice() -> UnsafeRawBufferPointer? {
    guard let count = number(), count <= end - at else { return nil }
    at += count
    return UnsafeRawBufferPointer(rebasing: raw[(at - count)..<at])
  }

  /// What a number stands for in a table.
  @inline(__always)
  mutating func element<Element>(of table: [Element]) -> Element? {
    guard let number = number(), number < table.count else { return nil }
    return table[number]
  }

  mutating func text() -> String? { slice().map { String(decoding: $0, as: UTF8.self) } }

  mutating func part() -> UInt32? { number().flatMap { UInt32(exactly: $0) } }

  mutating func content() -> ContentID?? {
    guard let bytes = slice(), bytes.count <= 32 else { return nil }
    return .some(bytes.isEmpty ? nil : ContentID(raw: bytes))
  }

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
