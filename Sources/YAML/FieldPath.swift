/// The path to a field, as Kustomize writes it: `spec.containers.[name=api].image`, `images.0.tag`, `labels.app\.io/name`.
///
/// A number names an element of a sequence, or a key of a mapping; `[0]` only the element; `[name=x]` the element that is a
/// mapping with that key and text; `[=x]` the scalar element x; `[a.b]` the key a.b. `\` escapes `.`, `[`, `]`, `=`, `\`.
package struct FieldPath: Hashable, Sendable, CustomStringConvertible {
  package enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
    /// An empty key stands for the element itself.
    case match(key: String, value: String)
  }

  package var steps: [Step]

  package init(steps: [Step]) { self.steps = steps }

  /// - Throws: `YAMLError` without a place: an empty step, an open bracket, an unknown escape.
  package init(_ text: String) throws(YAMLError) {
    var parser = FieldPathParser(text)
    steps = try parser.path(endsAtEquals: false)
  }

  package var description: String {
    steps.map(\.description).joined(separator: ".")
  }

  /// The path of the first `count` steps.
  func prefix(_ count: Int) -> FieldPath { FieldPath(steps: Array(steps.prefix(count))) }
}

extension FieldPath.Step: CustomStringConvertible {
  package var description: String {
    switch self {
    case .key(let key): key.isEmpty ? "[]" : Self.escape(key)
    case .index(let index): "[\(index)]"
    case .match(let key, let value): "[\(Self.escape(key))=\(Self.escape(value))]"
    }
  }

  private static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if ".[]=\\".unicodeScalars.contains(scalar) { result.unicodeScalars.append("\\") }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}

/// Reads field paths, and field paths followed by `=`.
struct FieldPathParser {
  private let text: String
  private let scalars: [Unicode.Scalar]
  private(set) var at = 0

  init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
  }

  /// What follows the `=` that ended the path.
  var rest: String {
    var result = ""
    result.unicodeScalars.append(contentsOf: scalars[min(at, scalars.count)...])
    return result
  }

  /// Reads steps up to the end, or up to and with a `=` outside brackets.
  mutating func path(endsAtEquals: Bool) throws(YAMLError) -> [FieldPath.Step] {
    var steps: [FieldPath.Step] = []
    while true {
      if at < scalars.count, scalars[at] == "[" {
        steps.append(try bracket())
      } else {
        let key = try word(until: endsAtEquals ? ".[=" : ".[")
        guard !key.isEmpty else { throw fault("an empty step at character \(at + 1)", "write [] for an empty key") }
        steps.append(.key(key))
      }
      guard at < scalars.count else {
        if endsAtEquals { throw fault("no = behind the field", "write FIELD=VALUE") }
        return steps
      }
      switch scalars[at] {
      case "[": continue
      case ".": at += 1
      case "=" where endsAtEquals:
        at += 1
        return steps
      default:
        throw fault(
          "'\(scalars[at])' at character \(at + 1) where '.' was expected", "write \\\(scalars[at]) for the character itself")
      }
    }
  }

  private mutating func bracket() throws(YAMLError) -> FieldPath.Step {
    let start = at
    at += 1
    let isEscaped = at < scalars.count && scalars[at] == "\\"
    let key = try word(until: "=]")
    guard at < scalars.count else { throw fault("the bracket at character \(start + 1) is not closed", "add ]") }
    at += 1
    if scalars[at - 1] == "]" {
      if !isEscaped, let index = Int(key), index >= 0, String(index) == key { return .index(index) }
      return .key(key)
    }
    let value = try word(until: "]")
    guard at < scalars.count else { throw fault("the bracket at character \(start + 1) is not closed", "add ]") }
    at += 1
    return .match(key: key, value: value)
  }

  private mutating func word(until ends: String) throws(YAMLError) -> String {
    var result = ""
    while at < scalars.count, !ends.unicodeScalars.contains(scalars[at]) {
      if scalars[at] == "\\" {
        guard at + 1 < scalars.count, ".[]=\\".unicodeScalars.contains(scalars[at + 1]) else {
          throw fault("a lone \\ at character \(at + 1)", "\\ escapes . [ ] = and \\ only; write \\\\ for itself")
        }
        at += 1
      }
      result.unicodeScalars.append(scalars[at])
      at += 1
    }
    return result
  }

  private func fault(_ message: String, _ hint: String) -> YAMLError {
    YAMLError(message: "field path \"\(text)\": \(message)", hint: hint)
  }
}
