import Host
import Promotion

/// What is found in one cluster, bounded: names and reasons come from the cluster.
struct FindingList {
  static let limit = 500
  static let textLimit = 200
  private static let keyLimit = 200

  private(set) var findings: [Finding] = []

  mutating func add(_ scope: SampleScope = .cluster, source: String, key: String, count: Int = 1, _ text: String) {
    findings.append(
      Finding(scope, source: source, key: Self.key(key), count: count, text: OneLine.text(text, limit: Self.textLimit)))
  }

  /// The first ones, and in place of the others one that says how many they are.
  var bounded: [Finding] {
    guard findings.count > Self.limit else { return findings }
    let rest = findings.count - Self.limit + 1
    return findings.prefix(Self.limit - 1) + [
      Finding(source: "kubernetes", key: "more", count: rest, text: "and \(rest) findings more")
    ]
  }

  /// One that is too long ends with its digest, so that it stays another than those that begin alike.
  private static func key(_ text: String) -> String {
    let line = OneLine.text(text, limit: text.unicodeScalars.count)
    guard line.utf8.count > keyLimit else { return line }
    var start = line
    while start.utf8.count > keyLimit - 18 { start.removeLast() }
    return start + "~" + SHA256Digest.hex(line.utf8).prefix(16)
  }
}
