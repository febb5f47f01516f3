/// Text from outside made fit for the Markdown of GitHub, GitLab and Gitea: it renders as itself, and never as a link, a
/// mention, a reference, markup, a table's edge or a command.
///
/// Nothing from outside may begin a line of its own: the caller puts a word or a table's edge before it.
package enum MarkdownText {
  /// Running text.
  package static func plain(_ text: String, limit: Int = 200) -> String {
    let scalars = Array(PlainText.line(text, limit: limit).unicodeScalars)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1 < scalars.count ? scalars[index + 1] : " "
      switch scalar {
      // Signs that make mentions and references do so in the rendered text too: a zero-width space parts them.
      case "@", "#", "!", "$", "%", "~", "&", "^", "*":
        result += entity(scalar) + (next == " " ? "" : "&#8203;")
      case "\\", "`", "|", "<", ">", "[", "]", "_": result += entity(scalar)
      case ":" where next == "/": result += ":&#8203;"
      case "-" where endsWith("gh", scalars[..<index]): result += "-&#8203;"
      case "." where endsWith("www", scalars[..<index]): result += "&#8203;."
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A name, version or path as a code span; as running text when it holds what ends one or a table's cell.
  package static func code(_ text: String, limit: Int = 160) -> String {
    let line = PlainText.line(text, limit: limit)
    let isSafe = line.unicodeScalars.allSatisfy { !"`|\\<>".unicodeScalars.contains($0) }
    guard isSafe, !line.isEmpty, line.first != " ", line.last != " " else { return plain(text, limit: limit) }
    return "`\(line)`"
  }

  /// An https address as a link with our own words, or as text when it is anything else.
  static func link(_ words: String, to address: String) -> String {
    let isPlain = address.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-._~:/?#@$&+,;=%".utf8.contains(byte)
      }
    }
    guard isPlain, address.hasPrefix("https://"), address.utf8.count <= 500 else {
      return "\(words): \(code(address))"
    }
    return "[\(words)](\(address))"
  }

  /// A text in which no line begins with `/`, as commands of GitLab do: its entity renders the same.
  static func withoutCommands(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      let scalars = line.unicodeScalars
      let first = scalars.firstIndex { !$0.properties.isWhitespace && !PlainText.isInvisible($0) }
      guard let first, scalars[first] == "/" else { return String(line) }
      return String(scalars[..<first]) + "&#47;" + String(scalars[scalars.index(after: first)...])
    }.joined(separator: "\n")
  }

  /// A table of cells that are Markdown already; rows that do not fit into `limit` bytes are counted instead.
  static func table(_ header: [String], _ rows: some Collection<[String]>, limit: Int) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    var text = line(header) + "|" + String(repeating: "---|", count: header.count) + "\n"
    var written = 0
    var size = text.utf8.count
    for row in rows {
      let next = line(row)
      guard size + next.utf8.count <= limit else { break }
      text += next
      size += next.utf8.count
      written += 1
    }
    if written < rows.count {
      text += line(["and \(rows.count - written) more"] + Array(repeating: "", count: header.count - 1))
    }
    return text
  }

  /// Names as code spans in a sentence, folded when there are many.
  static func codes(_ texts: [String], limit: Int) -> String {
    ListText.joined(texts.map { code($0, limit: 80) }, limit: limit)
  }

  private static func entity(_ scalar: Unicode.Scalar) -> String { "&#\(scalar.value);" }

  private static func endsWith(_ word: String, _ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
    let word = Array(word.unicodeScalars)
    guard scalars.count >= word.count else { return false }
    return zip(scalars.suffix(word.count), word).allSatisfy { $0.properties.lowercaseMapping == String($1) }
  }
}
