/// A tag of a template, as far as names and places go; what is malformed is left to the library, which knows the syntax.
struct TemplateTag {
  enum Kind: Equatable {
    case variable, section, inverted, close
    /// `>`, `<`, `$`, `%`: nothing that a template here may have.
    case other(Character)
  }

  let kind: Kind
  /// `approvals.by` in two; empty for `{{.}}`.
  let path: [String]
  /// `reversed` in `{{#reversed(files)}}`, the outermost first.
  let transforms: [String]
  let line: Int
  let column: Int

  /// Whether it is a section over a list of what templates are told.
  var repeats: Bool {
    guard kind == .section, let first = path.first, path.count == 1, !transforms.contains("empty"), !transforms.contains("count")
    else { return false }
    if case .list = TemplateNames.all[first] { return true }
    return false
  }

  static func scan(_ text: String) -> [TemplateTag] {
    var scanner = Scanner(text)
    var tags: [TemplateTag] = []
    while let tag = scanner.next() { tags.append(contentsOf: tag.map { [$0] } ?? []) }
    return tags
  }

  private init(_ kind: Kind, _ name: some StringProtocol, line: Int, column: Int) {
    let plain = String(name.filter { $0 != ")" && !$0.isWhitespace })
    let parts = plain.split(separator: "(", omittingEmptySubsequences: false)
    self.kind = kind
    path = (parts.last ?? "").split(separator: ".").map(String.init)
    transforms = parts.dropLast().map(String.init)
    self.line = line
    self.column = column
  }

  private struct Scanner {
    let text: [Character]
    var place = 0
    var (line, column) = (1, 1)
    var (opening, closing) = (Array("{{"), Array("}}"))

    init(_ text: String) { self.text = Array(text) }

    /// The next tag; an inner nil for a comment or new delimiters, an outer one at the end.
    mutating func next() -> TemplateTag?? {
      guard skip(to: opening) else { return nil }
      let (line, column) = (line, column)
      advance(opening.count)
      guard place < text.count else { return nil }
      let sign = text[place]
      guard let content = content(sign) else { return nil }
      switch sign {
      case "!": return .some(nil)
      case "=":
        let parts = content.split(whereSeparator: \.isWhitespace).map(Array.init)
        if parts.count == 2 { (opening, closing) = (parts[0], parts[1]) }
        return .some(nil)
      case "#": return TemplateTag(.section, content, line: line, column: column)
      case "^": return TemplateTag(.inverted, content, line: line, column: column)
      case "/": return TemplateTag(.close, content, line: line, column: column)
      case ">", "<", "$", "%": return TemplateTag(.other(sign), content, line: line, column: column)
      default: return TemplateTag(.variable, content, line: line, column: column)
      }
    }

    /// What stands between a tag's sign and its end; of `{` the library wants the brace behind the delimiter, whichever that is.
    private mutating func content(_ sign: Character) -> String? {
      let end: [Character] = sign == "{" ? closing + ["}"] : sign == "=" ? ["="] + closing : closing
      if "#^/!{&=><$%".contains(sign) { advance(1) }
      let start = place
      guard skip(to: end) else { return nil }
      let content = String(text[start..<place])
      advance(end.count)
      return content
    }

    private mutating func skip(to mark: [Character]) -> Bool {
      while place + mark.count <= text.count {
        if text[place..<(place + mark.count)].elementsEqual(mark) { return true }
        advance(1)
      }
      return false
    }

    private mutating func advance(_ count: Int) {
      for _ in 0..<count {
        (line, column) = text[place].isNewline ? (line + 1, 1) : (line, column + 1)
        place += 1
      }
    }
  }
}
