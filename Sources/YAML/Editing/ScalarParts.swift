/// How the decoded text of a scalar lies in the raw bytes of the file.
struct ScalarParts {
  /// A run of decoded bytes and the raw ones that stand for it.
  private struct Unit {
    var decoded: Range<Int>
    var raw: Range<Int>
    /// The raw bytes are the decoded ones, so that the run may be cut anywhere.
    var isText: Bool
  }

  private var units: [Unit] = []
  /// The columns before each line of a block scalar.
  private(set) var indent = 0

  /// - Returns: nil where the decoding can't be retraced.
  init?(of index: Int, in storage: Storage) {
    let record = storage.records[index]
    let decoded = Array(storage.textBytes(index))
    let isRetraced: Bool
    switch record.style {
    case .literal, .folded: isRetraced = retraceBlock(record, decoded, storage.bytes)
    case .plain: isRetraced = retraceFlow(Int(record.value)..<Int(record.end), .plain, decoded, storage.bytes)
    case .single, .double:
      let inner = Int(record.value) + 1..<Int(record.end) - 1
      isRetraced = retraceFlow(inner, record.style, decoded, storage.bytes)
    }
    guard isRetraced else { return nil }
  }

  /// The raw bytes that stand for a range of decoded ones; nil where the range cuts an escape or a fold.
  func raw(_ range: Range<Int>) -> Range<Int>? {
    if range.isEmpty { return rawPoint(range.lowerBound).map { $0..<$0 } }
    guard let first = units.first(where: { $0.decoded.contains(range.lowerBound) }),
      let last = units.first(where: { $0.decoded.contains(range.upperBound - 1) })
    else { return nil }
    guard first.isText || first.decoded.lowerBound == range.lowerBound,
      last.isText || last.decoded.upperBound == range.upperBound
    else { return nil }
    let start = first.raw.lowerBound + (first.isText ? range.lowerBound - first.decoded.lowerBound : 0)
    let end = last.isText ? last.raw.lowerBound + range.upperBound - last.decoded.lowerBound : last.raw.upperBound
    return start <= end ? start..<end : nil
  }

  private func rawPoint(_ at: Int) -> Int? {
    if let unit = units.first(where: { $0.isText && $0.decoded.lowerBound <= at && at <= $0.decoded.upperBound }) {
      return unit.raw.lowerBound + at - unit.decoded.lowerBound
    }
    if let unit = units.first(where: { $0.decoded.lowerBound == at && !$0.decoded.isEmpty }) { return unit.raw.lowerBound }
    return units.last(where: { $0.decoded.upperBound == at }).map(\.raw.upperBound)
  }

  private mutating func add(_ decoded: Range<Int>, _ raw: Range<Int>, isText: Bool) {
    if isText, let last = units.last, last.isText, last.raw.upperBound == raw.lowerBound {
      units[units.count - 1].decoded = last.decoded.lowerBound..<decoded.upperBound
      units[units.count - 1].raw = last.raw.lowerBound..<raw.upperBound
    } else {
      units.append(Unit(decoded: decoded, raw: raw, isText: isText))
    }
  }

  // MARK: Plain and quoted

  private mutating func retraceFlow(
    _ range: Range<Int>, _ style: ScalarStyle, _ decoded: [UInt8], _ bytes: [UInt8]
  ) -> Bool {
    var at = range.lowerBound
    var out: [UInt8] = []
    func emit(_ text: [UInt8], _ end: Int, isText: Bool) {
      add(out.count..<out.count + text.count, at..<end, isText: isText)
      out += text
      at = end
    }
    while at < range.upperBound {
      let byte = bytes[at]
      if byte.isWhite {
        let (end, breaks) = Self.skipWhite(at, range.upperBound, bytes)
        if breaks == 0 {
          emit(Array(bytes[at..<end]), end, isText: true)
        } else {
          emit(breaks == 1 ? [.space] : [UInt8](repeating: .lineFeed, count: breaks - 1), end, isText: false)
        }
      } else if style == .single, byte == UInt8(ascii: "'") {
        emit([byte], min(at + 2, range.upperBound), isText: false)
      } else if style == .double, byte == UInt8(ascii: "\\") {
        guard let (text, end) = Self.escape(at, range.upperBound, bytes) else { return false }
        emit(text, end, isText: false)
      } else {
        var end = at + 1
        while end < range.upperBound, !bytes[end].isWhite, bytes[end] != UInt8(ascii: "'"), bytes[end] != UInt8(ascii: "\\") {
          end += 1
        }
        emit(Array(bytes[at..<end]), end, isText: true)
      }
    }
    return out == decoded
  }

  /// The end of a run of blanks, or, when it holds line breaks, of all white space; and how many breaks it holds.
  private static func skipWhite(_ start: Int, _ limit: Int, _ bytes: [UInt8]) -> (end: Int, breaks: Int) {
    var at = start
    var breaks = 0
    while at < limit, bytes[at].isWhite {
      if bytes[at].isBreak {
        breaks += 1
        at = SourceText.behindBreak(at, in: bytes)
      } else {
        at += 1
      }
    }
    return (min(at, limit), breaks)
  }

  private static let escapes: [UInt8: [UInt8]] = [
    UInt8(ascii: "0"): [0], UInt8(ascii: "a"): [7], UInt8(ascii: "b"): [8], UInt8(ascii: "t"): [9], 9: [9],
    UInt8(ascii: "n"): [10], UInt8(ascii: "v"): [11], UInt8(ascii: "f"): [12], UInt8(ascii: "r"): [13],
    UInt8(ascii: "e"): [27], UInt8(ascii: " "): [32], UInt8(ascii: "\""): [34], UInt8(ascii: "/"): [47],
    UInt8(ascii: "\\"): [92], UInt8(ascii: "N"): [0xC2, 0x85], UInt8(ascii: "_"): [0xC2, 0xA0],
    UInt8(ascii: "L"): [0xE2, 0x80, 0xA8], UInt8(ascii: "P"): [0xE2, 0x80, 0xA9],
  ]

  private static func escape(_ at: Int, _ limit: Int, _ bytes: [UInt8]) -> (text: [UInt8], end: Int)? {
    guard at + 1 < limit else { return nil }
    let letter = bytes[at + 1]
    if letter.isBreak {
      let (end, breaks) = skipWhite(at + 1, limit, bytes)
      return ([UInt8](repeating: .lineFeed, count: breaks - 1), end)
    }
    let digits = letter == UInt8(ascii: "x") ? 2 : letter == UInt8(ascii: "u") ? 4 : letter == UInt8(ascii: "U") ? 8 : 0
    guard digits > 0 else { return escapes[letter].map { ($0, at + 2) } }
    guard at + 2 + digits <= limit,
      let value = UInt32(String(decoding: bytes[(at + 2)..<(at + 2 + digits)], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(value)
    else { return nil }
    return (Array(String(Character(scalar)).utf8), at + 2 + digits)
  }

  // MARK: Blocks

  /// Finds each raw line's text again in the decoded text; between two there is a fold (a space) or line breaks.
  private mutating func retraceBlock(_ record: Record, _ decoded: [UInt8], _ bytes: [UInt8]) -> Bool {
    let limit = Int(record.end)
    let header = SourceText.lineEnd(Int(record.value), in: bytes)
    var line = SourceText.behindBreak(header, in: bytes)
    var at = 0
    var lastEnd = line
    var isFirst = true
    while line < limit {
      let end = min(SourceText.lineEnd(line, in: bytes), limit)
      var start = line
      while start < end, bytes[start] == .space, isFirst || start - line < indent { start += 1 }
      let next = end < limit ? SourceText.behindBreak(end, in: bytes) : limit
      defer { line = max(next, line + 1) }
      if start == end { continue }
      let gap = at
      if at < decoded.count, decoded[at] == .space, !isFirst {
        at += 1
      } else {
        while at < decoded.count, decoded[at] == .lineFeed { at += 1 }
      }
      if isFirst {
        var spaces = 0
        while at + spaces < decoded.count, decoded[at + spaces] == .space { spaces += 1 }
        guard start - line >= spaces else { return false }
        start -= spaces
        indent = start - line
        isFirst = false
      } else if gap == at {
        return false
      }
      guard decoded[at...].starts(with: bytes[start..<end]) else { return false }
      if gap < at { add(gap..<at, lastEnd..<start, isText: false) }
      add(at..<at + (end - start), start..<end, isText: true)
      at += end - start
      lastEnd = end
    }
    guard decoded[at...].allSatisfy({ $0 == .lineFeed }) else { return false }
    if at < decoded.count {
      let end = decoded.count - at == 1 ? min(SourceText.behindBreak(lastEnd, in: bytes), limit) : limit
      add(at..<decoded.count, lastEnd..<end, isText: false)
    }
    return true
  }
}
