/// Regular expressions over versions: `allow:` of opaque names, and a distributor's `suffix:`.
///
/// A compiled expression is not Sendable, so what is kept is its source, and it is compiled once for each use over many versions.
package enum VersionPattern {
  /// Whether the text is a regular expression that Sluice can use; asked when a policy is read.
  package static func isValid(_ source: String) -> Bool { compile(source) != nil }

  static func compile(_ source: String) -> Regex<AnyRegexOutput>? {
    (try? Regex(source))?.matchingSemantics(.unicodeScalar)
  }

  static func matches(_ version: Version, _ pattern: Regex<AnyRegexOutput>) -> Bool {
    version.text.wholeMatch(of: pattern) != nil
  }

  /// An expression whose first group is the version without a suffix of this form.
  static func splitter(suffix source: String) -> Regex<AnyRegexOutput>? { compile("(.*?)(?:\(source))") }

  static func split(_ version: Version, _ splitter: Regex<AnyRegexOutput>) -> (base: Substring, suffix: String)? {
    guard let base = version.text.wholeMatch(of: splitter)?.output[1].substring else { return nil }
    return (base, String(version.text[base.endIndex...]))
  }
}
