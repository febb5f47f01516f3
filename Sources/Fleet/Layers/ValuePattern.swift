/// How a version stands inside a larger scalar, like `ghcr.io/acme/api:{version}@{digest}`.
///
/// It must match exactly once, anywhere in the decoded scalar. `{version}` is `[0-9A-Za-z._+-]+`, as long as possible;
/// `{digest}` is an algorithm, a colon and at least 32 hexadecimal digits.
package struct ValuePattern: Sendable, Hashable, CustomStringConvertible {
  package enum Part: Sendable, Hashable {
    case text([UInt8])
    case version
    case digest
  }

  /// One occurrence; the ranges are offsets in the scalar's UTF-8.
  package struct Match: Sendable, Equatable {
    package var version: Range<Int>
    package var digest: Range<Int>?
  }

  package enum Matches: Sendable, Equatable {
    case none
    case one(Match)
    case several
  }

  package let description: String
  package let parts: [Part]

  package init(_ text: String) throws(PathPattern.Malformed) {
    description = text
    var parts: [Part] = []
    var rest = Array(text.utf8)[...]
    let places: [(name: [UInt8], part: Part)] = [(Array("{version}".utf8), .version), (Array("{digest}".utf8), .digest)]
    while let first = rest.first {
      if let place = places.first(where: { rest.starts(with: $0.name) }) {
        parts.append(place.part)
        rest = rest.dropFirst(place.name.count)
      } else if case .text(let before)? = parts.last {
        parts[parts.count - 1] = .text(before + [first])
        rest = rest.dropFirst()
      } else {
        parts.append(.text([first]))
        rest = rest.dropFirst()
      }
    }
    guard parts.filter({ $0 == .version }).count == 1, parts.filter({ $0 == .digest }).count <= 1 else {
      throw PathPattern.Malformed(
        "\"\(text)\" must hold {version} once, and {digest} at most once")
    }
    if zip(parts, parts.dropFirst()).contains(where: { !$0.isText && !$1.isText }) {
      throw PathPattern.Malformed("{version} and {digest} can't be told apart in \"\(text)\"", hint: "put text between them")
    }
    self.parts = parts
  }

  package var hasDigest: Bool { parts.contains(.digest) }

  package func matches(in text: String) -> Matches {
    let bytes = Array(text.utf8)
    var found: Match?
    var start = 0
    while start < bytes.count {
      var match = Match(version: 0..<0, digest: nil)
      guard let end = Self.end(parts[...], bytes, start, &match) else {
        start += 1
        continue
      }
      if found != nil { return .several }
      found = match
      start = max(end, start + 1)
    }
    return found.map { .one($0) } ?? .none
  }

  private static func end(_ parts: ArraySlice<Part>, _ bytes: [UInt8], _ start: Int, _ match: inout Match) -> Int? {
    guard let part = parts.first else { return start }
    switch part {
    case .text(let text):
      guard bytes[start...].starts(with: text) else { return nil }
      return end(parts.dropFirst(), bytes, start + text.count, &match)
    case .version:
      var stop = start
      while stop < bytes.count, bytes[stop].isVersionCharacter { stop += 1 }
      while stop > start {
        match.version = start..<stop
        if let last = end(parts.dropFirst(), bytes, stop, &match) { return last }
        stop -= 1
      }
      return nil
    case .digest:
      guard let stop = digestEnd(bytes, start) else { return nil }
      match.digest = start..<stop
      return end(parts.dropFirst(), bytes, stop, &match)
    }
  }

  private static func digestEnd(_ bytes: [UInt8], _ start: Int) -> Int? {
    var colon = start
    while colon < bytes.count, bytes[colon].isDigestAlgorithmCharacter { colon += 1 }
    guard colon > start, colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { return nil }
    var stop = colon + 1
    while stop < bytes.count, bytes[stop].isHexadecimalDigit { stop += 1 }
    return stop - colon - 1 >= 32 ? stop : nil
  }
}

extension ValuePattern.Part {
  fileprivate var isText: Bool { if case .text = self { true } else { false } }
}

extension UInt8 {
  fileprivate var isVersionCharacter: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
    default: false
    }
  }

  fileprivate var isDigestAlgorithmCharacter: Bool {
    switch self {
    case 0x30...0x39, 0x61...0x7a: true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "-"): true
    default: false
    }
  }

  fileprivate var isHexadecimalDigit: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }
}
