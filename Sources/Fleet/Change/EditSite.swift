import YAML

/// Where a scalar is written in a file, and whether it is seen elsewhere in it through aliases and merge keys.
struct EditSite {
  /// Its own path, through no alias.
  let path: FieldPath
  /// Whether an alias may lead to it.
  let isShared: Bool
  /// Every path on which it is seen, its own included.
  let paths: [FieldPath]

  /// nil where the scalar has no path of its own, as inside a key.
  init?(_ file: YAMLFile, document: Int, span: Range<Int>) {
    guard file.documents.indices.contains(document), let root = file.documents[document].root,
      let own = Self.ownPath(to: span, from: root)
    else { return nil }
    path = FieldPath(steps: own.steps)
    isShared = own.anchors.contains { Self.isUsed($0, in: file.bytes) }
    if isShared {
      var paths: [FieldPath] = []
      Self.collect(own.node.definitionID, root, [], &paths)
      self.paths = paths
    } else {
      paths = [path]
    }
  }

  /// The anchor of a mapping that an inserted key would come to stand in, where an alias to it exists.
  static func sharedAnchor(above field: FieldPath, in file: YAMLFile) -> String? {
    for document in file.documents {
      guard var node = document.root else { continue }
      for step in field.steps {
        if let anchor = node.anchor, isUsed(anchor, in: file.bytes) { return anchor }
        guard let next = try? node.find(FieldPath(steps: [step])), next.kind == .mapping else { break }
        node = next
      }
    }
    return nil
  }

  /// The anchor that gives a field's value, where the field itself is written there as an alias (or bears the anchor).
  static func aliasedAnchor(at field: FieldPath, in file: YAMLFile) -> String? {
    guard let last = field.steps.last, case .key(let key) = last else { return nil }
    for document in file.documents {
      guard let parent = try? document.root?.find(FieldPath(steps: Array(field.steps.dropLast()))), !parent.isAlias else {
        continue
      }
      let inside = parent.span
      let own = parent.entries.first { $0.key == key && inside.contains($0.keyNode.span.lowerBound) }
      if let anchor = own?.value.anchor { return anchor }
    }
    return nil
  }

  private static func ownPath(
    to span: Range<Int>, from root: YAMLNode
  ) -> (steps: [FieldPath.Step], anchors: [String], node: YAMLNode)? {
    var (node, steps, anchors) = (root, [FieldPath.Step](), [String]())
    while true {
      if node.isAlias { return nil }
      if let anchor = node.anchor { anchors.append(anchor) }
      switch node.kind {
      case .scalar: return node.span == span ? (steps, anchors, node) : nil
      case .sequence:
        guard let (index, element) = node.elements.enumerated().first(where: { $0.element.holds(span) }) else { return nil }
        steps.append(.index(index))
        node = element
      case .mapping:
        let inside = node.span
        guard let entry = node.entries.first(where: { inside.contains($0.keyNode.span.lowerBound) && $0.value.holds(span) })
        else { return nil }
        steps.append(.key(entry.key))
        node = entry.value
      }
    }
  }

  private static func collect(_ wanted: Int, _ node: YAMLNode, _ steps: [FieldPath.Step], _ paths: inout [FieldPath]) {
    switch node.kind {
    case .scalar: if node.definitionID == wanted { paths.append(FieldPath(steps: steps)) }
    case .sequence:
      for (index, element) in node.elements.enumerated() { collect(wanted, element, steps + [.index(index)], &paths) }
    case .mapping:
      for entry in node.entries { collect(wanted, entry.value, steps + [.key(entry.key)], &paths) }
    }
  }

  /// Whether the text has an alias of that name; one in a comment or a quoted text counts too, which only makes us more careful.
  private static func isUsed(_ anchor: String, in bytes: [UInt8]) -> Bool {
    let wanted = [UInt8(ascii: "*")] + anchor.utf8
    return bytes.indices.contains { bytes[$0] == wanted[0] && bytes[$0...].starts(with: wanted) }
  }
}

extension YAMLNode {
  fileprivate func holds(_ span: Range<Int>) -> Bool {
    !isAlias && self.span.lowerBound <= span.lowerBound && span.upperBound <= self.span.upperBound
  }
}
