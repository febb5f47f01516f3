import Host
import YAML

/// A value of a kubeconfig with the place where it stands.
struct Field<Value: Sendable>: Sendable {
  let value: Value
  let node: YAMLNode
}

/// The fields of one mapping of a kubeconfig, read as client-go's decoder reads them: names exactly, nothing turned into
/// another type, unknown ones passed over. A null, an empty text or list is as if it were absent.
///
/// A key that stands twice is an error here, where client-go silently takes the last.
struct KubeconfigFields: Sendable {
  /// Nil where the mapping is absent or null.
  let node: YAMLNode?
  /// For messages: `user "admin"`.
  let owner: String
  private let fields: [String: YAMLNode]

  init(_ node: YAMLNode?, _ owner: String) throws(KubernetesError) {
    self.owner = owner
    guard let node, !node.isNull else {
      self.node = nil
      fields = [:]
      return
    }
    self.node = node
    guard node.kind == .mapping else {
      throw KubernetesError(node.error("\(owner): expected a mapping, found \(Self.words(node))"))
    }
    if let twice = node.duplicateKey {
      let line = twice.first.position.line
      throw KubernetesError(
        twice.second.error(
          "\(owner): the key \(OneLine.text(twice.key, limit: 100)) stands twice, first in line \(line)",
          hint: "remove one of them"))
    }
    fields = Dictionary(node.entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  private func present(_ key: String) -> YAMLNode? {
    guard let node = fields[key], !node.isNull else { return nil }
    return node
  }

  private func unexpected(_ key: String, _ wanted: String, _ node: YAMLNode, hint: String? = nil) -> KubernetesError {
    KubernetesError(node.error("\(owner): \(key): expected \(wanted), found \(Self.words(node))", hint: hint))
  }

  /// What stands there, without its text: it may be a secret.
  static func words(_ node: YAMLNode) -> String {
    switch node.kind {
    case .mapping: return "a mapping"
    case .sequence: return "a list"
    case .scalar:
      switch node.type {
      case .bool: return "true or false"
      case .int, .float: return "a number"
      case .null: return "nothing"
      default: return "a string"
      }
    }
  }

  func text(_ key: String) throws(KubernetesError) -> Field<String>? {
    guard let node = present(key) else { return nil }
    let text = try self.text(key, node)
    return text.isEmpty ? nil : Field(value: text, node: node)
  }

  private func text(_ key: String, _ node: YAMLNode) throws(KubernetesError) -> String {
    guard node.kind == .scalar else { throw unexpected(key, "a string", node) }
    switch node.type {
    case .bool, .int, .float: throw unexpected(key, "a string", node, hint: "put it in quotes")
    case .null: return ""
    default: return node.text
    }
  }

  func flag(_ key: String) throws(KubernetesError) -> Field<Bool>? {
    guard let node = present(key) else { return nil }
    guard node.kind == .scalar, node.type == .bool else { throw unexpected(key, "true or false", node) }
    return Field(value: ["true", "yes", "on", "y"].contains(node.text.lowercased()), node: node)
  }

  /// Bytes in base64.
  func data(_ key: String) throws(KubernetesError) -> Field<[UInt8]>? {
    guard let text = try text(key) else { return nil }
    guard let bytes = Base64.decode(text.value) else {
      throw KubernetesError(text.node.error("\(owner): \(key) is not base64", hint: "base64 -w0 FILE makes it"))
    }
    return bytes.isEmpty ? nil : Field(value: bytes, node: text.node)
  }

  func texts(_ key: String) throws(KubernetesError) -> [String] {
    var result: [String] = []
    for element in try elements(key) { result.append(try text(key, element)) }
    return result
  }

  func elements(_ key: String) throws(KubernetesError) -> [YAMLNode] {
    guard let node = present(key) else { return [] }
    guard node.kind == .sequence else { throw unexpected(key, "a list", node) }
    return node.elements
  }

  func mapping(_ key: String) throws(KubernetesError) -> KubeconfigFields? {
    guard let node = present(key) else { return nil }
    return try KubeconfigFields(node, "\(owner): \(key)")
  }

  /// Where a key stands, whatever is there.
  func place(_ key: String) -> YAMLNode? { present(key) }

  var keys: [String] { fields.keys.sorted() }
}

extension JSONValue {
  /// A YAML value as JSON has it, for what is handed on without being understood.
  init(_ node: YAMLNode) {
    switch node.kind {
    case .mapping: self = .object(Dictionary(node.entries.map { ($0.key, JSONValue($0.value)) }, uniquingKeysWith: { $1 }))
    case .sequence: self = .array(node.elements.map { JSONValue($0) })
    case .scalar:
      switch node.type {
      case .null: self = .null
      case .bool: self = .bool(["true", "yes", "on", "y"].contains(node.text.lowercased()))
      case .int, .float: self = ScalarType.printsBack(node.text) ? .number(node.text) : .string(node.text)
      default: self = .string(node.text)
      }
    }
  }
}
