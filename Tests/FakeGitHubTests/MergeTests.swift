import FakeGitHub
import Foundation
import HTTP
import TestSupport
import Testing

@Suite("Merging at the fake GitHub")
struct MergeTests {
  private func merge(_ asked: Asked, _ body: [String: any Sendable] = [:], as login: String = "sluice") async throws
    -> Asked.Reply
  {
    try await asked.ask(.put, "pulls/1/merge", as: login, body)
  }

  @Test("lands as the method says", arguments: FakeGitHub.Style.allCases)
  func lands(_ style: FakeGitHub.Style) async throws {
    let asked = try Asked()
    try asked.pull()
    try asked.fake.commit(["other": "x\n"], on: "bump", message: "Second", as: "sluice")
    let before = try asked.fake.commit(["else": "y\n"], on: "main", as: "ada")
    let head = asked.fake.branch("bump") ?? ""
    let reply = try await merge(
      asked, ["sha": head, "merge_method": style.rawValue, "commit_title": "Title", "commit_message": "Text"])
    #expect(reply.status == 200)
    #expect(reply["message"] == "Pull Request successfully merged")
    let landed = reply["sha"] ?? ""
    #expect(asked.fake.branch("main") == landed)
    #expect(try asked.fake.text("versions/dev") == "2\n" && asked.fake.text("else") == "y\n" && asked.fake.text("other") == "x\n")
    let log = try Command.check(["git", "-C", asked.fake.barePath, "log", "-1", "--format=%P|%an|%cn|%B", landed])
    let parts = log.trimmingCharacters(in: .newlines).components(separatedBy: "|")
    #expect(parts[0].split(separator: " ").count == (style == .merge ? 2 : 1))
    if style != .rebase {
      #expect(parts[0].hasPrefix(before))
      #expect(parts[3] == "Title\n\nText")
    }
    #expect(parts[1] == "Sluice")
    #expect(parts[2] == "GitHub")
    let pull = try #require(asked.fake.pull(1))
    #expect(pull.isMerged && !pull.isOpen && pull.mergeCommit == landed && pull.mergedBy == "sluice")
    #expect(try await merge(asked).status == 405)
  }

  @Test("of another head than the one that was meant is refused")
  func guardsHead() async throws {
    let asked = try Asked()
    try asked.pull()
    let old = asked.fake.branch("bump") ?? ""
    try asked.fake.commit(["x": "y"], on: "bump", as: "ada")
    let reply = try await merge(asked, ["sha": old])
    #expect(reply.status == 409)
    #expect(reply.message == "Head branch was modified. Review and try the merge again.")
    #expect(asked.fake.pull(1)?.isMerged == false)
  }

  enum Obstacle: String, CaseIterable, Sendable {
    case closed, conflict, draft, noMerge, baseMoved, review, changes, expected, failing, pending, app, ruleset, queue, pushers,
      reader

    var words: String {
      switch self {
      case .closed, .conflict: "Pull Request is not mergeable"
      case .draft: "Pull Request is still a draft"
      case .noMerge: "Merge commits are not allowed on this repository."
      case .baseMoved: "Base branch was modified. Review and try the merge again."
      case .review: "At least 1 approving review is required by reviewers with write access."
      case .changes: "Changes have been requested by a reviewer with write access."
      case .expected: "Required status check \"ci\" is expected."
      case .failing: "Required status check \"ci\" is failing."
      case .pending: "Required status check \"ci\" is pending."
      case .app: "Required status check \"ci\" was not set by the expected GitHub App."
      case .ruleset: "Repository rule violations found\n\nRequired status check \"ci\" is expected.\n\n"
      case .queue: "Changes must be made through the merge queue"
      case .pushers:
        "You're not authorized to push to this branch. Visit https://docs.github.com/articles/about-protected-branches/ for more information."
      case .reader: "Resource not accessible by personal access token"
      }
    }
  }

  @Test("is refused in GitHub's words", arguments: Obstacle.allCases)
  func refuses(_ obstacle: Obstacle) async throws {
    let asked = try Asked()
    let fake = asked.fake
    try asked.pull()
    let head = fake.branch("bump") ?? ""
    let ci = Protection(checks: [.init("ci")])
    switch obstacle {
    case .closed: try fake.close(1, as: "ada")
    case .conflict: try fake.commit(["versions/dev": "8\n"], on: "main", as: "ada")
    case .draft: try fake.edit(1, isDraft: true, as: "ada")
    case .noMerge: fake.allow { $0.merge = false }
    case .baseMoved: fake.change { $0.basesMoved = 1 }
    case .review:
      fake.protect("main", Protection(approvals: 1))
      try fake.approve(1, as: "reader")
    case .changes:
      fake.protect("main", Protection(approvals: 1))
      try fake.approve(1, as: "ada")
      try fake.requestChanges(1, as: "grace")
    case .expected: fake.protect("main", ci)
    case .failing, .pending:
      fake.protect("main", ci)
      fake.setStatus("ci", obstacle == .pending ? "pending" : "failure", on: head, as: "ada")
    case .app:
      fake.protect("main", Protection(checks: [.init("ci", app: 9)]))
      fake.setStatus("ci", "success", on: head, as: "ada")
    case .ruleset: fake.protect("main", Protection(.ruleset, checks: [.init("ci")]))
    case .queue: fake.protect("main", Protection(.ruleset) { $0.hasMergeQueue = true })
    case .pushers: fake.protect("main", Protection { $0.pushers = ["root"] })
    case .reader: break
    }
    let before = fake.branch("main")
    let reply = try await merge(asked, as: obstacle == .reader ? "reader" : "sluice")
    #expect(reply.status == (obstacle == .reader ? 403 : 405))
    #expect(reply.message == obstacle.words)
    #expect(fake.branch("main") == before)
    #expect(fake.pull(1)?.isMerged == false)
    if obstacle == .baseMoved { #expect(try await merge(asked).status == 200) }
  }

  @Test("is possible once what protects the branch is satisfied, and a push takes approvals back where it is to")
  func satisfies() async throws {
    let asked = try Asked()
    let fake = asked.fake
    fake.protect("main", Protection(approvals: 1, checks: [.init("CI"), .init("build", app: 5)]) { $0.dismissesStale = true })
    try asked.pull()
    try fake.approve(1, as: "ada")
    try fake.commit(["x": "y"], on: "bump", as: "sluice")
    #expect(fake.pull(1)?.reviews.map(\.state) == [.dismissed])
    try fake.approve(1, as: "ada")
    let head = fake.branch("bump") ?? ""
    fake.setStatus("ci", "success", on: head, as: "ada")
    #expect(try await asked.ask(.get, "pulls/1")["mergeable_state"] == "blocked")
    fake.setCheckRun("build", "skipped", on: head, app: 5)
    #expect(try await asked.ask(.get, "pulls/1")["mergeable_state"] == "clean")
    #expect(try await merge(asked).status == 200)
  }

  @Test("by auto-merge comes when the checks do")
  func armed() async throws {
    let asked = try Asked()
    asked.fake.protect("main", Protection(checks: [.init("ci")]))
    try asked.pull()
    try asked.fake.armAutoMerge(1, .squash, as: "ada")
    #expect((try await asked.ask(.get, "pulls/1").json["auto_merge"] as? [String: Any])?["merge_method"] as? String == "squash")
    asked.fake.setStatus("ci", "success", on: asked.fake.branch("bump") ?? "", as: "ada")
    #expect(asked.fake.pull(1)?.mergedBy == "ada")
  }

  @Test("is taken back by the Revert button, in its words", arguments: FakeGitHub.Style.allCases)
  func reverts(_ style: FakeGitHub.Style) async throws {
    let asked = try Asked()
    try asked.pull()
    let landed = try asked.fake.merge(1, style, as: "ada")
    try asked.fake.commit(["later": "z\n"], on: "main", as: "ada")
    #expect(try asked.fake.revert(1, as: "grace") == 2)
    let pull = try #require(asked.fake.pull(2))
    #expect(pull.title == "Revert \"Bump dev\"")
    #expect(pull.body == "Reverts example/fleet#1")
    #expect(pull.branch == "revert-1-bump")
    #expect(try asked.fake.text("versions/dev", at: "revert-1-bump") == "1\n")
    #expect(try asked.fake.text("later", at: "revert-1-bump") == "z\n")
    let commits = try await asked.ask(.get, "pulls/2/commits").list
    let message = (commits.first?["commit"] as? [String: Any])?["message"] as? String ?? ""
    #expect(message.contains("This reverts commit \(landed)"))
  }

  @Test("of the base into the branch is the Update branch button's")
  func updates() async throws {
    let asked = try Asked()
    try asked.pull()
    let base = try asked.fake.commit(["later": "z\n"], on: "main", as: "ada")
    let head = asked.fake.branch("bump") ?? ""
    let merged = try asked.fake.updateBranch(1, as: "grace")
    let line = try Command.check(["git", "-C", asked.fake.barePath, "log", "-1", "--format=%P|%an|%cn|%s", merged])
    #expect(line == "\(head) \(base)|Grace|GitHub|Merge branch 'main' into bump\n")
    #expect(asked.fake.pull(1)?.head == merged)
  }
}
