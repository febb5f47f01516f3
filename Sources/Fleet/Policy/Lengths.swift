package import Promotion

/// The forms that policies write lengths of time, shares and names in.
package enum PolicyText {
  /// `[0-9]+(ms|s|m|h|d)`; no sums, and a bare number is none.
  package static func duration(_ text: String) -> Duration? {
    let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty, digits.count <= 9, let count = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
    switch text.dropFirst(digits.count) {
    case "ms": return .milliseconds(count)
    case "s": return .seconds(count)
    case "m": return .seconds(count * 60)
    case "h": return .seconds(count * 3600)
    case "d": return .seconds(count * 86400)
    default: return nil
    }
  }

  /// `n%` (0 to 100, decimals allowed) or a count.
  package static func share(_ text: String) -> Share? {
    guard text.hasSuffix("%") else { return wholeNumber(text).map { .count($0) } }
    let number = text.dropLast()
    guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }), let percent = Double(number),
      percent <= 100
    else { return nil }
    return .percent(percent)
  }

  package static func wholeNumber(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  /// `[a-z0-9][a-z0-9.-]{0,62}`, no `..`, not ending in `.` or `.lock`: safe in the name of a branch and of a file.
  package static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 63, Self.isLetterOrDigit(first) else { return false }
    return text.utf8.allSatisfy { Self.isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
      && !text.contains("..") && !text.hasSuffix(".") && !text.hasSuffix(".lock")
  }

  package static let nameForm = "a name is up to 63 of a-z, 0-9, . and -, and begins with a letter or a digit"

  /// Any text without `/` and control characters.
  package static func isClusterName(_ text: String) -> Bool {
    if text.isEmpty || text == "." || text == ".." || text.utf8.count > 255 { return false }
    if text.utf8.allSatisfy({ (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "/") }) { return true }
    return !text.unicodeScalars.contains { $0 == "/" || $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte)
  }
}
