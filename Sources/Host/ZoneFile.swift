/// Reads a compiled zone: TZif of RFC 8536, version 2 or later.
struct ZoneFile {
  /// Why a file is no zone that can be used, as the end of `time zone … `.
  struct Fault: Error {
    let message: String
    static let damaged = Fault(message: "is damaged")
  }

  private var rest: ArraySlice<UInt8>

  static func read(_ bytes: [UInt8], name: String) throws(Fault) -> Zone {
    guard bytes.starts(with: "TZif".utf8) else { throw Fault(message: "is not a compiled time zone") }
    var file = ZoneFile(rest: bytes[...])
    // The first block has 32-bit moments and is there for old readers.
    let old = try file.header()
    guard old.version >= UInt8(ascii: "2") else { throw Fault(message: "has 32-bit moments only, which end in 2038") }
    _ = try file.take(old.length(ofMoment: 4))
    let header = try file.header()
    let zone = try file.zone(header, name: name)
    guard file.rest.isEmpty else { throw .damaged }
    return zone
  }

  private struct Header {
    let version: UInt8
    let utcMarks: Int
    let standardMarks: Int
    let leaps: Int
    let changes: Int
    let types: Int
    let names: Int

    /// Of the data behind it.
    func length(ofMoment width: Int) -> Int {
      changes * (width + 1) + types * 6 + names + leaps * (width + 4) + standardMarks + utcMarks
    }
  }

  private mutating func header() throws(Fault) -> Header {
    guard try take(4).elementsEqual("TZif".utf8), let version = try take(1).first else { throw .damaged }
    _ = try take(15)
    var counts: [Int] = []
    for _ in 0..<6 { counts.append(try integer(4)) }
    // Far more than any zone has; and so nothing below can overflow.
    guard counts.allSatisfy({ (0...100_000).contains($0) }), counts[4] > 0 else { throw .damaged }
    return Header(
      version: version, utcMarks: counts[0], standardMarks: counts[1], leaps: counts[2], changes: counts[3],
      types: counts[4], names: counts[5])
  }

  private mutating func zone(_ header: Header, name: String) throws(Fault) -> Zone {
    guard header.leaps == 0 else { throw Fault(message: "counts leap seconds, and moments here don't") }
    var moments: [Int] = []
    for _ in 0..<header.changes {
      let moment = try integer(8)
      guard moment > moments.last ?? .min, (-1 << 59...1 << 59).contains(moment) else { throw .damaged }
      moments.append(moment)
    }
    let kinds = try take(header.changes)
    var offsets: [Int] = []
    for _ in 0..<header.types {
      let offset = try integer(4)
      guard abs(offset) <= Zone.reach else { throw .damaged }
      offsets.append(offset)
      _ = try take(2)  // whether it is summer time, and its name
    }
    guard kinds.allSatisfy({ $0 < header.types }) else { throw .damaged }
    _ = try take(header.names + header.standardMarks + header.utcMarks)
    let rule = try footer()
    let changes = zip(moments, kinds).map { Zone.Change(moment: $0, offset: offsets[Int($1)]) }
    return Zone(name: name, earliest: offsets[0], changes: changes, rule: rule)
  }

  /// The law for all moments after the table, between two line ends.
  private mutating func footer() throws(Fault) -> ZoneRule? {
    guard rest.count >= 2, rest.first == UInt8(ascii: "\n"), rest.last == UInt8(ascii: "\n") else { throw .damaged }
    let text = try take(rest.count).dropFirst().dropLast()
    if text.isEmpty { return nil }
    guard let rule = ZoneRule(text) else { throw .damaged }
    return rule
  }

  private mutating func take(_ count: Int) throws(Fault) -> ArraySlice<UInt8> {
    guard rest.count >= count else { throw .damaged }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// With its sign, the highest byte first.
  private mutating func integer(_ width: Int) throws(Fault) -> Int {
    let bytes = try take(width)
    let value = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    return width == 4 ? Int(Int32(truncatingIfNeeded: value)) : Int(Int64(bitPattern: value))
  }
}
