import Foundation
import Git
import HTTP
import Host
import TestSupport
import Testing

@Suite("L10 restartable: whatever a server over http does, nothing half is kept, and the next attempt works")
struct HTTPFaultTests {
  /// Where answers are cut: in the beginning, after a seeded sample of bytes, and short of each of the last.
  static func cuts(_ count: Int, _ seed: UInt64) -> [GitHTTPServer.Action] {
    var random = Seeded(seed)
    let places =
      Array(stride(from: 0, to: min(count, 420), by: 13)) + (0..<12).map { _ in Int.random(in: 0..<count, using: &random) }
    return Set(places).sorted().map { .cut(after: $0) } + (1...10).map { .cutEnd($0) }
  }

  @Test("a fetch that is cut anywhere", arguments: [true, false], [true, false])
  func cutFetch(_ isFramed: Bool, _ isVersion2: Bool) async throws {
    let http = try HTTPOrigin {
      $0.isFramed = isFramed
      $0.isVersion2 = isVersion2
      $0.backend.configuration["uploadpack.allowAnySHA1InWant"] = "true"
    }
    var random = Seeded(3)
    let files = (0..<30).map {
      ("d\($0 % 5)/\($0)", String((0..<200).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &random) ?? "a" }))
    }
    let tip = try http.origin.commit(Dictionary(uniqueKeysWithValues: files))
    let repository = try await http.open()
    _ = try await repository.references(prefixes: ["refs/heads/"])
    http.asked()
    let whole = try await http.open(cache: http.cache + "-whole")
    try await whole.fetch(prefixes: ["refs/heads/"])
    let sent = try #require(http.server.newEntries().last).sent
    let isFetch: @Sendable (RawRequest) -> Bool = { $0.method == "POST" && $0.text.contains("want ") }
    for cut in Self.cuts(sent, 5) {
      http.server.change { $0.hook = { request, _ in isFetch(request) ? cut : .serve } }
      let error = try await failure { try await repository.fetch(prefixes: ["refs/heads/"]) }
      #expect(error.kind == .unreachable && error.exitCode == 69, "\(cut) of \(sent): \(error)")
    }
    #expect(!(try Command.check(["find", http.cache]).contains("pack_git2_")))
    #expect(try http.cached() == [:])
    http.server.change { $0.hook = { _, _ in .serve } }
    #expect(try await repository.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": tip])
    let ids = try await repository.files(in: tip).map(\.id)
    http.asked()
    // The same for files.
    try await whole.bring(ids)
    let brought = try #require(http.server.newEntries().last).sent
    for cut in Self.cuts(brought, 6) {
      http.server.change { $0.hook = { _, _ in cut } }
      #expect(try await failure { _ = try await repository.blobs(ids) }.kind == .unreachable, "\(cut) of \(brought)")
    }
    http.server.change { $0.hook = { _, _ in .serve } }
    #expect(try await repository.blobs(ids).count == 30)
    #expect(await repository.notices.isEmpty)
  }

  @Test("the question for references that is cut anywhere", arguments: [true, false], [true, false])
  func cutQuestion(_ isFramed: Bool, _ isVersion2: Bool) async throws {
    let http = try HTTPOrigin {
      $0.isFramed = isFramed
      $0.isVersion2 = isVersion2
    }
    let tip = try http.origin.commit(["a": "1"])
    for name in ["x", "y", "z"] { try http.origin.git("branch", name, "main") }
    let repository = try await http.open()
    #expect(try await repository.references(prefixes: ["refs/heads/"]).count == 4)
    let sent = try #require(http.server.newEntries().last).sent
    for cut in Self.cuts(sent, 8) {
      http.server.change { $0.hook = { _, _ in cut } }
      let error = try await failure { _ = try await repository.references(prefixes: ["refs/heads/"]) }
      // A head that lost its end is no advertisement's any more.
      #expect(error.kind == .unreachable || error.kind == .notARepository, "\(cut) of \(sent): \(error)")
    }
    http.server.change { $0.hook = { _, _ in .serve } }
    #expect(try await repository.references(prefixes: ["refs/heads/main"]) == ["refs/heads/main": tip])
  }

  @Test("a push whose answer is cut anywhere has worked", arguments: [true, false])
  func cutPush(_ isFramed: Bool) async throws {
    let http = try HTTPOrigin { $0.isFramed = isFramed }
    var tip = try http.origin.commit(["a": "1"])
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    for place in [0, 9, 30, 80, 120, 150, 160, 170, 180, 190, 200, 210, 220, 230, 240, 250, 260, 280] {
      http.server.change { $0.hook = { request, _ in request.target.hasSuffix("receive-pack") ? .cut(after: place) : .serve } }
      let mine = try await repository.change(["a": "after \(place)"], on: tip)
      #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated], "\(place)")
      #expect(try http.origin.id("main") == mine)
      tip = mine
    }
    try http.origin.fsck()
  }

  @Test("a server that refuses what a push wishes for is asked what it can, once")
  func refusedCapabilities() async throws {
    let http = try HTTPOrigin { $0.backend.configuration["receive.advertiseAtomic"] = "false" }
    let tip = try http.origin.commit(["a": "1"])
    for status in [400, 500, 200] {
      http.server.change {
        $0.hook = { request, _ in
          request.target.hasSuffix("receive-pack") && request.method == "POST"
            && String(decoding: request.body.prefix(300), as: UTF8.self).contains("atomic")
            ? .answer(Reply(status, "no")) : .serve
        }
      }
      let repository = try await http.open()
      let old = try #require(try await repository.fetch(prefixes: ["refs/heads/"])["refs/heads/main"])
      http.asked()
      let mine = try await repository.change(["a": "\(status)"], on: old)
      #expect(try await repository.push([RefUpdate("refs/heads/main", from: old, to: mine)]) == [.updated], "\(status)")
      #expect(http.asked().filter { $0 != discover } == [send, ask, send])
      #expect(try http.origin.id("main") == mine)
      let theirs = try http.origin.commit(["b": "\(status)"])
      let lost = try await repository.change(["a": "lost"], on: mine)
      #expect(try await repository.push([RefUpdate("refs/heads/main", from: mine, to: lost)]) == [.lostRace(now: theirs)])
    }
    #expect(try http.origin.git("rev-list", "--count", "main", "^\(tip)") == "6")
    // One that never gives a report is an error, not an endless question.
    http.server.change { $0.hook = { request, _ in request.target.hasSuffix("receive-pack") ? .answer(Reply(200, "")) : .serve } }
    let repository = try await http.open()
    let old = try #require(try await repository.fetch(prefixes: ["refs/heads/"])["refs/heads/main"])
    let mine = try await repository.change(["a": "never"], on: old)
    let error = try await failure { _ = try await repository.push([RefUpdate("refs/heads/main", from: old, to: mine)]) }
    #expect(error.kind == .notARepository || error.kind == .unreachable, "\(error)")
  }

  @Test("a server that forgets version 2, or what it can, is asked anew")
  func forgotten() async throws {
    let http = try HTTPOrigin()
    try http.origin.commit(["a": "1"])
    do { try await http.open().fetch(prefixes: ["refs/heads/"]) }
    http.server.change { $0.isVersion2 = false }
    http.asked()
    let second = try http.origin.commit(["b": "2"])
    do {
      let repository = try await http.open()
      #expect(try await repository.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": second])
      // Now everything comes with it; what was left out before is fetched anew.
      for file in try await repository.files(in: second) { _ = try await repository.blob(file.id) }
    }
    #expect(http.asked().prefix(3) == [ask, discover, ask])
    http.server.change {
      $0.isVersion2 = true
      $0.backend.configuration["uploadpack.allowFilter"] = "false"
    }
    let third = try http.origin.commit(["c": "3"])
    let repository = try await http.open()
    #expect(try await repository.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": third])
    for file in try await repository.files(in: third) { _ = try await repository.blob(file.id) }
    http.server.change { $0.backend.configuration["uploadpack.allowFilter"] = "true" }
    let fourth = try http.origin.commit(["d": "4"])
    let last = try await http.open()
    #expect(try await last.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": fourth])
    for file in try await last.files(in: fourth) { _ = try await last.blob(file.id) }
  }

  @Test("a server that stops leaving files out is met in a fetch, and asked anew there")
  func filterForgotten() async throws {
    let http = try HTTPOrigin()
    try http.origin.commit(["a": "1"])
    do { try await http.open().fetch(prefixes: ["refs/heads/"]) }
    http.server.change { $0.backend.configuration["uploadpack.allowFilter"] = "false" }
    let tip = try http.origin.commit(["b": "2"])
    http.asked()
    let repository = try await http.open()
    #expect(try await repository.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": tip])
    #expect(http.asked() == [ask, ask, discover, ask])
    let files = try await repository.files(in: tip)
    #expect(try await repository.blobs(files.map(\.id)).count == 2)
  }

  @Test("a redirect of the first question is followed and remembered, later ones are found out")
  func redirects() async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(["a": "1"])
    let port = http.server.port
    http.server.change {
      $0.hook = { request, _ in
        guard request.target.hasPrefix("/old/") else { return .serve }
        return .answer(
          Reply(301, "", ["Location: http://127.0.0.1:\(port)/origin.git" + request.target.dropFirst("/old/x".count)]))
      }
    }
    let url = http.server.url("/old/x")
    for round in 0..<2 {
      let repository = try await http.open(url: url)
      #expect(try await repository.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": tip])
      #expect(http.asked() == (round == 0 ? [discover, discover, ask, ask] : [ask]))
    }
    // What was remembered is elsewhere by now.
    try http.origin.git("branch", "x", "main")
    try Command.check(["mv", http.origin.path, http.origin.folder.path + "/moved.git"])
    http.server.change {
      $0.hook = { request, _ in
        guard request.target.hasPrefix("/old/") else { return .serve }
        return .answer(Reply(308, "", ["Location: /moved.git" + request.target.dropFirst("/old/x".count)]))
      }
    }
    let repository = try await http.open(url: url)
    #expect(try await repository.fetch(prefixes: ["refs/heads/"]).count == 2)
    let mine = try await repository.change(["a": "2"], on: tip)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
    // To a page, round and round, and from a question that must not be repeated elsewhere.
    for (location, kind) in [
      ("/login", GitError.Kind.notARepository), ("/old/x/info/refs?service=git-upload-pack", .unreachable),
    ] {
      http.server.change { $0.hook = { _, _ in .answer(Reply(302, "", ["Location: " + location])) } }
      let error = try await failure { _ = try await http.open(url: url).references(prefixes: [""]) }
      #expect(error.kind == kind, "\(error)")
    }
  }
}
