/// Writes new keys behind the last one of a mapping.
struct KeyInsertion {
  private let storage: Storage
  private let isJSON: Bool
  private var bytes: [UInt8] { storage.bytes }

  init(_ storage: Storage, isJSON: Bool) {
    self.storage = storage
    self.isJSON = isJSON
  }

  func patches(_ host: EditPlan.Host, into index: Int) throws(YAMLError) -> [Patch] {
    let record = storage.records[index]
    if record.kind == .mapping, record.isFlow { return try flow(host.entries, index) }
    if record.kind == .mapping {
      return [try lines(host.entries, behind: storage.contentEnd(index), indent: column(index + 1), at: index)]
    }
    guard let key = host.key else { return try emptyDocument(host.entries, index) }
    if storage.isInFlow(index) {
      let text = try flowText(host.entries, FlowManner(isJSON: isJSON), at: index)
      return [Patch(at: Int(record.end), [.space] + text)]
    }
    return [try lines(host.entries, behind: Int(record.end), indent: column(key.index) + step, at: index)]
  }

  /// Keys for a file that has no content.
  func firstPatches(_ entries: [EditPlan.NewEntry]) throws(YAMLError) -> [Patch] {
    let lineBreak = SourceText.lineBreak(at: bytes.count, in: bytes)
    let text = try blockText(entries, indent: 0, lineBreak, at: nil)
    let isFresh = bytes.isEmpty || bytes == SourceText.mark || bytes[bytes.count - 1].isBreak
    return [Patch(at: bytes.count, isFresh ? text + lineBreak : lineBreak + text)]
  }

  private func emptyDocument(_ entries: [EditPlan.NewEntry], _ index: Int) throws(YAMLError) -> [Patch] {
    guard let document = storage.documents.first(where: { $0.root == index }) else { return [] }
    return [try lines(entries, behind: document.contentStart, indent: 0, at: index)]
  }

  // MARK: Block

  /// Whole lines behind the one in which `end` is.
  private func lines(
    _ entries: [EditPlan.NewEntry], behind end: Int, indent: Int, at index: Int
  ) throws(YAMLError) -> Patch {
    let lineBreak = SourceText.lineBreak(at: end, in: bytes)
    let text = try blockText(entries, indent: indent, lineBreak, at: index)
    let lineEnd = SourceText.lineEnd(end, in: bytes)
    let behind = SourceText.behindBreak(lineEnd, in: bytes)
    return behind > lineEnd ? Patch(at: behind, text + lineBreak) : Patch(at: lineEnd, lineBreak + text)
  }

  private func blockText(
    _ entries: [EditPlan.NewEntry], indent: Int, _ lineBreak: [UInt8], at index: Int?
  ) throws(YAMLError) -> [UInt8] {
    var lines: [[UInt8]] = []
    for entry in entries {
      let key = [UInt8](repeating: .space, count: indent) + ScalarEncoding.key(entry.key, inFlow: false, isQuoted: false)
      switch entry.content {
      case .scalar(let text, let style):
        lines.append(key + [UInt8(ascii: ":"), .space] + (try value(text, style, inFlow: false, entry.key, at: index)))
      case .mapping(let below):
        lines.append(key + [UInt8(ascii: ":")])
        lines.append(try blockText(below, indent: indent + step, lineBreak, at: index))
      }
    }
    return Array(lines.joined(separator: lineBreak))
  }

  private func value(
    _ text: String, _ style: ScalarStyle?, inFlow: Bool, _ key: String, at index: Int?, isJSON: Bool = false
  ) throws(YAMLError) -> [UInt8] {
    if let value = ScalarEncoding.new(text, style: style, inFlow: inFlow, isJSON: isJSON) { return value }
    throw storage.error(
      at: index.map { Int(storage.records[$0].value) } ?? 0, "the value of the new key \(key) can't be written as asked",
      hint: "let the style be chosen")
  }

  /// How far a node stands from the start of its line.
  private func column(_ index: Int) -> Int {
    let start = Int(storage.records[index].start)
    return start - SourceText.lineStart(start, in: bytes)
  }

  /// By how much this file indents a block mapping in another; 2 where none does.
  private var step: Int {
    for index in storage.records.indices where isBlockMapping(index) {
      var key = index + 1
      for _ in 0..<(storage.records[index].count / 2) {
        let value = Int(storage.records[key].next)
        if isBlockMapping(value), column(value + 1) > column(key) { return min(column(value + 1) - column(key), 8) }
        key = Int(storage.records[value].next)
      }
    }
    return 2
  }

  private func isBlockMapping(_ index: Int) -> Bool {
    storage.records[index].kind == .mapping && !storage.records[index].isFlow && storage.records[index].count > 0
  }

  // MARK: Flow

  /// How a flow mapping writes its entries.
  private struct FlowManner {
    var isJSON: Bool
    var isTight = false
    var colon: [UInt8] { isTight ? [UInt8(ascii: ":")] : [UInt8(ascii: ":"), .space] }
    var comma: [UInt8] { isTight ? [UInt8(ascii: ",")] : [UInt8(ascii: ","), .space] }
  }

  private func flow(_ entries: [EditPlan.NewEntry], _ index: Int) throws(YAMLError) -> [Patch] {
    let record = storage.records[index]
    guard bytes[Int(record.value)] == UInt8(ascii: "{") else {
      throw storage.error(at: Int(record.value), "a pair without braces can't take another key", hint: "add braces by hand")
    }
    let children = storage.children(index)
    guard children.count > 1 else {
      let text = try flowInner(entries, FlowManner(isJSON: isJSON), at: index)
      return [Patch(at: Int(record.value) + 1, text)]
    }
    let key = storage.records[children[children.count - 2]]
    let end = Int(storage.records[children[children.count - 1]].end)
    var manner = FlowManner(isJSON: isJSON || key.style == .double)
    if let colon = bytes[Int(key.end)...].firstIndex(of: UInt8(ascii: ":")), colon + 1 < bytes.count {
      manner.isTight = colon == Int(key.end) && !bytes[colon + 1].isWhite
    }
    let comma = FlowText.comma(behind: end, in: bytes)
    let lineStart = SourceText.lineStart(Int(key.start), in: bytes)
    let isOwnLine = bytes[lineStart..<Int(key.start)].allSatisfy(\.isBlank)
    let brace = Int(record.end) - 1
    guard isOwnLine, bytes[end..<brace].contains(where: \.isBreak) else {
      let text = try flowInner(entries, manner, at: index)
      return [comma.map { Patch(at: $0 + 1, [.space] + text + [UInt8(ascii: ",")]) } ?? Patch(at: end, manner.comma + text)]
    }
    let lineBreak = SourceText.lineBreak(at: end, in: bytes)
    var text: [UInt8] = []
    for (place, entry) in entries.enumerated() {
      text += lineBreak + bytes[lineStart..<Int(key.start)] + (try flowInner([entry], manner, at: index))
      if comma != nil || place < entries.count - 1 { text.append(UInt8(ascii: ",")) }
    }
    let lineEnd = SourceText.lineEnd(comma ?? end, in: bytes)
    return (comma == nil ? [Patch(at: end, [UInt8(ascii: ",")])] : []) + [Patch(at: lineEnd, text)]
  }

  private func flowText(
    _ entries: [EditPlan.NewEntry], _ manner: FlowManner, at index: Int
  ) throws(YAMLError) -> [UInt8] {
    [UInt8(ascii: "{")] + (try flowInner(entries, manner, at: index)) + [UInt8(ascii: "}")]
  }

  private func flowInner(
    _ entries: [EditPlan.NewEntry], _ manner: FlowManner, at index: Int
  ) throws(YAMLError) -> [UInt8] {
    var parts: [[UInt8]] = []
    for entry in entries {
      let key = ScalarEncoding.key(entry.key, inFlow: true, isQuoted: manner.isJSON)
      let value: [UInt8]
      switch entry.content {
      case .scalar(let text, let style):
        value = try self.value(text, style, inFlow: true, entry.key, at: index, isJSON: manner.isJSON)
      case .mapping(let below): value = try flowText(below, manner, at: index)
      }
      // Without a space the colon belongs to a plain key.
      let isQuoted = key.first == UInt8(ascii: "\"")
      parts.append(key + (isQuoted ? manner.colon : [UInt8(ascii: ":"), .space]) + value)
    }
    return Array(parts.joined(separator: manner.comma))
  }
}

/// Commas and comments between the entries of flow collections.
enum FlowText {
  /// The comma that follows, with nothing but space and comments before it.
  static func comma(behind end: Int, in bytes: [UInt8]) -> Int? {
    var at = end
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: ",") { return at }
      if bytes[at] == UInt8(ascii: "#") {
        at = SourceText.lineEnd(at, in: bytes)
      } else if bytes[at].isWhite {
        at += 1
      } else {
        return nil
      }
    }
    return nil
  }
}
