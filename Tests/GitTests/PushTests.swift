import Foundation
import Git
import TestSupport
import Testing

@Suite("L6 yielding: a reference that moved is never overwritten")
struct PushTests {
  @Test("a move from what is no longer there loses, and says what is", arguments: ["path", "file://"])
  func stale(_ way: String) async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let location = try RemoteLocation((way == "path" ? "" : "file://") + origin.path, relativeTo: "/")
    let repository = try await Repository.open(location)
    let mine = try await repository.change(["a": "mine"], on: tip)
    let theirs = try origin.commit(["a": "theirs"])
    let before = try origin.objects()
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.lostRace(now: theirs)])
    #expect(try origin.id("main") == theirs)
    #expect(try origin.objects() == before)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: nil, to: mine)]) == [.lostRace(now: theirs)])
    #expect(try await repository.push([RefUpdate("refs/heads/new", from: tip, to: mine)]) == [.lostRace(now: nil)])
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: nil)]) == [.lostRace(now: theirs)])
    #expect(try origin.git("for-each-ref", "--format=%(refname) %(objectname)") == "refs/heads/main \(theirs)")
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: theirs, to: mine)]) == [.updated])
    try origin.fsck()
  }

  @Test("of two references one of which is stale, none moves; when both are right, both do", arguments: [false, true])
  func atomic(_ packed: Bool) async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    try origin.git("branch", "other", "main")
    let moved = try origin.commit(["b": "1"], on: "other")
    if packed { try origin.git("pack-refs", "--all") }
    let repository = try await origin.open()
    let mine = try await repository.change(["a": "mine"], on: tip)
    let updates = [
      RefUpdate("refs/heads/main", from: tip, to: mine), RefUpdate("refs/heads/other", from: tip, to: mine),
      RefUpdate("refs/sluice/new", from: nil, to: mine),
    ]
    let outcomes = try await repository.push(updates)
    #expect(outcomes[1] == .lostRace(now: moved))
    for outcome in [outcomes[0], outcomes[2]] {
      guard case .refused(let why) = outcome else { Issue.record("\(outcome)"); continue }
      #expect(why.contains("another reference"))
    }
    #expect(try origin.id("main") == tip)
    #expect(try origin.git("for-each-ref", "refs/sluice") == "")
    let right = [updates[0], RefUpdate("refs/heads/other", from: moved, to: nil), updates[2]]
    #expect(try await repository.push(right) == [.updated, .updated, .updated])
    #expect(
      try origin.git("for-each-ref", "--format=%(refname) %(objectname)")
        == "refs/heads/main \(mine)\nrefs/sluice/new \(mine)")
    try origin.fsck()
    #expect(try names(origin.path + "/sluice-locks").isEmpty)
  }

  @Test("many writers at once: each commit is on the branch exactly once")
  func concurrent() async throws {
    let origin = try Origin()
    try origin.commit(["counter": "0"])
    let origins = origin
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let repository = try await origins.open()
          for number in 0..<10 {
            var done = false
            while !done {
              let tip = try #require(try await repository.fetch(prefixes: ["refs/heads/main"])["refs/heads/main"])
              let commit = try await repository.change(
                ["w\(writer)/\(number)": "x"], on: tip, message: "\(writer) \(number)\n")
              do throws(GitError) {
                done = try await repository.push([RefUpdate("refs/heads/main", from: tip, to: commit)]) == [.updated]
              } catch { guard error.kind == .locked else { throw error } }
            }
          }
        }
      }
      // Meanwhile git itself packs references and lists them.
      group.addTask { for _ in 0..<10 { _ = try Command.run(["git", "-C", origins.path, "pack-refs", "--all"]) } }
      try await group.waitForAll()
    }
    let subjects = try origin.git("log", "--first-parent", "--format=%s", "main").split(separator: "\n")
    #expect(subjects.count == 41)
    #expect(Set(subjects).count == 41)
    #expect(try origin.git("ls-tree", "-r", "--name-only", "main").split(separator: "\n").count == 41)
    try origin.fsck()
  }

  @Test("a lock that git holds is respected, and named")
  func locked() async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let repository = try await origin.open()
    let mine = try await repository.change(["a": "2"], on: tip)
    let lock = try origin.folder.write("", to: "origin.git/refs/heads/main.lock")
    let error = await #expect(throws: GitError.self) {
      _ = try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)])
    }
    #expect(error?.kind == .locked)
    #expect(error?.exitCode == 75)
    #expect(error?.description.contains(lock) == true)
    #expect(error?.hint?.contains("try again") == true)
    #expect(try origin.id("main") == tip)
    #expect(FileManager.default.fileExists(atPath: lock))
    try FileManager.default.removeItem(atPath: lock)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
  }

  @Test("L10 restartable: the lock of a process that was killed goes, that of one that lives stays", arguments: [true, false])
  func killed(_ dead: Bool) async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let repository = try await origin.open()
    let mine = try await repository.change(["a": "2"], on: tip)
    // What a push does up to the middle: a claim under a kernel lock, which is the reference's lock by another name.
    let script = #"""
      mkdir sluice-locks && exec 9<>sluice-locks/claim && flock 9 && ln sluice-locks/claim refs/heads/main.lock
      echo ready; [ "$1" = dead ] && kill -9 $$; exec sleep 60
      """#
    let holder = try Command.start(["bash", "-c", script, "bash", dead ? "dead" : "alive"], in: origin.path)
    defer { holder.process.terminate() }
    if dead {
      #expect(try holder.wait().killedBySignal)
    } else {
      while !FileManager.default.fileExists(atPath: origin.path + "/refs/heads/main.lock") { await Task.yield() }
    }
    let update = [RefUpdate("refs/heads/main", from: tip, to: mine)]
    if dead {
      #expect(try await repository.push(update) == [.updated])
      #expect(try names(origin.path + "/sluice-locks").isEmpty)
      #expect(try names(origin.path + "/refs/heads") == ["main"])
    } else {
      #expect(await kind { _ = try await repository.push(update) } == .locked)
      #expect(try origin.id("main") == tip)
    }
  }

  @Test("what is left of a push that was killed after its references moved does no harm")
  func leftovers() async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    try Command.check(
      ["sh", "-c", "mkdir sluice-locks && ln refs/heads/main sluice-locks/moved && touch sluice-locks/never"], in: origin.path)
    let repository = try await origin.open()
    let mine = try await repository.change(["a": "2"], on: tip)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: mine, to: tip)]) == [.updated])
    #expect(try origin.id("main") == tip)
    #expect(try names(origin.path + "/sluice-locks").isEmpty)
  }

  @Test("packed references move and go, others in the file stay")
  func packed() async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    for name in ["x/y", "x/y2", "z"] { try origin.git("branch", name, "main") }
    try origin.git("tag", "-m", "t", "v1", "main")
    try origin.git("tag", "-m", "t", "v2", "main")
    try origin.git("pack-refs", "--all")
    let repository = try await origin.open()
    let tag = try origin.id("v1")
    #expect(
      try await repository.push([
        RefUpdate("refs/heads/x/y", from: tip, to: nil), RefUpdate("refs/tags/v1", from: tag, to: nil),
      ]) == [.updated, .updated])
    #expect(
      try origin.git("for-each-ref", "--format=%(refname)") == "refs/heads/main\nrefs/heads/x/y2\nrefs/heads/z\nrefs/tags/v2")
    #expect(try origin.git("rev-parse", "v2^{}") == tip.hex)
    try origin.git("pack-refs", "--all")
    try origin.fsck()
    // A folder left empty by removed references gives way to a reference of its name.
    let mine = try await repository.change(["a": "2"], on: tip)
    #expect(try await repository.push([RefUpdate("refs/heads/d/e/f", from: nil, to: mine)]) == [.updated])
    #expect(try await repository.push([RefUpdate("refs/heads/d/e/f", from: mine, to: nil)]) == [.updated])
    #expect(try await repository.push([RefUpdate("refs/heads/d", from: nil, to: mine)]) == [.updated])
    #expect(try origin.id("d") == mine)
  }

  @Test("names that cannot be, and a checked out branch, are refused")
  func refused() async throws {
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    try origin.git("branch", "dir/leaf", "main")
    try origin.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    let repository = try await origin.open()
    for packed in [false, true] {
      if packed { try origin.git("pack-refs", "--all") }
      for name in ["refs/heads/dir", "refs/heads/dir/leaf/below"] {
        let outcome = try await repository.push([RefUpdate(name, from: nil, to: tip)])
        guard case .refused(let why) = outcome[0] else { Issue.record("\(name): \(outcome)"); continue }
        #expect(why.contains("refs/heads/dir/leaf exists"))
      }
    }
    guard case .refused = try await repository.push([RefUpdate("refs/heads/alias", from: tip, to: nil)])[0] else {
      Issue.record("an alias was overwritten")
      return
    }
    for name in ["main", "refs/heads/a..b", "refs/heads/x.lock", "refs/../x", "HEAD"] {
      #expect(await kind { _ = try await repository.push([RefUpdate(name, from: nil, to: tip)]) } == .invalid)
    }
    #expect(await kind { _ = try await repository.push([RefUpdate("refs/heads/n", from: nil, to: .zero)]) } == .notFound)
    let work = origin.folder.path + "/work"
    try Command.check(["git", "clone", "-q", origin.path, work])
    let person = try await Repository.open(try RemoteLocation(work, relativeTo: "/"))
    let mine = try await person.change(["a": "2"], on: tip)
    let outcome = try await person.push([RefUpdate("refs/heads/main", from: tip, to: mine)])
    guard case .refused(let why) = outcome[0] else { Issue.record("\(outcome)"); return }
    #expect(why.contains("checked out"))
    #expect(try await person.push([RefUpdate("refs/heads/side", from: nil, to: mine)]) == [.updated])
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }
}
