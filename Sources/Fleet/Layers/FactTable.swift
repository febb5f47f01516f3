import Promotion
import YAML

/// Which fields a policy looks up: those of its components, its stages and its placeholders.
struct FactPlan: Sendable {
  let layerTable: FieldTable
  /// By component: the place of its field in `layerTable`; nil for one with its own file.
  let componentFields: [Int?]
  /// By component: how its own file is read.
  let componentRoles: [FileRole?]

  init(_ policy: PolicyFile) {
    var fields: [FieldPath] = []
    func add(_ field: FieldPath) {
      if !fields.contains(field) { fields.append(field) }
    }
    for component in policy.components where component.file == nil { add(component.field) }
    for stage in policy.stages {
      for condition in stage.select { if case .field(let field, _) = condition.subject { add(field) } }
    }
    if case .field(let field, _)? = policy.health.kubernetes.nodes { add(field) }
    let patterns = policy.fleet.layers.map(\.pattern) + policy.components.compactMap(\.file)
    for name in Set(patterns.flatMap(\.placeholders)).sorted() where name != "cluster" {
      if let field = try? FieldPath(name) { add(field) }
    }
    let table = FieldTable(fields)
    layerTable = table
    componentFields = policy.components.map { $0.file == nil ? table.index(of: $0.field) : nil }
    componentRoles = policy.components.map { component in
      component.file == nil ? nil : .component(FieldTable([component.field]), component.value)
    }
  }

  /// Equal for two policies that look the same fields up in the same way.
  var key: String {
    let own = componentRoles.map { role -> String in
      guard case .component(let table, let pattern)? = role else { return "-" }
      return "\(table.fields[0])\u{1}\(pattern?.description ?? "")"
    }
    return (layerTable.fields.map(\.description) + ["\u{2}"] + own).joined(separator: "\u{3}")
  }

  /// 0: layers. From 1: the components in their order.
  func role(_ number: Int) -> FileRole { number == 0 ? .layer(layerTable) : componentRoles[number - 1] ?? .layer(layerTable) }
}

/// Facts by role and content: a content is parsed once in its life.
struct FactTable: Sendable {
  /// What this process read; what an earlier one did is left where it is stored.
  private var read: [Key: FileFacts] = [:]
  private let stored: StoredFacts?

  struct Key: Hashable, Sendable, Comparable {
    let role: Int
    let content: ContentID

    static func < (a: Key, b: Key) -> Bool { a.role != b.role ? a.role < b.role : a.content < b.content }
  }

  init(_ stored: StoredFacts? = nil) { self.stored = stored }

  subscript(role: Int, content: ContentID) -> FileFacts? {
    get { read[Key(role: role, content: content)] ?? stored?[role, content] }
    set { read[Key(role: role, content: content)] = newValue }
  }

  /// Everything that is known.
  var all: [Key: FileFacts] { (stored?.all ?? [:]).merging(read) { _, new in new } }
}
