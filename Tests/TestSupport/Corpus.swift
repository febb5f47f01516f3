package import Foundation

/// Real files and histories to test with, beside the checkout; a user's clone has none.
package enum Corpus {
  /// The corpus' folder, or nil where it is absent. Tests that need it are skipped then, saying so.
  package static let root: String? = {
    let checkout = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["SLUICE_CORPUS"]
      ?? checkout.deletingLastPathComponent().appendingPathComponent("shared/corpus").path
    return FileManager.default.fileExists(atPath: path + "/README.md") ? path : nil
  }()

  package static var isPresent: Bool { root != nil }
  package static let absence = "the corpus of real repositories is not beside this checkout (set SLUICE_CORPUS to its folder)"

  /// The lines of a JSON-lines file below the corpus.
  package static func lines(_ name: String) throws -> [Data] {
    guard let root else { return [] }
    let data = try Data(contentsOf: URL(fileURLWithPath: root + "/" + name))
    return data.split(separator: UInt8(ascii: "\n")).map { Data($0) }
  }

  /// The files stored in a `blobs` folder of the corpus, unzipped, by blob id.
  package static func blobs(_ folder: String, _ ids: Set<String>) throws -> [String: [UInt8]] {
    guard let root else { return [:] }
    var result: [String: [UInt8]] = [:]
    for batch in stride(from: 0, to: ids.count, by: 400).map({ Array(ids.sorted().dropFirst($0).prefix(400)) }) {
      // One process a batch. Each file goes out behind a line with its length, so that any bytes are safe.
      let script = #"for f in "$@"; do n=$(gzip -dc "$f" | wc -c); printf '%s\n' "$n"; gzip -dc "$f"; done"#
      let files = batch.map { "\(root)/\(folder)/\($0.prefix(2))/\($0).gz" }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script, "sh"] + files
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let all = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      var rest = Array(all)[...]
      for id in batch {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")),
          let count = Int(String(decoding: rest[..<end], as: UTF8.self)), rest.count - 1 >= count
        else { throw Command.Failure(description: "cannot read \(folder) \(id)") }
        result[id] = Array(rest[(end + 1)..<(end + 1 + count)])
        rest = rest[(end + 1 + count)...]
      }
    }
    return result
  }
}
