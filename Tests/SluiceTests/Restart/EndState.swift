import Foundation
import TestSupport

/// What a world has come to, as lines that can be compared: without times, ids of commits and names of runs, which differ
/// between two tellings of the same story.
struct EndState: Equatable, Sendable {
  let lines: Set<String>
  /// The upgrade commands that were started; how often may differ.
  let upgrades: [String: Int]

  init(_ world: World) throws {
    var lines = Set(try Command.check(["sh", "-c", Self.script], in: world.path).split(separator: "\n").map(String.init))
    for request in try world.requests() {
      let facts = ["number", "state", "title", "branch", "base", "closedBy", "mark"]
      lines.insert("request: " + facts.map { "\($0) \(request[$0] ?? "none")" }.joined(separator: ", "))
    }
    self.lines = lines
    upgrades = Dictionary(try world.upgrades().map { ($0, 1) }) { $0 + $1 }
  }

  static func == (one: EndState, other: EndState) -> Bool { one.lines == other.lines }

  /// What one has and the other lacks; nil when they are the same.
  ///
  /// - Parameter left: a text whose lines don't count.
  func difference(from expected: EndState, without left: String? = nil) -> String? {
    func kept(_ lines: Set<String>) -> [String] { lines.sorted().filter { line in left.map { !line.contains($0) } ?? true } }
    let missing = kept(expected.lines.subtracting(lines)).map { "- \($0)" }
    let more = kept(lines.subtracting(expected.lines)).map { "+ \($0)" }
    return missing.isEmpty && more.isEmpty ? nil : (missing + more).joined(separator: "\n")
  }

  /// The content of the base, the names of all references, what each cluster runs, and the ledger line by line. Of the ledger
  /// heartbeats are left out, and how an upgrade command ended: of one that outlived its run nobody knows. Ids of commits
  /// differ, since a commit names the ledger that it was decided on.
  private static let script = #"""
    set -eu
    git -C fleet.git rev-parse "main^{tree}" | sed 's/^/base: /'
    git -C fleet.git for-each-ref --format="reference: %(refname)"
    for f in clusters/*.version; do echo "$f: $(cat "$f")"; done
    git -C fleet.git grep -I "" sluice-ledger -- ":!*/heartbeats/*" | sed -E \
      -e 's/"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"/TIME/g' -e 's/"[0-9a-f]{40}"/COMMIT/g' \
      -e 's/"(claimedBy|tip|ledgerTip)": .*/"\1": …/' -e 's/,$//' \
      -e 's/holds\/[0-9a-f]{2}\/commit%3A[0-9a-f]{12}/holds\/COMMIT/' -e 's/"commit:[0-9a-f]{12}/"COMMIT/' \
      -e '/world.applies/{/"(ended|exit|status)"/d}'
    """#
}
