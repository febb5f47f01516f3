/// How a source names its versions: `v{version}`, `release-{version}`, or `{version}` alone.
package struct TagPattern: Sendable, Hashable {
  private static let placeholder = "{version}"
  private static let longest = 256

  private let prefix: String
  private let suffix: String

  package static let whole = TagPattern(prefix: "", suffix: "")

  private init(prefix: String, suffix: String) {
    self.prefix = prefix
    self.suffix = suffix
  }

  /// - Throws: `UpstreamError` when `{version}` does not stand in it exactly once.
  package init(_ text: String) throws(UpstreamError) {
    let places = text.ranges(of: Self.placeholder)
    guard places.count == 1, let place = places.first else {
      throw UpstreamError(
        .invalid, "the tag pattern \"\(text)\" has {version} \(places.count) times, expected once, hint: v{version}",
        exitCode: 65)
    }
    self.init(prefix: String(text[..<place.lowerBound]), suffix: String(text[place.upperBound...]))
  }

  /// The version in a tag's name, as it is written there: `[0-9A-Za-z._+-]+`. Other tags have none.
  package func version(in tag: String) -> String? {
    let bytes = tag.utf8
    guard bytes.count > prefix.utf8.count + suffix.utf8.count, bytes.starts(with: prefix.utf8),
      bytes.reversed().starts(with: suffix.utf8.reversed())
    else { return nil }
    let middle = bytes.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
    guard middle.count <= Self.longest, middle.allSatisfy(Self.isAllowed) else { return nil }
    return String(Substring(middle))
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
