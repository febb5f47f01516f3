/// A JSON value that survives being read and written again: fields that nobody here knows, and numbers digit by digit.
///
/// Foundation's classes lose the text of a number (1.10 becomes 1.1, 12345678901234567890 a double), let a repeated key
/// pass, and loading Foundation lengthens a short command's start by about 10 ms. Ledger records and observers' answers
/// are small and many, so this reads them straight from bytes: 10,000 records in under 0.1 s.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number as it is written. Equal means written alike.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  package static func integer(_ value: Int) -> JSONValue { .number(String(value)) }
  package static func strings(_ values: some Sequence<String>) -> JSONValue { .array(values.map(JSONValue.string)) }
}

extension JSONValue {
  /// The field of an object; nil where there is none, or no object.
  package subscript(key: String) -> JSONValue? { object?[key] }

  package var object: [String: JSONValue]? { if case .object(let fields) = self { fields } else { nil } }
  package var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  package var string: String? { if case .string(let text) = self { text } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// A whole number that fits; 1.0 and 1e3 are none.
  package var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
  package var isNull: Bool { self == .null }

  /// The strings of an array of nothing but strings.
  package var strings: [String]? {
    guard let array else { return nil }
    let texts = array.compactMap(\.string)
    return texts.count == array.count ? texts : nil
  }

  /// What it is, for messages: `a number`.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }
}

/// Text that is no JSON, with the place.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  package let line: Int
  /// In characters (Unicode scalars), from 1.
  package let column: Int
  package let message: String

  package var description: String { "\(line):\(column): \(message)" }
}
