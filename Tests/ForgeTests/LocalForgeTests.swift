import Forge
import Git
import TestSupport
import Testing

@Suite("The local forge, as Sluice sees it")
struct LocalForgeTests {
  @Test("A request is readable with git alone: its head as a reference, all else as JSON")
  func readable() async throws {
    let fixture = try ForgeFixture()
    let (_, head) = try await fixture.withRequest()
    #expect(try fixture.reference("refs/pull/1/head") == head)
    #expect(
      try fixture.file("pulls/1.json") == """
        {
          "author": "sluice",
          "base": "main",
          "body": "Why.",
          "branch": "sluice/demo/promote/prod/api",
          "comments": [],
          "createdAt": "2026-09-21T14:13:20Z",
          "format": 1,
          "head": "\(head)",
          "labels": [],
          "number": 1,
          "openedOn": "\(try fixture.git("rev-parse", "main").prefix(40))",
          "reviews": [],
          "state": "open",
          "title": "Promote api to 2 in prod"
        }

        """)
    #expect(
      try fixture.git("log", "--format=%an: %s", LocalForge.reference)
        == "sluice: Open a request from \(ForgeFixture.branch): Promote api to 2 in prod\n")
    try fixture.git("fsck", "--strict")
  }

  @Test("L5: opening again gives the open request, and writes nothing")
  func createAgain() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    let again = try await forge.create(fixture.proposal(title: "Another title"))
    #expect((again.number, again.title) == (1, "Promote api to 2 in prod"))
    #expect(try await fixture.forge().create(fixture.proposal()).number == 1)
    #expect(try fixture.writes() == 1)
  }

  @Test("A branch made anew after its request landed is another request's, though nobody wrote that the first had landed")
  func branchMadeAnew() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    let merge = try fixture.mergeByHand(ForgeFixture.branch)
    try fixture.commit(["api.yaml": "version: 3\n"], on: ForgeFixture.branch, from: "main")
    #expect(try await forge.request(1).state == .merged)
    #expect(try await forge.request(1).head == head)
    #expect(try await forge.request(1).mergedCommit == merge)
    #expect(try await forge.create(fixture.proposal(title: "Promote api to 3 in prod")).number == 2)
  }

  @Test("Eight that open at once, two for each branch: every branch gets one request, every request its own number")
  func concurrentCreates() async throws {
    let fixture = try ForgeFixture()
    let branches = (1...4).map { "sluice/demo/promote/stage-\($0)/api" }
    for branch in branches { try fixture.commit([branch.replacing("/", with: "-"): "2\n"], on: branch, from: "main") }
    let numbers = try await withThrowingTaskGroup(of: (String, Int).self) { group in
      for branch in branches + branches {
        group.addTask { (branch, try await fixture.forge(tries: 100).create(fixture.proposal(branch)).number) }
      }
      return try await group.reduce(into: [String: Set<Int>]()) { $0[$1.0, default: []].insert($1.1) }
    }
    #expect(numbers.values.allSatisfy { $0.count == 1 })
    #expect(Set(numbers.values.flatMap(\.self)) == [1, 2, 3, 4])
    #expect(try await fixture.forge().list().map(\.branch).sorted() == branches)
    #expect(try fixture.writes() == 4)
  }

  @Test("A number is never given twice, not even when the forge's records are gone")
  func numbersStay() async throws {
    let fixture = try ForgeFixture()
    _ = try await fixture.withRequest()
    try fixture.git("update-ref", "-d", LocalForge.reference)
    #expect(try await fixture.forge().create(fixture.proposal()).number == 2)
  }

  @Test("What can't be opened: from nothing, to nothing, from a branch to itself")
  func cannotCreate() async throws {
    let fixture = try ForgeFixture()
    let forge = try await fixture.forge()
    for proposal in [
      fixture.proposal("missing"), Proposal(title: "t", body: "", base: "missing", branch: "main"),
      Proposal(title: "t", body: "", base: "main", branch: "main"),
    ] {
      await #expect(throws: ForgeError.self) { _ = try await forge.create(proposal) }
    }
    #expect(try fixture.writes() == 0)
  }

  @Test("Only open requests with the prefix are listed, with the head that their branch has now")
  func open() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    try fixture.commit(["other.yaml": "1\n"], on: "feature", from: "main")
    _ = try await forge.create(fixture.proposal("feature"), as: "ada")
    let moved = try fixture.commit(["prod.yaml": "version: 3\n"], on: ForgeFixture.branch)
    let open = try await forge.open(prefix: "sluice/demo/")
    #expect(open.map(\.number) == [1])
    #expect(open.first?.head == moved)
    #expect(try await forge.open(prefix: "").map(\.number) == [1, 2])
    // Looking writes nothing; the next act brings the reference in step.
    #expect(try fixture.reference("refs/pull/1/head") != moved)
    try await forge.comment(1, key: "k", text: "Look.")
    #expect(try fixture.reference("refs/pull/1/head") == moved)
  }

  @Test("L12: title and body are written only when they differ")
  func update() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    #expect(try await forge.update(1, title: "Promote api to 2 in prod", body: "Why.") == false)
    #expect(try fixture.writes() == 1)
    #expect(try await forge.update(1, title: "New", body: "Why.\n\"quoted\" ü"))
    #expect(try await fixture.forge().request(1).body == "Why.\n\"quoted\" ü")
    #expect(try fixture.writes() == 2)
  }

  @Test("Trap 8: the mark is written before the closing, and the close is Sluice's own")
  func close() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    try await forge.close(1, mark: "overtaken by 3")
    #expect(
      try fixture.git("log", "--format=%s", LocalForge.reference).split(separator: "\n").prefix(2) == [
        "Close #1: overtaken by 3", "Mark #1 for closing: overtaken by 3",
      ])
    let marked = try fixture.git("show", "\(LocalForge.reference)~1:pulls/1.json")
    #expect(marked.contains("\"mark\": \"overtaken by 3\"") && marked.contains("\"state\": \"open\""))
    let closed = try await forge.closed(branches: [ForgeFixture.branch])
    #expect(closed.map(\.number) == [1])
    #expect(closed.first?.closedBy == "sluice" && closed.first?.isMarked == true)
    #expect(try await forge.open(prefix: "").isEmpty)
    let writes = try fixture.writes()
    try await forge.close(1, mark: "again")
    #expect(try fixture.writes() == writes)
  }

  @Test("Killed between mark and close, the next run closes it; what Sluice wants open after all loses the mark")
  func markedOnly() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    for isKept in [true, false] {
      try await forge.close(1, mark: "overtaken")
      let half = try fixture.git("rev-parse", "\(LocalForge.reference)~1").prefix(40)
      try fixture.git("update-ref", LocalForge.reference, String(half))
      #expect(try await forge.request(1).state == .open)
      #expect(try await forge.request(1).isMarked)
      if isKept {
        #expect(try await forge.update(1, title: "Promote api to 2 in prod", body: "Why."))
        #expect(try await forge.request(1).isMarked == false)
      } else {
        try await forge.close(1, mark: "overtaken")
        #expect(try await forge.request(1).state == .closed)
      }
    }
  }

  @Test("A person's close carries no mark, and Sluice's later one does not cover it")
  func personsClose() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    try await forge.close(1, as: "ada")
    try await forge.close(1, mark: "overtaken")
    let request = try await forge.request(1)
    #expect(request.closedBy == "ada" && !request.isMarked && request.closedAt == ForgeFixture.now)
    #expect(try await forge.closed(branches: ["other"]).isEmpty)
  }

  @Test("After a close the same branch may be proposed anew, under a new number")
  func afterClose() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    try await forge.close(1, mark: "moot")
    #expect(try await forge.create(fixture.proposal()).number == 2)
    try await forge.close(2, mark: "moot")
    #expect(try await forge.closed(branches: [ForgeFixture.branch]).map(\.number) == [2, 1])
  }

  @Test("What Sluice says under a key it says once")
  func comments() async throws {
    let fixture = try ForgeFixture()
    let (forge, _) = try await fixture.withRequest()
    #expect(try await forge.comment(1, key: "held", text: "One."))
    #expect(try await forge.comment(1, key: "held", text: "Two.") == false)
    try await forge.comment(1, text: "I see.", as: "ada")
    let comments = try await forge.request(1).comments
    #expect(comments.map(\.text) == ["One.", "I see."])
    #expect(comments.map(\.by) == ["sluice", "ada"])
  }

  @Test("Statuses belong to a commit, one for each context, and are written only when they change")
  func statuses() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    #expect(try await forge.statuses(of: head).isEmpty)
    let yaml = CommitStatus(context: "sluice/demo/yaml", state: .pending, description: "running")
    let resolve = CommitStatus(context: "sluice/demo/resolve", state: .success, description: "12 clusters", url: "x:y")
    #expect(try await forge.set(yaml, on: head))
    #expect(try await forge.set(resolve, on: head))
    #expect(try await forge.set(resolve, on: head) == false)
    var done = yaml
    done.state = .success
    #expect(try await forge.set(done, on: head))
    done.by = "sluice"
    var expected = resolve
    expected.by = "sluice"
    #expect(try await fixture.forge().statuses(of: head) == [expected, done])
    #expect(try fixture.writes() == 4)
    #expect(try fixture.file("statuses/\(head).json").contains("\"context\"") == false)
    let other = try #require(try fixture.reference("refs/heads/main"))
    #expect(try await forge.statuses(of: other).isEmpty)
  }

  @Test("Members that this program does not know survive")
  func unknownMembers() async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    try await forge.comment(1, text: "First.", as: "ada")
    try await forge.set(CommitStatus(context: "c", state: .pending, description: ""), on: head)
    try fixture.overwrite("pulls/1.json") {
      $0.replacing("\"number\": 1", with: "\"number\": 1, \"later\": {\"x\": 1.50}")
        .replacing("\"text\": \"First.\"", with: "\"text\": \"First.\", \"edited\": true")
    }
    try fixture.overwrite("statuses/\(head).json") {
      $0.replacing("\"state\": \"pending\"", with: "\"state\": \"pending\", \"id\": 9")
    }
    try await forge.comment(1, text: "Second.", as: "eve")
    try await forge.set(CommitStatus(context: "c", state: .success, description: ""), on: head)
    let pull = try fixture.file("pulls/1.json")
    #expect(pull.contains("\"x\": 1.50") && pull.contains("\"edited\": true") && pull.contains("Second."))
    let status = try fixture.file("statuses/\(head).json")
    #expect(status.contains("\"id\": 9") && status.contains("\"success\""))
  }

  @Test(
    "A newer format, or a file that can't be read, is refused by name; nothing is written over it",
    arguments: [
      ("{\"format\": 2}\n", "format is 2"), ("{\n", "it is no JSON"), ("{\"format\": 1, \"number\": 1}", "is missing"),
    ])
  func unreadable(text: String, words: String) async throws {
    let fixture = try ForgeFixture()
    let (forge, head) = try await fixture.withRequest()
    try await forge.set(CommitStatus(context: "c", state: .pending, description: ""), on: head)
    let status = try fixture.file("statuses/\(head).json")
    for (file, restored) in [("statuses/\(head).json", status), ("pulls/1.json", "")] {
      try fixture.overwrite(file) { _ in text }
      let tip = try fixture.reference(LocalForge.reference)
      let error = await #expect(throws: ForgeError.self) {
        _ = try await forge.request(1)
        _ = try await forge.set(CommitStatus(context: "c", state: .success, description: ""), on: head)
      }
      #expect(error?.exitCode == 65)
      #expect(error?.description.contains(file) == true)
      // A status file has fewer members: what is missing there is another one.
      if file == "pulls/1.json" || !words.contains("missing") { #expect(error?.description.contains(words) == true) }
      #expect(try fixture.reference(LocalForge.reference) == tip)
      try fixture.overwrite(file) { _ in restored }
    }
  }
}

extension ForgeFixture {
  /// Rewrites a file of the forge behind the program's back.
  func overwrite(_ file: String, _ change: (String) -> String) throws {
    let copy = folder.path + "/forge-work"
    try Command.check(["rm", "-rf", copy])
    try Command.check(["git", "init", "--quiet", copy])
    try Command.check(["git", "-C", copy, "fetch", "--quiet", path, "\(LocalForge.reference):refs/heads/forge"])
    try Command.check(["git", "-C", copy, "checkout", "--quiet", "forge"])
    try folder.write(change(try folder.text("forge-work/" + file)), to: "forge-work/" + file)
    try Command.check(["git", "-C", copy, "commit", "--quiet", "--all", "--allow-empty", "--message=By hand"])
    try Command.check(["git", "-C", copy, "push", "--quiet", path, "forge:\(LocalForge.reference)"])
  }
}
