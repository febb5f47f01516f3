/// What a set of edits means for a parsed stream: every one located, checked against the others, not yet in bytes.
struct EditPlan {
  /// A scalar's new content.
  struct Change {
    var text: [UInt8]
    var style: ScalarStyle?
    /// Parts of the old text, in order, where not the whole is set.
    var parts: [(range: Range<Int>, with: String)]?
    var node: YAMLNode
    var path: FieldPath
  }

  /// A key to add, with a scalar or with further keys.
  struct NewEntry {
    enum Content {
      case scalar(String, ScalarStyle?)
      case mapping([NewEntry])
    }
    var key: String
    var content: Content
  }

  /// A node that gets new keys: a mapping, or an empty value.
  struct Host {
    var entries: [NewEntry]
    /// The key of an empty value; nil where it is a document's root.
    var key: YAMLNode?
  }

  let storage: Storage
  private(set) var changes: [Int: Change] = [:]
  private(set) var hosts: [Int: Host] = [:]
  /// Keys for a stream without a document.
  private(set) var first: [NewEntry] = []
  /// For each mapping, its keys that go.
  private(set) var removals: [Int: Set<Int>] = [:]
  /// Roots that go whole.
  private(set) var emptiedRoots: Set<Int> = []
  private var prunes: [EditTarget] = []
  private var places: [(offset: Int, path: FieldPath)] = []
  private(set) var changesNothing = true

  init(_ storage: Storage) { self.storage = storage }

  mutating func add(_ edit: YAMLEdit) throws(YAMLError) {
    switch edit.operation {
    case .set(let text, let style): try set(edit, text, style)
    case .replace(let parts): try replace(edit, parts)
    case .insert(let text, let style): try insert(edit, .scalar(text, style))
    case .remove: try remove(edit, prunes: false)
    case .prune: try remove(edit, prunes: true)
    }
  }

  /// An edit that can't be made exactly.
  func unsafe(_ reason: String) -> YAMLError {
    let path = places.map(\.path.description).joined(separator: ", ")
    return storage.error(
      at: places.first?.offset ?? 0, "cannot edit \(path) safely: \(reason)", hint: "edit it by hand")
  }

  // MARK: Scalars

  private mutating func scalar(_ edit: YAMLEdit) throws(YAMLError) -> YAMLNode {
    let target = try storage.existing(edit)
    try target.refuseIndirection(edit.path, includingValue: true)
    let node = target.last
    guard node.kind == .scalar else {
      let isTemplate = storage.bytes[Int(node.record.value)...].starts(with: "{{".utf8)
      throw node.error(
        "\(edit.path) is a \(node.kind), not a scalar",
        hint: isTemplate ? "a template is no YAML; edit what it is rendered from" : "name a field below it")
    }
    places.append((Int(node.record.value), edit.path))
    return node
  }

  private mutating func set(_ edit: YAMLEdit, _ text: String, _ style: ScalarStyle?) throws(YAMLError) {
    let node = try scalar(edit)
    let change = Change(text: Array(text.utf8), style: style, node: node, path: edit.path)
    if let known = changes[node.index] {
      guard known.text == change.text, known.style == style else { throw node.error("\(edit.path) is edited twice") }
    }
    changes[node.index] = change
    if change.text != Array(storage.textBytes(node.index)) || style != nil && style != node.style { changesNothing = false }
  }

  private mutating func replace(
    _ edit: YAMLEdit, _ parts: [(range: Range<Int>, with: String)]
  ) throws(YAMLError) {
    let node = try scalar(edit)
    var all = parts
    if let known = changes[node.index] {
      guard let others = known.parts else { throw node.error("\(edit.path) is edited twice") }
      all += others
    }
    all.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    let old = Array(storage.textBytes(node.index))
    var text: [UInt8] = []
    var at = 0
    for part in all {
      guard part.range.lowerBound >= at, part.range.upperBound <= old.count else {
        throw node.error("parts of \(edit.path) overlap, or lie outside its \(old.count) bytes")
      }
      text += old[at..<part.range.lowerBound] + Array(part.with.utf8)
      at = part.range.upperBound
    }
    text += old[at...]
    changes[node.index] = Change(text: text, style: nil, parts: all, node: node, path: edit.path)
    if text != old { changesNothing = false }
  }

  // MARK: Keys

  private mutating func insert(_ edit: YAMLEdit, _ content: NewEntry.Content) throws(YAMLError) {
    changesNothing = false
    guard let target = try storage.target(of: edit, isInsertion: true) else {
      try Self.insert(&first, edit.path.steps[...], content, at: storage.error(at: 0, "\(edit.path) is inserted twice"))
      places.append((0, edit.path))
      return
    }
    let steps = edit.path.steps
    // A key that only a merge key gives may be written over; what is below one may not.
    let isOverMerge = target.trail.count == steps.count && target.merge?.step == steps.count - 1 && target.alias == nil
    guard target.trail.count < steps.count || isOverMerge else {
      throw target.last.error("\(edit.path) exists already", hint: "set it instead of inserting it")
    }
    if !isOverMerge { try target.refuseIndirection(edit.path, includingValue: true) }
    let depth = isOverMerge ? steps.count - 1 : target.trail.count
    let node = depth == 0 ? target.root : target.trail[depth - 1].value
    let isRoot = depth == 0
    let key = isRoot ? nil : target.trail[depth - 1].key
    guard node.kind == .mapping || node.isEmptyText && (isRoot || key != nil) else {
      throw node.error(
        "\(isRoot ? "the document" : edit.path.prefix(depth).description) is a \(node.isNull ? "null" : "\(node.kind)"), not a mapping",
        hint: "a key can be inserted into a mapping only")
    }
    guard case .key = steps[depth] else { throw storage.absent(edit.path, target) }
    var host = hosts[node.index] ?? Host(entries: [], key: key)
    try Self.insert(&host.entries, steps[depth...], content, at: node.error("\(edit.path) is inserted twice"))
    hosts[node.index] = host
    places.append((Int(node.record.value), edit.path))
  }

  private static func insert(
    _ entries: inout [NewEntry], _ steps: ArraySlice<FieldPath.Step>, _ content: NewEntry.Content, at fault: YAMLError
  ) throws(YAMLError) {
    guard case .key(let key)? = steps.first else {
      throw YAMLError(
        file: fault.file, line: fault.line, column: fault.column,
        message: "an element of a sequence can't be inserted", hint: "write the sequence by hand")
    }
    let rest = steps.dropFirst()
    guard let known = entries.firstIndex(where: { $0.key == key }) else {
      if rest.isEmpty {
        entries.append(NewEntry(key: key, content: content))
      } else {
        var below: [NewEntry] = []
        try insert(&below, rest, content, at: fault)
        entries.append(NewEntry(key: key, content: .mapping(below)))
      }
      return
    }
    guard !rest.isEmpty, case .mapping(var below) = entries[known].content else { throw fault }
    try insert(&below, rest, content, at: fault)
    entries[known].content = .mapping(below)
  }

  private mutating func remove(_ edit: YAMLEdit, prunes isPrune: Bool) throws(YAMLError) {
    changesNothing = false
    let target = try storage.existing(edit)
    try target.refuseIndirection(edit.path, includingValue: false)
    guard let key = target.trail.last?.key else {
      throw target.last.error("\(edit.path) is an element of a sequence, not a key", hint: "edit it by hand")
    }
    removals[parent(target, target.trail.count).index, default: []].insert(key.index)
    if isPrune { prunes.append(target) }
    places.append((Int(key.record.start), edit.path))
  }

  private func parent(_ target: EditTarget, _ depth: Int) -> YAMLNode {
    depth < 2 ? target.root : target.trail[depth - 2].value
  }

  /// Lets the mappings go that prunes have emptied, and refuses edits inside what goes.
  mutating func finish() throws(YAMLError) {
    for target in prunes {
      var depth = target.trail.count
      while isEmptied(parent(target, depth).index) {
        if depth == 1 {
          if !target.root.isFlow { emptiedRoots.insert(target.root.index) }
          break
        }
        guard let key = target.trail[depth - 2].key else { break }
        depth -= 1
        removals[parent(target, depth).index, default: []].insert(key.index)
      }
    }
    let gone = removals.values.flatMap { $0 }.map { key in
      (key: key, end: Int(storage.records[Int(storage.records[key].next)].next))
    }
    for (key, end) in gone {
      for other in gone where other.key > key && other.key < end { removals.removeKey(other.key) }
      let inside = Array(changes.keys) + Array(hosts.keys)
      guard let edited = inside.first(where: { $0 > key && $0 < end }) else { continue }
      throw storage.error(at: Int(storage.records[edited].value), "an edit inside a key that is removed")
    }
  }

  func isEmptied(_ mapping: Int) -> Bool {
    guard let removed = removals[mapping], hosts[mapping] == nil else { return false }
    return removed.count == Int(storage.records[mapping].count) / 2
  }

  // MARK: Bytes

  func patches() throws(YAMLError) -> Patches {
    var result = Patches()
    for change in changes.values {
      result.add(try ScalarRewriting(change, storage, isJSON: storage.isJSON(around: change.node.index)).patches())
    }
    for (index, host) in hosts.sorted(by: { $0.key < $1.key }) {
      let isJSON = storage.isJSON(around: index)
      result.add(try KeyInsertion(storage, isJSON: isJSON).patches(host, into: index))
    }
    if !first.isEmpty { result.add(try KeyInsertion(storage, isJSON: false).firstPatches(first)) }
    for (mapping, keys) in removals { try KeyRemoval(storage, self).remove(keys, from: mapping, &result) }
    return result
  }
}

extension [Int: Set<Int>] {
  fileprivate mutating func removeKey(_ key: Int) {
    for mapping in Array(keys) where self[mapping]?.remove(key) != nil {
      if self[mapping]?.isEmpty == true { self[mapping] = nil }
    }
  }
}
