import Foundation

/// Texts that people read, kept as files under Tests/<target>/Golden.
package enum Golden {
  /// Compares a text with the golden file called `name` beside the calling test.
  ///
  /// With `RECORD=1` in the environment the file is written anew, and the comparison fails, so that a recording run
  /// can't pass for a test.
  /// - Returns: nil when they are equal, else what to say.
  package static func difference(_ text: String, _ name: String, file: String = #filePath) -> String? {
    let path = (file as NSString).deletingLastPathComponent + "/Golden/" + name
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try? FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try? text.write(toFile: path, atomically: true, encoding: .utf8)
      return "recorded \(name); run again without RECORD"
    }
    guard let golden = try? String(contentsOfFile: path, encoding: .utf8) else {
      return "no golden file \(name); RECORD=1 writes it. The text is:\n\(text)"
    }
    return golden == text ? nil : "\(name) differs.\n--- golden\n\(golden)\n--- now\n\(text)"
  }
}
