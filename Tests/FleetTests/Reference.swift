import Fleet
import YAML

/// A plain value, for a reference that knows nothing of how the product looks values up.
indirect enum Model: Equatable {
  case null
  case scalar(String, isString: Bool)
  case list([Model])
  case map([String: Model])

  init(_ node: YAMLNode) {
    switch node.kind {
    case .scalar: self = node.isNull ? .null : .scalar(node.text, isString: node.resolvesToString)
    case .sequence: self = .list(node.elements.map { Model($0) })
    case .mapping:
      self = .map(Dictionary(node.entries.map { ($0.key, Model($0.value)) }, uniquingKeysWith: { first, _ in first }))
    }
  }

  /// Helm's layering, written out: a whole deep merge.
  func overlaid(by upper: Model) -> Model? {
    switch upper {
    case .null: return nil
    case .map(let values):
      var merged: [String: Model] = [:]
      if case .map(let below) = self { merged = below }
      for (key, value) in values { merged[key] = (merged[key] ?? .null).overlaid(by: value) }
      return .map(merged)
    default: return upper
    }
  }

  /// Every leaf by its path, joined with a character that no key has.
  func leaves(_ path: String = "") -> [String: String] {
    switch self {
    case .null: return [path: "null"]
    case .scalar(let text, let isString): return [path: (isString ? "s " : "v ") + text]
    case .list(let elements):
      var all = [path: "list of \(elements.count)"]
      for (index, element) in elements.enumerated() { all.merge(element.leaves("\(path)\u{1}[\(index)]")) { $1 } }
      return all
    case .map(let values):
      if values.isEmpty { return [path: "{}"] }
      return values.reduce(into: [:]) { all, entry in all.merge(entry.value.leaves(path + "\u{1}" + entry.key)) { $1 } }
    }
  }

  func at(_ keys: [String]) -> Model? {
    guard let key = keys.first else { return self }
    guard case .map(let values) = self else { return nil }
    return values[key]?.at(Array(keys.dropFirst()))
  }
}

/// The whole fleet's effective values, by a whole merge of every cluster. Each content is parsed once.
struct Reference {
  private var models: [ContentID: Model] = [:]

  static func model(_ bytes: [UInt8]?) throws -> Model {
    guard let bytes, let root = try YAMLFile(bytes, name: "reference").documents.first?.root else { return .map([:]) }
    let model = Model(root)
    return model == .null ? .map([:]) : model
  }

  mutating func model(_ file: ReadFile, in tree: MemoryTree) throws -> Model {
    guard let content = file.content else { return .map([:]) }
    if let known = models[content] { return known }
    let model = try Self.model(tree.files[file.path])
    models[content] = model
    return model
  }

  mutating func effective(_ files: [ReadFile], in tree: MemoryTree) throws -> Model {
    var result = Model.map([:])
    for file in files { result = result.overlaid(by: try model(file, in: tree)) ?? .map([:]) }
    return result
  }
}
