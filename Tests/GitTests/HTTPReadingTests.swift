import Foundation
import Git
import TestSupport
import Testing

@Suite("over http a repository is read by id, with few questions")
struct HTTPReadingTests {
  @Test("references come fresh, by whole names and by folders", arguments: [true, false])
  func references(_ isVersion2: Bool) async throws {
    let http = try HTTPOrigin { $0.isVersion2 = isVersion2 }
    let origin = http.origin
    let main = try origin.commit(["a": "1"])
    try origin.git("branch", "main2", "main")
    try origin.git("branch", "sluice/p/promote/dev/x", "main")
    try origin.git("tag", "-m", "release", "v1", "main")
    let repository = try await http.open()
    #expect(try await repository.references(prefixes: ["refs/heads/main"]) == ["refs/heads/main": main])
    #expect(try await repository.references(prefixes: ["refs/heads/sluice"]).count == 1)
    #expect(try await repository.references(prefixes: ["refs/heads/", "refs/tags/"]).count == 4)
    #expect(try await repository.references(prefixes: [""]).count == 4)
    #expect(try await repository.references(prefixes: ["refs/none/"]).isEmpty)
    #expect(try await repository.references(prefixes: []).isEmpty)
    #expect(try await repository.defaultBranch() == "refs/heads/main")
    #expect(try await repository.references(prefixes: ["refs/tags/"])["refs/tags/v1"] == (try origin.id("v1")))
    try await repository.fetch(prefixes: ["refs/"])
    #expect(try await repository.commit(try origin.id("v1")).id == main)
    let moved = try origin.commit(["a": "2"])
    #expect(try await repository.fetch(prefixes: ["refs/heads/main"]) == ["refs/heads/main": moved])
    #expect(try await repository.commit(moved).parents == [main])
  }

  @Test("an empty repository has a default branch and nothing else", arguments: [true, false])
  func empty(_ isVersion2: Bool) async throws {
    let http = try HTTPOrigin { $0.isVersion2 = isVersion2 }
    let repository = try await http.open()
    #expect(try await repository.references(prefixes: [""]).isEmpty)
    #expect(try await repository.fetch(prefixes: [""]).isEmpty)
    // Before version 2 no server says it.
    #expect(try await repository.defaultBranch() == (isVersion2 ? "refs/heads/main" : nil))
    let first = try await repository.change(["a": "1"], on: nil)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: nil, to: first)]) == [.updated])
    try http.origin.fsck()
    #expect(try await repository.defaultBranch() == "refs/heads/main")
  }

  @Test("only commits and trees are fetched, and files in one question when they are read")
  func partial() async throws {
    let http = try HTTPOrigin()
    try http.origin.commit(Dictionary(uniqueKeysWithValues: (0..<300).map { ("d\($0 % 7)/\($0)", "content \($0)") }))
    let tip = try http.origin.commit(["d0/0": "second"])
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    #expect(http.asked() == [discover, ask, ask])
    #expect(try http.cached() == ["commit": 2, "tree": 10])
    let files = try await repository.files(in: tip)
    #expect(files.count == 300)
    #expect(try await repository.diff(tip, try http.origin.id("main~1")).map(\.path) == ["d0/0"])
    #expect(http.asked() == [])
    let wanted = files.prefix(200).map(\.id)
    #expect(try await repository.blobs(wanted).count == 200)
    #expect(http.asked() == [ask])
    #expect(try http.cached()["blob"] == 200)
    #expect(try await repository.blobs(wanted).count == 200)
    #expect(http.asked() == [])
    try await repository.bring(files.map(\.id))
    try await repository.bring(files.map(\.id))
    #expect(http.asked() == [ask])
    #expect(try await repository.text(try #require(files.first { $0.path == "d0/0" }).id) == "second")
    for file in files.dropFirst() { #expect(try await repository.text(file.id).hasPrefix("content")) }
    #expect(http.asked() == [])
  }

  @Test("from a server that leaves nothing out, everything is fetched", arguments: [true, false])
  func whole(_ isVersion2: Bool) async throws {
    let http = try HTTPOrigin {
      $0.backend.configuration["uploadpack.allowFilter"] = "false"
      $0.isVersion2 = isVersion2
    }
    let tip = try http.origin.commit(["a": "1", "b/c": "2"])
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    #expect(http.asked() == (isVersion2 ? [discover, ask, ask] : [discover, ask]))
    #expect(try http.cached() == ["commit": 1, "tree": 2, "blob": 2])
    let files = try await repository.files(in: tip)
    #expect(try await repository.blobs(files.map(\.id)).count == 2)
    #expect(http.asked() == [])
    let next = try http.origin.commit(["a": "3"])
    try await repository.fetch(prefixes: ["refs/heads/"])
    #expect(try await repository.text(try #require(try await repository.files(in: next).first).id) == "3")
    #expect(await kind { _ = try await repository.blob(.zero) } == .notFound)
  }

  @Test("a server of the old protocol that gives files by their ids sends none else either")
  func oldPartial() async throws {
    let http = try HTTPOrigin {
      $0.isVersion2 = false
      $0.backend.configuration["uploadpack.allowAnySHA1InWant"] = "true"
    }
    let tip = try http.origin.commit(["a": "1", "b/c": "2"])
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    #expect(try http.cached() == ["commit": 1, "tree": 2])
    #expect(try await repository.text(try #require(try await repository.files(in: tip).first).id) == "1")
    let next = try http.origin.commit(["b/c": "3"])
    try await repository.fetch(prefixes: ["refs/heads/"])
    #expect(try await repository.commit(next).parents == [tip])
  }

  @Test("a run that finds nothing new asks one question, and writes nothing")
  func quiet() async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(["a": "1"])
    try http.origin.git("branch", "sluice-ledger", "main")
    for round in 0..<2 {
      let before = round == 0 ? "" : try state(http)
      let repository = try await http.open()
      await repository.watch(["refs/heads/main", "refs/heads/sluice-ledger", "refs/heads/sluice/"])
      #expect(try await repository.defaultBranch() == "refs/heads/main")
      #expect(try await repository.fetch(prefixes: ["refs/heads/main"]) == ["refs/heads/main": tip])
      #expect(try await repository.fetch(prefixes: ["refs/heads/sluice-ledger"]).count == 1)
      #expect(try await repository.references(prefixes: ["refs/heads/sluice/p/"]).isEmpty)
      #expect(try await repository.commit(tip).id == tip)
      #expect(http.asked() == (round == 0 ? [discover, ask, ask] : [ask]))
      if round == 1 { #expect(try state(http) == before) }
    }
  }

  private func state(_ http: HTTPOrigin) throws -> String {
    try Command.check(["find", http.cache, "-printf", "%p %T@ %C@ %s\n"]).split(separator: "\n").sorted().joined(separator: "\n")
  }

  @Test("the run's one answer holds until it is refreshed, and knows what the run itself moved")
  func watched() async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(["a": "1"])
    try http.origin.git("branch", "other", "main")
    let repository = try await http.open()
    #expect(await repository.refresh() == false)
    await repository.watch(["refs/heads/"])
    try await repository.fetch(prefixes: ["refs/heads/main"])
    // Everything watched came with it.
    http.asked()
    #expect(try await repository.fetch(prefixes: ["refs/heads/other"]).count == 1)
    let mine = try await repository.change(["a": "2"], on: tip)
    #expect(
      try await repository.push([
        RefUpdate("refs/heads/main", from: tip, to: mine), RefUpdate("refs/heads/other", from: tip, to: nil),
      ]) == [.updated, .updated])
    #expect(http.asked() == [send])
    #expect(try await repository.references(prefixes: ["refs/heads/"]) == ["refs/heads/main": mine])
    let theirs = try http.origin.commit(["b": "1"])
    #expect(try await repository.fetch(prefixes: ["refs/heads/main"]) == ["refs/heads/main": mine])
    #expect(http.asked() == [])
    // Lost: the fresh answer is known afterwards.
    let lost = try await repository.change(["a": "3"], on: mine)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: mine, to: lost)]) == [.lostRace(now: theirs)])
    #expect(http.asked() == [send, ask])
    #expect(try await repository.references(prefixes: ["refs/heads/main"]) == ["refs/heads/main": theirs])
    #expect(http.asked() == [])
    #expect(await repository.refresh())
    #expect(await repository.refresh() == false)
    #expect(try await repository.fetch(prefixes: ["refs/heads/main"]) == ["refs/heads/main": theirs])
    #expect(http.asked() == [ask, ask])
    // What is not watched is asked for by itself.
    #expect(try await repository.references(prefixes: ["refs/tags/"]).isEmpty)
    #expect(http.asked() == [ask])
  }

  @Test("merges read the files that both sides changed, and no others")
  func merges() async throws {
    let http = try HTTPOrigin()
    let lines = (1...20).map { "line \($0)\n" }.joined()
    let base = try http.origin.commit(["shared": lines, "ours": "1", "theirs": "1", "deep/x": "1", "same": "1"])
    try http.origin.git("branch", "other", "main")
    try http.origin.git("branch", "clash", "main")
    let ours = try http.origin.commit(
      ["shared": lines.replacingOccurrences(of: "line 2\n", with: "LINE 2\n"), "ours": "2", "same": "2"])
    let theirs = try http.origin.commit(
      ["shared": lines.replacingOccurrences(of: "line 19\n", with: "LINE 19\n"), "theirs": "2", "same": "2"], on: "other")
    let clash = try http.origin.commit(["ours": "3", "deep/x": "2"], on: "clash")
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    http.asked()
    guard case .clean(let tree) = try await repository.merge(ours: ours, theirs: theirs) else {
      Issue.record("no clean merge")
      return
    }
    #expect(http.asked() == [ask])
    #expect(try http.cached()["blob"] == 3)
    #expect(try http.origin.git("merge-tree", "--write-tree", ours.hex, theirs.hex) == tree.hex)
    #expect(try await repository.merge(ours: ours, theirs: clash) == .conflict(["ours"]))
    #expect(http.asked() == [ask])
    #expect(try await repository.merge(ours: ours, theirs: base) == .upToDate)
    #expect(try await repository.merge(ours: base, theirs: ours) == .fastForward)
    #expect(http.asked() == [])
    let commit = try await repository.writeCommit(
      tree: tree, parents: [ours, theirs], message: "merge", author: bot, committer: bot)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: ours, to: commit)]) == [.updated])
    try http.origin.fsck()
  }

  @Test("submodules that both sides moved are no files to ask for, whatever a path's letters are")
  func submodules() async throws {
    let http = try HTTPOrigin()
    // Two names that are one to Swift.
    try http.origin.commit(["a": "1", "\u{e9}": "1"])
    let base = try http.origin.commit(["e\u{301}": "1"])
    func commit(_ module: Character, _ parent: ObjectID, _ branch: String, _ files: KeyValuePairs<String, String>) throws {
      let index = ["GIT_INDEX_FILE": http.origin.path + "/index-" + branch]
      try http.origin.git("read-tree", parent.hex, environment: index)
      try http.origin.git(
        "update-index", "--add", "--cacheinfo", "160000,\(String(repeating: module, count: 40)),module", environment: index)
      let tree = try http.origin.git("write-tree", environment: index)
      let id = try http.origin.git("commit-tree", tree, "-p", parent.hex, "-m", branch)
      try http.origin.git("update-ref", "refs/heads/" + branch, id)
      for (path, content) in files { try http.origin.commit([path: content], on: branch) }
    }
    try commit("1", base, "main", ["\u{e9}": "2", "e\u{301}": "3", "x": "1"])
    try commit("1", base, "same", ["\u{e9}": "4", "y": "1"])
    try commit("2", base, "other", ["\u{e9}": "2", "e\u{301}": "5"])
    let repository = try await http.open()
    let tips = try await repository.fetch(prefixes: ["refs/heads/"])
    http.asked()
    let ours = try #require(tips["refs/heads/main"])
    let same = try await repository.merge(ours: ours, theirs: try #require(tips["refs/heads/same"]))
    #expect(same == .conflict(["\u{e9}"]))
    let other = try await repository.merge(ours: ours, theirs: try #require(tips["refs/heads/other"]))
    #expect(other == .conflict(["e\u{301}", "module"]))
    #expect(http.asked() == [ask, ask])
  }

  @Test("merges whose bases have to be merged themselves work too")
  func crissCross() async throws {
    let http = try HTTPOrigin()
    let origin = http.origin
    let lines = (1...30).map { "line \($0)\n" }
    func text(_ changed: [Int: String]) -> String { lines.enumerated().map { changed[$0.offset] ?? $0.element }.joined() }
    try origin.commit(["f": text([:]), "g": "1"])
    try origin.git("branch", "side", "main")
    let a = try origin.commit(["f": text([1: "a\n"])])
    let b = try origin.commit(["f": text([28: "b\n"])], on: "side")
    try origin.commit(["f": text([1: "a\n", 28: "b\n"])], merging: b.hex)
    try origin.commit(["f": text([1: "a\n", 28: "b\n"])], on: "side", merging: a.hex)
    let ours = try origin.commit(["f": text([1: "a\n", 10: "x\n", 28: "b\n"])])
    let theirs = try origin.commit(["f": text([1: "a\n", 20: "y\n", 28: "b\n"])], on: "side")
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    guard case .clean(let tree) = try await repository.merge(ours: ours, theirs: theirs) else {
      Issue.record("no clean merge")
      return
    }
    #expect(try origin.git("merge-tree", "--write-tree", ours.hex, theirs.hex) == tree.hex)
  }
}
