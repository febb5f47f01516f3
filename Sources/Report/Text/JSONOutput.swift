/// A JSON value to be written. Members keep the order in which they are given, so that outputs compare.
package indirect enum JSONOutput: Sendable {
  case null
  case bool(Bool)
  case number(Int)
  case string(String)
  case array([JSONOutput])
  case object([(name: String, value: JSONOutput)])

  /// An object without the members that have no value.
  package static func members(_ members: KeyValuePairs<String, JSONOutput?>) -> JSONOutput {
    .object(members.compactMap { name, value in value.map { (name: name, value: $0) } })
  }

  package static func strings(_ strings: some Sequence<String>) -> JSONOutput { .array(strings.map(JSONOutput.string)) }

  /// On one line, without spaces.
  package var text: String { written(.init()) }

  /// Over several lines, two spaces a level, with a final newline.
  package var indentedText: String { written(.init(indents: true)) + "\n" }

  /// On one line, fit to stand inside an HTML comment: no `<`, `>`, `--`, and no sign that makes a mention or reference.
  var textForComment: String { written(.init(forComment: true)) }

  private struct Form {
    var indents = false
    var forComment = false
  }

  private func written(_ form: Form) -> String {
    var text = ""
    write(to: &text, form, level: 0)
    return text
  }

  private func write(to text: inout String, _ form: Form, level: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let value): text += String(value)
    case .string(let value): Self.write(value, to: &text, form)
    case .array(let values):
      Self.write(values, between: "[", "]", to: &text, form, level: level) { value, text in
        value.write(to: &text, form, level: level + 1)
      }
    case .object(let members):
      Self.write(members, between: "{", "}", to: &text, form, level: level) { member, text in
        Self.write(member.name, to: &text, form)
        text += form.indents ? ": " : ":"
        member.value.write(to: &text, form, level: level + 1)
      }
    }
  }

  private static func write<Item>(
    _ items: [Item], between open: String, _ close: String, to text: inout String, _ form: Form, level: Int,
    each: (Item, inout String) -> Void
  ) {
    text += open
    for (index, item) in items.enumerated() {
      if index > 0 { text += "," }
      if form.indents { text += "\n" + String(repeating: "  ", count: level + 1) }
      each(item, &text)
    }
    if form.indents, !items.isEmpty { text += "\n" + String(repeating: "  ", count: level) }
    text += close
  }

  /// RFC 8259 section 7. What a terminal or JavaScript might trip over (controls, line separators, direction
  /// characters) is escaped too, though only the first 32 have to be.
  private static func write(_ string: String, to text: inout String, _ form: Form) {
    text += "\""
    var previous: Unicode.Scalar = " "
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "<", ">", "@", "#":
        if form.forComment { writeEscape(scalar, to: &text) } else { text.unicodeScalars.append(scalar) }
      case "-" where form.forComment && previous == "-": writeEscape(scalar, to: &text)
      default:
        if PlainText.isInvisible(scalar) { writeEscape(scalar, to: &text) } else { text.unicodeScalars.append(scalar) }
      }
      previous = scalar
    }
    text += "\""
  }

  private static func writeEscape(_ scalar: Unicode.Scalar, to text: inout String) {
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}

extension JSONOutput: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .number(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}
