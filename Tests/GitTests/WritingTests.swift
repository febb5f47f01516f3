import Foundation
import Git
import TestSupport
import Testing

@Suite("trees and commits are made in memory, as git would make them")
struct WritingTests {
  @Test("a nested edit gives the tree that git gives")
  func nested() async throws {
    let origin = try Origin()
    let tip = try origin.commit(
      ["a/b/c/d": "1", "a/b/e": "1", "a.x": "1", "run": "1", "gone/only": "1", "half/a": "1", "half/b": "1"],
      modes: ["run": "100755"])
    let repository = try await origin.open()
    let tree = try await repository.writeTree(
      base: tip,
      changes: [
        "a/b/c/d": .write(Array("2".utf8)), "a/b/new/deep/file": .write([]), "run": .write(Array("2".utf8)),
        "gone/only": .remove, "half/a": .remove, "never/there": .remove, "a.x/below": .remove, "ä b": .write([0, 255]),
        "zz-": .write([1]), "zz/x": .write([2]), "zz0": .write([3]),
      ])
    let work = origin.folder.path + "/work"
    try Command.check(["git", "clone", "-q", origin.path, work])
    try Command.check(
      [
        "sh", "-ec",
        #"printf 2 > a/b/c/d; mkdir -p a/b/new/deep; : > a/b/new/deep/file; printf 2 > run; rm -r gone half/a; printf '\0\377' > 'ä b'; printf '\1' > zz-; mkdir zz; printf '\2' > zz/x; printf '\3' > zz0; git add -A; git commit -qm x; git push -q origin HEAD:expected"#,
      ], in: work)
    #expect(tree == (try origin.id("expected^{tree}")))
    #expect(try await repository.writeTree(base: tip, changes: [:]) == (try origin.id("main^{tree}")))
    #expect(
      try await repository.diff(tip, tree).map(\.path) == [
        "a/b/c/d", "a/b/new/deep/file", "gone/only", "half/a", "run", "zz-", "zz/x", "zz0", "ä b",
      ])
    #expect(try await repository.diff(nil, tip).count == 7)
    #expect(try await repository.diff(tip, tip).isEmpty)
    let all = try await repository.files(in: tip).map { ($0.path, Change.remove) }
    let nothing = try await repository.writeTree(base: tip, changes: Dictionary(uniqueKeysWithValues: all))
    #expect(nothing.hex == "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
  }

  @Test(
    "paths that no tree may hold are refused",
    arguments: [
      "../x", "a/../b", "./a", "a/./b", "/abs", "a//b", "a/", "", ".git/config", "a/.GIT/x", ".git", "git~1/x", ".git ./x",
      ".g\u{200C}it/x", "a\u{0}b", "a\nb", "file/below", "folder", "link", "module",
    ])
  func refused(_ path: String) async throws {
    let origin = try Origin()
    let tip = try origin.commit(["file": "1", "folder/x": "1", "link": "file"], modes: ["link": "120000"])
    try origin.git(
      "update-index", "--add", "--cacheinfo", "160000,\(tip),module", environment: ["GIT_INDEX_FILE": origin.path + "/i"])
    let module = try #require(
      ObjectID(hex: try origin.git("write-tree", "--missing-ok", environment: ["GIT_INDEX_FILE": origin.path + "/i"])))
    let repository = try await origin.open()
    #expect(
      await kind { _ = try await repository.writeTree(base: path == "module" ? module : tip, changes: [path: .write([1])]) }
        == .invalid)
  }

  @Test("changes that contradict each other are refused")
  func collisions() async throws {
    let origin = try Origin()
    let repository = try await origin.open()
    #expect(
      await kind {
        _ = try await repository.writeTree(base: nil, changes: ["a": .write([1]), "a/b": .write([1])])
      } == .invalid)
  }

  @Test("a commit says what it was told, and git agrees")
  func commits() async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let repository = try await origin.open()
    let tree = try await repository.writeTree(base: tip, changes: ["a": .write(Array("2".utf8))])
    let message = "Promote kubernetes to 1.31.4 in prod\n\nBecause.\n\nSluice-Stage: prod\n"
    let author = Signature(name: "Jürgen ☃", email: "j@example.test", seconds: 1_700_000_100, offset: -210)
    let commit = try await repository.writeCommit(
      tree: tree, parents: [tip], message: message, author: author, committer: bot)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: commit)]) == [.updated])
    #expect(
      try origin.git("log", "-1", "--format=%an|%ae|%at|%ai|%cn|%B", "main")
        == "Jürgen ☃|j@example.test|1700000100|2023-11-14 18:45:00 -0330|sluice|" + message)
    #expect(try origin.git("log", "-1", "--format=%(trailers:key=Sluice-Stage,valueonly)", "main") == "prod\n")
    let read = try await repository.commit(commit)
    #expect(read.author == author && read.committer == bot && read.message == message && read.tree == tree)
    try origin.fsck()
    for (name, email) in [("", "a@b"), ("a<b", "a@b"), ("a", "a>b"), ("a\nb", "a@b")] {
      let who = Signature(name: name, email: email, seconds: 0)
      #expect(
        await kind {
          _ = try await repository.writeCommit(tree: tree, parents: [], message: "m", author: who, committer: bot)
        } == .invalid)
    }
    #expect(
      await kind {
        _ = try await repository.writeCommit(tree: tip, parents: [], message: "m", author: bot, committer: bot)
      } != nil)
  }

  @Test("merges are what git's are, conflicts name their paths")
  func merges() async throws {
    let origin = try Origin()
    let lines = (1...20).map { "line \($0)\n" }.joined()
    let base = try origin.commit(["shared": lines, "ours": "1", "theirs": "1", "deep/x": "1", "moved": lines + "m"])
    try origin.git("branch", "other", "main")
    try origin.git("branch", "clash", "main")
    let ours = try origin.commit(
      ["shared": lines.replacingOccurrences(of: "line 2\n", with: "LINE 2\n"), "ours": "2", "renamed": lines + "m"],
      removing: ["moved"])
    let theirs = try origin.commit(
      ["shared": lines.replacingOccurrences(of: "line 19\n", with: "LINE 19\n"), "theirs": "2"], on: "other")
    let clash = try origin.commit(["ours": "3", "deep/x": "2", "moved": lines + "changed"], on: "clash")
    let repository = try await origin.open()
    // Git would follow the rename; a promotion never writes into a file that it did not name.
    #expect(try await repository.merge(ours: ours, theirs: clash) == .conflict(["moved", "ours"]))
    #expect(try await repository.merge(ours: ours, theirs: base) == .upToDate)
    #expect(try await repository.merge(ours: base, theirs: ours) == .fastForward)
    let unrelated = try origin.commit(["u": "1"], on: "unrelated")
    #expect(await kind { _ = try await repository.merge(ours: ours, theirs: unrelated) } == .invalid)

    guard case .clean(let tree) = try await repository.merge(ours: ours, theirs: theirs) else {
      Issue.record("no clean merge")
      return
    }
    let before = try origin.objects()
    let commit = try await repository.writeCommit(
      tree: tree, parents: [ours, theirs], message: "merge", author: bot, committer: bot)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: ours, to: commit)]) == [.updated])
    try origin.fsck()
    // The commit, its tree and the merged file: what came from either side was there.
    #expect(try origin.objects().subtracting(before).count == 3)
    #expect(try origin.git("log", "-1", "--format=%P", "main") == "\(ours) \(theirs)")
    #expect(try origin.git("merge-tree", "--write-tree", ours.hex, theirs.hex) == tree.hex)
  }

  @Test("a push brings exactly the new objects, of several commits at once, small and large", arguments: [3, 150])
  func exactObjects(_ count: Int) async throws {
    let origin = try Origin()
    let files = Dictionary(uniqueKeysWithValues: (0..<count).map { ("f\($0 % 7)/\($0)", "content \($0)") })
    let tip = try origin.commit(files)
    let repository = try await origin.open()
    let before = try origin.objects()
    let one = try await repository.change(files.mapValues { $0 + "!" }, on: tip)
    let two = try await repository.change(["f0/0": "again"], on: one)
    _ = try await repository.change(["never": "pushed"], on: two)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: two)]) == [.updated])
    try origin.fsck()
    let new = try origin.objects().subtracting(before)
    let expected = Set(
      try origin.git("rev-list", "--objects", two.hex, "^\(tip)").split(separator: "\n").map { String($0.prefix(40)) })
    #expect(new == expected)
    // Few objects are written loose, as git's receive-pack does; many as one pack more.
    let packs = try FileManager.default.contentsOfDirectory(atPath: origin.path + "/objects/pack")
    #expect(packs.filter { $0.hasSuffix(".pack") }.count == (count < 100 ? 0 : 2))
    #expect(try origin.git("show", "main:f0/0") == "again")
    // What was pushed is not sent again, what was left out can be sent later.
    let between = try origin.objects()
    let three = try await repository.change(["f0/0": "content 0!"], on: two)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: two, to: three)]) == [.updated])
    #expect(try origin.objects().subtracting(between).count == 1)
    try origin.fsck()
  }
}
