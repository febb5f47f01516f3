/// Lists as people read them: `a, b and c`, folded when long.
enum ListText {
  /// Joins items, naming at most `limit` of them: `a, b, c and 12 more`.
  static func joined(_ items: [String], limit: Int = 8) -> String {
    // Folding one item away would save nothing.
    if items.count > limit + 1 {
      return items.prefix(limit).joined(separator: ", ") + " and \(items.count - limit) more"
    }
    guard let last = items.last else { return "none" }
    return items.count == 1 ? last : items.dropLast().joined(separator: ", ") + " and " + last
  }

  /// Names from outside, sorted and made plain.
  static func names(_ names: some Sequence<String>, limit: Int = 8) -> String {
    joined(names.sorted().map { PlainText.line($0, limit: 80) }, limit: limit)
  }

  /// `1 cluster`, `12 clusters`.
  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
