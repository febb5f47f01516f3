extension YAMLNode {
  /// Whether two values are written alike, their places, comments, anchors and aliases aside: then they mean the same.
  package func isAlike(_ other: YAMLNode) -> Bool {
    let (left, right) = (targetRecord, other.targetRecord)
    guard left.kind == right.kind else { return false }
    if left.kind == .scalar {
      return left.style == right.style && left.textCount == right.textCount && tag == other.tag
        && storage.textBytes(targetIndex) == other.storage.textBytes(other.targetIndex)
    }
    guard left.count == right.count else { return false }
    var (mine, its) = (targetIndex + 1, other.targetIndex + 1)
    for _ in 0..<left.count {
      guard YAMLNode(storage: storage, index: mine).isAlike(YAMLNode(storage: other.storage, index: its)) else { return false }
      mine = Int(storage.records[mine].next)
      its = Int(other.storage.records[its].next)
    }
    return true
  }

  /// What two mappings do not write alike, where they have the same keys in the same order; nil where they don't, where a key
  /// stands twice, is no scalar, or merges another mapping in.
  package func unlikeEntries(_ other: YAMLNode) -> [(key: String, mine: YAMLNode, its: YAMLNode)]? {
    guard kind == .mapping, other.kind == .mapping, targetRecord.count == other.targetRecord.count else { return nil }
    var unlike: [(key: String, mine: YAMLNode, its: YAMLNode)] = []
    var keys: [YAMLNode] = []
    var isPlain = true
    var its = other.targetIndex + 1
    forEachOwn { key, value in
      let otherKey = YAMLNode(storage: other.storage, index: its)
      let otherValue = YAMLNode(storage: other.storage, index: Int(other.storage.records[its].next))
      its = Int(other.storage.records[otherValue.index].next)
      isPlain = isPlain && key.kind == .scalar && key.isAlike(otherKey) && !key.isMergeKey
      if isPlain, !value.isAlike(otherValue) { unlike.append((key.keyText, value, otherValue)) }
      keys.append(key)
    }
    guard isPlain else { return nil }
    return unlike.isEmpty || Set(keys.map(\.keyText)).count == keys.count ? unlike : nil
  }
}
