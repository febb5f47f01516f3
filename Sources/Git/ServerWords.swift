import Host

/// What servers and their hooks say to people, made fit for one line.
enum ServerWords {
  /// Lines become parts of one; nothing that could move a terminal's cursor stays.
  static func text(_ words: some StringProtocol) -> String {
    let lines = words.split(whereSeparator: \.isNewline).map { line in
      OneLine.text(String(line), limit: 500).split(separator: " ").joined(separator: " ")
    }
    return OneLine.text(lines.filter { !$0.isEmpty }.joined(separator: "; "), limit: 2000)
  }
}
