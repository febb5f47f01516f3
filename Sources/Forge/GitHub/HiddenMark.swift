import Host

/// What Sluice writes into texts for itself: comments of HTML, which forges keep and don't show.
enum HiddenMark {
  /// Forges take as much; the mark goes before the rest of a body.
  static let bodyLimit = 65_536

  // MARK: Why a request is closed

  private static let closing = "<!-- sluice:closed "
  private static let end = " -->"

  /// A body with the reason at its end.
  static func mark(_ body: String, _ reason: String) -> String {
    let line = closing + "{\"why\":\"" + escaped(OneLine.text(reason, limit: 1000)) + "\"}" + end
    let room = bodyLimit - line.unicodeScalars.count - 2
    return cut(body, room) + "\n\n" + line
  }

  /// Takes the reason off a body: what stands in a line of its own, the last one of these.
  static func split(_ text: String) -> (body: String, mark: String?) {
    let text = normal(text)
    guard text.contains(closing) else { return (text, nil) }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let place = lines.lastIndex(where: { $0.hasPrefix(closing) && $0.hasSuffix(end) }) else { return (text, nil) }
    let json = lines[place].dropFirst(closing.count).dropLast(end.count)
    guard let reason = try? JSONValue(parsing: Array(json.utf8))["why"]?.string else { return (text, nil) }
    lines.remove(at: place)
    if place > 0, lines[place - 1].isEmpty { lines.remove(at: place - 1) }
    return (lines.joined(separator: "\n"), reason)
  }

  /// JSON in which nothing can end a comment, or begin one.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<", ">", "-", "&", "\"", "\\":
        result += "\\u00" + String(scalar.value >> 4, radix: 16) + String(scalar.value & 15, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  // MARK: What is said once

  /// Of a comment with this key.
  static func comment(_ key: String) -> String { "<!-- sluice:comment \(SHA256Digest.hex(key.utf8).prefix(16)) -->" }

  /// A comment's text with its key.
  static func comment(_ text: String, key: String) -> String {
    let mark = comment(key)
    return cut(text, bodyLimit - mark.utf8.count - 2) + "\n\n" + mark
  }

  // MARK: Texts

  /// Line ends as Sluice writes them.
  static func normal(_ text: String) -> String {
    // A line end of two bytes is one character.
    text.utf8.contains(0x0D) ? text.replacing("\r\n", with: "\n") : text
  }

  /// Whether two texts are the same but for line ends, and white space at their end, which forges drop.
  static func isSame(_ a: String, _ b: String) -> Bool {
    func trimmed(_ text: String) -> Substring.UnicodeScalarView {
      var rest = Substring(normal(text)).unicodeScalars
      while let last = rest.last, last.properties.isWhitespace { rest.removeLast() }
      return rest
    }
    return trimmed(a).elementsEqual(trimmed(b))
  }

  /// As many whole characters as fit into so many Unicode scalars.
  static func cut(_ text: String, _ limit: Int) -> String {
    guard text.unicodeScalars.count > limit else { return text }
    var result = ""
    var count = 0
    for character in text {
      count += character.unicodeScalars.count
      if count > limit { break }
      result.append(character)
    }
    return result
  }
}
