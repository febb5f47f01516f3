import Git
import Host
import TestSupport
import Testing

@testable import Forge

@Suite struct GitHubMergeTests {
  private static let order = MergeOrder(
    number: 4, head: .head, style: .merge, title: "Promote kubernetes", message: "Why\n\nSluice-Policy: fleet")
  private static let mergeable = "\"mergeable\": true, \"mergeable_state\": \"clean\""

  private func fixture(_ extra: String = Self.mergeable) throws -> GitHubFixture {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, extra: extra))
    return fixture
  }

  @Test func `exactly the head that was tested is merged, with title and message as given`() async throws {
    let fixture = try fixture()
    fixture.script.on("PUT /pulls/4/merge", 200, "{\"sha\": \"\(GitHubFixture.other)\", \"merged\": true, \"message\": \"ok\"}")
    #expect(try await fixture.forge().merge(Self.order) == .merged(.other))
    let body = try fixture.body("PUT /pulls/4/merge")
    #expect(body["sha"]?.string == GitHubFixture.head)
    #expect(body["merge_method"]?.string == "merge")
    #expect(body["commit_title"]?.string == "Promote kubernetes")
    #expect(body["commit_message"]?.string == "Why\n\nSluice-Policy: fleet")
    #expect(fixture.asked == ["GET /pulls/4", "PUT /pulls/4/merge"])
  }

  @Test func `a rebase sends neither title nor message`() async throws {
    let fixture = try fixture()
    fixture.script.on("PUT /pulls/4/merge", 200, "{\"sha\": \"\(GitHubFixture.other)\"}")
    var order = Self.order
    order.style = .rebase
    _ = try await fixture.forge().merge(order)
    #expect(try fixture.body("PUT /pulls/4/merge").object?.keys.sorted() == ["merge_method", "sha"])
  }

  enum Kind: String { case lostRace, notYet, conflict, notPermitted, gone, unsupported }

  private func kind(_ answer: MergeAnswer) -> Kind? {
    switch answer {
    case .merged: nil
    case .lostRace: .lostRace
    case .notYet: .notYet
    case .conflict: .conflict
    case .notPermitted: .notPermitted
    case .gone: .gone
    case .unsupported: .unsupported
    }
  }

  @Test(arguments: [
    (409, "Head branch was modified. Review and try the merge again.", Kind.lostRace),
    (405, "Base branch was modified. Review and try the merge again.", .lostRace),
    (405, "Required status check \\\"ci\\\" is expected.", .notYet),
    (405, "2 of 2 required status checks are pending.", .notYet),
    (405, "Repository rule violations found\\n\\nRequired status check \\\"ci\\\" is expected.\\n\\n", .notYet),
    (405, "At least 1 approving review is required by reviewers with write access.", .notYet),
    (405, "Changes must be made through a pull request. New changes require approval from someone", .notYet),
    (405, "Pull Request is not mergeable", .notYet),
    (405, "Pull Request is still a draft", .notYet),
    (405, "A conversation must be resolved before this pull request can be merged.", .notYet),
    (405, "Some words that GitHub does not say today", .notYet),
    (405, "You're not authorized to push to this branch. Visit https://docs.github.com for more information.", .notPermitted),
    (405, "Commits must have verified signatures.", .notPermitted),
    (403, "Resource not accessible by integration", .notPermitted),
    (405, "Merge commits are not allowed on this repository.", .unsupported),
    (405, "Squash merges are not allowed on this repository.", .unsupported),
    (405, "Repository rule violations found\\n\\nChanges must be made through the merge queue", .unsupported),
    (405, "Repository rule violations found\\n\\nThis branch must not contain merge commits.", .unsupported),
    (405, "There are merge conflicts", .conflict),
    (409, "Merge conflict", .conflict),
    (404, "Not Found", .gone),
  ])
  func `a refusal becomes what the caller does next`(status: Int, message: String, expected: Kind) async throws {
    let fixture = try fixture()
    fixture.script.on("PUT /pulls/4/merge", status, GitHubFixture.refusal(message))
    let answer = try await fixture.forge().merge(Self.order)
    #expect(kind(answer) == expected)
    #expect(fixture.written.count == 1)
  }

  @Test func `what is not mergeable for a conflict is a conflict`() async throws {
    let fixture = try fixture()
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, extra: "\"mergeable\": false, \"mergeable_state\": \"dirty\""))
    fixture.script.on("PUT /pulls/4/merge", 405, GitHubFixture.refusal("Pull Request is not mergeable"))
    guard case .conflict = try await fixture.forge().merge(Self.order) else { return #expect(Bool(false)) }
    #expect(fixture.asked == ["GET /pulls/4", "PUT /pulls/4/merge", "GET /pulls/4"])
  }

  @Test(arguments: [
    (GitHubFixture.pull(4, state: "closed", closed: 5, merged: GitHubFixture.other), MergeAnswer.merged(.other)),
    (GitHubFixture.pull(4, state: "closed", closed: 5), .gone("#4 is closed")),
    (GitHubFixture.pull(4, head: GitHubFixture.other, extra: Self.mergeable), .lostRace("#4 is at \(GitHubFixture.other) now")),
    (
      GitHubFixture.pull(4, extra: "\"mergeable\": false, \"mergeable_state\": \"dirty\""),
      .conflict("#4 conflicts with main")
    ),
  ])
  func `the request is looked at before anything is done to it`(pull: String, expected: MergeAnswer) async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls/4", 200, pull)
    #expect(try await fixture.forge().merge(Self.order) == expected)
    #expect(fixture.written.isEmpty)
  }

  @Test func `one that is gone is gone`() async throws {
    let fixture = try GitHubFixture()
    #expect(try await fixture.forge().merge(Self.order) == .gone("#4 is not there"))
  }

  @Test func `whether it can be merged is waited for, and then merged`() async throws {
    let fixture = try fixture("\"mergeable\": null, \"mergeable_state\": \"unknown\"")
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4, extra: Self.mergeable))
    fixture.script.on("PUT /pulls/4/merge", 200, "{\"sha\": \"\(GitHubFixture.other)\"}")
    #expect(try await fixture.forge().merge(Self.order) == .merged(.other))
    #expect(fixture.clock.pauses == [1])
    // It is computed without the request changing: no 304 may stand for it.
    #expect(fixture.server.requests.allSatisfy { $0.headers["if-none-match"] == nil })
  }

  @Test func `whether it can be merged is not waited for without an end`() async throws {
    let fixture = try fixture("\"mergeable\": null, \"mergeable_state\": \"unknown\"")
    guard case .notYet = try await fixture.forge().merge(Self.order) else { return #expect(Bool(false)) }
    #expect(fixture.clock.pauses == [1, 2, 4])
    #expect(fixture.written.isEmpty)
  }

  @Test(arguments: [nil, 502] as [Int?])
  func `a merge whose answer is lost is asked about, and not made again`(status: Int?) async throws {
    let fixture = try fixture()
    let merged = GitHubFixture.pull(4, state: "closed", closed: 5, merged: GitHubFixture.other)
    fixture.script.on("PUT /pulls/4/merge") { _ in
      fixture.script.forget("GET /pulls/4")
      fixture.script.on("GET /pulls/4", 200, merged)
      return status.map { Reply($0, "<html>", ["Content-Type: text/html"]) }
    }
    #expect(try await fixture.forge().merge(Self.order) == .merged(.other))
    #expect(fixture.written == ["PUT /pulls/4/merge"])
  }

  @Test func `a lost merge that did not happen is told, and not made again`() async throws {
    let fixture = try fixture()
    fixture.script.lose("PUT /pulls/4/merge")
    let forge = try fixture.forge()
    let error = await #expect(throws: ForgeError.self) { try await forge.merge(Self.order) }
    guard case .unavailable? = error else { return #expect(Bool(false), "\(String(describing: error))") }
    #expect(fixture.written == ["PUT /pulls/4/merge"])
  }
}
