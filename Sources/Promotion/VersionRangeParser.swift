/// Reads the text of a range. Everything that it accepts is ASCII, so an offset in bytes is one in characters.
struct VersionRangeParser {
  private let text: String
  private let bytes: [UInt8]
  private var offset = 0

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
  }

  /// A version of which the end may be missing or a wildcard.
  private struct Partial {
    var numbers: [UInt64]
    var prerelease: [String] = []
    var isWhole: Bool { numbers.count >= 3 }
    var lowest: SemanticVersion { SemanticVersion(numbers: padded(numbers), prerelease: prerelease) }

    /// The lowest version above all that begin with the first `count` numbers.
    func above(_ count: Int) -> SemanticVersion {
      var prefix = Array(numbers.prefix(count))
      prefix[prefix.count - 1] += 1
      return SemanticVersion(numbers: padded(prefix))
    }

    private func padded(_ numbers: [UInt64]) -> [UInt64] {
      numbers + Array(repeating: 0, count: max(0, 3 - numbers.count))
    }
  }

  mutating func parse() throws(VersionRangeError) -> [[VersionRange.Bound]] {
    var alternatives = [try bounds()]
    while take("||") { alternatives.append(try bounds()) }
    if offset < bytes.count { throw failure("\"||\", a space or the end") }
    return alternatives
  }

  /// What must hold together, up to `||` or the end.
  private mutating func bounds() throws(VersionRangeError) -> [VersionRange.Bound] {
    skipSpaces()
    var all = try bound()
    while separated(), offset < bytes.count, bytes[offset] != UInt8(ascii: "|") { all += try bound() }
    return all
  }

  private mutating func bound() throws(VersionRangeError) -> [VersionRange.Bound] {
    let start = offset
    for name in [">=", "<=", "==", "!=", "~>", ">", "<", "=", "^", "~"] where take(name) {
      skipSpaces()
      let version = try partial()
      guard !version.numbers.isEmpty || ["=", "==", ">=", "<=", "^", "~", "~>"].contains(name) else {
        offset = start
        throw failure("a version after \"\(name)\", not a wildcard")
      }
      return version.numbers.isEmpty ? [] : expand(name, version)
    }
    let first = try partial()
    let afterFirst = offset
    skipSpaces()
    if offset > afterFirst, take("-") {
      skipSpaces()
      let last = try partial()
      return (first.numbers.isEmpty ? [] : expand(">=", first)) + (last.numbers.isEmpty ? [] : expand("<=", last))
    }
    offset = afterFirst
    return first.numbers.isEmpty ? [] : expand("=", first)
  }

  private func expand(_ name: String, _ version: Partial) -> [VersionRange.Bound] {
    let count = version.numbers.count
    func between(_ upper: SemanticVersion) -> [VersionRange.Bound] {
      [.init(relation: .atLeast, version: version.lowest), .init(relation: .less, version: upper)]
    }
    switch name {
    case "=", "==":
      return version.isWhole ? [.init(relation: .equal, version: version.lowest)] : between(version.above(count))
    case "!=":
      let beginning = SemanticVersion(numbers: version.numbers, prerelease: version.prerelease)
      return [.init(relation: .notBeginning, version: beginning)]
    case ">=": return [.init(relation: .atLeast, version: version.lowest)]
    case "<": return [.init(relation: .less, version: version.lowest)]
    case ">":
      return version.isWhole
        ? [.init(relation: .greater, version: version.lowest)]
        : [.init(relation: .atLeast, version: version.above(count))]
    case "<=":
      return version.isWhole
        ? [.init(relation: .atMost, version: version.lowest)] : [.init(relation: .less, version: version.above(count))]
    case "^":
      let significant = version.numbers.firstIndex { $0 != 0 } ?? count - 1
      return between(version.above(significant + 1))
    default:  // "~" and "~>"
      return between(version.above(min(count, 2)))
    }
  }

  private mutating func partial() throws(VersionRangeError) -> Partial {
    _ = take("v")
    var version = Partial(numbers: [])
    var wild = false
    repeat {
      if offset < bytes.count, "xX*".utf8.contains(bytes[offset]) {
        offset += 1
        wild = true
        continue
      }
      let start = offset
      while offset < bytes.count, NaturalText.isDigit(bytes[offset]) { offset += 1 }
      guard let number = SemanticVersion.number(bytes[start..<offset]) else {
        offset = start
        throw failure("a version")
      }
      if !wild { version.numbers.append(number) }
    } while take(".")
    if version.numbers.count > 4 { throw failure("at most four numbers") }
    if !wild, version.numbers.count > 1, offset < bytes.count, bytes[offset] == UInt8(ascii: "-") {
      offset += 1
      version.prerelease = try identifiers()
      version.numbers += Array(repeating: 0, count: max(0, 3 - version.numbers.count))
    }
    if take("+") { _ = try identifiers() }
    return version
  }

  private mutating func identifiers() throws(VersionRangeError) -> [String] {
    let start = offset
    while offset < bytes.count, SemanticVersion.isIdentifier(bytes[offset]) || bytes[offset] == UInt8(ascii: ".") { offset += 1 }
    guard SemanticVersion.areIdentifiers(bytes[start..<offset]) else {
      offset = start
      throw failure("letters, digits and dashes between dots")
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self).split(separator: ".").map(String.init)
  }

  private mutating func take(_ token: String) -> Bool {
    guard bytes[offset...].starts(with: token.utf8) else { return false }
    offset += token.utf8.count
    return true
  }

  private mutating func skipSpaces() {
    while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") { offset += 1 }
  }

  /// Passes the spaces and commas before the next bound; false where there are none.
  private mutating func separated() -> Bool {
    let start = offset
    while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") || bytes[offset] == UInt8(ascii: ",") { offset += 1 }
    return offset > start
  }

  private func failure(_ expected: String) -> VersionRangeError {
    VersionRangeError(text: text, offset: offset, expected: expected)
  }
}
