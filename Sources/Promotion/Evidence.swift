/// What is remembered of a cluster's samples, to judge the next one by.
package struct Evidence: Sendable, Equatable {
  /// What was wrong in the newest sample; what a sample could not tell stays as it was told last.
  package var failures: Set<Failure> = []
  /// By group: what was wrong before the desired tuple came. It does not count against that tuple, as long as it is not more.
  package var baseline: [GroupName: Set<Failure>] = [:]
  /// By group: how many good samples there were in a row, as long as more are asked for.
  package var passes: [GroupName: Int] = [:]
  /// How often in a row a source gave no answer, of those that may do so only so often.
  package var silences: Set<Failure> = []

  package init() {}

  package var isEmpty: Bool { self == Evidence() }

  /// One thing that is wrong, without the words for it.
  package struct Failure: Sendable, Hashable {
    package var scope: SampleScope
    package var source: String
    package var key: String
    package var count: Int

    package init(_ scope: SampleScope, source: String, key: String, count: Int) {
      self.scope = scope
      self.source = source
      self.key = key
      self.count = count
    }

    init(_ finding: Finding) {
      self.init(finding.scope, source: finding.source, key: finding.key, count: finding.count)
    }

    /// Whether it was there before, and as much of it.
    func isExcused(by baseline: Set<Failure>) -> Bool { baseline.contains { $0.isSame(as: self) && $0.count >= count } }

    func isSame(as other: Failure) -> Bool { key == other.key && source == other.source && scope == other.scope }
  }
}

extension Evidence {
  /// One of two that were made at once: with the newer reading, and where both are as new, the one that excuses less.
  func merged(with other: Evidence, _ newer: Newer) -> Evidence {
    switch newer {
    case .mine: return self
    case .other: return other
    case .neither:
      var merged = Evidence()
      merged.failures = Self.highest(failures, other.failures)
      merged.silences = Self.highest(silences, other.silences)
      for (group, mine) in baseline {
        guard let theirs = other.baseline[group] else { continue }
        merged.baseline[group] = Set(
          mine.compactMap { failure in
            theirs.first { $0.isSame(as: failure) }.map { $0.count < failure.count ? $0 : failure }
          })
      }
      for group in Set(passes.keys).union(other.passes.keys) {
        merged.passes[group] = min(passes[group] ?? 0, other.passes[group] ?? 0)
      }
      return merged
    }
  }

  enum Newer { case mine, other, neither }

  private static func highest(_ a: Set<Failure>, _ b: Set<Failure>) -> Set<Failure> {
    a.union(b).filter { failure in !a.union(b).contains { $0.isSame(as: failure) && $0.count > failure.count } }
  }
}
