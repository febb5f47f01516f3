extension YAMLNode {
  /// The node at a path below this one, through aliases and merge keys; nil where there is none.
  ///
  /// - Throws: `YAMLError` where a key of the path stands twice in its mapping, or two elements match a `[key=value]`.
  package func find(_ path: FieldPath) throws(YAMLError) -> YAMLNode? {
    var node = self
    for step in path.steps {
      guard let child = try node.child(step) else { return nil }
      node = child.value
    }
    return node
  }

  /// One step down: the value, its key in a mapping, and the merge key that it came through.
  struct Child {
    var value: YAMLNode
    var key: YAMLNode?
    var mergeKey: YAMLNode?
  }

  func child(_ step: FieldPath.Step) throws(YAMLError) -> Child? {
    switch (step, kind) {
    case (.key(let key), .mapping): return try child(key: key)
    case (.key(let key), .sequence):
      return Int(key).flatMap { String($0) == key ? element($0) : nil }.map { Child(value: $0) }
    case (.index(let index), .sequence): return element(index).map { Child(value: $0) }
    case (.match(let key, let value), .sequence): return try element(key, value).map { Child(value: $0) }
    default: return nil
    }
  }

  private func element(_ wanted: Int) -> YAMLNode? {
    guard wanted >= 0, wanted < Int(targetRecord.count) else { return nil }
    var child = targetIndex + 1
    for _ in 0..<wanted { child = Int(storage.records[child].next) }
    return YAMLNode(storage: storage, index: child)
  }

  private func element(_ key: String, _ value: String) throws(YAMLError) -> YAMLNode? {
    var found: YAMLNode?
    for element in elements {
      let tested = key.isEmpty ? element : element.kind == .mapping ? try element.child(key: key)?.value : nil
      guard let tested, tested.hasText(value.utf8) else { continue }
      if let found {
        throw element.error(
          "two elements match [\(key)=\(value)], the first at \(storage.place(Int(found.record.value)))",
          hint: "name the element by its index")
      }
      found = element
    }
    return found
  }

  private func child(key: String) throws(YAMLError) -> Child? {
    let wanted = key.utf8
    var found: Child?
    var duplicate: YAMLNode?
    var merges: [(key: YAMLNode, value: YAMLNode)] = []
    forEachOwn { keyNode, value in
      if keyNode.hasText(wanted) {
        if found == nil { found = Child(value: value, key: keyNode) } else if duplicate == nil { duplicate = keyNode }
      } else if keyNode.isMergeKey {
        merges.append((keyNode, value))
      }
    }
    if let duplicate, let first = found?.key { throw duplicate.duplicateError(first: first) }
    if let found { return found }
    for merge in merges {
      for source in merge.value.mergeSources ?? [] {
        if var child = try source.child(key: key) {
          child.mergeKey = merge.key
          return child
        }
      }
    }
    return nil
  }
}
