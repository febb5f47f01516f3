import Foundation
import Git
import TestSupport
import Testing

/// A bare repository made and read by git's own command line.
final class Origin: Sendable {
  let folder: TemporaryFolder
  let path: String

  init(_ name: String = "origin.git") throws {
    folder = try TemporaryFolder()
    path = folder.path + "/" + name
    try Command.check(["git", "-c", "init.defaultBranch=main", "init", "-q", "--bare", path])
  }

  @discardableResult
  func git(_ arguments: String..., environment: [String: String] = [:]) throws -> String {
    let output = try Command.check(["git", "-C", path] + arguments, environment: environment)
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }

  func id(_ revision: String) throws -> ObjectID {
    try #require(ObjectID(hex: try git("rev-parse", "--verify", "-q", revision)))
  }

  /// Commits files onto a branch with git's fast-import: one process, whatever the number.
  @discardableResult
  func commit(
    _ files: [String: String], on branch: String = "main", message: String = "change", merging other: String? = nil,
    modes: [String: String] = [:], removing: [String] = []
  ) throws -> ObjectID {
    let name = "refs/heads/" + branch
    let old = try? git("rev-parse", "--verify", "-q", name)
    var input = "commit \(name)\ncommitter A Person <person@example.test> \(1_700_000_000 + commits()) +0000\n"
    input += "data \(message.utf8.count)\n\(message)\n"
    if let old { input += "from \(old)\n" }
    if let other { input += "merge \(other)\n" }
    for path in removing { input += "D \(path)\n" }
    for (path, content) in files.sorted(by: { $0.key < $1.key }) {
      input += "M \(modes[path] ?? "100644") inline \(quoted(path))\ndata \(content.utf8.count)\n\(content)\n"
    }
    let file = try folder.write(input + "\n", to: "fast-import-\(UUID().uuidString)")
    try Command.check(["sh", "-c", "git -C \"$0\" fast-import --quiet --force < \"$1\"", path, file])
    return try id(name)
  }

  private func commits() -> Int { (try? git("rev-list", "--all", "--count")).flatMap { Int($0) } ?? 0 }

  private func quoted(_ path: String) -> String {
    "\"" + path.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }

  func open() async throws -> Repository {
    try await Repository.open(try RemoteLocation(path, relativeTo: "/"))
  }

  /// The names of all objects that are on disk.
  func objects() throws -> Set<String> {
    Set(try git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split(separator: "\n").map(String.init))
  }

  func fsck() throws { try git("fsck", "--strict", "--no-dangling") }
}

let bot = Signature(name: "sluice", email: "sluice@localhost", seconds: 1_700_001_000)

extension Repository {
  /// A commit of these changes on top of another.
  func change(
    _ changes: [String: String], on parent: ObjectID?, message: String = "promote\n", merging other: ObjectID? = nil
  ) async throws -> ObjectID {
    let tree = try await writeTree(base: parent, changes: changes.mapValues { .write(Array($0.utf8)) })
    return try await writeCommit(
      tree: tree, parents: [parent, other].compactMap { $0 }, message: message, author: bot, committer: bot)
  }

  func text(_ id: ObjectID) async throws -> String { String(decoding: try await blob(id), as: UTF8.self) }
}

func kind(_ work: () async throws -> Void) async -> GitError.Kind? {
  do {
    try await work()
    return nil
  } catch { return (error as? GitError)?.kind }
}
