/// Questions about raw bytes: lines, columns, marks.
enum SourceText {
  static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  static func hasMark(_ bytes: [UInt8]) -> Bool { bytes.starts(with: mark) }

  static func position(_ offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
    bytes.withUnsafeBufferPointer { source in
      var line = 1
      var lineStart = hasMark(bytes) ? 3 : 0
      let end = min(offset, source.count)
      var at = lineStart
      while at < end {
        if source[at] == .lineFeed || (source[at] == .carriageReturn && !(at + 1 < source.count && source[at + 1] == .lineFeed)) {
          line += 1
          lineStart = at + 1
        }
        at += 1
      }
      var column = 1
      at = lineStart
      while at < end {
        if source[at] & 0xC0 != 0x80 { column += 1 }
        at += 1
      }
      return (line, column)
    }
  }

  /// Where the line of a byte begins; a byte order mark belongs to no line.
  static func lineStart(_ offset: Int, in bytes: [UInt8]) -> Int {
    var at = offset
    while at > 0, !bytes[at - 1].isBreak { at -= 1 }
    return bytes[at...].starts(with: mark) ? min(at + 3, offset) : at
  }

  /// Where the text of a line ends, before its line break.
  static func lineEnd(_ offset: Int, in bytes: [UInt8]) -> Int {
    var at = offset
    while at < bytes.count, !bytes[at].isBreak { at += 1 }
    return at
  }

  /// Behind the line break at a byte, or the byte itself where there is none.
  static func behindBreak(_ offset: Int, in bytes: [UInt8]) -> Int {
    guard offset < bytes.count, bytes[offset].isBreak else { return offset }
    let isPair = bytes[offset] == .carriageReturn && offset + 1 < bytes.count && bytes[offset + 1] == .lineFeed
    return offset + (isPair ? 2 : 1)
  }

  /// Where the line break that ends just before a byte begins, or the byte itself where there is none.
  static func beforeBreak(_ offset: Int, in bytes: [UInt8]) -> Int {
    guard offset > 0, bytes[offset - 1].isBreak else { return offset }
    let isPair = bytes[offset - 1] == .lineFeed && offset > 1 && bytes[offset - 2] == .carriageReturn
    return offset - (isPair ? 2 : 1)
  }

  /// The line ending in use at a byte: of its line, else of the one before, else of the file, else LF.
  static func lineBreak(at offset: Int, in bytes: [UInt8]) -> [UInt8] {
    let end = lineEnd(offset, in: bytes)
    if end < bytes.count { return Array(bytes[end..<behindBreak(end, in: bytes)]) }
    let start = lineStart(offset, in: bytes)
    let before = beforeBreak(start, in: bytes)
    return before < start ? Array(bytes[before..<start]) : [.lineFeed]
  }
}

extension UInt8 {
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")

  var isBreak: Bool { self == 0x0A || self == 0x0D }
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isWhite: Bool { isBreak || isBlank }
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isFlowIndicator: Bool {
    self == UInt8(ascii: ",") || self == UInt8(ascii: "[") || self == UInt8(ascii: "]") || self == UInt8(ascii: "{")
      || self == UInt8(ascii: "}")
  }
}
