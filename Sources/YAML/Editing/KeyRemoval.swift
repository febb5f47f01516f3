/// Takes keys with their values out of a mapping: their own lines, or their own part of a flow mapping.
struct KeyRemoval {
  private let storage: Storage
  private let plan: EditPlan
  private var bytes: [UInt8] { storage.bytes }
  private static let braces = Array("{}".utf8)

  init(_ storage: Storage, _ plan: EditPlan) {
    self.storage = storage
    self.plan = plan
  }

  /// A key with its value, as it lies in the file.
  private struct Entry {
    var key: Int
    var start: Int
    var end: Int
    var goes: Bool
  }

  func remove(_ keys: Set<Int>, from mapping: Int, _ patches: inout Patches) throws(YAMLError) {
    let children = storage.children(mapping)
    let entries = stride(from: 0, to: children.count - 1, by: 2).map { at in
      Entry(
        key: children[at], start: Int(storage.records[children[at]].start), end: storage.contentEnd(children[at + 1]),
        goes: keys.contains(children[at]))
    }
    if storage.records[mapping].isFlow {
      try removeFlow(entries, mapping, &patches)
    } else if plan.isEmptied(mapping), !plan.emptiedRoots.contains(mapping) {
      empty(mapping, entries, &patches)
    } else {
      removeBlock(entries, &patches)
    }
  }

  // MARK: Block

  private func beginsLine(_ offset: Int) -> Bool {
    bytes[SourceText.lineStart(offset, in: bytes)..<offset].allSatisfy { $0 == .space }
  }

  /// The lines of an entry, with the comment behind its value.
  private func lines(_ entry: Entry) -> Range<Int> {
    let end = SourceText.lineEnd(entry.end, in: bytes)
    return SourceText.lineStart(entry.start, in: bytes)..<SourceText.behindBreak(end, in: bytes)
  }

  private func removeBlock(_ entries: [Entry], _ patches: inout Patches) {
    var rest = entries[...]
    if let first = rest.first, first.goes, !beginsLine(first.start), let stays = rest.firstIndex(where: { !$0.goes }) {
      // The first key of a list's item stands behind the dash: the next one moves there, unless a comment is between.
      let run = rest[..<stays]
      let gap = SourceText.lineEnd(run[stays - 1].end, in: bytes)..<entries[stays].start
      if bytes[gap].allSatisfy(\.isWhite) {
        patches.remove([first.start..<entries[stays].start])
        rest = rest[stays...]
      } else {
        patches.remove([behindDash(first.start)..<SourceText.lineEnd(first.end, in: bytes)])
        rest = rest.dropFirst()
      }
    }
    patches.remove(rest.filter(\.goes).map(lines))
  }

  private func behindDash(_ start: Int) -> Int {
    var at = start
    while at > 0, bytes[at - 1].isBlank { at -= 1 }
    return at
  }

  /// Leaves `{}` for a mapping that loses every key: behind the parent's key, or in place of the first entry.
  private func empty(_ mapping: Int, _ entries: [Entry], _ patches: inout Patches) {
    guard let first = entries.first else { return }
    if beginsLine(first.start), let colon = parentColon(mapping) {
      patches.add([Patch(at: colon + 1, [.space] + Self.braces)])
      patches.remove(entries.map(lines))
    } else {
      patches.add([Patch(first.start..<first.end, Self.braces)])
      patches.remove(entries.dropFirst().map(lines))
    }
  }

  /// The colon behind the key whose value a mapping is, where the mapping begins on a later line without properties.
  private func parentColon(_ mapping: Int) -> Int? {
    let record = storage.records[mapping]
    guard record.link < 0, mapping > 0 else { return nil }
    let key = mapping - 1
    guard storage.records[key].kind != .alias, Int(storage.records[key].next) == mapping,
      storage.documents.allSatisfy({ $0.root != mapping })
    else { return nil }
    var at = Int(storage.records[key].end)
    while at < bytes.count, bytes[at].isBlank { at += 1 }
    return at < bytes.count && bytes[at] == UInt8(ascii: ":") && at < Int(record.start) ? at : nil
  }

  // MARK: Flow

  private func removeFlow(_ entries: [Entry], _ mapping: Int, _ patches: inout Patches) throws(YAMLError) {
    guard let lastStay = entries.lastIndex(where: { !$0.goes }) else {
      guard let first = entries.first, let last = entries.last else { return }
      let end = FlowText.comma(behind: last.end, in: bytes).map { $0 + 1 } ?? last.end
      patches.remove([first.start..<end])
      return
    }
    for at in entries.indices where entries[at].goes && at < lastStay {
      let lineRange = lines(entries[at])
      let next = entries[at + 1].start
      let tail = bytes[entries[at].end..<SourceText.lineEnd(entries[at].end, in: bytes)].drop(while: \.isBlank)
      // The comment behind an entry that has its own line goes with it.
      let isAlone =
        bytes[lineRange.lowerBound..<entries[at].start].allSatisfy(\.isBlank)
        && lineRange.upperBound <= next && tail.first == UInt8(ascii: ",")
      patches.remove([isAlone ? lineRange : entries[at].start..<next])
    }
    if lastStay + 1 < entries.count { try removeTail(entries, lastStay, mapping, &patches) }
  }

  /// Removes the last entries, with the comma before them or, where one stands behind them, that one.
  private func removeTail(
    _ entries: [Entry], _ lastStay: Int, _ mapping: Int, _ patches: inout Patches
  ) throws(YAMLError) {
    let stay = entries[lastStay].end
    let end = entries[entries.count - 1].end
    guard let comma = FlowText.comma(behind: stay, in: bytes) else { return }
    let trailing = FlowText.comma(behind: end, in: bytes)
    let gap = comma + 1..<entries[lastStay + 1].start
    var start = trailing == nil ? stay : comma + 1
    if bytes[gap].contains(UInt8(ascii: "#")) || comma > stay && trailing == nil {
      // A comment of the entry before stays on its line.
      start = SourceText.beforeBreak(SourceText.lineStart(entries[lastStay + 1].start, in: bytes), in: bytes)
      guard start > comma else { throw storage.error(at: comma, "a comment stands in the way", hint: "edit it by hand") }
      if trailing == nil { patches.remove([comma..<comma + 1]) }
    }
    patches.remove([start..<(trailing.map { $0 + 1 } ?? end)])
  }
}
