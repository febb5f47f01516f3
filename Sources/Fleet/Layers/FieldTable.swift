import YAML

/// The fields that are looked up in a file, as a tree, so that one walk finds them all.
struct FieldTable: Sendable {
  let fields: [FieldPath]
  private(set) var branches = [Branch()]

  struct Branch: Sendable {
    var children: [(step: FieldPath, branch: Int)] = []
    /// The fields that end here.
    var fields: [Int] = []
  }

  init(_ fields: [FieldPath]) {
    self.fields = fields
    for (index, field) in fields.enumerated() {
      var branch = 0
      for step in field.steps.map({ FieldPath(steps: [$0]) }) {
        if let child = branches[branch].children.first(where: { $0.step == step }) {
          branch = child.branch
        } else {
          branches.append(Branch())
          branches[branch].children.append((step, branches.count - 1))
          branch = branches.count - 1
        }
      }
      branches[branch].fields.append(index)
    }
  }

  func index(of field: FieldPath) -> Int? { fields.firstIndex(of: field) }
}

extension FieldPath {
  /// Whether a path of one step is a key's: an absent key leaves the field to the layers below, an absent element does not.
  fileprivate var namesKey: Bool { if case .key? = steps.first { true } else { false } }
}

/// What one file says about one field, and so what the layers below it still have to say.
enum Found: Sendable, Equatable {
  /// Nothing: the layer below decides.
  case absent
  /// A null, or a scalar or a list where the path needs a mapping: the layers below do not count, and the field is absent.
  case removed
  case mapping
  /// A list, with its scalars.
  case sequence([String])
  case value(FoundValue)
}

struct FoundValue: Sendable, Equatable {
  var text: String
  var isString: Bool
  var isPinned: Bool
  /// Whether it bears a tag of its own.
  var isTagged: Bool
  var document: UInt32
  /// Where it is written: the anchored scalar's own place where it is reached through an alias.
  var start: UInt32
  var end: UInt32
  var line: UInt32
  var column: UInt32
}

/// What a file says about the fields of its table. All that is kept of a parsed file.
struct FileFacts: Sendable, Equatable {
  var found: [Found]
}

/// A problem with a file, where a fact can't be told.
struct FactError: Error {
  let problem: Problem

  init(_ problem: Problem) { self.problem = problem }
  init(_ error: YAMLError) { problem = Problem(error) }
  init(_ message: String, at node: YAMLNode, in file: String, hint: String? = nil) {
    let position = node.position
    problem = Problem(message, at: Place(file: file, line: position.line, column: position.column), hint: hint)
  }
}

/// How a file's facts are read.
enum FileRole: Sendable {
  /// A values file: one mapping.
  case layer(FieldTable)
  /// A component's own file: one of its documents has the field.
  case component(FieldTable, ValuePattern?)

  func facts(_ bytes: [UInt8], name: String) throws(FactError) -> FileFacts {
    let file: YAMLFile
    do { file = try YAMLFile(bytes, name: name) } catch { throw FactError(error) }
    return try facts(file)
  }

  func facts(_ file: YAMLFile) throws(FactError) -> FileFacts {
    let name = file.name
    switch self {
    case .layer(let table):
      guard let (document, root) = try Self.layerRoot(file) else {
        return FileFacts(found: Array(repeating: .absent, count: table.fields.count))
      }
      var walk = FactWalk(table: table, file: name, document: document)
      try walk.visit(root, 0, insideList: false)
      return FileFacts(found: walk.found)
    case .component(let table, let pattern):
      return try Self.componentFacts(file, table, pattern)
    }
  }

  /// The one document of a values file that is not empty; nil where there is none.
  static func layerRoot(_ file: YAMLFile) throws(FactError) -> (Int, YAMLNode)? {
    var found: (Int, YAMLNode)?
    for (index, document) in file.documents.enumerated() {
      guard let root = document.root, !root.isNull else { continue }
      if found != nil {
        throw FactError("a second document in a layer", at: root, in: file.name, hint: "a layer is one mapping")
      }
      if root.kind != .mapping {
        throw FactError(
          "a layer must be a mapping, not \(root.kind == .sequence ? "a list" : "a scalar")", at: root, in: file.name,
          hint: "write key: value")
      }
      found = (index, root)
    }
    return found
  }

  private static func componentFacts(_ file: YAMLFile, _ table: FieldTable, _ pattern: ValuePattern?) throws(FactError)
    -> FileFacts
  {
    var result: (found: Found, matches: Bool, root: YAMLNode)?
    for (index, document) in file.documents.enumerated() {
      guard let root = document.root else { continue }
      var walk = FactWalk(table: table, file: file.name, document: index)
      try walk.visit(root, 0, insideList: false)
      if walk.found[0] == .absent || walk.found[0] == .removed { continue }
      let matches = walk.found[0].matches(pattern)
      if let before = result, before.matches == matches || !matches {
        if before.matches && !matches { continue }
        throw FactError(
          "field \(table.fields[0]) is in two documents", at: root, in: file.name,
          hint: "give the component a value: pattern or a field that only one document has")
      }
      result = (walk.found[0], matches, root)
    }
    return FileFacts(found: [result?.found ?? .absent])
  }
}

extension Found {
  fileprivate func matches(_ pattern: ValuePattern?) -> Bool {
    guard let pattern, case .value(let value) = self else { return true }
    return pattern.matches(in: value.text) != .none
  }
}

/// One walk through a document along a table's paths.
private struct FactWalk {
  let table: FieldTable
  let file: String
  let document: Int
  var found: [Found]

  init(table: FieldTable, file: String, document: Int) {
    self.table = table
    self.file = file
    self.document = document
    found = Array(repeating: .absent, count: table.fields.count)
  }

  mutating func visit(_ node: YAMLNode, _ branch: Int, insideList: Bool) throws(FactError) {
    for field in table.branches[branch].fields { found[field] = self.outcome(node) }
    let children = table.branches[branch].children
    if children.isEmpty { return }
    for (step, child) in children {
      let value: YAMLNode?
      do { value = try node.find(step) } catch { throw FactError(error) }
      if let value {
        let isRemoved = value.kind == .scalar && value.isNull
        if isRemoved { close(child) } else { try visit(value, child, insideList: insideList || node.kind == .sequence) }
      } else if insideList || node.kind != .mapping || !step.namesKey {
        close(child)
      }
    }
  }

  /// Nothing below this branch, and nothing in the layers below either.
  private mutating func close(_ branch: Int) {
    for field in table.branches[branch].fields { found[field] = .removed }
    for child in table.branches[branch].children { close(child.branch) }
  }

  private func outcome(_ node: YAMLNode) -> Found {
    switch node.kind {
    case .mapping: return .mapping
    case .sequence: return .sequence(node.elements.filter { $0.kind == .scalar }.map(\.text))
    case .scalar:
      if node.isNull { return .removed }
      let written = node.definition
      let (span, position) = (written.span, written.position)
      return .value(
        FoundValue(
          text: node.text, isString: node.resolvesToString, isPinned: Self.isPin(node) || (node.isAlias && Self.isPin(written)),
          isTagged: node.tag != nil,
          document: UInt32(document), start: UInt32(span.lowerBound), end: UInt32(span.upperBound),
          line: UInt32(position.line), column: UInt32(position.column)))
    }
  }

  private static func isPin(_ node: YAMLNode) -> Bool {
    guard let comment = node.lineComment else { return false }
    return comment == "sluice: pin" || comment.hasPrefix("sluice: pin ")
  }
}
