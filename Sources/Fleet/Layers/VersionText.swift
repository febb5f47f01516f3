package import Promotion

/// How a component's version is read from a scalar and written into it.
///
/// Without a pattern the whole scalar is the version. With one, the version is what `{version}` matches, followed by `@` and the
/// digest where the pattern has one: a tag and its digest are one version.
package enum VersionText {
  package enum Reading: Sendable, Equatable {
    case version(Version)
    case absent
    /// The pattern occurs more than once.
    case ambiguous
    /// What stands there can't be a version.
    case unusable(String)
  }

  package static func read(_ text: String, _ pattern: ValuePattern?) -> Reading {
    let rendered: String
    if let pattern {
      switch pattern.matches(in: text) {
      case .none: return .absent
      case .several: return .ambiguous
      case .one(let match):
        let bytes = Array(text.utf8)
        let version = String(decoding: bytes[match.version], as: UTF8.self)
        rendered = match.digest.map { version + "@" + String(decoding: bytes[$0], as: UTF8.self) } ?? version
      }
    } else {
      rendered = text
    }
    if rendered.isEmpty { return .absent }
    if rendered.utf8.count > 256 { return .unusable("it has \(rendered.utf8.count) bytes, at most 256 are allowed") }
    if !rendered.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
      rendered.unicodeScalars.contains(where: {
        $0.value < 0x20 || (0x7f...0x9f).contains($0.value) || $0.properties.isWhitespace
      })
    {
      return .unusable("it holds a space or a control character")
    }
    return .version(Version(rendered))
  }

  /// The parts of the scalar to replace so that it holds the version; nil when the scalar can't hold it (no digest is known for a
  /// pattern that has one, a character that `{version}` does not match).
  package static func replacements(in text: String, _ pattern: ValuePattern?, to version: Version) -> [(
    range: Range<Int>, text: String
  )]? {
    guard let pattern else { return [(0..<text.utf8.count, version.text)] }
    guard case .one(let match) = pattern.matches(in: text) else { return nil }
    var parts = [(range: match.version, text: version.text)]
    if let digest = match.digest {
      guard let at = version.text.firstIndex(of: "@") else { return nil }
      parts = [
        (match.version, String(version.text[..<at])), (digest, String(version.text[version.text.index(after: at)...])),
      ]
    }
    parts.sort { $0.range.lowerBound < $1.range.lowerBound }
    return read(applying(parts, to: text), pattern) == .version(version) ? parts : nil
  }

  package static func applying(_ parts: [(range: Range<Int>, text: String)], to text: String) -> String {
    var bytes = Array(text.utf8)
    for part in parts.reversed() { bytes.replaceSubrange(part.range, with: part.text.utf8) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
