import Forge
import Git
import TestSupport
import Testing

@Suite("The local forge, as a person sees it")
struct LocalForgePeopleTests {
  @Test("An approval is for the head as it is; of a head that has moved it is refused when it was named")
  func approve() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    try await forge.approve(1, as: "ada", head: head)
    try await forge.approve(1, as: "ada")
    var request = try await forge.request(1)
    #expect(request.reviews == [.init(by: "ada", state: .approved, commit: head, at: ForgeFixture.now)])
    #expect(request.approvals(atHead: request.head, excluding: []) == ["ada"])
    #expect(try fixture.git("log", "-1", "--format=%an <%ae> %s", LocalForge.reference) == "ada <ada@localhost> Approve #1\n")

    let moved = try fixture.commit(["prod.yaml": "version: 3\n"], on: ForgeFixture.branch)
    request = try await forge.request(1)
    #expect(request.approvals(atHead: request.head, excluding: []) == [])
    let error = await #expect(throws: ForgeError.self) { try await forge.approve(1, as: "eve", head: head) }
    guard case .headMoved(1, head, moved)? = error else {
      Issue.record("expected headMoved, got \(String(describing: error))")
      return
    }
    try await forge.approve(1, as: "ada")
    request = try await forge.request(1)
    #expect(request.approvals(atHead: moved, excluding: []) == ["ada"])
  }

  @Test("An approval is taken back by asking for changes")
  func requestChanges() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    try await forge.approve(1, as: "ada")
    try await forge.requestChanges(1, as: "ada")
    #expect(try await forge.request(1).approvals(atHead: head, excluding: []).isEmpty)
    #expect(try await forge.request(1).objections == ["ada"])
  }

  @Test("Who opened a request does not approve it; nor does anybody without a name, or what is closed or not there")
  func cannotApprove() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    for name in ["sluice", "", "a\nb", "a <b>"] {
      await #expect(throws: ForgeError.self) { try await forge.approve(1, as: name) }
    }
    await #expect(throws: ForgeError.self) { try await forge.approve(2, as: "ada") }
    try await forge.close(1, as: "ada")
    await #expect(throws: ForgeError.self) { try await forge.approve(1, as: "ada") }
    #expect(try fixture.writes() == 2)
  }

  @Test("Labels come and go, each once")
  func labels() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    try await forge.label(1, "sluice/hold", as: "ada")
    try await forge.label(1, "sluice/hold", as: "eve")
    try await forge.label(1, "bug", as: "eve")
    #expect(try await forge.request(1).labels == ["bug", "sluice/hold"])
    try await forge.unlabel(1, "sluice/hold", as: "eve")
    try await forge.unlabel(1, "sluice/hold", as: "eve")
    #expect(try await forge.request(1).labels == ["bug"])
    #expect(try fixture.writes() == 4)
  }

  @Test("A person's merge makes a merge commit of both sides, and the request is merged")
  func merge() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    let base = try fixture.commit(["dev.yaml": "version: 2\n"], on: "main")
    let commit = try await forge.merge(1, as: "Ada Lovelace")
    #expect(try fixture.reference("refs/heads/main") == commit)
    #expect(try fixture.git("log", "-1", "--format=%P", "main") == "\(base) \(head)\n")
    #expect(
      try fixture.git("log", "-1", "--format=%an <%ae>%n%B", "main") == """
        Ada Lovelace <ada-lovelace@localhost>
        Merge pull request #1 from sluice/demo/promote/prod/api

        Promote api to 2 in prod


        """)
    #expect(try fixture.git("ls-tree", "--name-only", "main") == "defaults.yaml\ndev.yaml\nprod.yaml\n")
    let request = try await fixture.forge().request(1)
    #expect(request.state == .merged && request.mergedCommit == commit && request.head == head)
    await #expect(throws: ForgeError.self) { try await forge.merge(1, as: "ada") }
    await #expect(throws: ForgeError.self) { try await forge.close(1, as: "ada") }
  }

  @Test("A merge with conflicts is refused with the files, and nothing moves")
  func mergeConflict() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    let base = try fixture.commit(["prod.yaml": "version: 9\n"], on: "main")
    let error = await #expect(throws: ForgeError.self) { try await forge.merge(1, as: "ada") }
    guard case .conflict(1, "main", ["prod.yaml"])? = error else {
      Issue.record("expected conflict, got \(String(describing: error))")
      return
    }
    #expect(try fixture.reference("refs/heads/main") == base)
    #expect(try await forge.request(1).state == .open)
  }

  @Test("A merge that races with a push to the base is made anew on what is there then")
  func mergeRaces() async throws {
    let fixture = try ForgeFixture()
    let names = (1...3).map { "sluice/demo/promote/stage-\($0)/api" }
    let forge = try await fixture.forge()
    for name in names {
      try fixture.commit([name.replacing("/", with: "-"): "2\n"], on: name, from: "main")
      _ = try await forge.create(fixture.proposal(name))
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...3 {
        group.addTask { try await fixture.forge(tries: 100).merge(number, as: "ada") }
      }
      try await group.waitForAll()
    }
    #expect(try await forge.list().map(\.state) == [.merged, .merged, .merged])
    #expect(try fixture.git("rev-list", "--first-parent", "--count", "main") == "4\n")
    #expect(try fixture.git("ls-tree", "--name-only", "main").split(separator: "\n").count == 4)
  }

  @Test("What the base holds is merged, whoever put it there and however")
  func derivedMerged() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    try fixture.commit(["a.yaml": "1\n"], on: "main")
    let merge = try fixture.mergeByHand(ForgeFixture.branch)
    try fixture.commit(["b.yaml": "1\n"], on: "main")
    var request = try await forge.request(1)
    #expect(request.state == .merged && request.mergedCommit == merge)
    #expect(try await forge.open(prefix: "").isEmpty)
    #expect(try await forge.closed(branches: [ForgeFixture.branch]).isEmpty)
    // It stays so when the branch goes.
    try fixture.git("update-ref", "-d", "refs/heads/\(ForgeFixture.branch)")
    request = try await fixture.forge().request(1)
    #expect(request.state == .merged && request.head == head)
  }

  @Test("L10: killed between the references that a merge moves, the request is merged all the same")
  func killedInMerge() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    let before = try #require(try fixture.reference(LocalForge.reference))
    let commit = try await forge.merge(1, as: "ada")
    try fixture.git("update-ref", LocalForge.reference, before.hex)
    try fixture.git("update-ref", "-d", "refs/pull/1/head")
    let request = try await fixture.forge().request(1)
    #expect(request.state == .merged && request.mergedCommit == commit)
    try await fixture.forge().comment(1, key: "k", text: "Landed.")
    #expect(try fixture.reference("refs/pull/1/head") == head)
    #expect(try fixture.file("pulls/1.json").contains("\"state\": \"merged\""))
  }

  @Test("A fast-forward of the base is a merge too")
  func fastForward() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    try fixture.git("update-ref", "refs/heads/main", head.hex)
    let request = try await forge.request(1)
    #expect(request.state == .merged && request.mergedCommit == head)
  }

  @Test("A request that had nothing to merge when it was opened is not merged; it is when its branch moves and lands")
  func emptyRequest() async throws {
    let fixture = try ForgeFixture()
    let main = try fixture.commit(["a.yaml": "1\n"], on: "main")
    try fixture.git("update-ref", "refs/heads/feature", main.hex)
    let forge = try await fixture.forge()
    _ = try await forge.create(fixture.proposal("feature"))
    #expect(try await forge.request(1).state == .open)
    try fixture.commit(["b.yaml": "1\n"], on: "main")
    #expect(try await forge.request(1).state == .open)
    let error = await #expect(throws: ForgeError.self) { try await forge.merge(1, as: "ada") }
    guard case .nothingToMerge? = error else {
      Issue.record("expected nothingToMerge, got \(String(describing: error))")
      return
    }
    try fixture.commit(["c.yaml": "1\n"], on: "feature")
    try await forge.merge(1, as: "ada")
    #expect(try await forge.request(1).state == .merged)
  }

  @Test("A closed request opens again at what its branch is then, without a mark")
  func reopen() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    await #expect(throws: ForgeError.self) { try await forge.reopen(1, as: "ada") }
    try await forge.close(1, mark: "overtaken")
    let moved = try fixture.commit(["prod.yaml": "version: 3\n"], on: ForgeFixture.branch)
    #expect(try await forge.request(1).head == head)
    try await forge.reopen(1, as: "ada")
    let request = try await forge.request(1)
    #expect(request.state == .open && request.head == moved && request.closedBy == nil && !request.isMarked)
  }

  @Test("A closed request stays closed while another from its branch is open, or without its branch")
  func cannotReopen() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    try await forge.close(1, as: "ada")
    _ = try await forge.create(fixture.proposal())
    await #expect(throws: ForgeError.self) { try await forge.reopen(1, as: "ada") }
    try await forge.close(2, as: "ada")
    try fixture.git("update-ref", "-d", "refs/heads/\(ForgeFixture.branch)")
    await #expect(throws: ForgeError.self) { try await forge.reopen(1, as: "ada") }
    #expect(try await forge.list().map(\.state) == [.closed, .closed])
  }

  @Test("People who act at once all get their say")
  func concurrentPeople() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    let names = (1...6).map { "person-\($0)" }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for name in names { group.addTask { try await fixture.forge(tries: 100).approve(1, as: name) } }
      try await group.waitForAll()
    }
    #expect(try await forge.request(1).approvals(atHead: head, excluding: []) == names)
  }
}
