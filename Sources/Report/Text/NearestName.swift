/// The name that somebody may have meant.
enum NearestName {
  /// The nearest to one that is unknown, within a third of its length.
  static func of(_ name: String, among names: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    let near = Set(names).map { (distance: distance(wanted, Array($0.lowercased().unicodeScalars)), name: $0) }
    return near.filter { $0.distance <= max(1, wanted.count / 3) }.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }

  /// How many scalars are put in, taken out or replaced between two texts (Levenshtein).
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var last = Array(0...right.count)
    for (i, scalar) in left.enumerated() {
      var row = [i + 1]
      for (j, other) in right.enumerated() {
        row.append(min(last[j + 1] + 1, row[j] + 1, last[j] + (scalar == other ? 0 : 1)))
      }
      last = row
    }
    return last[right.count]
  }
}
