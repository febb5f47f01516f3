/// A version read by the rules of semantic versioning: a leading v and 2 to 4 numbers are fine.
///
/// What follows `+` has no order and is not kept. A distributor's suffix (`-eks-3`) is no pre-release; it orders last.
package struct SemanticVersion: Sendable, Equatable {
  package var numbers: [UInt64]
  package var prerelease: [String]
  package var suffix: String

  init(numbers: [UInt64], prerelease: [String] = [], suffix: String = "") {
    self.numbers = numbers
    self.prerelease = prerelease
    self.suffix = suffix
  }

  /// nil: not of this form, so without a place in the order. One number alone (`v3`, a moving tag) is not.
  package init?(_ text: some StringProtocol, suffix: String = "") {
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "v") { rest.removeFirst() }
    if let plus = rest.firstIndex(of: UInt8(ascii: "+")) {
      guard Self.areIdentifiers(rest[rest.index(after: plus)...]) else { return nil }
      rest = rest[..<plus]
    }
    var pre: [String] = []
    if let dash = rest.firstIndex(of: UInt8(ascii: "-")) {
      let tail = rest[rest.index(after: dash)...]
      guard Self.areIdentifiers(tail) else { return nil }
      pre = tail.split(separator: UInt8(ascii: ".")).map { String(decoding: $0, as: UTF8.self) }
      rest = rest[..<dash]
    }
    var numbers: [UInt64] = []
    for part in rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard let number = Self.number(part) else { return nil }
      numbers.append(number)
    }
    guard (2...4).contains(numbers.count) else { return nil }
    self.init(numbers: numbers, prerelease: pre, suffix: suffix)
  }

  /// Its minor: major and minor number.
  package var minor: Minor { Minor(major: numbers[0], minor: numbers[1]) }

  package struct Minor: Sendable, Hashable, CustomStringConvertible {
    package var major: UInt64
    package var minor: UInt64
    package var description: String { "\(major).\(minor)" }
  }

  func hasNumbers(of other: SemanticVersion) -> Bool { Self.compare(numbers, other.numbers) == .equal }

  /// The order of precedence; a missing number counts as 0.
  func compare(_ other: SemanticVersion) -> Order {
    let byNumbers = Self.compare(numbers, other.numbers)
    if byNumbers != .equal { return byNumbers }
    let byPrerelease = Self.compare(prerelease, other.prerelease)
    if byPrerelease != .equal { return byPrerelease }
    return NaturalText.compare(suffix, other.suffix)
  }

  private static func compare(_ a: [UInt64], _ b: [UInt64]) -> Order {
    for index in 0..<max(a.count, b.count) {
      let (x, y) = (index < a.count ? a[index] : 0, index < b.count ? b[index] : 0)
      if x != y { return x < y ? .less : .greater }
    }
    return .equal
  }

  /// A release comes after its pre-releases; numeric identifiers come before others (semver.org, 11.4).
  private static func compare(_ a: [String], _ b: [String]) -> Order {
    if a.isEmpty || b.isEmpty { return a.isEmpty == b.isEmpty ? .equal : a.isEmpty ? .greater : .less }
    for (x, y) in zip(a, b) where x != y {
      switch (isNumeric(x), isNumeric(y)) {
      case (true, true):
        let order = NaturalText.compareDigits(x.utf8[...], y.utf8[...])
        if order != .equal { return order }
      case (true, false): return .less
      case (false, true): return .greater
      case (false, false): return NaturalText.compareBytes(x.utf8, y.utf8)
      }
    }
    return a.count == b.count ? .equal : a.count < b.count ? .less : .greater
  }

  private static func isNumeric(_ text: String) -> Bool { text.utf8.allSatisfy(NaturalText.isDigit) }

  static func number(_ digits: some Collection<UInt8>) -> UInt64? {
    guard !digits.isEmpty, digits.count <= 18, digits.allSatisfy(NaturalText.isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
  }

  /// Identifiers joined by dots, none empty.
  static func areIdentifiers(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part.allSatisfy(isIdentifier)
    }
  }

  static func isIdentifier(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
