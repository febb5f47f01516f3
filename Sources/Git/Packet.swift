/// One unit of git's wire format: four hexadecimal digits of length, then the rest; or one of three marks.
enum Packet: Hashable, Sendable {
  case data(ArraySlice<UInt8>)
  case flush
  case delimiter
  case responseEnd

  /// The longest that git sends, its length included.
  static let longest = 65520

  /// A line of text, without the line end that most have.
  var line: String? {
    guard case .data(let bytes) = self else { return nil }
    return String(decoding: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes, as: UTF8.self)
  }

  /// What a server says in place of everything else.
  var refusal: String? {
    guard let line, line.hasPrefix("ERR ") else { return nil }
    return ServerWords.text(line.dropFirst(4))
  }
}

/// Builds a request of packets.
struct PacketWriter {
  private(set) var bytes: [UInt8] = []

  mutating func line(_ text: String) {
    let digits = String(text.utf8.count + 5, radix: 16)
    bytes += String(repeating: "0", count: max(0, 4 - digits.count)).utf8
    bytes += digits.utf8
    bytes += text.utf8
    bytes.append(UInt8(ascii: "\n"))
  }

  mutating func flush() { bytes += "0000".utf8 }
  mutating func delimiter() { bytes += "0001".utf8 }
}

/// Cuts packets off bytes that come in parts of any length; keeps no more than one packet and one part.
struct PacketReader {
  /// What came is no packet.
  struct Failure: Error {}

  private var bytes: [UInt8] = []
  private var place = 0

  /// Whether everything that came was a whole packet.
  var isBetweenPackets: Bool { place == bytes.count }

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  mutating func add(_ more: [UInt8]) {
    if isBetweenPackets {
      bytes = more
    } else {
      bytes.removeFirst(place)
      bytes += more
    }
    place = 0
  }

  /// The next packet; nil when more has to come first.
  mutating func next() throws(Failure) -> Packet? {
    guard bytes.count - place >= 4 else {
      // Four digits, or the beginning of them: a page that is shorter still shows that it is none.
      guard bytes[place...].allSatisfy({ Self.digit($0) != nil }) else { throw Failure() }
      return nil
    }
    var length = 0
    for byte in bytes[place..<place + 4] {
      guard let digit = Self.digit(byte) else { throw Failure() }
      length = length << 4 | digit
    }
    switch length {
    case 0: return mark(.flush)
    case 1: return mark(.delimiter)
    case 2: return mark(.responseEnd)
    case 4...Packet.longest:
      guard bytes.count - place >= length else { return nil }
      defer { place += length }
      return .data(bytes[place + 4..<place + length])
    default: throw Failure()
    }
  }

  private mutating func mark(_ packet: Packet) -> Packet {
    place += 4
    return packet
  }

  private static func digit(_ byte: UInt8) -> Int? {
    switch byte {
    case 48...57: Int(byte) - 48
    case 65...70: Int(byte) - 55
    case 97...102: Int(byte) - 87
    default: nil
    }
  }
}
