/// The valid name that a mistyped one most likely means.
enum NearestName {
  /// nil when none is near: more than a third of the letters, and more than two of a short name, would have to change.
  static func of(_ text: String, in names: some Sequence<String>) -> String? {
    let wanted = Array(text.lowercased().unicodeScalars)
    var best: (name: String, distance: Int)?
    for name in names {
      let candidate = Array(name.lowercased().unicodeScalars)
      let limit = min(max(2, max(wanted.count, candidate.count) / 3), max(wanted.count, candidate.count) - 1)
      guard abs(wanted.count - candidate.count) <= limit else { continue }
      let distance = distance(wanted, candidate)
      if distance <= limit, best.map({ (distance, name) < ($0.distance, $0.name) }) ?? true { best = (name, distance) }
    }
    return best?.name
  }

  /// `did you mean x?`, or the names there are.
  static func hint(_ text: String, in names: some Collection<String>) -> String? {
    if let name = of(text, in: names) { return "did you mean \(name)?" }
    if names.isEmpty { return nil }
    let shown = names.prefix(12).joined(separator: ", ")
    return "one of \(shown)" + (names.count > 12 ? ", …" : "")
  }

  /// Edits that turn one text into another: insert, remove, replace, swap two neighbours.
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var older = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], older[j - 2] + 1) }
      }
      (older, last) = (last, row)
    }
    return last[b.count]
  }
}
