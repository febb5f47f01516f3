import CYAML

/// A fault at a byte of the source, before it is known as a line and a column.
struct Fault: Error {
  var offset: Int
  var message: String
  var hint: String?
}

extension Fault {
  /// What libyaml says is wrong, and where.
  init(of parser: UnsafeMutablePointer<yaml_parser_t>, _ marks: inout MarkIndex, _ source: UnsafeBufferPointer<UInt8>) {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "unknown problem"
    if parser.pointee.error == YAML_MEMORY_ERROR {
      self.init(offset: 0, message: "out of memory")
      return
    }
    if parser.pointee.error == YAML_READER_ERROR {
      let offset = min(parser.pointee.problem_offset, source.count)
      let value = parser.pointee.problem_value
      let shown = value < 0 ? "" : " (0x\(String(value, radix: 16, uppercase: true)))"
      self.init(
        offset: offset, message: "not readable as UTF-8 text: \(problem)\(shown)", hint: "convert to UTF-8")
      return
    }
    let offset = marks.byte(parser.pointee.problem_mark.index)
    var message = "not valid YAML: \(problem)"
    if let context = parser.pointee.context {
      let mark = parser.pointee.context_mark
      message += " \(String(cString: context)) at \(mark.line + 1):\(mark.column + 1)"
    }
    self.init(offset: offset, message: message, hint: Self.templateHint(offset, source))
  }

  private static func templateHint(_ offset: Int, _ source: UnsafeBufferPointer<UInt8>) -> String? {
    var start = min(offset, source.count)
    while start > 0, !source[start - 1].isBreak { start -= 1 }
    // The problem is often noticed at the start of the line after the template's.
    var breaks = 0
    while start > 0, breaks < 2 {
      start -= 1
      if source[start] == .lineFeed { breaks += 1 }
    }
    var at = start
    breaks = 0
    while at + 1 < source.count, breaks < 4 {
      if source[at] == UInt8(ascii: "{"), source[at + 1] == UInt8(ascii: "{") || source[at + 1] == UInt8(ascii: "%") {
        return "a template is no YAML; edit what it is rendered from"
      }
      if source[at] == .lineFeed { breaks += 1 }
      at += 1
    }
    return nil
  }
}
