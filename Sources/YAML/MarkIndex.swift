/// The bytes at libyaml's marks, which count characters and leave out a byte order mark at the start.
///
/// Marks are asked for nearly in their order, so a cursor that walks to the next one is as good as a table.
struct MarkIndex {
  private let source: UnsafeBufferPointer<UInt8>
  private let base: Int
  private let isASCII: Bool
  private var lastMark = 0
  private var lastByte: Int

  init(_ source: UnsafeBufferPointer<UInt8>) {
    self.source = source
    base = source.starts(with: SourceText.mark) ? SourceText.mark.count : 0
    lastByte = base
    isASCII = Self.isASCII(source, from: base)
  }

  private static func isASCII(_ source: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
    let raw = UnsafeRawBufferPointer(source)
    var high: UInt64 = 0
    var at = start
    while at + 8 <= raw.count {
      high |= raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      at += 8
    }
    while at < raw.count {
      high |= UInt64(raw[at])
      at += 1
    }
    return high & 0x8080_8080_8080_8080 == 0
  }

  mutating func byte(_ mark: Int) -> Int {
    if isASCII { return min(base + mark, source.count) }
    while lastMark < mark, lastByte < source.count {
      lastByte += 1
      while lastByte < source.count, source[lastByte] & 0xC0 == 0x80 { lastByte += 1 }
      lastMark += 1
    }
    while lastMark > mark, lastByte > base {
      lastByte -= 1
      while lastByte > base, source[lastByte] & 0xC0 == 0x80 { lastByte -= 1 }
      lastMark -= 1
    }
    return lastByte
  }
}
