import Foundation
import Git
import TestSupport
import Testing

@Suite("what changed between two trees")
struct ChangesTests {
  @Test("is what their listings differ in, for regular files, in 60 random trees")
  func random() async throws {
    let origin = try Origin()
    let blobs = try (0..<4).map { number -> String in
      try Command.check(["sh", "-c", "printf \(number) | git -C \"$0\" hash-object -w --stdin", origin.path])
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    var random = Numbers(state: 7)
    var files: [String: String] = [:]
    var trees: [ObjectID] = []
    for number in 0..<60 {
      for _ in 0..<Int.random(in: 1...6, using: &random) { Self.edit(&files, blobs, &random) }
      trees.append(try Self.write(files, number, to: origin))
    }
    let repository = try await origin.open()
    var found = 0
    for (number, new) in trees.enumerated() {
      let old = trees[Int.random(in: 0..<trees.count, using: &random)]
      let changes = try #require(try await repository.regularChanges(from: old, to: new))
      var expected: [String: [ObjectID?]] = [:]
      let (before, after) = (try await Self.regular(old, repository), try await Self.regular(new, repository))
      for path in Set(before.keys).union(after.keys) where before[path] != after[path] {
        expected[path] = [before[path], after[path]]
      }
      #expect(Dictionary(uniqueKeysWithValues: changes.map { ($0.path, [$0.old, $0.new]) }) == expected, "tree \(number)")
      found += changes.count
      let listed = try origin.git("diff-tree", "-r", "--no-renames", "--name-only", old.hex, new.hex).split(separator: "\n")
      #expect(try await repository.diff(old, new).map(\.path) == listed.map(String.init), "tree \(number)")
      let lines = try await repository.lines(of: new) { !$0.isEmpty && $0[0] == UInt8(ascii: "a") }
      let wanted = try await repository.files(in: new).filter { $0.mode != .submodule && $0.path.hasPrefix("a") }
      #expect(String(decoding: lines, as: UTF8.self) == wanted.map { "\($0.path)\t\($0.id.hex)\n" }.joined())
    }
    #expect(found > 200)
  }

  @Test("is not told where the earlier tree is gone, or a path may be another's")
  func untold() async throws {
    let origin = try Origin()
    let first = try origin.commit(["a": "1"])
    let second = try origin.commit(["\u{e9}": "1"])
    let repository = try await origin.open()
    let gone = try #require(ObjectID(hex: String(repeating: "5", count: 40)))
    #expect(try await repository.regularChanges(from: gone, to: first) == nil)
    #expect(try await repository.regularChanges(from: first, to: second) == nil)
    #expect(try await repository.regularChanges(from: second, to: second)?.isEmpty == true)
  }

  private static func regular(_ tree: ObjectID, _ repository: Repository) async throws -> [String: ObjectID] {
    let files = try await repository.files(in: tree).filter { $0.mode == .file || $0.mode == .executable }
    return Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.id) })
  }

  /// Adds, changes or removes a file; names sort otherwise as folders than as files.
  private static func edit(_ files: inout [String: String], _ blobs: [String], _ random: inout Numbers) {
    if Int.random(in: 0..<3, using: &random) == 0, let path = files.keys.sorted().randomElement(using: &random) {
      files[path] = nil
      return
    }
    let names = ["a", "a-b", "a.b", "a0", "ab", "b"]
    let path = (0..<Int.random(in: 1...3, using: &random)).map { _ in names.randomElement(using: &random) ?? "a" }
      .joined(separator: "/")
    guard !files.keys.contains(where: { $0.hasPrefix(path + "/") || path.hasPrefix($0 + "/") }) else { return }
    let mode = ["100644", "100644", "100755", "120000", "160000"].randomElement(using: &random) ?? "100644"
    files[path] = "\(mode) \(blobs.randomElement(using: &random) ?? "")"
  }

  private static func write(_ files: [String: String], _ number: Int, to origin: Origin) throws -> ObjectID {
    let index = "\(origin.folder.path)/index-\(number)"
    let text = files.map { "\($0.value)\t\($0.key)\n" }.joined()
    try origin.folder.write(text, to: "entries-\(number)")
    let script = #"export GIT_INDEX_FILE="$1"; git -C "$0" update-index --index-info < "$2"; git -C "$0" write-tree --missing-ok"#
    let id = try Command.check(["sh", "-ec", script, origin.path, index, "\(origin.folder.path)/entries-\(number)"])
    return try #require(ObjectID(hex: String(id.prefix(40))))
  }

  private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state ^ (state >> 29)) &* 0x9e37_79b9_7f4a_7c15
    }
  }
}
