/// Errors as a person reads them on the terminal: `error:` lines, each with its `hint:` lines below it.
package enum ErrorText {
  private static let shown = 50

  /// - Parameter descriptions: how the errors word themselves: what failed, then perhaps `hint: …`, on a line of its own or
  ///   behind a comma, semicolon or full stop. Further lines are details.
  package static func text(_ descriptions: [String]) -> String {
    var text = descriptions.prefix(shown).map(one).joined()
    if descriptions.count > shown {
      text += "error: and \(ListText.count(descriptions.count - shown, "more error"))\n"
    }
    return text
  }

  package static func text(_ description: String) -> String { text([description]) }

  package static func json(_ descriptions: [String]) -> JSONOutput {
    .members([
      "errors": .array(
        descriptions.map { description in
          let parts = parts(description)
          return .members([
            "error": .string(([parts.message] + parts.details).joined(separator: "\n")),
            "hint": parts.hints.isEmpty ? nil : .string(parts.hints.joined(separator: "\n")),
          ])
        })
    ])
  }

  private static func one(_ description: String) -> String {
    let parts = parts(description)
    let details = parts.details.prefix(shown).map { "  \(PlainText.line($0, limit: 2000))\n" }
    let hints = parts.hints.map { "hint: \(PlainText.line($0, limit: 2000))\n" }
    return "error: \(PlainText.line(parts.message, limit: 2000))\n" + details.joined() + hints.joined()
  }

  private static func parts(_ description: String) -> (message: String, details: [String], hints: [String]) {
    var texts: [String] = []
    var hints: [String] = []
    for line in description.split(whereSeparator: \.isNewline) {
      let (text, hint) = split(String(line))
      if !text.isEmpty { texts.append(text) }
      if let hint { hints.append(hint) }
    }
    return (texts.first ?? "unknown error", Array(texts.dropFirst()), hints)
  }

  /// Parts a line at its last `hint: ` that begins the line or follows a sign.
  private static func split(_ line: String) -> (text: String, hint: String?) {
    let scalars = Array(line.unicodeScalars)
    let mark = Array("hint: ".unicodeScalars)
    for start in stride(from: scalars.count - mark.count, through: 0, by: -1)
    where scalars[start] == mark[0] && scalars[start..<(start + mark.count)].elementsEqual(mark) {
      let before = String(String.UnicodeScalarView(scalars[..<start])).trimmed
      guard before.isEmpty || ",;.".contains(before.last ?? " ") else { continue }
      let text = before.isEmpty ? "" : String(before.dropLast())
      return (text, String(String.UnicodeScalarView(scalars[(start + mark.count)...])).trimmed)
    }
    return (line.trimmed, nil)
  }
}

extension String {
  fileprivate var trimmed: String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    var text = self[...].drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    return String(text)
  }
}
