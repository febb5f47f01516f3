/// Facts as bytes.
extension ByteWriter {
  mutating func facts(_ role: Int, _ content: ContentID, _ file: FileFacts) {
    number(role)
    number(content.count)
    content.append(to: &bytes)
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
  mutating func facts() -> (Int, ContentID, FileFacts)? {
    guard let role = number(), let id = slice(), let count = number(), count <= end - at else { return nil }
    var found: [Found] = []
    found.reserveCapacity(count)
    for _ in 0..<count {
      guard let next = self.found() else { return nil }
      found.append(next)
    }
    return (role, ContentID(bytes: id), FileFacts(found: found))
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

extension FactTable {
  /// Writes the facts of contents that are still in use.
  func write(to writer: inout ByteWriter, _ isUsed: (ContentID) -> Bool) {
    writer.number(layers.keys.count(where: isUsed))
    for (content, file) in layers where isUsed(content) { writer.facts(0, content, file) }
    writer.number(components.keys.count { isUsed($0.content) })
    for (key, file) in components where isUsed(key.content) { writer.facts(key.role, key.content, file) }
  }

  init?(from reader: inout ByteReader) {
    self.init()
    for part in 0..<2 {
      guard let count = reader.number(), count <= reader.end - reader.at else { return nil }
      if part == 0 { reserve(count) }
      for _ in 0..<count {
        guard let (role, content, file) = reader.facts() else { return nil }
        self[role, content] = file
      }
    }
  }
}
