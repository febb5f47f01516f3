import Foundation
import Git
import TestSupport
import Testing

@Suite("a repository is read by id")
struct ReadingTests {
  @Test("references come fresh, by whole names and by folders")
  func references() async throws {
    let origin = try Origin()
    let main = try origin.commit(["a": "1"])
    try origin.git("branch", "main2", "main")
    try origin.git("branch", "sluice/p/promote/dev/x", "main")
    try origin.git("tag", "-m", "release", "v1", "main")
    let repository = try await origin.open()
    #expect(try await repository.references(prefixes: ["refs/heads/main"]) == ["refs/heads/main": main])
    #expect(try await repository.references(prefixes: ["refs/heads/sluice"]).count == 1)
    #expect(try await repository.references(prefixes: ["refs/heads/", "refs/tags/"]).count == 4)
    #expect(try await repository.references(prefixes: ["refs/none/"]).isEmpty)
    #expect(try await repository.defaultBranch() == "refs/heads/main")
    let tag = try #require(try await repository.references(prefixes: ["refs/tags/"])["refs/tags/v1"])
    #expect(tag == (try origin.id("v1")))
    #expect(try await repository.commit(tag).id == main)
    #expect(try await repository.date(of: main) == 1_700_000_000)
    #expect(try await repository.date(of: tag) > 1_700_000_000)
    // Others move, make, pack and delete while the repository is open.
    let moved = try origin.commit(["a": "2"])
    try origin.git("pack-refs", "--all")
    try origin.git("branch", "-D", "main2")
    #expect(
      try await repository.references(prefixes: ["refs/heads/"])
        == ["refs/heads/main": moved, "refs/heads/sluice/p/promote/dev/x": main])
    #expect(try await repository.commit(moved).parents == [main])
  }

  @Test("an empty repository has a default branch and nothing else")
  func empty() async throws {
    let origin = try Origin()
    let repository = try await origin.open()
    #expect(try await repository.references(prefixes: [""]).isEmpty)
    #expect(try await repository.defaultBranch() == "refs/heads/main")
  }

  @Test("what is no repository is said to be none")
  func nothing() async throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "file")
    for path in [folder.path, folder.path + "/file", folder.path + "/missing"] {
      let error = await #expect(throws: GitError.self) {
        _ = try await Repository.open(try RemoteLocation(path, relativeTo: "/"))
      }
      #expect(error?.kind == .notARepository)
      #expect(error?.exitCode == 65)
      #expect(error?.description.contains(path) == true)
    }
    // A repository further up is not this one.
    try Command.check(["git", "init", "-q", folder.path])
    try folder.write("x", to: "sub/file")
    #expect(await kind { _ = try await Repository.open(try RemoteLocation("sub", relativeTo: folder.path)) } == .notARepository)
    _ = try await Repository.open(try RemoteLocation(folder.path, relativeTo: "/"))
  }

  @Test("files come whole, sorted, below prefixes, with their modes, whatever they are called")
  func files() async throws {
    let origin = try Origin()
    let names = ["a b", "ä/ö", "\u{e9}", "q\"uote", "back\\slash", "-x", "a/b/c", "a.b", "a-b/c", "a0", "日本"]
    try origin.commit(
      Dictionary(uniqueKeysWithValues: names.map { ($0, $0) }).merging(["run": "#!", "link": "a.b"]) { $1 },
      modes: ["run": "100755", "link": "120000"])
    // The same text to Swift, another file to git.
    let tip = try origin.commit(["\u{65}\u{301}": "\u{65}\u{301}"])
    let repository = try await origin.open()
    let files = try await repository.files(in: tip)
    let listed = try origin.git("-c", "core.quotePath=false", "ls-tree", "-r", "-z", "main")
      .split(separator: "\0").map { String($0.split(separator: "\t", maxSplits: 1)[1]) }
    #expect(files.map { Array($0.path.utf8) } == listed.map { Array($0.utf8) })
    #expect(files.count == names.count + 3)
    #expect(files.first { $0.path == "run" }?.mode == .executable)
    #expect(files.first { $0.path == "link" }?.mode == .link)
    let blobs = try await repository.blobs(files.map(\.id))
    for file in files where file.mode == .file { #expect(blobs[file.id] == Array(file.path.utf8)) }
    #expect(try await repository.files(in: tip, under: ["a"]).map(\.path) == ["a/b/c"])
    #expect(try await repository.files(in: tip, under: ["a/b/", "a0", "ä"]).map(\.path) == ["a/b/c", "a0", "ä/ö"])
    #expect(try await repository.files(in: tip, under: ["a/b/c/d", "none"]).isEmpty)
  }

  @Test("bytes that are no UTF-8 in a path are shown, and survive an edit beside them")
  func oddBytes() async throws {
    let origin = try Origin()
    let script =
      #"b=$(printf x | git -C "$0" hash-object -w --stdin); printf '100644 blob %s\tbad\377name\n100664 blob %s\tshared\n' $b $b | git -C "$0" mktree"#
    let tree = try #require(ObjectID(hex: String(try Command.check(["sh", "-c", script, origin.path]).prefix(40))))
    let repository = try await origin.open()
    #expect(try await repository.files(in: tree).map(\.path) == ["bad\\xFFname", "shared"])
    let edited = try await repository.change(["new": "y"], on: nil)
    let both = try await repository.writeTree(base: tree, changes: ["new": .write(Array("y".utf8))])
    #expect(try await repository.diff(tree, both).map(\.path) == ["new"])
    let commit = try await repository.writeCommit(
      tree: both, parents: [edited], message: "m", author: bot, committer: bot)
    #expect(try await repository.push([RefUpdate("refs/heads/odd", from: nil, to: commit)]) == [.updated])
    let listing = try Command.check(["sh", "-c", #"git -C "$0" ls-tree -z odd | od -An -tx1 | tr -d ' \n'"#, origin.path])
    #expect(listing.contains("09626164ff6e616d6500"))
    #expect(try origin.git("cat-file", "-p", "odd^{tree}").contains("100644 blob"))
  }

  @Test("history follows first parents, newest first, down to where it is asked to")
  func history() async throws {
    let origin = try Origin()
    let first = try origin.commit(["a": "1"], message: "one")
    try origin.git("branch", "side", "main")
    let side = try origin.commit(["b": "1"], on: "side", message: "beside\n\nSluice-Ledger: x\n")
    let second = try origin.commit(["a": "2"], message: "two")
    let merge = try origin.commit(["b": "1"], message: "merge", merging: side.hex)
    let other = try origin.commit(["z": "1"], on: "unrelated")
    let repository = try await origin.open()
    let history = try await repository.firstParentHistory(from: merge)
    #expect(history.map(\.id) == [merge, second, first])
    #expect(history.map(\.subject) == ["merge", "two", "one"])
    #expect(history.first?.parents == [second, side])
    #expect(try await repository.firstParentHistory(from: merge, until: first).map(\.id) == [merge, second])
    #expect(try await repository.firstParentHistory(from: merge, limit: 1).map(\.id) == [merge])
    let commit = try await repository.commit(side)
    #expect(commit.message == "beside\n\nSluice-Ledger: x\n")
    #expect(commit.author == Signature(name: "A Person", email: "person@example.test", seconds: 1_700_000_001))
    #expect(try await repository.isAncestor(side, of: merge))
    #expect(try await repository.isAncestor(side, of: side))
    #expect(try await repository.isAncestor(side, of: second) == false)
    #expect(try await repository.mergeBase(side, second) == first)
    #expect(try await repository.mergeBase(other, second) == nil)
    #expect(await kind { _ = try await repository.mergeBase(other, .zero) } == .notFound)
    #expect(await kind { _ = try await repository.commit(.zero) } == .notFound)
  }

  @Test("five hundred calls that fail at once keep their own words")
  func errors() async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let repositories = [try await origin.open(), try await origin.open()]
    await withTaskGroup(of: Bool.self) { group in
      for number in 0..<500 {
        let hex = String(repeating: "0", count: 36) + String(number + 0x1000, radix: 16)
        group.addTask {
          do {
            let repository = repositories[number % 2]
            switch number % 3 {
            case 0: _ = try await repository.blob(try #require(ObjectID(hex: hex)))
            case 1: _ = try await repository.commit(try #require(ObjectID(hex: hex)))
            default:
              _ = try await repository.blob(tip)
              return false
            }
          } catch let error as GitError {
            let text = error.description
            return number % 3 == 2
              ? text.contains("it is no blob")
              : text.contains(hex) && text.contains("not found")
                && error.kind == .notFound
          } catch {}
          return false
        }
      }
      for await right in group { #expect(right) }
    }
  }

  @Test("a damaged repository on a path is an error, not a surprise")
  func damage() async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a/b": "1", "c": "2"])
    let blob = try origin.git("rev-parse", "main:c")
    let folder = try origin.git("rev-parse", "main:a")
    func file(_ id: String) -> String { origin.path + "/objects/" + id.prefix(2) + "/" + id.dropFirst(2) }
    try Command.check(["sh", "-c", "chmod u+w $0 && printf garbage > $0", file(blob)])
    try Command.check(["rm", "-f", file(folder)])
    let repository = try await origin.open()
    let id = try #require(ObjectID(hex: blob))
    #expect(await kind { _ = try await repository.blob(id) } == .damaged)
    #expect(await kind { _ = try await repository.files(in: tip) } == .damaged)
    try Command.check(["sh", "-c", "> $0/refs/heads/main", origin.path])
    #expect(await kind { _ = try await repository.references(prefixes: ["refs/heads/main"]) } == .damaged)
  }
}
