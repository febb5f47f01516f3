/// The name of a file's content (a git blob id), kept as bytes so that 10,000 of them cost little.
package struct ContentID: Hashable, Sendable, Comparable, CustomStringConvertible {
  // Up to 32 bytes, first byte highest, and how many there are.
  private let words: (UInt64, UInt64, UInt64, UInt64)
  package let count: Int

  /// - Parameter bytes: At most 32; what is beyond is left out.
  package init(bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes.prefix(32))
    self = bytes.withUnsafeBytes { ContentID(raw: $0) }
  }

  /// - Parameter raw: At most 32 bytes.
  init(raw: UnsafeRawBufferPointer) {
    count = raw.count
    func word(_ place: Int) -> UInt64 {
      let start = place * 8
      if start + 8 <= raw.count { return UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: start, as: UInt64.self)) }
      var word: UInt64 = 0
      for at in start..<max(start, raw.count) { word |= UInt64(raw[at]) << UInt64(56 - 8 * (at - start)) }
      return word
    }
    words = (word(0), word(1), word(2), word(3))
  }

  /// An id of twenty bytes, first byte highest.
  package init(high: UInt64, middle: UInt64, low: UInt32) {
    words = (high, middle, UInt64(low) << 32, 0)
    count = 20
  }

  /// Its parts where it has twenty bytes.
  package var twenty: (high: UInt64, middle: UInt64, low: UInt32)? {
    count == 20 ? (words.0, words.1, UInt32(truncatingIfNeeded: words.2 >> 32)) : nil
  }

  /// - Parameter hex: Pairs of hexadecimal digits, as a repository prints an object's name.
  package init(_ hex: String) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(hex.utf8.count / 2)
    var high: UInt8?
    for unit in hex.utf8 {
      let digit: UInt8 =
        switch unit {
        case 0x30...0x39: unit - 0x30
        case 0x61...0x66: unit - 0x61 + 10
        case 0x41...0x46: unit - 0x41 + 10
        default: 0
        }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    self.init(bytes: bytes)
  }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  func append(to bytes: inout [UInt8]) {
    var big = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    withUnsafeBytes(of: &big) { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }

  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  package var description: String { hex }

  package static func == (a: ContentID, b: ContentID) -> Bool { a.words == b.words && a.count == b.count }
  package static func < (a: ContentID, b: ContentID) -> Bool { a.words < b.words }

  package func hash(into hasher: inout Hasher) {
    // The first eight bytes of a digest are as good as all.
    hasher.combine(words.0)
  }
}
