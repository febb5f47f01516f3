import Host

/// The folder of one kind of records.
package enum RecordKind: String, CaseIterable, Sendable, Hashable {
  case applies, clusters, cursors, gates, heartbeats, holds, notices, overrides, pauses, qualified, rollouts, stops, tips,
    versions

  /// Whether the records lie in 256 folders by a hash of their name. Those of a stage and a group lie under these.
  var fansOut: Bool {
    switch self {
    case .qualified, .rollouts: false
    default: true
    }
  }
}

/// Where records stand in the ledger's tree.
package enum RecordPlace {
  /// The path of the record whose name has these parts: `clusters/<xx>/<name>.json`, and with several parts nested.
  ///
  /// `xx` are the first two hex digits of the SHA-256 of the first part, so that no folder grows with the fleet.
  package static func path(policy: String, kind: RecordKind, parts: [String]) -> String {
    var folders = [encoded(policy), kind.rawValue]
    if kind.fansOut, let first = parts.first { folders.append(String(SHA256Digest.hex(first.utf8).prefix(2))) }
    return (folders + parts.map(encoded)).joined(separator: "/") + ".json"
  }

  package static func folder(policy: String, kind: RecordKind) -> String { "\(encoded(policy))/\(kind.rawValue)/" }

  /// A name as a file's: `%XX` for what is outside `[a-z0-9.-]` and for a leading dot; over 120 bytes the first 100, a
  /// hyphen, and 16 hex digits of the SHA-256 of the raw name. Only lower case: some file systems know no other.
  package static func encoded(_ name: String) -> String {
    var bytes: [UInt8] = []
    for (index, byte) in name.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        bytes.append(byte)
      case UInt8(ascii: ".") where index > 0: bytes.append(byte)
      default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    guard bytes.count > 120 else { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: bytes.prefix(100), as: UTF8.self) + "-" + SHA256Digest.hex(name.utf8).prefix(16)
  }

  private static let digits = Array("0123456789ABCDEF".utf8)
}
