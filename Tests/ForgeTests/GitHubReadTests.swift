import Foundation
import Git
import Host
import TestSupport
import Testing

@testable import Forge

@Suite struct GitHubReadTests {
  private static let closedList = "GET /pulls?state=closed&sort=updated&direction=desc&per_page=100"
  private static let openList = "GET /pulls?state=open&per_page=100"
  private static let branch = "sluice/fleet/promote/dev/kubernetes"

  // MARK: Open ones

  @Test func `open ones are those of the prefix and of this very repository, by number`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(
      Self.openList, 200,
      GitHubFixture.list([
        GitHubFixture.pull(9, branch: "sluice/fleet/promote/prod/kubernetes"), GitHubFixture.pull(7, branch: "feature"),
        GitHubFixture.pull(5, fork: true), GitHubFixture.pull(4, body: "Why\r\nand how"), "{\"number\": 3}",
      ]))
    for number in [4, 9] { fixture.script.on("GET /pulls/\(number)/reviews", 200, "[]") }
    let open = try await fixture.forge().open(prefix: "sluice/fleet/")
    #expect(open.map(\.number) == [4, 9])
    let first = try #require(open.first)
    #expect(first.body == "Why\nand how")
    #expect(first.head == .head)
    #expect(first.branch == Self.branch)
    #expect(first.base == "main")
    #expect(first.author == "sluice-bot")
    #expect(first.labels == ["auto"])
    #expect(first.url == "https://github.com/octo/fleet/pull/4")
    #expect(first.state == .open)
    #expect(!first.mergesByItself)
  }

  @Test func `what a person armed to merge by itself, and a draft, are told`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(
      Self.openList, 200,
      GitHubFixture.list([
        GitHubFixture.pull(4).replacing("\"auto_merge\": null", with: "\"auto_merge\": {\"merge_method\": \"squash\"}")
          .replacing("\"draft\": false", with: "\"draft\": true")
      ]))
    fixture.script.on("GET /pulls/4/reviews", 200, "[]")
    let request = try #require(try await fixture.forge().open(prefix: "").first)
    #expect(request.mergesByItself)
    #expect(request.isDraft)
  }

  @Test func `lists go on by Link, and only at the same server`() async throws {
    let fixture = try GitHubFixture()
    let next = "http://127.0.0.1:\(fixture.server.port)/api/v3/repos/octo/fleet/pulls?a=b,c;d&page=2"
    fixture.script.on(
      Self.openList, 200, GitHubFixture.list([GitHubFixture.pull(9)]),
      ["Link: <\(next)>; rel=\"next\", <\(next)>; rel=\"last\""])
    fixture.script.on(
      "GET /pulls?a=b,c;d&page=2", 200, GitHubFixture.list([GitHubFixture.pull(4)]), ["Link: <\(next)>; rel=\"first\""])
    for number in [4, 9] { fixture.script.on("GET /pulls/\(number)/reviews", 200, "[]") }
    #expect(try await fixture.forge().open(prefix: "").map(\.number) == [4, 9])

    fixture.script.forget(Self.openList)
    fixture.script.on(Self.openList, 200, "[]", ["Link: <https://elsewhere.example/pulls?page=2>; rel=\"next\""])
    let forge = try fixture.forge()
    let said = await words { () async throws(ForgeError) in _ = try await forge.open(prefix: "") }
    #expect(said.contains("a list goes on at another server"))
  }

  @Test func `a list without an end is not read without an end`() async throws {
    let fixture = try GitHubFixture()
    let next = "http://127.0.0.1:\(fixture.server.port)/api/v3/repos/octo/fleet/pulls?state=open&per_page=100"
    fixture.script.on(Self.openList, 200, "[]", ["Link: <\(next)>; rel=\"next\""])
    let forge = try fixture.forge()
    let said = await words { () async throws(ForgeError) in _ = try await forge.open(prefix: "") }
    #expect(said.contains("more than 5000 open pull requests"))
    #expect(fixture.asked.count == GitHubClient.pageLimit)
  }

  // MARK: Reviews

  @Test func `each person's latest verdict counts, of those who may write`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(Self.openList, 200, GitHubFixture.list([GitHubFixture.pull(4)]))
    fixture.script.on(
      "GET /pulls/4/reviews", 200,
      GitHubFixture.list([
        GitHubFixture.review("ada", "CHANGES_REQUESTED"), GitHubFixture.review("bob", "APPROVED"),
        GitHubFixture.review("cat", "APPROVED"), GitHubFixture.review("ada", "APPROVED"),
        GitHubFixture.review("bob", "COMMENTED"), GitHubFixture.review("cat", "DISMISSED"),
        GitHubFixture.review("stranger", "APPROVED", association: "NONE"),
        GitHubFixture.review("hidden", "APPROVED", association: "CONTRIBUTOR"),
        GitHubFixture.review("late", "APPROVED", commit: GitHubFixture.other, association: "NONE"),
        "{\"user\": null, \"state\": \"APPROVED\"}",
      ]))
    fixture.script.on("GET /collaborators/stranger/permission", 200, "{\"permission\": \"read\"}")
    fixture.script.on("GET /collaborators/hidden/permission", 200, "{\"permission\": \"write\"}")
    let forge = try fixture.forge()
    let request = try #require(try await forge.open(prefix: "").first)
    #expect(request.approvals(atHead: .head, excluding: []) == ["ada", "bob", "hidden"])
    #expect(!fixture.asked.contains("GET /collaborators/late/permission"))
    // What strangers may do is remembered for an hour, by another run too.
    let count = fixture.asked.count
    _ = try await fixture.forge().open(prefix: "")
    #expect(fixture.asked.count == count + 2)
  }

  @Test func `approvers may write, wrote nothing, and looked at this head`() async throws {
    let fixture = try GitHubFixture()
    func commit(_ author: String, _ committer: String, parents: Int = 1, message: String = "x", verified: Bool = false) -> String
    {
      let parent = "{\"sha\": \"\(GitHubFixture.other)\"}"
      return """
        {"author": {"login": "\(author)"}, "committer": {"login": "\(committer)"}, "parents": [\(
          Array(repeating: parent, count: parents).joined(separator: ","))],
        "commit": {"message": "\(message)", "verification": {"verified": \(verified)}}}
        """
    }
    fixture.script.on(
      "GET /pulls/4/reviews", 200,
      GitHubFixture.list(
        ["ada", "bob", "committer", "sluice-bot", "updater", "faker", "reader"].map { GitHubFixture.review($0, "APPROVED") }
          + [GitHubFixture.review("old", "APPROVED", commit: GitHubFixture.other), GitHubFixture.review("Zoe", "APPROVED")]))
    let update = "Merge branch 'main' into sluice/fleet/promote/dev/kubernetes"
    fixture.script.on(
      "GET /pulls/4/commits", 200,
      GitHubFixture.list([
        commit("bob", "committer"), commit("updater", "web-flow", parents: 2, message: update, verified: true),
        commit("faker", "web-flow", parents: 2, message: update), "{\"author\": null, \"committer\": null}",
      ]))
    for name in ["ada", "updater", "Zoe", "bob", "committer", "sluice-bot", "faker", "old"] {
      fixture.script.on("GET /collaborators/\(name)/permission", 200, "{\"permission\": \"write\"}")
    }
    fixture.script.on("GET /collaborators/reader/permission", 200, "{\"permission\": \"read\"}")
    let request = PullRequest(
      number: 4, title: "", body: "", base: "main", branch: Self.branch, head: .head, author: "sluice-bot", createdAt: 0)
    #expect(try await fixture.forge().approvers(of: request) == ["Zoe", "ada", "updater"])
  }

  @Test func `without an approval of this head nothing more is asked`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(
      "GET /pulls/4/reviews", 200, GitHubFixture.list([GitHubFixture.review("ada", "APPROVED", commit: GitHubFixture.other)]))
    let request = PullRequest(
      number: 4, title: "", body: "", base: "main", branch: Self.branch, head: .head, author: "sluice-bot", createdAt: 0)
    #expect(try await fixture.forge().approvers(of: request).isEmpty)
    #expect(fixture.asked.count == 1)
  }

  // MARK: Closed ones

  private func closedFixture() throws -> GitHubFixture {
    let fixture = try GitHubFixture()
    let now = GitHubFixture.now
    fixture.script.on(Self.openList, 200, "[]")
    fixture.script.on(
      Self.closedList, 200,
      GitHubFixture.list([GitHubFixture.pull(8, branch: "feature", state: "closed", updated: now - 50, closed: now - 50)]))
    fixture.script.on(
      "GET /pulls?state=closed&head=octo%3Asluice%2Ffleet%2Fpromote%2Fdev%2Fkubernetes&per_page=100", 200,
      GitHubFixture.list([
        GitHubFixture.pull(
          3, body: HiddenMark.mark("Why", "superseded"), state: "closed", updated: now - 5000, closed: now - 5000),
        GitHubFixture.pull(5, state: "closed", updated: now - 4000, closed: now - 4000),
        GitHubFixture.pull(2, state: "closed", updated: now - 9000, closed: now - 9000, merged: GitHubFixture.other),
        GitHubFixture.pull(1, state: "closed", fork: true, updated: now - 9000, closed: now - 9000),
      ]))
    fixture.script.on("GET /issues/3", 200, "{\"closed_by\": {\"login\": \"sluice-bot\"}}")
    fixture.script.on("GET /issues/5", 200, "{\"closed_by\": {\"login\": \"ada\"}}")
    return fixture
  }

  @Test func `without a memory each branch is asked, and merged ones and forks are left out`() async throws {
    let fixture = try closedFixture()
    let closed = try await fixture.forge().closed(branches: [Self.branch])
    #expect(closed.map(\.number) == [5, 3])
    #expect(closed.map(\.closedBy) == ["ada", "sluice-bot"])
    #expect(closed.map(\.mark) == [nil, "superseded"])
    #expect(closed.map(\.closedAt) == [GitHubFixture.now - 4000, GitHubFixture.now - 5000])
    #expect(closed.first?.state == .closed)
  }

  @Test func `with a memory one list call is enough, and gives the same`() async throws {
    let fixture = try closedFixture()
    let before = try await fixture.forge().closed(branches: [Self.branch])
    let count = fixture.asked.count
    let forge = try fixture.forge()
    _ = try await forge.open(prefix: "sluice/")
    #expect(try await forge.closed(branches: [Self.branch]) == before)
    #expect(try await forge.closed(branches: [Self.branch]) == before)
    #expect(Array(fixture.asked[count...]) == [Self.openList, Self.closedList])
  }

  @Test func `a memory that is lost or damaged costs requests and nothing else`() async throws {
    let fixture = try closedFixture()
    let before = try await fixture.forge().closed(branches: [Self.branch])
    let whole = try fixture.folder.text("github.json")
    for text in [
      "{", "{\"format\": 2}", "[]", whole.replacing(GitHubFixture.head, with: "?"), whole.replacing("octo/", with: "x/"),
    ] {
      try fixture.folder.write(text, to: "github.json")
      #expect(try await fixture.forge().closed(branches: [Self.branch]) == before)
    }
  }

  @Test func `what is closed since is found in the list, and who closed it asked once`() async throws {
    let fixture = try closedFixture()
    _ = try await fixture.forge().closed(branches: [Self.branch])
    fixture.script.forget(Self.closedList)
    let now = GitHubFixture.now
    let older = "http://127.0.0.1:\(fixture.server.port)/api/v3/repos/octo/fleet/pulls?page=2"
    fixture.script.on(
      Self.closedList, 200,
      GitHubFixture.list([
        GitHubFixture.pull(11, state: "closed", updated: now + 50, closed: now + 50),
        // Long before what was seen last: no page behind it is read.
        GitHubFixture.pull(7, branch: "feature", state: "closed", updated: now - 50 - 601, closed: now - 700),
      ]), ["Link: <\(older)>; rel=\"next\""])
    fixture.script.on("GET /issues/11", 200, "{\"closed_by\": {\"login\": \"bob\"}}")
    for _ in 0..<2 {
      let closed = try await fixture.forge().closed(branches: [Self.branch])
      #expect(closed.map(\.number) == [11, 5, 3])
      #expect(closed.first?.closedBy == "bob")
    }
    #expect(fixture.asked.count { $0 == "GET /issues/11" } == 1)
    #expect(!fixture.asked.contains("GET /pulls?page=2"))
  }

  @Test func `a closed one that is open again, or merged since, is not closed`() async throws {
    let fixture = try closedFixture()
    _ = try await fixture.forge().closed(branches: [Self.branch])
    let now = GitHubFixture.now
    fixture.script.forget(Self.openList)
    fixture.script.on(Self.openList, 200, GitHubFixture.list([GitHubFixture.pull(5)]))
    #expect(try await fixture.forge().closed(branches: [Self.branch]).map(\.number) == [3])
    fixture.script.forget(Self.openList)
    fixture.script.on(Self.openList, 200, "[]")
    fixture.script.forget(Self.closedList)
    fixture.script.on(
      Self.closedList, 200,
      GitHubFixture.list([
        GitHubFixture.pull(5, state: "closed", updated: now, closed: now, merged: GitHubFixture.other),
        GitHubFixture.pull(8, branch: "feature", state: "closed", updated: now - 1000, closed: now - 1000),
      ]))
    #expect(try await fixture.forge().closed(branches: [Self.branch]).map(\.number) == [3])
  }

  @Test func `a branch that is new is asked once, and the others are not asked again`() async throws {
    let fixture = try closedFixture()
    _ = try await fixture.forge().closed(branches: [Self.branch])
    let other = "GET /pulls?state=closed&head=octo%3Asluice%2Fother&per_page=100"
    fixture.script.on(other, 200, "[]")
    let count = fixture.asked.count
    for _ in 0..<2 { _ = try await fixture.forge().closed(branches: [Self.branch, "sluice/other"]) }
    #expect(Array(fixture.asked[count...]) == [Self.closedList, other, Self.openList, Self.closedList, Self.openList])
  }

  // MARK: Lists lag

  @Test func `what was opened a moment ago is there though lists lack it, in a later run too`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(Self.openList, 200, "[]")
    fixture.script.on("POST /pulls", 201, GitHubFixture.pull(4))
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4))
    fixture.script.on("GET /pulls/4/reviews", 200, "[]")
    let forge = try fixture.forge()
    _ = try await forge.create(Proposal(title: "Promote", body: "Why", base: "main", branch: Self.branch))
    await forge.refresh()
    #expect(try await forge.open(prefix: "sluice/").map(\.number) == [4])
    #expect(try await fixture.forge().open(prefix: "sluice/").map(\.number) == [4])
    fixture.clock.now += 601
    #expect(try await fixture.forge().open(prefix: "sluice/").isEmpty)
  }

  @Test func `what was changed a moment ago is as it was changed though lists still have the old`() async throws {
    let fixture = try GitHubFixture()
    let now = GitHubFixture.now
    fixture.script.on(Self.openList, 200, GitHubFixture.list([GitHubFixture.pull(4, title: "Old", updated: now - 10)]))
    fixture.script.on("PATCH /pulls/4", 200, GitHubFixture.pull(4, title: "New", updated: now))
    fixture.script.on("GET /pulls/4/reviews", 200, "[]")
    let forge = try fixture.forge()
    _ = try await forge.open(prefix: "")
    #expect(try await forge.update(4, title: "New", body: "Why"))
    #expect(try await forge.open(prefix: "").map(\.title) == ["New"])
    await forge.refresh()
    #expect(try await forge.open(prefix: "").map(\.title) == ["New"])
    // A person's later change is the list's to tell.
    await forge.refresh()
    fixture.script.forget(Self.openList)
    fixture.script.on(Self.openList, 200, GitHubFixture.list([GitHubFixture.pull(4, title: "Theirs", updated: now + 5)]))
    #expect(try await forge.open(prefix: "").map(\.title) == ["Theirs"])
  }

  @Test func `what was closed a moment ago is closed though lists still have it open`() async throws {
    let fixture = try GitHubFixture()
    let now = GitHubFixture.now
    fixture.script.on(Self.openList, 200, GitHubFixture.list([GitHubFixture.pull(4, updated: now - 10)]))
    fixture.script.on(Self.closedList, 200, "[]")
    fixture.script.on("GET /pulls?state=closed&head=octo%3Asluice%2Ffleet%2Fpromote%2Fdev%2Fkubernetes&per_page=100", 200, "[]")
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4))
    fixture.script.on("GET /pulls/4/reviews", 200, "[]")
    let marked = HiddenMark.mark("Why", "moot")
    fixture.script.on("PATCH /pulls/4", 200, GitHubFixture.pull(4, body: marked, updated: now))
    fixture.script.on(
      "PATCH /pulls/4", 200, GitHubFixture.pull(4, body: marked, state: "closed", updated: now + 1, closed: now + 1))
    let forge = try fixture.forge()
    _ = try await forge.open(prefix: "")
    try await forge.close(4, mark: "moot")
    await forge.refresh()
    #expect(try await forge.open(prefix: "").isEmpty)
    let closed = try await forge.closed(branches: [Self.branch])
    #expect(closed.map(\.number) == [4])
    #expect(closed.map(\.mark) == ["moot"])
  }

  @Test func `what was opened lately and is over by now is not asked for again`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(Self.openList, 200, "[]")
    fixture.script.on("POST /pulls", 201, GitHubFixture.pull(4))
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, state: "closed", closed: 5, merged: GitHubFixture.other))
    _ = try await fixture.forge().create(Proposal(title: "Promote", body: "Why", base: "main", branch: Self.branch))
    for _ in 0..<3 { #expect(try await fixture.forge().open(prefix: "sluice/").isEmpty) }
    #expect(fixture.asked.count { $0 == "GET /pulls/4" } == 1)
  }

  @Test func `one that is asked for alone says who closed it`() async throws {
    let fixture = try closedFixture()
    fixture.script.on("GET /pulls/5", 200, GitHubFixture.pull(5, state: "closed", closed: 5))
    fixture.script.on("GET /pulls/5/reviews", 200, "[]")
    let request = try await fixture.forge().request(5)
    #expect(request.closedBy == "ada")
    #expect(request.state == .closed)
    let forge = try fixture.forge()
    let said = await words { () async throws(ForgeError) in _ = try await forge.request(77) }
    #expect(said.hasPrefix("there is no pull request #77"))
  }

  /// A filter by the former owner's branches finds nothing, and a closed request that is not found is a hold that is lost.
  @Test func `a repository that moved is refused where its owner matters`() async throws {
    let fixture = try closedFixture()
    let query = "GET /pulls?state=closed&head=octo%3Asluice%2Ffleet%2Fpromote%2Fdev%2Fkubernetes&per_page=100"
    fixture.script.forget(query)
    fixture.script.on(
      query, 301, "{}", ["Location: http://127.0.0.1:\(fixture.server.port)/api/v3/repositories/7/pulls?state=closed"])
    fixture.script.on("GET /repositories/7/pulls?state=closed", 200, "[]")
    let forge = try fixture.forge()
    let said = await words { () async throws(ForgeError) in _ = try await forge.closed(branches: [Self.branch]) }
    #expect(said.hasPrefix("octo/fleet has moved at "))
  }

  // MARK: A quiet run

  @Test(arguments: [(1, 3), (1000, 3), (1000, 0)])
  func `a quiet run costs two calls, two more for each promotion, and no quota`(unrelated: Int, promotions: Int) async throws {
    let fixture = try GitHubFixture()
    let now = GitHubFixture.now
    var pulls = (0..<unrelated).map { GitHubFixture.pull(1000 + $0, branch: "feature-\($0)") }
    for number in 0..<promotions {
      pulls.append(GitHubFixture.pull(number, branch: "sluice/fleet/promote/dev/g\(number)"))
      fixture.script.on("GET /pulls/\(number)/reviews", 200, GitHubFixture.list([GitHubFixture.review("ada", "APPROVED")]))
    }
    let pages = stride(from: 0, to: pulls.count, by: 100).map { Array(pulls[$0..<min($0 + 100, pulls.count)]) }
    for (place, page) in pages.enumerated() {
      let next = "http://127.0.0.1:\(fixture.server.port)/api/v3/repos/octo/fleet/pulls?state=open&per_page=100&page=\(place + 2)"
      fixture.script.on(
        place == 0 ? Self.openList : "\(Self.openList)&page=\(place + 1)", 200, GitHubFixture.list(page),
        place + 1 < pages.count ? ["Link: <\(next)>; rel=\"next\""] : [])
    }
    fixture.script.on(
      Self.closedList, 200,
      GitHubFixture.list([GitHubFixture.pull(900, branch: "feature", state: "closed", updated: now - 50, closed: now - 50)]))
    for branch in ["a", "b"] { fixture.script.on("GET /pulls?state=closed&head=octo%3A\(branch)&per_page=100", 200, "[]") }
    fixture.script.on("GET /commits/\(GitHubFixture.head)/status", 200, "{\"state\": \"pending\", \"statuses\": []}")
    func run() async throws {
      let forge = try fixture.forge()
      for _ in 0..<3 {
        let open = try await forge.open(prefix: "sluice/fleet/")
        #expect(open.count == promotions)
        _ = try await forge.closed(branches: ["a", "b"])
        for request in open { _ = try await forge.statuses(of: request.head) }
      }
    }
    try await run()
    let before = fixture.server.requests.count
    try await run()
    let quiet = fixture.server.requests[before...]
    // The promotions of this test share one commit, so that one call tells the statuses of all.
    #expect(quiet.count == 2 + (pages.count - 1) + promotions + min(promotions, 1))
    #expect(quiet.allSatisfy { $0.method == "GET" && $0.headers["if-none-match"] != nil })
    #expect(fixture.clock.pauses.isEmpty)
  }
}
