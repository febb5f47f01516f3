import Foundation

/// A recorded first-parent history of a few files of a real repository (`replay/` of the corpus), to rebuild and to go through.
package struct RecordedHistory: Sendable {
  package struct Step: Sendable {
    package let number: Int
    /// UTC seconds.
    package let time: Int
    package let subject: String
    package var changes: [Change]
  }

  package struct Change: Sendable {
    package let path: String
    package let blob: String
  }

  /// From the initial state on.
  package let steps: [Step]
  /// The contents by blob id.
  package let contents: [String: [UInt8]]

  /// - Parameter name: The folder below `replay/`.
  package init(_ name: String) throws {
    struct Row: Decodable {
      struct Change: Decodable {
        let path: String
        let blob: String
      }
      let n: Int
      let time: Date
      let subject: String
      let changes: [Change]
    }
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    steps = try Corpus.lines("replay/\(name)/sequence.jsonl").map { line in
      let row = try decoder.decode(Row.self, from: line)
      return Step(
        number: row.n, time: Int(row.time.timeIntervalSince1970), subject: row.subject,
        changes: row.changes.map { Change(path: $0.path, blob: $0.blob) })
    }
    contents = try Corpus.blobs("replay/\(name)/blobs", Set(steps.flatMap(\.changes).map(\.blob)))
  }

  package func text(_ change: Change) -> String { String(decoding: contents[change.blob] ?? [], as: UTF8.self) }

  // MARK: Rebuilding

  /// Puts steps on the branch `main` of a bare repository, one commit each, with their times and subjects.
  ///
  /// - Parameter first: Whether the branch begins with them; else they go on top of what it is now.
  package func put(_ steps: [Step], on repository: String, first: Bool = false) throws {
    var stream = Data()
    func add(_ text: String) { stream.append(Data(text.utf8)) }
    for (index, step) in steps.enumerated() {
      add("commit refs/heads/main\ncommitter A Person <person@example.test> \(step.time) +0000\n")
      add("data \(step.subject.utf8.count)\n\(step.subject)\n")
      if index == 0, !first { add("from refs/heads/main^0\n") }
      for change in step.changes {
        let bytes = contents[change.blob] ?? []
        add("M 100644 inline \(change.path)\ndata \(bytes.count)\n")
        stream.append(contentsOf: bytes)
        add("\n")
      }
    }
    let file = URL(fileURLWithPath: repository + "/next-commits")
    try stream.write(to: file)
    try Command.check(["sh", "-c", "exec git fast-import --quiet <next-commits"], in: repository)
  }

  /// What the first-parent history of a bare repository's `main` changes, the oldest first.
  package static func landed(on repository: String) throws -> [Landing] {
    let log = try Command.check(
      [
        "git", "log", "--reverse", "--first-parent", "-m", "--root", "--raw", "--patch", "--no-abbrev", "--format=author %an",
        "main",
      ], in: repository)
    var landings: [Landing] = []
    var author = ""
    for line in log.split(separator: "\n") {
      if line.hasPrefix("author ") {
        author = String(line.dropFirst(7))
      } else if line.first == ":", let path = line.split(separator: "\t").last {
        landings.append(Landing(author: author, path: String(path), blob: String(line.split(separator: " ")[3])))
      } else if line.first == "+", !line.hasPrefix("+++ ") {
        landings[landings.count - 1].added.append(String(line.dropFirst()))
      } else if line.first == "-", !line.hasPrefix("--- ") {
        landings[landings.count - 1].removed.append(String(line.dropFirst()))
      }
    }
    return landings
  }

  /// A file that a commit changed.
  package struct Landing: Sendable, Equatable {
    package let author: String
    package let path: String
    package let blob: String
    /// The lines of a commit that changed this file alone.
    package fileprivate(set) var removed: [String] = []
    package fileprivate(set) var added: [String] = []
  }
}
