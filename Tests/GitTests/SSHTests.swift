import Foundation
import Git
import TestSupport
import Testing

@Suite("over ssh", .enabled(if: SSHServer.isPresent, Comment(rawValue: SSHServer.absence)))
struct SSHTests {
  @Test("fetch, read, commit, push, and fetch again from the cache")
  func wholeWay() async throws {
    let server = try SSHServer.shared()
    let origin = try Origin()
    let tip = try origin.commit(["a/b": "1"])
    try origin.git("tag", "-m", "t", "v1", "main")
    let repository = try await server.open(origin)
    #expect(await repository.notices.isEmpty)
    #expect(try await repository.defaultBranch() == "refs/heads/main")
    #expect(try await repository.references(prefixes: ["refs/tags/"]) == ["refs/tags/v1": try origin.id("v1")])
    #expect(try await repository.fetch(prefixes: ["refs/heads/main"]) == ["refs/heads/main": tip])
    let files = try await repository.files(in: tip)
    #expect(files.map(\.path) == ["a/b"])
    #expect(try await repository.text(files[0].id) == "1")
    let mine = try await repository.change(["a/b": "2"], on: tip)
    #expect(
      try await repository.push([
        RefUpdate("refs/heads/main", from: tip, to: mine), RefUpdate("refs/heads/sluice/x", from: nil, to: mine),
      ]) == [.updated, .updated])
    try origin.fsck()
    #expect(try origin.git("show", "main:a/b") == "2")
    #expect(try await repository.push([RefUpdate("refs/heads/sluice/x", from: mine, to: nil)]) == [.updated])
    let theirs = try origin.commit(["c": "3"])
    #expect(try await repository.fetch(prefixes: ["refs/heads/"]) == ["refs/heads/main": theirs])
    #expect(try await repository.firstParentHistory(from: theirs).map(\.id) == [theirs, mine, tip])
  }

  @Test("L6 yielding: what moved is not overwritten, and of two nothing moves")
  func stale() async throws {
    let server = try SSHServer.shared()
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let repository = try await server.open(origin)
    try await repository.fetch(prefixes: ["refs/heads/"])
    let mine = try await repository.change(["a": "mine"], on: tip)
    let theirs = try origin.commit(["a": "theirs"])
    let stale = RefUpdate("refs/heads/main", from: tip, to: mine)
    #expect(try await repository.push([stale]) == [.lostRace(now: theirs)])
    let both = try await repository.push([RefUpdate("refs/heads/new", from: nil, to: mine), stale])
    #expect(both[1] == .lostRace(now: theirs))
    guard case .refused = both[0] else { Issue.record("\(both)"); return }
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: nil, to: mine)]) == [.lostRace(now: theirs)])
    #expect(try await repository.push([RefUpdate("refs/heads/none", from: tip, to: nil)]) == [.lostRace(now: nil)])
    #expect(try origin.git("for-each-ref", "--format=%(refname) %(objectname)") == "refs/heads/main \(theirs)")
  }

  @Test("what a hook refuses is told in its own words")
  func hook() async throws {
    let server = try SSHServer.shared()
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    try origin.folder.write("#!/bin/sh\necho 'main is closed \u{1B}[31mtoday' >&2\nexit 1\n", to: "origin.git/hooks/pre-receive")
    try Command.check(["chmod", "+x", origin.path + "/hooks/pre-receive"])
    let repository = try await server.open(origin)
    try await repository.fetch(prefixes: ["refs/heads/"])
    let mine = try await repository.change(["a": "2"], on: tip)
    let outcome = try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)])
    guard case .refused(let why) = outcome[0] else { Issue.record("\(outcome)"); return }
    #expect(why.contains("pre-receive hook declined"))
    #expect(why.contains("main is closed ?[31mtoday"))
    #expect(try origin.id("main") == tip)
  }

  @Test("a move by somebody else in the middle of the push loses there too")
  func raceInside() async throws {
    let server = try SSHServer.shared()
    let origin = try Origin()
    let tip = try origin.commit(["a": "1"])
    let theirs = try origin.commit(["a": "theirs"], on: "elsewhere")
    // The hook runs between what the server advertised and its own comparison.
    try origin.folder.write(
      "#!/bin/sh\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/main \(theirs)\n", to: "origin.git/hooks/pre-receive")
    try Command.check(["chmod", "+x", origin.path + "/hooks/pre-receive"])
    let repository = try await server.open(origin)
    try await repository.fetch(prefixes: ["refs/heads/"])
    let mine = try await repository.change(["a": "2"], on: tip)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.lostRace(now: theirs)])
    #expect(try origin.id("main") == theirs)
  }

  @Test("a host that is not known, a key that is not let in, nobody there, and no repository")
  func failures() async throws {
    let server = try SSHServer()
    let origin = try Origin()
    try origin.commit(["a": "1"])
    func failure(_ location: RemoteLocation, _ credentials: SSHCredentials) async -> GitError? {
      do {
        let repository = try await Repository.open(location, credentials: credentials)
        _ = try await repository.references(prefixes: [""])
        return nil
      } catch { return error }
    }
    let there = try server.location(origin.path)
    let stranger = await failure(there, server.credentials(key: "stranger"))
    #expect(stranger?.kind == .refused)
    #expect(stranger?.exitCode == 77)
    #expect(stranger?.description.contains("does not accept the key") == true, "\(stranger?.description ?? "")")
    let missing = await failure(try server.location(origin.path + "-none"), server.credentials())
    #expect(missing?.kind == .notARepository, "\(missing?.description ?? "")")
    try server.knownHosts(try server.folder.text("stranger.pub"))
    let other = await failure(there, server.credentials())
    #expect(other?.kind == .refused)
    #expect(other?.description.contains("ssh-ed25519 host key is not the one") == true, "\(other?.description ?? "")")
    try server.folder.write("", to: "known_hosts")
    let unknown = await failure(there, server.credentials())
    #expect(unknown?.kind == .refused)
    #expect(unknown?.hint?.contains("ssh-keyscan") == true)
    let port = try SSHServer.freePort()
    let key = try server.folder.text("host.pub")
    try server.folder.write("[127.0.0.1]:\(port) \(key)", to: "known_hosts")
    let nobody = await failure(
      try RemoteLocation("ssh://me@127.0.0.1:\(port)/x", relativeTo: "/"), server.credentials())
    #expect(nobody?.kind == .unreachable, "\(nobody?.description ?? "")")
    #expect(nobody?.exitCode == 69)
  }

  @Test("a host key is found under a hashed name, and refused when revoked")
  func knownHosts() async throws {
    let server = try SSHServer()
    let origin = try Origin()
    try origin.commit(["a": "1"])
    try Command.check(["ssh-keygen", "-q", "-H", "-f", server.folder.path + "/known_hosts"])
    #expect(!(try server.folder.text("known_hosts").contains("127.0.0.1")))
    #expect(try await server.open(origin).references(prefixes: [""]).count == 1)
    let line = try server.folder.text("known_hosts")
    try server.folder.write(line + "@revoked * " + (try server.folder.text("host.pub")), to: "known_hosts")
    let error = await #expect(throws: GitError.self) {
      _ = try await server.open(origin).references(prefixes: [""])
    }
    #expect(error?.kind == .refused)
  }
}
