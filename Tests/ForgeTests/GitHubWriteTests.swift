import Foundation
import Git
import Host
import TestSupport
import Testing

@testable import Forge

@Suite struct GitHubWriteTests {
  private static let branch = "sluice/fleet/promote/dev/kubernetes"
  private static let proposal = Proposal(title: "Promote", body: "Why", base: "main", branch: branch)
  private static let ofBranch = "GET /pulls?state=open&head=octo%3Asluice%2Ffleet%2Fpromote%2Fdev%2Fkubernetes&per_page=100"
  private static let exists = GitHubFixture.refusal(
    "Validation Failed",
    "[{\"resource\": \"PullRequest\", \"code\": \"custom\", \"message\": \"A pull request already exists for octo:x.\"}]")

  // MARK: Opening

  @Test func `a request is opened, labelled, and people and teams are asked for reviews`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("POST /pulls", 201, GitHubFixture.pull(4))
    fixture.script.on("POST /issues/4/labels", 200, "[]")
    fixture.script.on("POST /pulls/4/requested_reviewers", 201, GitHubFixture.pull(4))
    let forge = try fixture.forge()
    #expect(forge.account == "sluice")
    var proposal = Self.proposal
    proposal.labels = ["promotion"]
    proposal.reviewers = ["ada", "octo/platform"]
    let request = try await forge.create(proposal)
    #expect(request.number == 4)
    #expect(request.labels == ["auto", "promotion"])
    #expect(forge.account == "sluice-bot")
    #expect(try fixture.body("POST /pulls")["head"]?.string == Self.branch)
    #expect(try fixture.body("POST /pulls")["base"]?.string == "main")
    #expect(try fixture.body("POST /issues/4/labels")["labels"]?.strings == ["promotion"])
    let asked = try fixture.body("POST /pulls/4/requested_reviewers")
    #expect(asked["reviewers"]?.strings == ["ada"])
    #expect(asked["team_reviewers"]?.strings == ["platform"])
    #expect(forge.takeNotices().isEmpty)
    // A second at least between two writes.
    #expect(fixture.clock.pauses == [1, 1])
  }

  @Test func `reviewers that GitHub refuses are a notice, and the request stands`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("POST /pulls", 201, GitHubFixture.pull(4))
    fixture.script.on(
      "POST /pulls/4/requested_reviewers", 422, GitHubFixture.refusal("Reviews may only be requested from collaborators."))
    let forge = try fixture.forge()
    var proposal = Self.proposal
    proposal.reviewers = ["nobody"]
    #expect(try await forge.create(proposal).number == 4)
    let notices = forge.takeNotices()
    #expect(notices.count == 1)
    #expect(notices.first?.contains("Reviews may only be requested from collaborators.") == true)
    #expect(forge.takeNotices().isEmpty)
  }

  @Test func `one that is open already is returned as it is, once lists show it, without its mark`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("POST /pulls", 422, Self.exists)
    fixture.script.on(Self.ofBranch, 200, "[]")
    fixture.script.on(
      Self.ofBranch, 200,
      GitHubFixture.list([
        GitHubFixture.pull(6, base: "release"), GitHubFixture.pull(4, title: "Theirs", body: HiddenMark.mark("B", "moot")),
      ]))
    fixture.script.on("PATCH /pulls/4", 200, GitHubFixture.pull(4, title: "Theirs", body: "B"))
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, title: "Theirs", body: HiddenMark.mark("B", "moot")))
    let request = try await fixture.forge().create(Self.proposal)
    #expect(request.number == 4)
    #expect(request.title == "Theirs")
    #expect(request.mark == nil)
    #expect(fixture.clock.pauses.first == 1)
    #expect(try fixture.body("PATCH /pulls/4")["body"]?.string == "B")
    #expect(fixture.asked.count { $0 == "POST /pulls" } == 1)
  }

  @Test func `one that exists and is nowhere listed is to be tried again later`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("POST /pulls", 422, Self.exists)
    fixture.script.on(Self.ofBranch, 200, "[]")
    let forge = try fixture.forge()
    let error = await #expect(throws: ForgeError.self) { try await forge.create(Self.proposal) }
    guard case .unavailable? = error else { return #expect(Bool(false), "\(String(describing: error))") }
    #expect(fixture.clock.pauses == [1, 2, 4])
  }

  @Test func `a lost answer of an opening is asked about: one request, with its labels`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.lose("POST /pulls")
    fixture.script.on(Self.ofBranch, 200, GitHubFixture.list([GitHubFixture.pull(4)]))
    fixture.script.on("POST /issues/4/labels", 200, "[]")
    var proposal = Self.proposal
    proposal.labels = ["promotion"]
    #expect(try await fixture.forge().create(proposal).number == 4)
    #expect(fixture.written == ["POST /pulls", "POST /issues/4/labels"])
  }

  @Test func `a lost opening that lists don't show is made once more, and GitHub keeps it single`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.lose("POST /pulls")
    fixture.script.on("POST /pulls", 422, Self.exists)
    for _ in 0..<3 { fixture.script.on(Self.ofBranch, 200, "[]") }
    fixture.script.on(Self.ofBranch, 200, GitHubFixture.list([GitHubFixture.pull(4)]))
    fixture.script.on("POST /issues/4/labels", 200, "[]")
    var proposal = Self.proposal
    proposal.labels = ["promotion"]
    #expect(try await fixture.forge().create(proposal).number == 4)
    #expect(fixture.written == ["POST /pulls", "POST /pulls", "POST /issues/4/labels"])
  }

  @Test(arguments: [
    ("[{\"resource\": \"PullRequest\", \"field\": \"head\", \"code\": \"invalid\"}]", "there is no branch \(branch)"),
    ("[{\"resource\": \"PullRequest\", \"field\": \"base\", \"code\": \"invalid\"}]", "there is no branch main"),
    (
      "[{\"resource\": \"PullRequest\", \"code\": \"custom\", \"message\": \"No commits between main and x\"}]",
      "there is nothing to open a pull request for: main holds all commits of \(branch)"
    ),
    (
      "[{\"resource\": \"Issue\", \"code\": \"custom\", \"field\": \"body\", \"message\": \"body is too long (maximum is 65536 characters)\"}]",
      "body is too long (maximum is 65536 characters)"
    ),
    ("[\"a text of its own\"]", "a text of its own"),
  ])
  func `a refused opening says why`(problems: String, expected: String) async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("POST /pulls", 422, GitHubFixture.refusal("Validation Failed", problems))
    let forge = try fixture.forge()
    let said = await words { () async throws(ForgeError) in _ = try await forge.create(Self.proposal) }
    #expect(said.contains(expected))
    #expect(fixture.written.count == 1)
  }

  // MARK: Changing

  @Test func `a text is written only where it changes, line ends and white space at the end apart`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, body: "Why\r\nand how"))
    fixture.script.on("PATCH /pulls/4", 200, GitHubFixture.pull(4, title: "New", body: "Why\nand how"))
    let forge = try fixture.forge()
    #expect(try await !forge.update(4, title: "Promote", body: "Why\nand how\n\n"))
    #expect(fixture.written.isEmpty)
    #expect(try await forge.update(4, title: "New", body: "Why\nand how"))
    #expect(fixture.written == ["PATCH /pulls/4"])
  }

  @Test func `an update takes a mark away though the text is the same`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, body: HiddenMark.mark("Why", "moot")))
    fixture.script.on("PATCH /pulls/4", 200, GitHubFixture.pull(4))
    #expect(try await fixture.forge().update(4, title: "Promote", body: "Why"))
    #expect(try fixture.body("PATCH /pulls/4")["body"]?.string == "Why")
  }

  @Test func `what is closed is not changed`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, state: "closed", closed: 5))
    let forge = try fixture.forge()
    let said = await words { () async throws(ForgeError) in try await forge.update(4, title: "New", body: "Why") }
    #expect(said.hasPrefix("#4 is closed"))
    #expect(fixture.written.isEmpty)
  }

  @Test func `a lost update is looked at, and made again only where it did not happen`() async throws {
    for happened in [true, false] {
      let fixture = try GitHubFixture()
      fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4))
      fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, title: happened ? "New" : "Promote"))
      fixture.script.lose("PATCH /pulls/4")
      fixture.script.on("PATCH /pulls/4", 200, GitHubFixture.pull(4, title: "New"))
      #expect(try await fixture.forge().update(4, title: "New", body: "Why"))
      #expect(fixture.written.count == (happened ? 1 : 2))
    }
  }

  @Test func `closing writes the mark before it closes`() async throws {
    let fixture = try GitHubFixture()
    let marked = HiddenMark.mark("Why", "moot --> now")
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4))
    fixture.script.on("PATCH /pulls/4") { request in
      request.text.contains("\"state\"")
        ? Reply(200, GitHubFixture.pull(4, body: marked, state: "closed", closed: 5))
        : Reply(200, GitHubFixture.pull(4, body: marked))
    }
    try await fixture.forge().close(4, mark: "moot --> now")
    let bodies = try fixture.server.requests.filter { $0.method == "PATCH" }.map { try JSONValue(parsing: $0.body) }
    #expect(bodies.count == 2)
    #expect(bodies.first?["body"]?.string == marked)
    #expect(bodies.first?["state"] == nil)
    #expect(bodies.last?.object == ["state": .string("closed")])
  }

  @Test func `a person who closes in between is not overruled`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4))
    fixture.script.on(
      "PATCH /pulls/4", 200, GitHubFixture.pull(4, body: HiddenMark.mark("Why", "moot"), state: "closed", closed: 5))
    try await fixture.forge().close(4, mark: "moot")
    #expect(fixture.written.count == 1)
  }

  @Test(arguments: [nil, GitHubFixture.other] as [String?])
  func `what is closed or merged stays as it is`(merged: String?) async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, state: "closed", closed: 5, merged: merged))
    try await fixture.forge().close(4, mark: "moot")
    #expect(fixture.written.isEmpty)
  }

  @Test func `a label is taken away, or was not there`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("DELETE /issues/4/labels/sluice%2Fhold", 200, "[]")
    let forge = try fixture.forge()
    #expect(try await forge.removeLabel(4, "sluice/hold"))
    #expect(try await !forge.removeLabel(4, "other"))
  }

  // MARK: Saying

  @Test func `something is said once, whoever asks again`() async throws {
    let fixture = try GitHubFixture()
    let next = "http://127.0.0.1:\(fixture.server.port)/api/v3/repos/octo/fleet/issues/4/comments?page=2"
    let first = "GET /issues/4/comments?per_page=100"
    fixture.script.on(first, 200, "[{\"body\": \"hello\"}, {\"body\": null}]", ["Link: <\(next)>; rel=\"next\""])
    fixture.script.on("GET /issues/4/comments?page=2", 200, "[]")
    fixture.script.on("POST /issues/4/comments", 201, "{\"id\": 1, \"user\": {\"login\": \"sluice-bot\"}}")
    let forge = try fixture.forge()
    #expect(try await forge.comment(4, key: "a key", text: "Said."))
    #expect(try await !forge.comment(4, key: "a key", text: "Said."))
    let body = try #require(try fixture.body("POST /issues/4/comments")["body"]?.string)
    #expect(body.hasPrefix("Said.\n\n<!-- sluice:comment "))
    // Another run reads it there, on whatever page.
    fixture.script.forget("GET /issues/4/comments?page=2")
    let said = String(decoding: JSONValue.array([.object(["body": .string(body)])]).serialized(), as: UTF8.self)
    fixture.script.on("GET /issues/4/comments?page=2", 200, said)
    #expect(try await !fixture.forge().comment(4, key: "a key", text: "Said."))
    #expect(try await fixture.forge().comment(4, key: "another", text: "Said."))
    #expect(fixture.written.count == 2)
  }

  @Test func `a lost comment is asked about, and said again only where it is not there`() async throws {
    for happened in [true, false] {
      let fixture = try GitHubFixture()
      fixture.script.on("GET /issues/4/comments", 200, "[]")
      fixture.script.on(
        "GET /issues/4/comments", 200,
        happened ? "[{\"body\": \"Said.\\n\\n\(HiddenMark.comment("k").replacing("\"", with: ""))\"}]" : "[]")
      fixture.script.lose("POST /issues/4/comments")
      fixture.script.on("POST /issues/4/comments", 201, "{\"id\": 1}")
      #expect(try await fixture.forge().comment(4, key: "k", text: "Said."))
      #expect(fixture.written.count == (happened ? 1 : 2))
    }
  }

  // MARK: Statuses

  private static let statuses = "GET /commits/\(GitHubFixture.head)/status"

  private static func combined(_ items: String) -> String { "{\"state\": \"pending\", \"statuses\": [\(items)]}" }

  @Test func `a status is set only where it changes, and cut to what GitHub takes`() async throws {
    let fixture = try GitHubFixture()
    let long = String(repeating: "é", count: 139) + "🇩🇪"
    let cut = String(repeating: "é", count: 139)
    fixture.script.on(
      Self.statuses, 200,
      Self.combined("{\"context\": \"Sluice/YAML\", \"state\": \"success\", \"description\": \"\(cut)\", \"target_url\": null}"))
    fixture.script.on("POST /statuses/\(GitHubFixture.head)", 201)
    let forge = try fixture.forge()
    #expect(try await !forge.set(CommitStatus(context: "sluice/yaml", state: .success, description: long), on: .head))
    #expect(fixture.written.isEmpty)
    #expect(try await forge.set(CommitStatus(context: "sluice/yaml", state: .failure, description: long), on: .head))
    #expect(try fixture.body("POST /statuses/\(GitHubFixture.head)")["description"]?.string == cut)
    // What was set is known, without being asked.
    #expect(try await !forge.set(CommitStatus(context: "sluice/yaml", state: .failure, description: long), on: .head))
    #expect(try await forge.statuses(of: .head).map(\.state) == [.failure])
    #expect(fixture.asked.count == 2)
  }

  @Test func `a commit that was pushed just now has no status yet, and to set one is to be tried again`() async throws {
    let fixture = try GitHubFixture()
    let unknown = GitHubFixture.refusal("No commit found for SHA: \(GitHubFixture.head)")
    fixture.script.on(Self.statuses, 422, unknown)
    fixture.script.on("POST /statuses/\(GitHubFixture.head)", 422, unknown)
    let forge = try fixture.forge()
    #expect(try await forge.statuses(of: .head).isEmpty)
    let error = await #expect(throws: ForgeError.self) {
      try await forge.set(CommitStatus(context: "c", state: .success, description: "d"), on: .head)
    }
    guard case .unavailable? = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }

  @Test func `a lost status is read again, and set again only where it is not there`() async throws {
    for happened in [true, false] {
      let fixture = try GitHubFixture()
      let status = "{\"context\": \"c\", \"state\": \"success\", \"description\": \"d\"}"
      fixture.script.on(Self.statuses, 200, Self.combined(""))
      fixture.script.on(Self.statuses, 200, Self.combined(happened ? status : ""))
      fixture.script.lose("POST /statuses/\(GitHubFixture.head)")
      fixture.script.on("POST /statuses/\(GitHubFixture.head)", 201)
      #expect(try await fixture.forge().set(CommitStatus(context: "c", state: .success, description: "d"), on: .head))
      #expect(fixture.written.count == (happened ? 1 : 2))
    }
  }

  @Test func `checks are statuses with their creators and check runs with their apps, and what is strange is no success`()
    async throws
  {
    let fixture = try GitHubFixture()
    fixture.script.on(
      "GET /commits/\(GitHubFixture.head)/statuses", 200,
      """
      [{"context": "ci", "state": "success", "description": null, "target_url": "https://ci", "creator": {"login": "jenkins"}},
      {"context": "CI", "state": "failure", "creator": {"login": "jenkins"}}, {"context": "odd", "state": "warning"}]
      """)
    func run(_ name: String, _ status: String, _ conclusion: String?) -> String {
      let ending: String = conclusion.map { "\"\($0)\"" } ?? "null"
      return "{\"name\": \"\(name)\", \"status\": \"\(status)\", \"conclusion\": \(ending), \"app\": {\"slug\": \"gha\"}}"
    }
    let runs =
      ["success", "neutral", "skipped", "failure", "cancelled", "timed_out", "action_required", "stale", "startup_failure"]
      .map { (name: String) in run("r-\(name)", "completed", name) } + [
        run("r-queued", "queued", nil), run("r-none", "completed", nil),
      ]
      + [run("twice", "completed", "failure"), run("twice", "completed", "success")]
    fixture.script.on(
      "GET /commits/\(GitHubFixture.head)/check-runs?filter=latest&per_page=100", 200,
      "{\"total_count\": 9, \"check_runs\": [\(runs.joined(separator: ","))]}")
    let checks = try await fixture.forge().checks(of: .head)
    let states = Dictionary(uniqueKeysWithValues: checks.map { ($0.context, $0.state) })
    #expect(states["ci"] == .success)
    #expect(states["odd"] == .error)
    for name in ["success", "neutral", "skipped"] { #expect(states["r-\(name)"] == .success) }
    for name in ["failure", "cancelled", "timed_out", "action_required", "stale", "startup_failure", "none"] {
      #expect(states["r-\(name)"] == .failure)
    }
    #expect(states["r-queued"] == .pending)
    #expect(states["twice"] == .failure)
    #expect(checks.first { $0.context == "ci" }?.by == "jenkins")
    #expect(checks.first { $0.context == "r-success" }?.by == "gha")
    #expect(checks.map(\.context) == checks.map(\.context).sorted())
  }
}
