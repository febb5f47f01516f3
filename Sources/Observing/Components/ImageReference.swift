import Fleet

/// What an image is called: `registry:5000/acme/api:1.2@sha256:…`.
struct ImageReference: Equatable {
  var tag: String?
  var digest: String?

  init(_ text: String) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count > 1, !parts[1].isEmpty { digest = String(parts[1]) }
    // A colon before the last slash is that of the registry's port.
    let name = parts[0].split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    if let colon = name.firstIndex(of: ":"), name.index(after: colon) < name.endIndex {
      tag = String(name[name.index(after: colon)...])
    }
  }

  /// The tag and the digest are one version; without a tag the digest alone is it.
  var version: String? {
    guard let tag else { return digest }
    return digest.map { "\(tag)@\($0)" } ?? tag
  }

  /// The version in an image's name: where the config holds whole names (its pattern has a `/` or a `:`), what the pattern finds
  /// there; else what it finds in the tag and digest, or all of that without a pattern.
  static func version(in image: String, _ pattern: ValuePattern?) -> VersionText.Reading {
    if let pattern, pattern.isOfWholeName { return VersionText.read(image, pattern) }
    return ImageReference(image).version.map { VersionText.read($0, pattern) } ?? .absent
  }
}

extension ValuePattern {
  fileprivate var isOfWholeName: Bool {
    parts.contains { part in
      guard case .text(let text) = part else { return false }
      return text.contains(UInt8(ascii: "/")) || text.contains(UInt8(ascii: ":"))
    }
  }
}
