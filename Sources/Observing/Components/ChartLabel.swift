/// The label `helm.sh/chart` of what a chart made: `name-version`, with `_` for `+`, cut after 63 characters.
enum ChartLabel {
  static let name = "helm.sh/chart"
  static let longest = 63

  /// - Returns: nil where it is not certain which part is the version.
  static func version(_ label: String) -> String? {
    // What charts' helper does is `trunc 63 | trimSuffix "-"`: one less may be cut off too.
    guard label.utf8.count < longest - 1 else { return nil }
    let starts = label.indices.filter { label[$0] == "-" }.map { label.index(after: $0) }
    // Both a name and a version may hold hyphens: `cert-manager-2-1.14.0-rc.1`. The first place where three numbers begin.
    let start = starts.first { isVersion(label[$0...]) } ?? starts.last.flatMap { isNumber(label[$0...]) ? $0 : nil }
    return start.map { label[$0...].replacing("_", with: "+", maxReplacements: 1) }.map(String.init)
  }

  /// `1.2.3`, `v1.2.3`, with whatever follows behind `-` or `_`.
  private static func isVersion(_ text: Substring) -> Bool {
    let core = withoutMark(text).prefix { $0 != "-" && $0 != "_" }
    let numbers = core.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 3 && numbers.allSatisfy(isDigits)
  }

  /// `1.2` and `7`, which Helm takes for versions as well.
  private static func isNumber(_ text: Substring) -> Bool {
    let numbers = withoutMark(text).split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count <= 2 && numbers.allSatisfy(isDigits)
  }

  private static func withoutMark(_ text: Substring) -> Substring { text.hasPrefix("v") ? text.dropFirst() : text }

  private static func isDigits(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
