extension MarkdownText {
  /// The Markdown that this room writes, as a person reads it on a terminal: tables aligned, lines folded at words, comments
  /// and markup gone. What another hand wrote is shown as near to that as it comes; nothing in it steers the terminal.
  package static func terminal(_ markdown: String, width: Int = 100) -> [String] {
    var lines: [String] = []
    var table: [[String]] = []
    var indent = ""
    func endTable() {
      lines += TextTable.lines(table).map { indent + $0 }
      table = []
    }
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("|") {
        if let cells = cells(line) { table.append(cells) }
        continue
      }
      endTable()
      if line.hasPrefix("<!--") && line.hasSuffix("-->") || line == "</details>" { continue }
      if line.hasPrefix("### ") {
        lines.append(text(line.dropFirst(4)))
        indent = "  "
      } else if line.hasPrefix("<details><summary>"), line.hasSuffix("</summary>") {
        lines.append(indent + text(line.dropFirst(18).dropLast(10)) + ":")
      } else if line.isEmpty {
        // A heading stands on what it heads.
        if let last = lines.last, !last.isEmpty, indent.isEmpty || last.hasPrefix(indent) { lines.append("") }
      } else {
        lines += wrapped(text(line), width: width, indent: indent)
      }
    }
    endTable()
    while lines.last == "" { lines.removeLast() }
    return lines
  }

  /// A table's row; nil for the line under its header.
  private static func cells(_ line: Substring) -> [String]? {
    let inner = line.dropFirst().drop { $0 == " " }
    var cells = inner.split(separator: "|", omittingEmptySubsequences: false).map { text(trimmed($0)) }
    if cells.last == "" { cells.removeLast() }
    return cells.allSatisfy { $0.allSatisfy { $0 == "-" } && !$0.isEmpty } ? nil : cells
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// Without backticks, and with entities as what they stand for.
  private static func text(_ markdown: Substring) -> String {
    var result = ""
    var rest = markdown
    while let character = rest.popFirst() {
      if character == "`" { continue }
      guard character == "&", rest.first == "#", let end = rest.firstIndex(of: ";"),
        let number = UInt32(rest[rest.index(after: rest.startIndex)..<end]), let scalar = Unicode.Scalar(number)
      else {
        result.append(character)
        continue
      }
      // The space without width that parts a sign from its name on a forge.
      if number != 8203 { result.unicodeScalars.append(scalar) }
      rest = rest[rest.index(after: end)...]
    }
    return PlainText.line(result, limit: 4000)
  }

  private static func wrapped(_ text: String, width: Int, indent: String) -> [String] {
    let hanging = text.hasPrefix("- ") ? indent + "  " : indent
    var lines: [String] = []
    var line = indent
    for word in text.split(separator: " ") {
      let isFirst = line.allSatisfy { $0 == " " }
      if !isFirst, line.count + 1 + word.count > width {
        lines.append(line)
        line = hanging + word
      } else {
        line += (isFirst ? "" : " ") + word
      }
    }
    return lines + [line]
  }
}
