/// Paths of a cluster's API from names that a policy gives: each becomes one segment, whatever stands in it.
package enum KubernetesPath {
  /// `segments` after a fixed `root` such as `/api/v1`.
  package static func path(_ root: String, _ segments: String...) -> String {
    segments.reduce(root) { $0 + "/" + encoded($1) }
  }

  /// As one segment of a path or one value of a query.
  package static func encoded(_ text: String) -> String {
    // A segment of dots alone would be taken out of the path.
    if text.allSatisfy({ $0 == "." }) { return String(repeating: "%2E", count: text.utf8.count) }
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return encoded
  }
}
