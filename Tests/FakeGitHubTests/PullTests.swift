import FakeGitHub
import Foundation
import HTTP
import TestSupport
import Testing

@Suite("Pull requests of the fake GitHub")
struct PullTests {
  @Test("are opened once for a branch and a base, and say in GitHub's words why not")
  func opens() async throws {
    let asked = try Asked()
    try asked.fake.commit(["versions/dev": "2\n"], on: "bump", as: "sluice")
    let made = try await asked.ask(.post, "pulls", ["title": "Bump", "head": "bump", "base": "main", "body": "why"])
    #expect(made.status == 201)
    #expect(made.json["number"] as? Int == 1)
    #expect((made.json["head"] as? [String: Any])?["sha"] as? String == asked.fake.branch("bump"))
    let again = try await asked.ask(.post, "pulls", ["title": "Bump", "head": "example:bump", "base": "main"])
    #expect(again.status == 422)
    #expect(again.message == "Validation Failed")
    #expect(again.errors.first?["message"] as? String == "A pull request already exists for example:bump.")
    try asked.fake.force("same", to: asked.fake.branch("main") ?? "", as: "ada")
    let empty = try await asked.ask(.post, "pulls", ["title": "x", "head": "same", "base": "main"])
    #expect(empty.errors.first?["message"] as? String == "No commits between main and same")
    for (head, base, field) in [("gone", "main", "head"), ("bump", "gone", "base")] {
      let missing = try await asked.ask(.post, "pulls", ["title": "x", "head": head, "base": base])
      #expect(missing.status == 422)
      #expect(missing.errors.first?["field"] as? String == field)
      #expect(missing.errors.first?["code"] as? String == "invalid")
    }
    let long = try await asked.ask(
      .post, "pulls", ["title": "x", "head": "bump", "base": "main", "body": String(repeating: "x", count: 65_537)])
    #expect(long.errors.first?["message"] as? String == "body is too long (maximum is 65536 characters)")
    #expect(asked.fake.allPulls.count == 1)
  }

  @Test("are listed by state, head with its owner, base and order, page by page")
  func lists() async throws {
    let asked = try Asked()
    for number in 1...5 {
      try asked.pull("bump-\(number)", text: "\(number + 1)\n")
      asked.clock.advance(10)
    }
    try asked.fake.close(2, as: "ada")
    func numbers(_ query: String) async throws -> [Int] {
      try await asked.ask(.get, "pulls?\(query)").list.compactMap { $0["number"] as? Int }
    }
    #expect(try await numbers("") == [5, 4, 3, 1])
    #expect(try await numbers("state=closed") == [2])
    #expect(try await numbers("state=all&sort=created&direction=asc") == [1, 2, 3, 4, 5])
    #expect(try await numbers("state=all&sort=updated&direction=desc") == [2, 5, 4, 3, 1])
    #expect(try await numbers("head=example:bump-3") == [3])
    // Without an owner GitHub ignores it.
    #expect(try await numbers("head=bump-3") == [5, 4, 3, 1])
    #expect(try await numbers("base=other") == [])
    let page = try await asked.ask(.get, "pulls?per_page=2&page=1")
    #expect(page.list.count == 2)
    let link = page.headers["Link"] ?? ""
    #expect(link.contains("\(asked.fake.api)/repos/example/fleet/pulls?per_page=2&page=2>; rel=\"next\""))
    #expect(link.contains("rel=\"last\"") && !link.contains("rel=\"prev\""))
    #expect(try await asked.ask(.get, "pulls?per_page=2&page=2").headers["Link"]?.contains("rel=\"next\"") == false)
    #expect(try await numbers("per_page=2&page=2") == [3, 1])
  }

  @Test("follow their branch, and end with it")
  func follows() async throws {
    let asked = try Asked()
    let number = try asked.pull()
    try asked.fake.approve(number, as: "ada")
    let next = try asked.fake.commit(["versions/dev": "3\n"], on: "bump", as: "sluice")
    let pull = try await asked.ask(.get, "pulls/1")
    #expect((pull.json["head"] as? [String: Any])?["sha"] as? String == next)
    #expect(pull.json["commits"] as? Int == 2)
    #expect(try await asked.ask(.get, "pulls/1/reviews").list.first?["commit_id"] as? String != next)
    #expect(try await asked.ask(.delete, "git/refs/heads/bump").status == 204)
    #expect(asked.fake.pull(number)?.isOpen == false)
    #expect(asked.fake.pull(number)?.closedBy == "sluice")
    #expect(try await asked.ask(.delete, "git/refs/heads/bump").status == 422)
    let reopened = try await asked.ask(.patch, "pulls/1", ["state": "open"])
    #expect(reopened.status == 422)
    #expect(reopened.errors.first?["message"] as? String == "state cannot be changed. The bump branch has been deleted.")
  }

  @Test("are not opened again once the branch was force-pushed or made anew, but are when it moved on")
  func reopens() async throws {
    let asked = try Asked()
    try asked.pull()
    try asked.fake.close(1, as: "ada")
    try asked.fake.commit(["versions/dev": "3\n"], on: "bump", as: "sluice")
    #expect(try await asked.ask(.patch, "pulls/1", ["state": "open"]).status == 200)
    try asked.fake.close(1, as: "ada")
    let other = try asked.fake.commit(["versions/dev": "9\n"], on: "other", as: "sluice")
    try asked.fake.force("bump", to: other, as: "sluice")
    let refused = try await asked.ask(.patch, "pulls/1", ["state": "open"])
    #expect(refused.status == 422)
    #expect(
      refused.errors.first?["message"] as? String == "state cannot be changed. The bump branch was force-pushed or recreated.")
    #expect(try asked.fake.openPull("Again", from: "bump", as: "sluice") == 2)
  }

  @Test("say whether they can be merged only some time after they were asked")
  func computes() async throws {
    let asked = try Asked { $0.mergeableAfter = 2 }
    try asked.fake.commit(["versions/dev": "2\n"], on: "bump", as: "sluice")
    let made = try await asked.ask(.post, "pulls", ["title": "Bump", "head": "bump", "base": "main"])
    #expect(made.json["mergeable"] as? Bool == nil)
    func state() async throws -> (Bool?, String?) {
      let reply = try await asked.ask(.get, "pulls/1")
      return (reply.json["mergeable"] as? Bool, reply["mergeable_state"])
    }
    for _ in 0..<2 {
      let (mergeable, word) = try await state()
      #expect(mergeable == nil)
      #expect(word == "unknown")
    }
    #expect(try await state() == (true, "clean"))
    try asked.fake.commit(["versions/dev": "7\n"], on: "main", as: "ada")
    #expect(try await state().0 == nil)
    #expect(try await state().0 == nil)
    #expect(try await state() == (false, "dirty"))
  }

  @Test("are marked as merged when their head comes onto the base by a push, at once or later")
  func indirectly() async throws {
    let asked = try Asked()
    try asked.pull()
    let head = asked.fake.branch("bump") ?? ""
    try asked.fake.force("main", to: head, as: "ada")
    let pull = try await asked.ask(.get, "pulls/1")
    #expect(pull.json["merged"] as? Bool == true)
    #expect(pull["merge_commit_sha"] == head)
    #expect((pull.json["merged_by"] as? [String: Any])?["login"] as? String == "ada")
    asked.fake.change { $0.seesMergesAfter = 2 }
    try asked.pull("second", text: "4\n")
    try asked.fake.force("main", to: asked.fake.branch("second") ?? "", as: "ada")
    #expect(try await asked.ask(.get, "pulls/2")["state"] == "open")
    #expect(try await asked.ask(.get, "pulls/2").json["merged"] as? Bool == true)
  }

  @Test("are in lists only later where those lag")
  func lags() async throws {
    let asked = try Asked { $0.listLag = 2 }
    try asked.fake.commit(["versions/dev": "2\n"], on: "bump", as: "sluice")
    #expect(try await asked.ask(.post, "pulls", ["title": "Bump", "head": "bump", "base": "main"]).status == 201)
    #expect(try await asked.ask(.get, "pulls/1").status == 200)
    #expect(try await asked.ask(.get, "pulls").list.isEmpty)
    #expect(try await asked.ask(.get, "pulls").list.count == 1)
  }

  @Test("carry comments, labels and requested reviewers")
  func carries() async throws {
    let asked = try Asked()
    try asked.pull()
    let comment = try await asked.ask(.post, "issues/1/comments", ["body": "first"])
    #expect(comment.status == 201)
    let id = comment.json["id"] as? Int ?? 0
    #expect(try await asked.ask(.patch, "issues/comments/\(id)", ["body": "second"])["body"] == "second")
    #expect(try await asked.ask(.get, "issues/1/comments").list.first?["body"] as? String == "second")
    let labels = try await asked.ask(.post, "issues/1/labels", ["labels": ["sluice/hold", "bug"]])
    #expect(labels.list.map { $0["name"] as? String } == ["sluice/hold", "bug"])
    #expect(labels.list.first?["color"] as? String == "ededed")
    #expect(try await asked.ask(.delete, "issues/1/labels/sluice%2Fhold").status == 200)
    #expect(try await asked.ask(.delete, "issues/1/labels/sluice%2Fhold").status == 404)
    #expect(asked.fake.pull(1)?.labels == ["bug"])
    let refused = try await asked.ask(.post, "pulls/1/requested_reviewers", ["reviewers": ["ada", "stranger"]])
    #expect(refused.status == 422)
    #expect(refused.message.hasPrefix("Reviews may only be requested from collaborators."))
    #expect(asked.fake.pull(1)?.requestedReviewers == [])
    #expect(try await asked.ask(.post, "pulls/1/requested_reviewers", ["reviewers": ["ada"]]).status == 201)
    #expect(try await asked.ask(.get, "pulls/1/requested_reviewers").json["users"] as? [Any] != nil)
    try asked.fake.approve(1, as: "ada")
    #expect(asked.fake.pull(1)?.requestedReviewers == [])
    try asked.fake.close(1, as: "grace")
    #expect((try await asked.ask(.get, "issues/1").json["closed_by"] as? [String: Any])?["login"] as? String == "grace")
  }
}
