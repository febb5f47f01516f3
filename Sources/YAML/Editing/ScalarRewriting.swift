/// Puts new content into a scalar.
struct ScalarRewriting {
  private let storage: Storage
  private let change: EditPlan.Change
  private let isJSON: Bool
  private let record: Record
  private let old: [UInt8]
  private let inFlow: Bool

  init(_ change: EditPlan.Change, _ storage: Storage, isJSON: Bool) {
    self.storage = storage
    self.change = change
    self.isJSON = isJSON
    record = storage.records[change.node.index]
    old = Array(storage.textBytes(change.node.index))
    inFlow = storage.isInFlow(change.node.index)
  }

  private var span: Range<Int> { Int(record.value)..<Int(record.end) }
  private var isBlock: Bool { record.style == .literal || record.style == .folded }
  private var isOneLine: Bool { !isBlock && !storage.bytes[span].contains(where: \.isBreak) }

  func patches() throws(YAMLError) -> [Patch] {
    if change.text == old, change.style == nil || change.style == record.style { return [] }
    if change.node.isEmptyText { return [emptyValuePatch(try whole())] }
    // A style of its own, or text that the present style can't hold: the scalar is written whole.
    let isWhole =
      change.style != nil && change.style != record.style || isOneLine && (change.parts == nil || plainNeedsQuotes(change.text))
    if isWhole {
      guard !isBlock else { throw cannot("a block scalar can't change its style") }
      return [Patch(span, try whole())]
    }
    if isBlock { try refuseOtherEnd() }
    // A value set as a whole may give up its line folds, where the new text does not fit between them.
    if !isBlock, change.parts == nil {
      let isFoldable = record.style != .plain || !plainNeedsQuotes(change.text.filter { $0 != .lineFeed })
      if isFoldable, let patches = try? partPatches() { return patches }
      return [Patch(span, try whole())]
    }
    return try partPatches()
  }

  /// How many line breaks end a block scalar is a matter of its header, which stays as it is.
  private func refuseOtherEnd() throws(YAMLError) {
    let (has, wants) = (old.reversed().prefix { $0 == .lineFeed }.count, change.text.reversed().prefix { $0 == .lineFeed }.count)
    guard has != wants else { return }
    throw change.node.error(
      "cannot edit \(change.path) safely: this block scalar ends with \(has) line breaks, the new text with \(wants)",
      hint: "end the text with as many line breaks")
  }

  private func cannot(_ reason: String) -> YAMLError {
    change.node.error("cannot edit \(change.path) safely: \(reason)", hint: "edit it by hand")
  }

  // MARK: Whole

  private func plainNeedsQuotes(_ text: [UInt8]) -> Bool {
    guard record.style == .plain else { return false }
    if !ScalarEncoding.canBePlain(text, inFlow: inFlow) { return true }
    // With a tag the type stays as the tag says.
    if change.node.tag != nil { return false }
    let type = ScalarType(plain: text)
    if type == .string { return isJSON }
    if change.node.resolvesToString { return true }
    return (type == .int || type == .float) && !ScalarType.printsBack(String(decoding: text, as: UTF8.self))
  }

  private func whole() throws(YAMLError) -> [UInt8] {
    switch change.style ?? record.style {
    case .plain:
      if change.style == nil, plainNeedsQuotes(change.text) { return ScalarEncoding.quoted(change.text, isJSON: isJSON) }
      guard ScalarEncoding.canBePlain(change.text, inFlow: inFlow) else {
        throw cannot("the text can't stand without quotes")
      }
      return change.text
    case .single:
      if let single = ScalarEncoding.single(change.text) { return single }
      guard change.style == nil else { throw cannot("single quotes can't hold the text") }
      return ScalarEncoding.double(change.text)
    case .double: return ScalarEncoding.double(change.text)
    case .literal, .folded: throw cannot("a scalar can't be turned into a block")
    }
  }

  /// Text where nothing stands yet: right behind `key:` or `-`, before the space that may follow.
  private func emptyValuePatch(_ text: [UInt8]) -> Patch {
    let bytes = storage.bytes
    let at = Int(record.end)
    let lineEnd = SourceText.lineEnd(at, in: bytes)
    if at > 0, bytes[at - 1].isBlank { return Patch(at: at, text) }
    let onlyBlanks = at < lineEnd && bytes[at..<lineEnd].allSatisfy(\.isBlank)
    return onlyBlanks ? Patch(at: at + 1, text) : Patch(at: at, [.space] + text)
  }

  // MARK: Parts

  private func partPatches() throws(YAMLError) -> [Patch] {
    guard let parts = ScalarParts(of: change.node.index, in: storage) else {
      throw cannot("its text can't be found again in the file as it is written")
    }
    var result: [Patch] = []
    let wanted = change.parts ?? [(0..<old.count, String(decoding: change.text, as: UTF8.self))]
    for part in wanted.flatMap({ WordDifference.parts(of: old, $0.range, with: Array($0.with.utf8)) }) {
      guard let raw = parts.raw(part.range) else { throw cannot("the change cuts through an escape or a line fold") }
      guard let text = encode(part.with, indent: parts.indent) else {
        throw cannot("the new text does not fit its \(record.style) style")
      }
      result.append(Patch(raw, text))
    }
    return result
  }

  private func encode(_ text: [UInt8], indent: Int) -> [UInt8]? {
    switch record.style {
    case .plain: return ScalarEncoding.isPrintableLine(text) ? text : nil
    case .single: return ScalarEncoding.isPrintableLine(text) ? ScalarEncoding.singleInner(text) : nil
    case .double: return ScalarEncoding.doubleInner(text)
    case .folded: return ScalarEncoding.isPrintableLine(text) ? text : nil
    case .literal:
      let lines = text.split(separator: .lineFeed, omittingEmptySubsequences: false)
      guard lines.allSatisfy({ ScalarEncoding.isPrintableLine(Array($0)) }) else { return nil }
      let lineBreak = SourceText.lineBreak(at: Int(record.value), in: storage.bytes)
      let joint = lineBreak + [UInt8](repeating: .space, count: indent)
      return Array(lines.joined(separator: joint))
    }
  }
}
