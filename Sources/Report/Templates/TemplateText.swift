/// The text of a template, before it is parsed: bounded, plain, and its tags.
struct TemplateText {
  /// A template takes less than the text that it makes.
  static let limit = 32_768
  static let depth = 20

  let text: String
  let tags: [TemplateTag]

  /// - Throws: `TemplateError` for what the library would take and Sluice does not: control characters, parts of other files,
  ///   and lists in lists, which would be repeated as often as a fleet has clusters, squared.
  init(_ text: String, name: String) throws(TemplateError) {
    guard text.utf8.count <= Self.limit else { throw TemplateError(name: name, problem: .tooLong(bytes: text.utf8.count)) }
    self.text = try Self.plain(text, name)
    tags = TemplateTag.scan(self.text)
    try check(name)
  }

  /// With line feeds only.
  private static func plain(_ text: String, _ name: String) throws(TemplateError) -> String {
    var plain = String.UnicodeScalarView()
    var (line, column) = (1, 1)
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() where !(index == 0 && scalar == "\u{feff}") {
      switch scalar {
      case "\r" where index + 1 < scalars.count && scalars[index + 1] == "\n": continue
      case "\n": (line, column) = (line + 1, 0)
      case "\t": break
      default:
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator:
          throw TemplateError(name: name, line: line, column: column, problem: .control(scalar))
        default: break
        }
      }
      plain.append(scalar)
      column += 1
    }
    return String(plain)
  }

  private func check(_ name: String) throws(TemplateError) {
    var open: [TemplateTag] = []
    for tag in tags {
      func failure(_ problem: TemplateError.Problem) -> TemplateError {
        TemplateError(name: name, line: tag.line, column: tag.column, problem: problem)
      }
      switch tag.kind {
      case .other(let sign): throw failure(.unsupported("{{\(sign)"))
      case .close: _ = open.popLast()
      case .variable: break
      case .section, .inverted:
        guard open.count < Self.depth else { throw failure(.tooDeep) }
        if tag.repeats, let outer = open.first(where: \.repeats) {
          throw failure(.listInList(tag.path.joined(separator: "."), outer: outer.path.joined(separator: ".")))
        }
        open.append(tag)
      }
    }
  }
}
