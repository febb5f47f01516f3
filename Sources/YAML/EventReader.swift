import CYAML

/// Reads a stream from libyaml's events into flat arrays.
///
/// What libyaml lets pass and we do not is refused here, while the events come: nesting deeper than 200 (libyaml takes
/// quadratic time for it), undefined aliases, aliases inside their own anchor, and aliases that expand without bound.
struct EventReader {
  static let depthLimit = 200
  static let expansionLimit = 1_000_000

  private struct Frame {
    var index: Int
    var last = -1
    var expanded = 1
    var height = 0
  }

  private struct Anchor {
    var index: Int
    var isOpen: Bool
    var expanded: Int
    var height: Int
  }

  private let source: UnsafeBufferPointer<UInt8>
  private var marks: MarkIndex

  private(set) var records: [Record] = []
  private(set) var texts: [UInt8] = []
  private(set) var properties: [Properties] = []
  private(set) var documents: [DocumentRecord] = []
  private var frames: [Frame] = []
  private var anchors: [String: Anchor] = [:]

  private init(_ source: UnsafeBufferPointer<UInt8>) {
    self.source = source
    marks = MarkIndex(source)
    records.reserveCapacity(source.count / 12)
  }

  static func read(_ bytes: [UInt8], name: String) throws(YAMLError) -> Storage {
    do {
      try refuseForeignEncoding(bytes)
      let result = try bytes.withUnsafeBufferPointer { source throws(Fault) in
        var reader = EventReader(source)
        if !source.isEmpty { try reader.pull() }
        return reader
      }
      return Storage(
        bytes: bytes, name: name, records: result.records, texts: result.texts, properties: result.properties,
        documents: result.documents)
    } catch {
      let (line, column) = SourceText.position(error.offset, in: bytes)
      throw YAMLError(file: name, line: line, column: column, message: error.message, hint: error.hint)
    }
  }

  private static func refuseForeignEncoding(_ bytes: [UInt8]) throws(Fault) {
    let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    let isBareUTF16 = bytes.count >= 2 && (bytes[0] == 0) != (bytes[1] == 0)
    if isUTF16 || isBareUTF16 {
      throw Fault(offset: 0, message: "the file is UTF-16", hint: "convert to UTF-8")
    }
    if bytes.count > Int(Int32.max) {
      throw Fault(offset: 0, message: "the file is larger than 2 GiB")
    }
  }

  // MARK: Events

  private mutating func pull() throws(Fault) {
    // libyaml keeps the parser's own address in it, so it must not move.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    let event = UnsafeMutablePointer<yaml_event_t>.allocate(capacity: 1)
    defer {
      event.deallocate()
      parser.deallocate()
    }
    guard yaml_parser_initialize(parser) == 1 else { throw Fault(offset: 0, message: "out of memory") }
    defer { yaml_parser_delete(parser) }
    yaml_parser_set_input_string(parser, source.baseAddress, source.count)
    while true {
      guard yaml_parser_parse(parser, event) == 1 else { throw Fault(of: parser, &marks, source) }
      defer { yaml_event_delete(event) }
      if event.pointee.type == YAML_STREAM_END_EVENT { return }
      try take(event)
    }
  }

  private mutating func take(_ event: UnsafeMutablePointer<yaml_event_t>) throws(Fault) {
    switch event.pointee.type {
    case YAML_SCALAR_EVENT: try takeScalar(event)
    case YAML_MAPPING_START_EVENT:
      let data = event.pointee.data.mapping_start
      try open(.mapping, event, data.anchor, data.tag, isFlow: data.style == YAML_FLOW_MAPPING_STYLE)
    case YAML_SEQUENCE_START_EVENT:
      let data = event.pointee.data.sequence_start
      try open(.sequence, event, data.anchor, data.tag, isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE)
    case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT: try close(event)
    case YAML_ALIAS_EVENT: try takeAlias(event)
    case YAML_DOCUMENT_START_EVENT:
      anchors.removeAll(keepingCapacity: true)
      let start = marks.byte(event.pointee.start_mark.index)
      documents.append(
        DocumentRecord(
          root: records.count, start: start, contentStart: marks.byte(event.pointee.end_mark.index),
          hasMarker: event.pointee.data.document_start.implicit == 0))
    default: break
    }
  }

  private mutating func takeScalar(_ event: UnsafeMutablePointer<yaml_event_t>) throws(Fault) {
    let data = event.pointee.data.scalar
    let start = marks.byte(event.pointee.start_mark.index)
    let end = marks.byte(event.pointee.end_mark.index)
    var record = Record(
      kind: .scalar, start: UInt32(start), value: UInt32(start), end: UInt32(end), next: UInt32(records.count + 1))
    record.style = ScalarStyle(data.style)
    if start < end, source[start] == UInt8(ascii: "&") || source[start] == UInt8(ascii: "!") {
      record.value = UInt32(behindProperties(start, end))
      let isNonSpecific = data.tag == nil && source[start] == UInt8(ascii: "!")
      record.link = note(data.anchor, data.tag, fallback: isNonSpecific ? "!" : nil)
    }
    keepText(data.value, Int(data.length), &record)
    let index = records.count
    records.append(record)
    if data.anchor != nil { define(index, expanded: 1, height: 0) }
    try attach(index, expanded: 1, height: 0)
  }

  /// Points at the source where the text stands there as it is, and keeps a copy where it does not.
  private mutating func keepText(_ text: UnsafeMutablePointer<UInt8>?, _ count: Int, _ record: inout Record) {
    let quote = record.style == .plain ? 0 : 1
    let from = Int(record.value) + quote
    record.textCount = UInt32(count)
    if record.style != .literal, record.style != .folded, Int(record.end) - Int(record.value) == count + 2 * quote,
      isSame(text, count, from)
    {
      record.isVerbatim = true
      record.textStart = UInt32(from)
    } else {
      record.textStart = UInt32(texts.count)
      texts.append(contentsOf: UnsafeBufferPointer(start: text, count: count))
    }
  }

  private func isSame(_ text: UnsafeMutablePointer<UInt8>?, _ count: Int, _ from: Int) -> Bool {
    guard let text, let base = source.baseAddress else { return count == 0 }
    var at = 0
    while at < count {
      if text[at] != base[from + at] { return false }
      at += 1
    }
    return true
  }

  private mutating func open(
    _ kind: Record.Kind, _ event: UnsafeMutablePointer<yaml_event_t>, _ anchor: UnsafeMutablePointer<UInt8>?,
    _ tag: UnsafeMutablePointer<UInt8>?, isFlow: Bool
  ) throws(Fault) {
    let start = marks.byte(event.pointee.start_mark.index)
    let end = marks.byte(event.pointee.end_mark.index)
    guard frames.count < Self.depthLimit else {
      throw Fault(offset: start, message: "nested deeper than \(Self.depthLimit) levels")
    }
    var record = Record(kind: kind, start: UInt32(start), value: UInt32(start), end: UInt32(end), next: 0)
    record.isFlow = isFlow
    if anchor != nil || tag != nil {
      record.value = UInt32(behindProperties(start, source.count))
      record.link = note(anchor, tag, fallback: nil)
    }
    frames.append(Frame(index: records.count))
    records.append(record)
    if anchor != nil { define(records.count - 1, expanded: 0, height: 0, isOpen: true) }
  }

  private mutating func close(_ event: UnsafeMutablePointer<yaml_event_t>) throws(Fault) {
    let frame = frames.removeLast()
    let record = records[frame.index]
    records[frame.index].next = UInt32(records.count)
    if record.isFlow {
      records[frame.index].end = UInt32(marks.byte(event.pointee.end_mark.index))
    } else {
      records[frame.index].end = frame.last < 0 ? record.value : records[frame.last].end
    }
    if record.link >= 0, properties[Int(record.link)].anchor != nil {
      define(frame.index, expanded: frame.expanded, height: frame.height)
    }
    try attach(frame.index, expanded: frame.expanded, height: frame.height)
  }

  private mutating func takeAlias(_ event: UnsafeMutablePointer<yaml_event_t>) throws(Fault) {
    let start = marks.byte(event.pointee.start_mark.index)
    let name = event.pointee.data.alias.anchor.map { String(cString: $0) } ?? ""
    guard let anchor = anchors[name] else {
      throw Fault(
        offset: start, message: "undefined alias *\(name)",
        hint: "an anchor &\(name) must come before it in the same document")
    }
    guard !anchor.isOpen else {
      throw Fault(offset: start, message: "the alias *\(name) stands inside its own anchor &\(name)")
    }
    var record = Record(
      kind: .alias, start: UInt32(start), value: UInt32(start), end: UInt32(marks.byte(event.pointee.end_mark.index)),
      next: UInt32(records.count + 1))
    record.link = Int32(anchor.index)
    records.append(record)
    try attach(records.count - 1, expanded: anchor.expanded, height: anchor.height)
  }

  // MARK: Structure

  /// Counts a finished node in its parent, as it is with every alias in it replaced by what it stands for.
  private mutating func attach(_ index: Int, expanded: Int, height: Int) throws(Fault) {
    guard let top = frames.indices.last else { return }
    records[frames[top].index].count += 1
    frames[top].last = index
    frames[top].expanded += expanded
    frames[top].height = max(frames[top].height, height + 1)
    guard frames[top].expanded <= Self.expansionLimit else {
      throw Fault(
        offset: Int(records[index].start), message: "aliases expand to more than \(Self.expansionLimit) nodes")
    }
    guard frames.count + frames[top].height <= Self.depthLimit + 1 else {
      throw Fault(
        offset: Int(records[index].start), message: "nested deeper than \(Self.depthLimit) levels through aliases")
    }
  }

  private mutating func define(_ index: Int, expanded: Int, height: Int, isOpen: Bool = false) {
    let link = records[index].link
    guard link >= 0, let name = properties[Int(link)].anchor else { return }
    // A definition inside one of the same name came later, and wins.
    if !isOpen, let known = anchors[name], known.index > index { return }
    anchors[name] = Anchor(index: index, isOpen: isOpen, expanded: expanded, height: height)
  }

  private mutating func note(
    _ anchor: UnsafeMutablePointer<UInt8>?, _ tag: UnsafeMutablePointer<UInt8>?, fallback: String?
  ) -> Int32 {
    properties.append(
      Properties(anchor: anchor.map { String(cString: $0) }, tag: tag.map { String(cString: $0) } ?? fallback))
    return Int32(properties.count - 1)
  }

  /// Where the value begins behind anchors, tags, and the space and comments between.
  private func behindProperties(_ start: Int, _ end: Int) -> Int {
    var at = start
    var found = start
    while at < end {
      switch source[at] {
      case UInt8(ascii: "&"), UInt8(ascii: "!"):
        let isVerbatimTag = source[at] == UInt8(ascii: "!") && at + 1 < end && source[at + 1] == UInt8(ascii: "<")
        while at < end, !source[at].isWhite, isVerbatimTag || !source[at].isFlowIndicator { at += 1 }
        found = at
      case UInt8(ascii: "#"): while at < end, !source[at].isBreak { at += 1 }
      case .space, .tab, .lineFeed, .carriageReturn: at += 1
      default: return at
      }
    }
    return found
  }
}

extension ScalarStyle {
  fileprivate init(_ style: yaml_scalar_style_t) {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .single
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .double
    case YAML_LITERAL_SCALAR_STYLE: self = .literal
    case YAML_FOLDED_SCALAR_STYLE: self = .folded
    default: self = .plain
    }
  }
}
