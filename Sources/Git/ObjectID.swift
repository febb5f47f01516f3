/// The name of a git object: the twenty bytes of its SHA-1.
package struct ObjectID: Hashable, Sendable, Comparable, CustomStringConvertible {
  private let high: UInt64
  private let middle: UInt64
  private let low: UInt32

  /// The name that stands for "no object" where git needs one.
  package static let zero = ObjectID(bytes: [])

  /// Takes exactly forty hexadecimal digits, of either case.
  package init?(hex: String) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20)
    var half: UInt8?
    for digit in hex.utf8 {
      guard let value = Self.value(of: digit) else { return nil }
      if let upper = half {
        bytes.append(upper << 4 | value)
        half = nil
      } else {
        half = value
      }
    }
    guard bytes.count == 20, half == nil else { return nil }
    self.init(bytes: bytes)
  }

  /// Takes up to twenty bytes; missing ones are zero.
  init(bytes: some Sequence<UInt8>) {
    var words: (UInt64, UInt64, UInt32) = (0, 0, 0)
    for (place, byte) in bytes.prefix(20).enumerated() {
      switch place {
      case ..<8: words.0 |= UInt64(byte) << UInt64(56 - 8 * place)
      case ..<16: words.1 |= UInt64(byte) << UInt64(120 - 8 * place)
      default: words.2 |= UInt32(byte) << UInt32(152 - 8 * place)
      }
    }
    (high, middle, low) = words
  }

  package init(high: UInt64, middle: UInt64, low: UInt32) {
    self.high = high
    self.middle = middle
    self.low = low
  }

  package var words: (high: UInt64, middle: UInt64, low: UInt32) { (high, middle, low) }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20)
    withUnsafeBytes(of: high.bigEndian) { bytes += $0 }
    withUnsafeBytes(of: middle.bigEndian) { bytes += $0 }
    withUnsafeBytes(of: low.bigEndian) { bytes += $0 }
    return bytes
  }

  package var hex: String {
    String(unsafeUninitializedCapacity: 40) { digits in
      writeHex(to: digits)
      return 40
    }
  }

  /// Writes the forty digits.
  package func writeHex(to digits: UnsafeMutableBufferPointer<UInt8>) {
    var place = 0
    func put(_ word: UInt64, bits: Int) {
      for shift in stride(from: bits - 4, through: 0, by: -4) {
        let value = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
        digits[place] = value < 10 ? 48 + value : 87 + value
        place += 1
      }
    }
    put(high, bits: 64)
    put(middle, bits: 64)
    put(UInt64(low), bits: 32)
  }

  package var description: String { hex }

  package static func < (a: ObjectID, b: ObjectID) -> Bool {
    (a.high, a.middle, a.low) < (b.high, b.middle, b.low)
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case 48...57: digit - 48
    case 65...70: digit - 55
    case 97...102: digit - 87
    default: nil
    }
  }
}
