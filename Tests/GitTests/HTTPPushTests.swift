import Foundation
import Git
import TestSupport
import Testing

@Suite("L6 yielding: over http a reference that moved is never overwritten")
struct HTTPPushTests {
  @Test("a move from what is no longer there loses, and says what is")
  func stale() async throws {
    let http = try HTTPOrigin()
    let origin = http.origin
    let tip = try origin.commit(["a": "1"])
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    let mine = try await repository.change(["a": "mine"], on: tip)
    let theirs = try origin.commit(["a": "theirs"])
    for (name, old, new, now) in [
      ("main", tip, mine, theirs), ("main", nil, mine, theirs), ("new", tip, mine, nil), ("main", tip, nil, theirs),
    ] as [(String, ObjectID?, ObjectID?, ObjectID?)] {
      #expect(try await repository.push([RefUpdate("refs/heads/" + name, from: old, to: new)]) == [.lostRace(now: now)])
    }
    #expect(try origin.git("for-each-ref", "--format=%(refname) %(objectname)") == "refs/heads/main \(theirs)")
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: theirs, to: mine)]) == [.updated])
    #expect(try await repository.push([RefUpdate("refs/heads/x", from: nil, to: tip)]) == [.updated])
    #expect(try await repository.push([RefUpdate("refs/heads/x", from: tip, to: nil)]) == [.updated])
    #expect(try origin.git("for-each-ref", "--format=%(refname)") == "refs/heads/main")
    try origin.fsck()
  }

  @Test("of two references one of which is stale, none moves; when both are right, both do")
  func atomic() async throws {
    let http = try HTTPOrigin()
    let origin = http.origin
    let tip = try origin.commit(["a": "1"])
    try origin.git("branch", "other", "main")
    let moved = try origin.commit(["b": "1"], on: "other")
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
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
    let right = [updates[0], RefUpdate("refs/heads/other", from: moved, to: nil), updates[2]]
    #expect(try await repository.push(right) == [.updated, .updated, .updated])
    #expect(
      try origin.git("for-each-ref", "--format=%(refname) %(objectname)")
        == "refs/heads/main \(mine)\nrefs/sluice/new \(mine)")
    try origin.fsck()
  }

  @Test("exactly the new objects are sent, of several commits at once, and not again", arguments: [3, 150])
  func exactObjects(_ count: Int) async throws {
    let http = try HTTPOrigin()
    let origin = http.origin
    let files = Dictionary(uniqueKeysWithValues: (0..<count).map { ("f\($0 % 7)/\($0)", "content \($0)") })
    let tip = try origin.commit(files)
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    let before = try origin.objects()
    let one = try await repository.change(files.mapValues { $0 + "!" }, on: tip)
    let two = try await repository.change(["f0/0": "again"], on: one)
    _ = try await repository.change(["never": "pushed"], on: two)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: two)]) == [.updated])
    try origin.fsck()
    let expected = Set(
      try origin.git("rev-list", "--objects", two.hex, "^\(tip)").split(separator: "\n").map { String($0.prefix(40)) })
    #expect(try origin.objects().subtracting(before) == expected)
    let between = try origin.objects()
    let three = try await repository.change(["f0/0": "content 0!"], on: two)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: two, to: three)]) == [.updated])
    #expect(try origin.objects().subtracting(between).count == 1)
    // The next run has what this one pushed.
    http.asked()
    let next = try await http.open()
    #expect(try await next.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": three])
    #expect(try await next.commit(three).parents == [two])
    #expect(http.asked().allSatisfy { $0 == ask })
  }

  @Test("what a hook says is passed on, without what could move a terminal's cursor")
  func hook() async throws {
    let http = try HTTPOrigin()
    let origin = http.origin
    let tip = try origin.commit(["a": "1"])
    try origin.folder.write(
      "#!/bin/sh\nprintf 'no pushes on \\033[31mfridays\\033[0m\\r\\nask \\001somebody\\n' >&2\nexit 1\n",
      to: "origin.git/hooks/pre-receive")
    try Command.check(["chmod", "+x", origin.path + "/hooks/pre-receive"])
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    let mine = try await repository.change(["a": "2"], on: tip)
    let outcome = try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)])
    guard case .refused(let why) = outcome[0] else { Issue.record("\(outcome)"); return }
    #expect(why.contains("pre-receive hook declined"), "\(why)")
    #expect(why.contains("fridays") && why.contains("; ask somebody"), "\(why)")
    #expect(why.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value < 127 }, "\(why)")
    #expect(try origin.id("main") == tip)
    // One that raced and is refused by the hook too has lost the race.
    let theirs = try origin.commit(["b": "1"])
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.lostRace(now: theirs)])
  }

  @Test("names that cannot be are refused, objects that are not there named")
  func invalid() async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(["a": "1"])
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    for name in ["main", "refs/heads/a..b", "refs/heads/x.lock", "refs/../x", "HEAD"] {
      #expect(await kind { _ = try await repository.push([RefUpdate(name, from: nil, to: tip)]) } == .invalid)
    }
    #expect(await kind { _ = try await repository.push([RefUpdate("refs/heads/n", from: nil, to: .zero)]) } == .notFound)
  }

  @Test("L10 restartable: a push whose answer is lost has worked, when the server says so afterwards")
  func lostAnswer() async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(["a": "1"])
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    http.server.change { $0.hook = { request, _ in request.target.hasSuffix("receive-pack") ? .dropAnswer : .serve } }
    let mine = try await repository.change(["a": "2"], on: tip)
    http.asked()
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
    #expect(http.asked() == [send, ask])
    #expect(try http.origin.id("main") == mine)
    // Nothing arrived: that is an error, and the next attempt works.
    http.server.change { $0.hook = { request, _ in request.target.hasSuffix("receive-pack") ? .cut(after: 0) : .serve } }
    try http.origin.folder.write("#!/bin/sh\nexit 1\n", to: "origin.git/hooks/pre-receive")
    try Command.check(["chmod", "+x", http.origin.path + "/hooks/pre-receive"])
    let next = try await repository.change(["a": "3"], on: mine)
    let error = try await failure { _ = try await repository.push([RefUpdate("refs/heads/main", from: mine, to: next)]) }
    #expect(error.kind == .unreachable && error.exitCode == 69, "\(error)")
    http.server.change { $0.hook = { _, _ in .serve } }
    try Command.check(["rm", http.origin.path + "/hooks/pre-receive"])
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: mine, to: next)]) == [.updated])
  }

  @Test("many writers at once: each commit is on the branch exactly once")
  func concurrent() async throws {
    let http = try HTTPOrigin()
    try http.origin.commit(["counter": "0"])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<3 {
        group.addTask {
          let repository = try await http.open()
          for number in 0..<5 {
            var done = false
            while !done {
              let tip = try #require(try await repository.fetch(prefixes: ["refs/heads/main"])["refs/heads/main"])
              let commit = try await repository.change(
                ["w\(writer)/\(number)": "x"], on: tip, message: "\(writer) \(number)\n")
              done = try await repository.push([RefUpdate("refs/heads/main", from: tip, to: commit)]) == [.updated]
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let subjects = try http.origin.git("log", "--first-parent", "--format=%s", "main").split(separator: "\n")
    #expect(subjects.count == 16 && Set(subjects).count == 16)
    try http.origin.fsck()
  }
}
