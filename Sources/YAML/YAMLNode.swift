/// How a scalar is written.
package enum ScalarStyle: UInt8, Hashable, Sendable { case plain, single, double, literal, folded }

/// A node: a light view of a parsed stream.
///
/// Aliases are followed by everything that speaks of the value (`kind`, `text`, `entries`, ...), and by nothing that
/// speaks of the place (`span`, `position`, `lineComment`).
package struct YAMLNode: Sendable {
  package enum Kind: Hashable, Sendable { case scalar, sequence, mapping }

  let storage: Storage
  let index: Int

  var record: Record { storage.records[index] }
  var targetIndex: Int { storage.target(index) }
  var targetRecord: Record { storage.records[targetIndex] }

  package var kind: Kind {
    switch targetRecord.kind {
    case .mapping: .mapping
    case .sequence: .sequence
    default: .scalar
    }
  }

  package var isAlias: Bool { record.kind == .alias }
  /// The node where the value is written: itself, or the anchored one.
  package var definition: YAMLNode { YAMLNode(storage: storage, index: targetIndex) }
  /// Equal for two nodes of one stream that stand for the same written value.
  package var definitionID: Int { targetIndex }
  package var anchor: String? { storage.properties(of: targetIndex)?.anchor }
  package var tag: String? { storage.properties(of: targetIndex)?.tag }
  package var style: ScalarStyle { targetRecord.style }
  package var isFlow: Bool { targetRecord.isFlow }

  /// The decoded content of a scalar; empty for a collection.
  package var text: String { kind == .scalar ? storage.text(targetIndex) : "" }

  /// What a plain scalar means; quoted ones are strings.
  package var type: ScalarType {
    if let tag { return ScalarType(tag: tag) ?? .string }
    return style == .plain ? ScalarType(plain: storage.textBytes(targetIndex)) : .string
  }

  package var isNull: Bool { kind == .scalar && type == .null }
  /// Whether YAML 1.1 and the core schema of 1.2 both read it as a string.
  package var resolvesToString: Bool { kind == .scalar && type == .string }

  /// The bytes of the value itself, without anchor, tag and comment; of the alias where it is one.
  package var span: Range<Int> { Int(record.value)..<storage.contentEnd(index) }

  /// From 1, the column in characters.
  package var position: (line: Int, column: Int) { storage.position(Int(record.value)) }

  /// Nothing is written: a null without a character.
  var isEmptyText: Bool { record.kind == .scalar && record.style == .plain && record.textCount == 0 }

  package var elements: [YAMLNode] {
    kind == .sequence ? storage.children(targetIndex).map { YAMLNode(storage: storage, index: $0) } : []
  }

  /// The text of the comment that ends the line on which the value ends (a block scalar's header).
  package var lineComment: String? {
    let bytes = storage.bytes
    let isBlock = record.kind == .scalar && (record.style == .literal || record.style == .folded)
    var at = isBlock ? Int(record.value) : storage.contentEnd(index)
    var quote: UInt8?
    while at < bytes.count, !bytes[at].isBreak {
      let byte = bytes[at]
      let opens = at == 0 || bytes[at - 1].isWhite || bytes[at - 1].isFlowIndicator || bytes[at - 1] == UInt8(ascii: ":")
      if let open = quote {
        if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") { at += 1 } else if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "#"), at > 0, bytes[at - 1].isBlank {
        let text = bytes[(at + 1)..<SourceText.lineEnd(at, in: bytes)]
        return String(decoding: text.trimmingBlanks, as: UTF8.self)
      } else if opens, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      }
      at += 1
    }
    return nil
  }

  /// An error at this node's place.
  package func error(_ message: String, hint: String? = nil) -> YAMLError {
    storage.error(at: Int(record.value), message, hint: hint)
  }
}

extension ArraySlice<UInt8> {
  var trimmingBlanks: ArraySlice<UInt8> {
    var result = self
    while let first = result.first, first.isBlank { result.removeFirst() }
    while let last = result.last, last.isBlank { result.removeLast() }
    return result
  }
}

extension Storage {
  /// Where the written content of a node ends: without the blank lines that follow a block scalar, unless it keeps them.
  func contentEnd(_ index: Int) -> Int {
    var last = index
    while records[last].kind == .mapping || records[last].kind == .sequence, !records[last].isFlow, records[last].count > 0 {
      last = lastChild(last)
    }
    let record = records[last]
    guard record.kind == .scalar, record.style == .literal || record.style == .folded else { return Int(record.end) }
    let headerEnd = SourceText.lineEnd(Int(record.value), in: bytes)
    if bytes[Int(record.value)..<headerEnd].prefix(while: { $0 != .space }).contains(UInt8(ascii: "+")) {
      return max(headerEnd, SourceText.beforeBreak(Int(record.end), in: bytes))
    }
    var end = Int(record.end)
    while end > headerEnd, bytes[end - 1].isWhite {
      // A whole line of blanks only; blanks behind text are text.
      let start = SourceText.lineStart(end - 1, in: bytes)
      if bytes[end - 1].isBlank, !bytes[start..<end].allSatisfy(\.isBlank) { break }
      end = bytes[end - 1].isBlank ? start : SourceText.beforeBreak(end, in: bytes)
    }
    return max(end, headerEnd)
  }

  private func lastChild(_ index: Int) -> Int {
    var child = index + 1
    for _ in 1..<records[index].count { child = Int(records[child].next) }
    return child
  }
}
