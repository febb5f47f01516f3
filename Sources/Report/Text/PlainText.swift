/// Text from outside (versions, names, reasons, titles) made fit for a terminal, a log and a commit message: one line,
/// bounded, and nothing in it that a terminal obeys.
package enum PlainText {
  /// One line without control or direction characters, which are shown escaped (`\n`, `\u{1b}`), cut to a length.
  package static func line(_ text: String, limit: Int = 200) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      guard count < limit else { return result + "…" }
      if isInvisible(scalar) {
        result += escape(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
      count += 1
    }
    return result
  }

  /// The same for a forge's plain text (titles, commit messages): mentions and references do not become links, since
  /// a zero-width space parts their sign from their name.
  package static func inert(_ text: String, limit: Int = 200) -> String {
    let scalars = Array(line(text, limit: limit).unicodeScalars)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      result.unicodeScalars.append(scalar)
      guard index + 1 < scalars.count, isWord(scalars[index + 1]) else { continue }
      let opensWord = index == 0 || !isWord(scalars[index - 1])
      if scalar == "#" || scalar == "!" || (scalar == "@" && opensWord) { result += "\u{200b}" }
    }
    return result
  }

  /// Whether a scalar steers a terminal or is not seen: controls, line and paragraph separators, format characters
  /// (directions, byte order marks, tags), except the joiners inside visible characters.
  static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value >= 0x20 && scalar.value < 0x7f { return false }
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    case .format: return scalar != "\u{200c}" && scalar != "\u{200d}"
    default: return false
    }
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16))}"
    }
  }
}
