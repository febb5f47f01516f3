extension YAMLNode {
  /// A mapping's entries, with what its merge keys (`<<`) bring in: own keys win, and the first of several mappings.
  ///
  /// A key that is no scalar (a template, often) has its source as its text; `complexKey` tells of it. Keys that stand
  /// twice are listed twice; `duplicateKey` tells.
  package var entries: [(key: String, keyNode: YAMLNode, value: YAMLNode)] {
    guard kind == .mapping else { return [] }
    var result: [(key: String, keyNode: YAMLNode, value: YAMLNode)] = []
    result.reserveCapacity(Int(targetRecord.count) / 2)
    var merges: [YAMLNode] = []
    forEachOwn { key, value in
      if key.isMergeKey, let sources = value.mergeSources {
        merges += sources
      } else {
        result.append((key.keyText, key, value))
      }
    }
    guard !merges.isEmpty else { return result }
    var seen = Set(result.map(\.key))
    for source in merges {
      for entry in source.entries where seen.insert(entry.key).inserted { result.append(entry) }
    }
    return result
  }

  /// The first key of this mapping that is no scalar, as a template in braces is.
  package var complexKey: YAMLNode? {
    var found: YAMLNode?
    forEachOwn { key, _ in if found == nil, key.kind != .scalar { found = key } }
    return found
  }

  /// The first key that stands twice in this very mapping.
  package var duplicateKey: (key: String, first: YAMLNode, second: YAMLNode)? {
    guard kind == .mapping else { return nil }
    // By bytes: to YAML, characters composed otherwise are other characters.
    var seen: [ArraySlice<UInt8>: YAMLNode] = [:]
    var found: (key: String, first: YAMLNode, second: YAMLNode)?
    forEachOwn { key, _ in
      guard found == nil, key.kind == .scalar else { return }
      let text = storage.textBytes(key.targetIndex)
      if let first = seen[text] { found = (key.text, first, key) } else { seen[text] = key }
    }
    return found
  }

  func duplicateError(first: YAMLNode) -> YAMLError {
    error(
      "the key \(keyText) stands twice in one mapping, first at \(storage.place(Int(first.record.value)))",
      hint: "remove one of them")
  }

  /// Visits the keys and values written in a mapping, merge keys as they stand.
  func forEachOwn(_ body: (_ key: YAMLNode, _ value: YAMLNode) -> Void) {
    guard kind == .mapping else { return }
    let mapping = targetIndex
    var child = mapping + 1
    for _ in 0..<(storage.records[mapping].count / 2) {
      let value = Int(storage.records[child].next)
      body(YAMLNode(storage: storage, index: child), YAMLNode(storage: storage, index: value))
      child = Int(storage.records[value].next)
    }
  }

  var keyText: String {
    kind == .scalar ? text : String(decoding: storage.bytes[span], as: UTF8.self)
  }

  var isMergeKey: Bool {
    guard record.kind == .scalar, record.style == .plain, record.textCount == 2 else { return false }
    return storage.textBytes(index).elementsEqual([UInt8(ascii: "<"), UInt8(ascii: "<")])
  }

  /// The mappings that a merge key's value names, in the order in which they win; nil where it names none.
  var mergeSources: [YAMLNode]? {
    switch kind {
    case .mapping: return [self]
    case .sequence:
      let sources = elements
      return sources.allSatisfy { $0.kind == .mapping } ? sources : nil
    case .scalar: return nil
    }
  }

  func hasText(_ utf8: String.UTF8View) -> Bool {
    kind == .scalar && Int(targetRecord.textCount) == utf8.count && storage.textBytes(targetIndex).elementsEqual(utf8)
  }
}
