import Synchronization

/// Facts as bytes.
extension ByteWriter {
  mutating func facts(_ file: FileFacts) {
    number(file.found.count)
    for found in file.found {
      switch found {
      case .absent: bytes.append(0)
      case .removed: bytes.append(1)
      case .mapping: bytes.append(2)
      case .sequence(let texts):
        bytes.append(3)
        number(texts.count)
        for text in texts { self.text(text) }
      case .value(let value):
        bytes.append(4 | (value.isString ? 8 : 0) | (value.isPinned ? 16 : 0) | (value.isTagged ? 32 : 0))
        text(value.text)
        for part in [value.document, value.start, value.end - value.start, value.line, value.column] { number(Int(part)) }
      }
    }
  }
}

extension ByteReader {
  mutating func facts() -> FileFacts? {
    guard let count = number(), count <= end - at else { return nil }
    var found: [Found] = []
    found.reserveCapacity(count)
    for _ in 0..<count {
      guard let next = self.found() else { return nil }
      found.append(next)
    }
    return FileFacts(found: found)
  }

  private mutating func found() -> Found? {
    guard let tag = byte() else { return nil }
    switch tag {
    case 0: return .absent
    case 1: return .removed
    case 2: return .mapping
    case 3:
      guard let count = number(), count <= end - at else { return nil }
      var texts: [String] = []
      for _ in 0..<count {
        guard let text = text() else { return nil }
        texts.append(text)
      }
      return .sequence(texts)
    default:
      guard let text = text(), let document = part(), let start = part(), let length = part(), let line = part(),
        let column = part(),
        length <= UInt32.max - start
      else { return nil }
      return .value(
        FoundValue(
          text: text, isString: tag & 8 != 0, isPinned: tag & 16 != 0, isTagged: tag & 32 != 0, document: document, start: start,
          end: start + length,
          line: line, column: column))
    }
  }
}

/// Facts as an earlier process kept them. Each is read where it lies, and only when it is asked for: most never are.
final class StoredFacts: Sendable {
  /// The whole memo.
  private let bytes: [UInt8]
  /// Where the index and the facts are: entries of a role, a content and a place, in the order of role and content.
  private let index: Int
  private let facts: Range<Int>
  private let count: Int
  /// How many bytes each content's id has.
  private let width: Int
  /// What was asked for already.
  private let known = Mutex<[FactTable.Key: FileFacts]>([:])

  private var entry: Int { Self.entry(width) }
  private static func entry(_ width: Int) -> Int { 8 + width }

  static func write(_ table: FactTable, of used: Set<FactTable.Key>, to writer: inout ByteWriter) {
    let width = used.first?.content.count ?? 0
    var (index, facts, count) = (ByteWriter(), ByteWriter(), 0)
    for key in used.sorted() where key.content.count == width {
      guard let file = table[key.role, key.content] else { continue }
      count += 1
      withUnsafeBytes(of: UInt32(key.role).littleEndian) { index.bytes += $0 }
      key.content.append(to: &index.bytes)
      withUnsafeBytes(of: UInt32(facts.bytes.count).littleEndian) { index.bytes += $0 }
      facts.facts(file)
    }
    writer.number(count)
    writer.number(width)
    writer.number(facts.bytes.count)
    writer.bytes += index.bytes
    writer.bytes += facts.bytes
  }

  /// - Parameter bytes: what `reader` reads.
  init?(_ reader: inout ByteReader, in bytes: [UInt8]) {
    guard let count = reader.number(), let width = reader.number(), let size = reader.number(), width <= 32,
      count <= (reader.end - reader.at) / Self.entry(width), reader.skip(count * Self.entry(width) + size)
    else { return nil }
    self.bytes = bytes
    self.count = count
    self.width = width
    index = reader.at - size - count * Self.entry(width)
    facts = (reader.at - size)..<reader.at
  }

  subscript(role: Int, content: ContentID) -> FileFacts? {
    guard content.count == width else { return nil }
    let wanted = FactTable.Key(role: role, content: content)
    if let facts = known.withLock({ $0[wanted] }) { return facts }
    guard let facts = find(wanted) else { return nil }
    known.withLock { $0[wanted] = facts }
    return facts
  }

  private func find(_ wanted: FactTable.Key) -> FileFacts? {
    bytes.withUnsafeBytes { raw in
      var (low, high) = (0, count)
      while low < high {
        let middle = (low + high) / 2
        if key(middle, raw) < wanted { low = middle + 1 } else { high = middle }
      }
      return low < count && key(low, raw) == wanted ? self[low, raw] : nil
    }
  }

  /// All of them; for who wants to know.
  var all: [FactTable.Key: FileFacts] {
    bytes.withUnsafeBytes { raw in
      Dictionary(uniqueKeysWithValues: (0..<count).compactMap { place in self[place, raw].map { (key(place, raw), $0) } })
    }
  }

  private func key(_ place: Int, _ raw: UnsafeRawBufferPointer) -> FactTable.Key {
    let start = index + place * entry
    let role = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: start, as: UInt32.self))
    let id = UnsafeRawBufferPointer(rebasing: raw[(start + 4)..<(start + 4 + width)])
    return FactTable.Key(role: Int(role), content: ContentID(raw: id))
  }

  private subscript(place: Int, raw: UnsafeRawBufferPointer) -> FileFacts? {
    let offset = Int(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: index + place * entry + 4 + width, as: UInt32.self)))
    guard offset < facts.count else { return nil }
    var reader = ByteReader(raw, from: facts.lowerBound + offset, to: facts.upperBound)
    return reader.facts()
  }
}
