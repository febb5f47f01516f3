/// A place in a file that a person wrote: 1-based line and column, in characters.
package struct Place: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let file: String
  package let line: Int
  package let column: Int

  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  package var description: String { "\(file):\(line):\(column)" }

  package static func < (a: Place, b: Place) -> Bool {
    (a.file, a.line, a.column) < (b.file, b.line, b.column)
  }
}

/// Something that a person must change, and where: `file:line:column: message, hint: what to type`.
package struct Problem: Sendable, Hashable, CustomStringConvertible {
  package let place: Place?
  package let message: String
  package let hint: String?

  package init(_ message: String, at place: Place?, hint: String? = nil) {
    self.place = place
    self.message = message
    self.hint = hint
  }

  package var description: String {
    (place.map { "\($0): " } ?? "") + message + (hint.map { ", hint: \($0)" } ?? "")
  }

  /// Problems in the order of their places; those without one come last.
  static func sorted(_ problems: some Sequence<Problem>) -> [Problem] {
    problems.sorted { a, b in
      switch (a.place, b.place) {
      case (let x?, let y?) where x != y: x < y
      case (.some, nil): true
      case (nil, .some): false
      default: a.message < b.message
      }
    }
  }
}
