import Foundation

/// A folder of its own for one test, removed with all that is in it when the value goes.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    let template = NSTemporaryDirectory() + "/sluice-test-XXXXXX"
    var bytes = Array(template.utf8CString)
    guard mkdtemp(&bytes) != nil else { throw CocoaError(.fileWriteUnknown) }
    // The kernel's name for it: paths that tools print compare equal.
    let made = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = URL(fileURLWithPath: made).resolvingSymlinksInPath().path
  }

  deinit {
    // A test may have taken the right to write away.
    _ = try? Command.run(["chmod", "-R", "u+rwX", path])
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file below the folder, making the folders on the way; gives its whole path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  package func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }

  package func text(_ name: String) throws -> String { String(decoding: try read(name), as: UTF8.self) }
}
