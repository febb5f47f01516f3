/// A range of semantic versions: `>=1.30 <1.33`, `^1.2 || ~2.4.1`, `1.30.x`, `1.2 - 1.4`.
///
/// As npm and Helm read it: alternatives by `||`, all of what stands between spaces or commas must hold, a shortened version
/// stands for all that begin so, and a pre-release is inside only where a bound with the same numbers is a pre-release too.
package struct VersionRange: Sendable, Equatable, CustomStringConvertible {
  package let text: String
  var alternatives: [[Bound]]

  struct Bound: Sendable, Equatable {
    enum Relation: Sendable, Equatable { case less, atMost, equal, atLeast, greater, notBeginning }
    var relation: Relation
    var version: SemanticVersion
  }

  package init(_ text: String) throws(VersionRangeError) {
    self.text = text
    var parser = VersionRangeParser(text)
    alternatives = try parser.parse()
  }

  package var description: String { text }

  /// Whether the version is inside; what is no semantic version is in no range.
  package func contains(_ version: Version) -> Bool {
    SemanticVersion(version.text).map { contains($0) } ?? false
  }

  func contains(_ version: SemanticVersion) -> Bool {
    var plain = version
    plain.suffix = ""
    return alternatives.contains { bounds in
      bounds.allSatisfy { $0.holds(for: plain) }
        && (plain.prerelease.isEmpty
          || bounds.contains { !$0.version.prerelease.isEmpty && $0.version.hasNumbers(of: plain) })
    }
  }
}

extension VersionRange.Bound {
  func holds(for candidate: SemanticVersion) -> Bool {
    let order = candidate.compare(version)
    switch relation {
    case .less: return order == .less
    case .atMost: return order != .greater
    case .equal: return order == .equal
    case .atLeast: return order != .less
    case .greater: return order == .greater
    case .notBeginning:
      let begins = candidate.numbers.starts(with: version.numbers)
      return !(begins && (version.numbers.count < 3 || candidate.prerelease == version.prerelease))
    }
  }
}

/// Why a text is not a range, and where: an offset in characters from its beginning.
package struct VersionRangeError: Error, Sendable, Equatable, CustomStringConvertible {
  package var text: String
  package var offset: Int
  package var expected: String

  package init(text: String, offset: Int, expected: String) {
    self.text = text
    self.offset = offset
    self.expected = expected
  }

  package var description: String {
    "range \"\(text)\": expected \(expected) at character \(offset + 1), hint: write it like \">=1.30 <1.33\""
  }
}
