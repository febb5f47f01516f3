import Testing
import YAML

/// A file of a text.
func file(_ text: String, _ name: String = "f.yaml") throws -> YAMLFile { try YAMLFile(Array(text.utf8), name: name) }

/// The text after edits.
func edited(_ text: String, _ edits: YAMLEdit...) throws -> String {
  String(decoding: try file(text).applying(edits), as: UTF8.self)
}

/// What an edit, or the parse before it, is refused with; nil where nothing is refused.
func refusal(_ text: String, _ edits: YAMLEdit...) -> String? {
  do {
    _ = try file(text).applying(edits)
    return nil
  } catch {
    return "\(error)"
  }
}

func path(_ text: String) -> FieldPath {
  do { return try FieldPath(text) } catch {
    Issue.record("\(error)")
    return FieldPath(steps: [])
  }
}

extension YAMLEdit {
  static func set(_ field: String, _ text: String, style: ScalarStyle? = nil, in document: Int? = nil) -> YAMLEdit {
    YAMLEdit(document: document, path: YAMLTests.path(field), operation: .set(text, style: style))
  }
  static func insert(_ field: String, _ text: String, style: ScalarStyle? = nil, in document: Int? = nil) -> YAMLEdit {
    YAMLEdit(document: document, path: YAMLTests.path(field), operation: .insert(text, style: style))
  }
  static func remove(_ field: String, in document: Int? = nil) -> YAMLEdit {
    YAMLEdit(document: document, path: YAMLTests.path(field), operation: .remove)
  }
  static func prune(_ field: String, in document: Int? = nil) -> YAMLEdit {
    YAMLEdit(document: document, path: YAMLTests.path(field), operation: .prune)
  }
  /// Replaces the one place of `old` in the decoded text.
  static func replace(_ field: String, _ old: String, _ new: String, in text: String) -> YAMLEdit {
    let all = Array(text.utf8)
    let wanted = Array(old.utf8)
    let start = all.indices.first { all[$0...].starts(with: wanted) } ?? 0
    return YAMLEdit(
      path: YAMLTests.path(field), operation: .replace([(range: start..<(start + wanted.count), with: new)]))
  }
}

/// The bytes with CR LF for every LF.
func withCarriageReturns(_ bytes: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count + bytes.count / 16)
  var start = 0
  while let end = bytes[start...].firstIndex(of: 0x0A) {
    result += bytes[start..<end]
    result += [0x0D, 0x0A]
    start = end + 1
  }
  return result + bytes[start...]
}

/// Everything that a stream says, in order: paths and texts of its scalars, aliases followed.
func contents(_ file: YAMLFile) -> [String] {
  var result: [String] = []
  func walk(_ node: YAMLNode, _ path: String) {
    switch node.kind {
    case .scalar: result.append("\(path) \(node.tag ?? "") \(node.text)")
    case .sequence:
      result.append("\(path) sequence \(node.elements.count)")
      for (place, element) in node.elements.enumerated() { walk(element, "\(path)[\(place)]") }
    case .mapping:
      result.append("\(path) mapping \(node.entries.count)")
      for entry in node.entries { walk(entry.value, "\(path).\(entry.key)") }
    }
  }
  for (place, document) in file.documents.enumerated() {
    if let root = document.root { walk(root, "\(place)") } else { result.append("\(place) empty") }
  }
  return result
}
