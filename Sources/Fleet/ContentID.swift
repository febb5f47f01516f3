/// The name of a file's content (a git blob id), kept as bytes so that 10,000 of them cost little.
package struct ContentID: Hashable, Sendable, Comparable, CustomStringConvertible {
  // Up to 32 bytes, first byte highest, and how many there are.
  private let words: (UInt64, UInt64, UInt64, UInt64)
  package let count: Int

  /// - Parameter bytes: At most 32; what is beyond is left out.
  package init(bytes: some Sequence<UInt8>) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var count = 0
    for byte in bytes {
      if count == 32 { break }
      let shifted = UInt64(byte) << UInt64(56 - 8 * (count % 8))
      switch count / 8 {
      case 0: words.0 |= shifted
      case 1: words.1 |= shifted
      case 2: words.2 |= shifted
      default: words.3 |= shifted
      }
      count += 1
    }
    self.words = words
    self.count = count
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
    var place = 0
    for word in [words.0, words.1, words.2, words.3] {
      var shift: UInt64 = 64
      while shift > 0, place < count {
        shift -= 8
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        place += 1
      }
    }
  }

  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  package var description: String { hex }

  package static func == (a: ContentID, b: ContentID) -> Bool { a.words == b.words && a.count == b.count }
  package static func < (a: ContentID, b: ContentID) -> Bool { a.words < b.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

/// One tree of the config repository: the names of its regular files, and how to read them.
package struct Snapshot: Sendable {
  package typealias Read = @Sendable ([ContentID]) async throws -> [ContentID: [UInt8]]

  package let files: [String: ContentID]
  /// The tree's own id where there is one: equal ids mean equal files.
  package let tree: ContentID?
  /// Reads contents by id, several at a time; absent ids are absent in what it gives.
  package let read: Read

  package init(files: [String: ContentID], tree: ContentID? = nil, read: @escaping Read) {
    self.files = files
    self.tree = tree
    self.read = read
  }

  /// Reads contents; an error of the reader is kept as it is.
  func contents(of ids: [ContentID]) async throws(FleetError) -> [ContentID: [UInt8]] {
    do {
      return try await read(ids)
    } catch {
      throw FleetError.unreadable(error)
    }
  }
}
