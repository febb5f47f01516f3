/// Where the path of an edit leads.
struct EditTarget {
  var document: Int
  var root: YAMLNode
  /// The nodes of the steps that exist, the first below the root.
  var trail: [YAMLNode.Child] = []
  /// The first alias that the path goes through.
  var alias: YAMLNode?
  /// The first merge key that it goes through, with the number of the step that it gives.
  var merge: (key: YAMLNode, step: Int)?

  var last: YAMLNode { trail.last?.value ?? root }

  init(document: Int, root: YAMLNode, path: FieldPath) throws(YAMLError) {
    self.document = document
    self.root = root
    var node = root
    for step in path.steps {
      guard let child = try node.child(step) else { return }
      if node.isAlias, alias == nil { alias = node }
      if let key = child.mergeKey, merge == nil { merge = (key, trail.count) }
      trail.append(child)
      node = child.value
    }
  }

  /// Refuses a field that is not written where the path says.
  func refuseIndirection(_ path: FieldPath, includingValue: Bool) throws(YAMLError) {
    if let merge {
      let definition = trail[merge.step].key ?? last
      throw merge.key.error(
        "\(path) comes from this merge key; it is written at \(last.storage.place(Int(definition.record.start)))",
        hint: "edit it there, which changes it wherever it is merged, or insert the field here")
    }
    if let alias = alias ?? (includingValue && last.isAlias ? last : nil) {
      let storage = alias.storage
      let anchored = storage.path(to: alias.targetIndex)
      throw alias.error(
        "\(path) is given by the alias *\(alias.anchor ?? ""), whose anchor is at "
          + storage.place(Int(storage.records[alias.targetIndex].start)),
        hint: "edit \(anchored), which changes every alias of it")
    }
  }
}

extension Storage {
  func root(_ document: Int) -> YAMLNode { YAMLNode(storage: self, index: documents[document].root) }

  /// Finds where an edit applies.
  ///
  /// Without a document's number: where the whole path leads to something, which must be one document; or, with
  /// `isInsertion`, the only document. Nil: there is no document at all.
  func target(of edit: YAMLEdit, isInsertion: Bool) throws(YAMLError) -> EditTarget? {
    let path = edit.path
    guard !path.steps.isEmpty else { throw YAMLError(file: name, message: "an empty field path") }
    if let document = edit.document {
      guard documents.indices.contains(document) else {
        if document == 0, isInsertion { return nil }
        throw YAMLError(
          file: name, message: "no document \(document): the file has \(documents.count)",
          hint: "documents count from 0")
      }
      return try EditTarget(document: document, root: root(document), path: path)
    }
    var targets: [EditTarget] = []
    for document in documents.indices {
      targets.append(try EditTarget(document: document, root: root(document), path: path))
    }
    let whole = targets.filter { $0.trail.count == path.steps.count }
    if whole.count == 1 { return whole[0] }
    if whole.count > 1 || isInsertion && documents.count > 1 {
      let numbers = (whole.isEmpty ? targets : whole).map { String($0.document) }.joined(separator: ", ")
      let place = whole.count > 1 ? whole[1].last : targets[1].root
      throw place.error(
        whole.isEmpty ? "the file has several documents: \(numbers)" : "\(path) is in several documents: \(numbers)",
        hint: "say which with --document")
    }
    return targets.max { $0.trail.count < $1.trail.count }
  }

  /// The field of an edit that needs it to be there.
  func existing(_ edit: YAMLEdit) throws(YAMLError) -> EditTarget {
    guard let target = try target(of: edit, isInsertion: false) else {
      throw error(at: 0, "no field \(edit.path): the file has no content", hint: "--insert adds it")
    }
    guard target.trail.count == edit.path.steps.count else { throw absent(edit.path, target) }
    return target
  }

  func absent(_ path: FieldPath, _ target: EditTarget) -> YAMLError {
    let node = target.last
    let step = path.steps[target.trail.count]
    let whereabouts = target.trail.isEmpty ? "" : " in \(path.prefix(target.trail.count))"
    let wanted: String
    let names: [String]
    switch step {
    case .key(let key):
      wanted = key
      names = node.entries.map(\.key)
    case .match(let key, let value):
      wanted = value
      names = node.elements.flatMap { element in element.entries.filter { $0.key == key }.map(\.value.text) }
    case .index:
      wanted = ""
      names = []
    }
    let nearest = NearestNames.of(wanted, among: names)
    var hint = nearest.isEmpty ? "--insert adds it" : "did you mean \(nearest.joined(separator: ", "))?"
    if bytes[Int(node.record.value)...].starts(with: "{{".utf8) { hint = "a template is no YAML; edit what it is rendered from" }
    return node.error("no \(step)\(whereabouts), so no field \(path)", hint: hint)
  }

  /// The path at which a node is written.
  func path(to wanted: Int) -> FieldPath {
    guard let document = documents.last(where: { $0.root <= wanted }) else { return FieldPath(steps: []) }
    var steps: [FieldPath.Step] = []
    var at = document.root
    while at != wanted, records[at].count > 0 {
      let children = children(at)
      guard let place = children.lastIndex(where: { $0 <= wanted }) else { break }
      if records[at].kind == .mapping {
        steps.append(.key(YAMLNode(storage: self, index: children[place - place % 2]).keyText))
        if place % 2 == 0 { break }
      } else {
        steps.append(.index(place))
      }
      at = children[place]
    }
    return FieldPath(steps: steps)
  }
}
