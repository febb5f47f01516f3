/// One node of a stream, in the order in which the nodes begin; its children follow it.
struct Record {
  enum Kind: UInt8 { case scalar, sequence, mapping, alias }

  var kind: Kind
  var style = ScalarStyle.plain
  /// Written between brackets or braces.
  var isFlow = false
  /// The text is a slice of the source rather than of the decoded texts.
  var isVerbatim = false
  /// Where the node begins, its anchor and tag included.
  var start: UInt32
  /// Where its value begins.
  var value: UInt32
  /// Where it ends. A block collection ends with its last child, a block scalar where libyaml stopped reading it.
  var end: UInt32
  /// The index behind the last node below it.
  var next: UInt32
  /// Elements of a sequence, keys and values of a mapping.
  var count: UInt32 = 0
  var textStart: UInt32 = 0
  var textCount: UInt32 = 0
  /// The anchored node of an alias; otherwise an index into the properties, or -1.
  var link: Int32 = -1
}

/// The anchor and the tag before a node.
struct Properties: Equatable {
  var anchor: String?
  var tag: String?
}

/// One document of a stream.
struct DocumentRecord {
  var root: Int
  /// Where `---` is, or where the document begins without one.
  var start: Int
  /// Behind `---`, or the start.
  var contentStart: Int
  var hasMarker: Bool
}

/// A parsed stream: flat arrays and the bytes that they point into.
final class Storage: Sendable {
  let bytes: [UInt8]
  let name: String
  let records: [Record]
  let texts: [UInt8]
  let properties: [Properties]
  let documents: [DocumentRecord]

  init(
    bytes: [UInt8], name: String, records: [Record], texts: [UInt8], properties: [Properties],
    documents: [DocumentRecord]
  ) {
    self.bytes = bytes
    self.name = name
    self.records = records
    self.texts = texts
    self.properties = properties
    self.documents = documents
  }

  /// The node itself, or the anchored one where it is an alias.
  func target(_ index: Int) -> Int {
    records[index].kind == .alias ? Int(records[index].link) : index
  }

  func properties(of index: Int) -> Properties? {
    let record = records[index]
    return record.kind == .alias || record.link < 0 ? nil : properties[Int(record.link)]
  }

  func textBytes(_ index: Int) -> ArraySlice<UInt8> {
    let record = records[index]
    let range = Int(record.textStart)..<Int(record.textStart + record.textCount)
    return record.isVerbatim ? bytes[range] : texts[range]
  }

  func text(_ index: Int) -> String { String(decoding: textBytes(index), as: UTF8.self) }

  /// The indices of the nodes directly below one.
  func children(_ index: Int) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(Int(records[index].count))
    var child = index + 1
    for _ in 0..<records[index].count {
      result.append(child)
      child = Int(records[child].next)
    }
    return result
  }

  /// The line and the column of a byte, both from 1. Lines end as in an editor: LF, CR LF or CR.
  func position(_ offset: Int) -> (line: Int, column: Int) { SourceText.position(offset, in: bytes) }

  func error(at offset: Int, _ message: String, hint: String? = nil) -> YAMLError {
    let (line, column) = position(offset)
    return YAMLError(file: name, line: line, column: column, message: message, hint: hint)
  }

  /// `line:column` of a byte, to name a second place in a message.
  func place(_ offset: Int) -> String {
    let (line, column) = position(offset)
    return "\(line):\(column)"
  }
}
