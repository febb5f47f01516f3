/// What is wrong with a file, a field path or an edit, and where.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's name as it was given; empty where no file is concerned.
  package var file: String
  /// From 1; 0 where there is no place, as with a malformed field path.
  package var line: Int
  /// From 1, in characters.
  package var column: Int
  package var message: String
  /// What to type or to change.
  package var hint: String?

  package init(file: String = "", line: Int = 0, column: Int = 0, message: String, hint: String? = nil) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.hint = hint
  }

  package var description: String {
    let place = line > 0 ? "\(file):\(line):\(column): " : file.isEmpty ? "" : "\(file): "
    return place + message + (hint.map { ", hint: \($0)" } ?? "")
  }
}
