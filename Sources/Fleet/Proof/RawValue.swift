import YAML

/// A value without how it is written: styles, anchors, comments and order of keys are gone.
indirect enum RawValue: Sendable, Equatable {
  case null
  case scalar(String, ScalarType, tag: String?)
  case sequence([RawValue])
  case mapping([String: RawValue])
  /// A key that stands several times in its mapping: all its values, compared as they are.
  case repeated([RawValue])

  init(_ node: YAMLNode) {
    switch node.kind {
    case .scalar:
      if node.isNull {
        self = .null
      } else {
        let tag = node.tag.flatMap { $0.hasPrefix("tag:yaml.org,2002:") || $0.hasPrefix("!!") ? nil : $0 }
        self = .scalar(node.text, node.type, tag: tag)
      }
    case .sequence: self = .sequence(node.elements.map { RawValue($0) })
    case .mapping:
      var values: [String: RawValue] = [:]
      for entry in node.entries {
        let value = RawValue(entry.value)
        switch values[entry.key] {
        case nil: values[entry.key] = value
        case .repeated(let others): values[entry.key] = .repeated(others + [value])
        case let other?: values[entry.key] = .repeated([other, value])
        }
      }
      self = .mapping(values)
    }
  }

  var isString: Bool { if case .scalar(_, let type, _) = self { type == .string } else { false } }

  /// The value in one line, cut when it is long.
  var words: String {
    let text: String
    switch self {
    case .null: text = "null"
    case .scalar(let content, _, _): text = content
    case .sequence(let elements): text = "[" + elements.prefix(8).map(\.words).joined(separator: ", ") + "]"
    case .mapping(let values):
      text =
        "{" + values.sorted { $0.key < $1.key }.prefix(8).map { "\($0.key): \($0.value.words)" }.joined(separator: ", ") + "}"
    case .repeated(let values): text = values.map(\.words).joined(separator: " and ")
    }
    return text.count > 120 ? text.prefix(120) + "…" : text
  }

  /// Helm's layering: mappings merge deeply, everything else replaces, null removes.
  static func layered(_ base: RawValue?, _ over: RawValue?) -> RawValue? {
    switch over {
    case nil: return base
    case .null?: return nil
    case .mapping(let values)?:
      var merged: [String: RawValue] = if case .mapping(let below)? = base { below } else { [:] }
      for (key, value) in values { merged[key] = layered(merged[key], value) }
      return .mapping(merged)
    case .repeated(let values)?: return .repeated(values.map { layered(base, $0) ?? .null })
    case let value?: return value
    }
  }

  /// What a layer says about the value at a path of keys: nothing, or something that may stand above it and close it (null).
  func at(_ keys: ArraySlice<String>) -> RawValue? {
    guard let key = keys.first else { return self }
    switch self {
    case .mapping(let values): return values[key]?.at(keys.dropFirst())
    case .repeated(let values): return values.last?.at(keys)
    default: return .null
    }
  }
}

/// One place where two values differ.
struct RawDifference: Sendable, Equatable {
  var steps: [FieldPath.Step]
  var old: RawValue?
  var new: RawValue?

  /// The differences between two values, as deep as both go.
  static func between(_ old: RawValue?, _ new: RawValue?, _ steps: [FieldPath.Step] = []) -> [RawDifference] {
    if old == new { return [] }
    switch (old, new) {
    case (.mapping(let a)?, .mapping(let b)?):
      return Set(a.keys).union(b.keys).sorted().flatMap { between(a[$0], b[$0], steps + [.key($0)]) }
    case (.sequence(let a)?, .sequence(let b)?) where a.count == b.count:
      return a.indices.flatMap { between(a[$0], b[$0], steps + [.index($0)]) }
    case (.mapping(let a)?, nil) where !a.isEmpty:
      return a.keys.sorted().flatMap { between(a[$0], nil, steps + [.key($0)]) }
    case (nil, .mapping(let b)?) where !b.isEmpty:
      return b.keys.sorted().flatMap { between(nil, b[$0], steps + [.key($0)]) }
    default: return [RawDifference(steps: steps, old: old, new: new)]
    }
  }

  /// As for values, without making any of what is written alike.
  static func paths(between old: YAMLNode?, and new: YAMLNode?, _ keys: [String] = []) -> [[String]] {
    guard let old, let new, old.kind == .mapping, new.kind == .mapping, let unlike = old.unlikeEntries(new) else {
      return paths(
        between: old.map { RawValue($0) } ?? .mapping([:]), and: new.map { RawValue($0) } ?? .mapping([:]), keys)
    }
    // In the order of the keys, as there.
    return unlike.sorted { $0.key < $1.key }.flatMap { key, a, b in paths(between: a, and: b, keys + [key]) }
  }

  /// The paths of keys at which two layers differ. Effective values can differ at these and below them, and nowhere else.
  static func paths(between old: RawValue, and new: RawValue, _ keys: [String] = []) -> [[String]] {
    if old == new { return [] }
    guard case .mapping(let a) = old, case .mapping(let b) = new else { return [keys] }
    return Set(a.keys).union(b.keys).sorted().flatMap { key -> [[String]] in
      guard let x = a[key], let y = b[key] else { return a[key] == b[key] ? [] : [keys + [key]] }
      return paths(between: x, and: y, keys + [key])
    }
  }
}

extension RawValue {
  /// The path of keys and indices on which a field stands; nil where it is absent or ambiguous.
  func locate(_ field: FieldPath) -> [FieldPath.Step]? {
    var value = self
    var steps: [FieldPath.Step] = []
    for step in field.steps {
      switch (step, value) {
      case (.key(let key), .mapping(let values)):
        guard let next = values[key] else { return nil }
        (value, steps) = (next, steps + [step])
      case (.key(let key), .sequence(let elements)):
        guard let index = Int(key), String(index) == key, elements.indices.contains(index) else { return nil }
        (value, steps) = (elements[index], steps + [.index(index)])
      case (.index(let index), .sequence(let elements)):
        guard elements.indices.contains(index) else { return nil }
        (value, steps) = (elements[index], steps + [step])
      case (.match(let key, let text), .sequence(let elements)):
        let found = elements.indices.filter { elements[$0].matches(key, text) }
        guard found.count == 1 else { return nil }
        (value, steps) = (elements[found[0]], steps + [.index(found[0])])
      default: return nil
      }
    }
    return steps
  }

  private func matches(_ key: String, _ text: String) -> Bool {
    switch self {
    case .mapping(let values): if !key.isEmpty, case .scalar(text, _, _)? = values[key] { true } else { false }
    case .scalar(let content, _, _): key.isEmpty && content == text
    default: false
    }
  }
}
