import Fleet
import Promotion

/// Versions of Kubernetes as its parts report them: `v1.31.4`, `v1.31.4+k3s1`, `v1.31.4-eks-2d5f260`, `v1.31.4-gke.1256000`.
struct Release: Sendable, Equatable {
  let text: String
  let version: SemanticVersion

  /// nil: not a version. A text of more than 128 bytes is none.
  init?(_ text: String) {
    guard text.utf8.count <= 128, let version = SemanticVersion(text) else { return nil }
    self.text = text
    self.version = version
  }

  /// The tag of an image, where it is a version; a digest after it is not looked at.
  init?(image: String) {
    guard let tag = ImageReference(image).tag else { return nil }
    self.init(tag)
  }

  /// As much of it as counts; the whole where a number is missing.
  func text(_ part: ObserveSettings.VersionPart) -> String {
    let count = part == .minor ? 2 : 3
    guard part != .whole, version.numbers.count >= count else { return text }
    return version.numbers.prefix(count).map(String.init).joined(separator: ".")
  }

  /// Without the leading v, for people.
  var shown: String { text.hasPrefix("v") ? String(text.dropFirst()) : text }
  var minor: SemanticVersion.Minor { version.minor }

  /// What stands after the numbers.
  private enum Suffix {
    /// Nothing, or what says nothing of the version: a commit (`-eks-2d5f260`), a packager's build (`-rke2r1-build20241212`).
    case none
    /// Kubernetes' own: `-rc.1`.
    case prerelease([String])
    /// A distributor's count of its builds: `-gke.1256000`. A later build is another version.
    case counted(String, String)
  }

  private var suffix: Suffix {
    let parts = version.prerelease
    guard let first = parts.first else { return .none }
    if ["alpha", "beta", "rc"].contains(first) { return .prerelease(parts) }
    guard parts.count == 2, first.utf8.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return .none }
    return .counted(first, parts[1])
  }

  /// Whether two parts of one cluster run the same release, as far as what they say can be compared.
  ///
  /// Numbers and Kubernetes' own pre-releases must be equal, and a distributor's count where both have one. A leading v, what
  /// follows `+`, and other suffixes differ between the parts of one release on managed clusters.
  func isSame(as other: Release) -> Bool {
    guard version.paddedNumbers == other.version.paddedNumbers else { return false }
    switch (suffix, other.suffix) {
    case (.prerelease(let mine), .prerelease(let theirs)): return mine == theirs
    case (.prerelease, _), (_, .prerelease): return false
    case (.counted(let name, let count), .counted(let otherName, let otherCount)): return name != otherName || count == otherCount
    default: return true
    }
  }

  /// An order for all of them, so that of a mix the same one is the oldest each time.
  func isOlder(than other: Release) -> Bool {
    let (mine, theirs) = (version.paddedNumbers, other.version.paddedNumbers)
    if mine != theirs { return mine.lexicographicallyPrecedes(theirs) }
    switch (suffix, other.suffix) {
    case (.prerelease(let mine), .prerelease(let theirs)) where mine != theirs: return Self.precedes(mine, theirs)
    case (.prerelease, .none), (.prerelease, .counted): return true
    case (.none, .prerelease), (.counted, .prerelease): return false
    case (.counted(_, let mine), .counted(_, let theirs)) where mine != theirs: return Self.precedes([mine], [theirs])
    default: return text < other.text
    }
  }

  private static func precedes(_ mine: [String], _ theirs: [String]) -> Bool {
    for (x, y) in zip(mine, theirs) where x != y {
      if let x = UInt64(x), let y = UInt64(y) { return x < y }
      return x < y
    }
    return mine.count < theirs.count
  }
}

extension SemanticVersion {
  /// A number that is not told is 0.
  fileprivate var paddedNumbers: [UInt64] { numbers + Array(repeating: 0, count: max(0, 4 - numbers.count)) }
}
