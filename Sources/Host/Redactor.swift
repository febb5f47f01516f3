/// Takes secrets out of text that goes to people and logs.
package struct Redactor: Sendable {
  /// Longest first, so that a secret within another leaves no rest of the longer one.
  private let needles: [[UInt8]]

  /// A secret of several lines (a key in PEM) is also found line by line; lines under eight bytes are too common.
  package init(secrets: [Secret]) {
    var texts: Set<[UInt8]> = []
    for text in secrets.map({ Array($0.reveal().utf8) }) where !text.isEmpty {
      texts.insert(text)
      for line in text.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
      where line.count >= 8 { texts.insert(Array(line)) }
    }
    needles = texts.sorted { $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count > $1.count }
  }

  package func redact(_ text: String) -> String {
    guard !needles.isEmpty else { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    var found = false
    while index < bytes.count {
      if let needle = needles.first(where: { bytes[index...].starts(with: $0) }) {
        result.append(contentsOf: "***".utf8)
        index += needle.count
        found = true
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return found ? String(decoding: result, as: UTF8.self) : text
  }
}
