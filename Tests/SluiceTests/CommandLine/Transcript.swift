import Foundation
import TestSupport
import Testing

/// What a person at a terminal sees: each command, and under it what it printed, with the names that differ from run to run
/// (paths, commits) replaced.
final class Transcript {
  let world: World
  private(set) var text = ""

  init(_ world: World) { self.world = world }

  /// Runs a command, and writes down how it went.
  @discardableResult
  func sluice(_ arguments: String..., environment: [String: String] = [:]) throws -> Command {
    try sluice(arguments, environment: environment)
  }

  @discardableResult
  func sluice(_ arguments: [String], environment: [String: String] = [:]) throws -> Command {
    let done = try Command.run(
      [Binary.path] + arguments, in: world.path, environment: world.environment.merging(environment) { $1 })
    // 126 and 127 are the shell's: the binary was not there to run.
    try #require(done.status < 126 && !done.killedBySignal)
    let words = arguments.map { $0.contains(" ") || $0.isEmpty ? "'\($0)'" : $0 }
    text += "$ \((["sluice"] + words).joined(separator: " "))\n" + plain(done.output) + plain(done.errors)
    if done.status != 0 { text += "(exit \(done.status))\n" }
    text += "\n"
    return done
  }

  /// Tells what happens in between.
  func say(_ line: String) { text += "# \(line)\n\n" }

  /// With placeholders, and what parallel work tells in any order in one.
  private func plain(_ text: String) -> String {
    var lines = text.replacing(world.path, with: "WORLD").split(separator: "\n", omittingEmptySubsequences: false).map {
      Self.withoutCommits(String($0))
    }
    var start = 0
    while start < lines.count {
      let end = lines[start...].firstIndex { !$0.contains(" was accepted") } ?? lines.count
      if end > start { lines.replaceSubrange(start..<end, with: lines[start..<end].sorted()) }
      start = max(end, start + 1)
    }
    return lines.joined(separator: "\n")
  }

  static func withoutCommits(_ line: String) -> String {
    line.replacing(/\b([0-9a-f]{40}|[0-9a-f]{10,12})\b/, with: "COMMIT").replacing(/head [0-9a-f]{7}\b/, with: "head COMMIT")
      .replacing(
        /cache\/[0-9a-f]{16}/, with: "cache/REPOSITORY")
  }
}

/// The folder of all texts that this target keeps: Tests/SluiceTests/Golden.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let difference = Golden.difference(text, name, file: folder.appendingPathComponent("Golden").path)
  #expect(difference == nil, sourceLocation: sourceLocation)
}
