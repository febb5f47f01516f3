import FakeGitHub
import Foundation
import HTTP
import TestSupport
import Testing

@Suite("Limits, statuses and faults of the fake GitHub")
struct LimitTests {
  private func remaining(_ reply: Asked.Reply) -> Int { Int(reply.headers["X-RateLimit-Remaining"] ?? "") ?? -1 }

  @Test("what has not changed is not sent again, and costs nothing")
  func conditional() async throws {
    let asked = try Asked()
    try asked.pull()
    let first = try await asked.ask(.get, "pulls/1")
    let tag = try #require(first.headers["ETag"])
    #expect(tag.hasPrefix("W/\""))
    let same = try await asked.ask(.get, "pulls/1", headers: [("If-None-Match", tag)])
    #expect(same.status == 304)
    #expect(same.body.isEmpty)
    #expect(remaining(same) == remaining(first))
    try asked.fake.comment(1, as: "ada", body: "x")
    asked.clock.advance(1)
    let changed = try await asked.ask(.get, "pulls/1", headers: [("If-None-Match", tag)])
    #expect(changed.status == 200)
    #expect(remaining(changed) == remaining(first) - 1)
    #expect(asked.fake.requests.map(\.isConditional) == [false, true, true])
    #expect(asked.fake.requests.map(\.status) == [200, 304, 200])
    #expect(asked.fake.requests[0].bytes > first.body.count)
  }

  @Test("who has asked too much is told until when, and asks again then")
  func primary() async throws {
    let asked = try Asked()
    asked.fake.limit { $0.requests = 2 }
    _ = try await asked.ask(.get, "")
    let last = try await asked.ask(.get, "")
    #expect(remaining(last) == 0)
    let over = try await asked.ask(.get, "")
    #expect(over.status == 403)
    #expect(over.message.hasPrefix("API rate limit exceeded for user ID"))
    #expect(remaining(over) == 0)
    let reset = Int(over.headers["X-RateLimit-Reset"] ?? "") ?? 0
    #expect(reset == asked.clock.now + 3_600)
    #expect(try await asked.ask(.get, "/rate_limit").status == 200)
    #expect(try await asked.ask(.get, "", as: "ada").status == 200)
    asked.clock.advance(3_600)
    #expect(try await asked.ask(.get, "").status == 200)
  }

  @Test("who writes too fast is stopped, by the minute and by the hour", arguments: [403, 429])
  func secondary(_ status: Int) async throws {
    let asked = try Asked()
    try asked.pull()
    asked.fake.limit {
      $0.contentPerMinute = 2
      $0.contentPerHour = 3
      $0.secondaryStatus = status
    }
    func comment() async throws -> Asked.Reply { try await asked.ask(.post, "issues/1/comments", ["body": "x"]) }
    #expect(try await [comment().status, comment().status] == [201, 201])
    let over = try await comment()
    #expect(over.status == status)
    #expect(over.message.contains("secondary rate limit"))
    #expect(over.headers["Retry-After"] == "60")
    asked.clock.advance(60)
    #expect(try await comment().status == 201)
    #expect(try await comment().status == status)
    asked.clock.advance(3_600)
    #expect(try await comment().status == 201)
    #expect(asked.fake.pull(1)?.comments.count == 4)
  }

  @Test("a commit's statuses: the newest of each context counts")
  func statuses() async throws {
    let asked = try Asked()
    try asked.pull()
    let head = asked.fake.branch("bump") ?? ""
    func set(_ context: String, _ state: String) async throws -> Int {
      try await asked.ask(.post, "statuses/\(head)", ["state": state, "context": context]).status
    }
    #expect(try await asked.ask(.get, "commits/bump/status")["state"] == "pending")
    #expect(try await [set("a", "pending"), set("A", "success"), set("b", "failure")] == [201, 201, 201])
    let combined = try await asked.ask(.get, "commits/bump/status")
    #expect(combined["state"] == "failure")
    #expect((combined.json["statuses"] as? [[String: Any]])?.compactMap { $0["context"] as? String } == ["b", "A"])
    #expect(try await asked.ask(.get, "commits/\(head)/statuses").list.count == 3)
    for (body, words) in [
      (
        ["state": "success", "description": String(repeating: "x", count: 141)],
        "description is too long (maximum is 140 characters)"
      ),
      (["state": "great"], "Validation Failed"),
    ] {
      let refused = try await asked.ask(.post, "statuses/\(head)", body)
      #expect(refused.status == 422)
      #expect(refused.text.contains(words))
    }
    let unknown = try await asked.ask(.post, "statuses/\(String(repeating: "1", count: 40))", ["state": "success"])
    #expect(unknown.message == "No commit found for SHA: \(String(repeating: "1", count: 40))")
    for _ in 0..<1_000 { asked.fake.setStatus("many", "pending", on: head, as: "ada") }
    #expect(try await set("many", "success") == 422)
    asked.fake.setCheckRun("build", nil, on: head)
    asked.fake.setCheckRun("build", "success", on: head)
    let runs = try await asked.ask(.get, "commits/\(head)/check-runs?filter=latest").json["check_runs"] as? [[String: Any]]
    #expect(runs?.compactMap { $0["conclusion"] as? String } == ["success"])
  }

  // MARK: Faults

  enum Wrong: CaseIterable, Sendable {
    case cut, reset, lost, status, secondary, html

    var kind: FakeFault.Kind {
      switch self {
      case .cut: .cut(100)
      case .reset: .reset
      case .lost: .loseAnswer
      case .status: .status(503, ["Retry-After": "1"])
      case .secondary: .secondaryLimit()
      case .html: .html
      }
    }

    var isDone: Bool { self == .cut || self == .lost }
  }

  @Test("a fault hits one request of the API: the next is answered", arguments: Wrong.allCases)
  func faults(_ wrong: Wrong) async throws {
    let asked = try Asked()
    try asked.pull()
    asked.fake.fail(FakeFault(wrong.kind) { $0.isWrite && $0.channel == .rest })
    #expect(try await asked.ask(.get, "pulls/1").status == 200)
    let reply = try? await asked.ask(.post, "issues/1/comments", ["body": "x"])
    switch wrong {
    case .cut, .reset, .lost: #expect(reply == nil)
    case .status: #expect(reply?.status == 503 && reply?.headers["Retry-After"] == "1")
    case .secondary: #expect(reply?.status == 403 && reply?.message.contains("secondary rate limit") == true)
    case .html: #expect(reply?.status == 200 && reply?.headers["Content-Type"]?.hasPrefix("text/html") == true)
    }
    #expect(asked.fake.pull(1)?.comments.count == (wrong.isDone ? 1 : 0))
    #expect(try await asked.ask(.post, "issues/1/comments", ["body": "y"]).status == 201)
    #expect(asked.fake.requests.map(\.fault) == [nil, wrong.kind, nil])
  }

  @Test("a fault hits a push: what was done is there", arguments: Wrong.allCases)
  func pushFaults(_ wrong: Wrong) throws {
    let asked = try Asked()
    try #require(try asked.git(["clone", "-q", asked.fake.url, "work"]).status == 0)
    try Command.check(["git", "commit", "-q", "--allow-empty", "-m", "Empty"], in: asked.folder.path + "/work")
    // More than once: curl itself asks again where a connection that was used before is reset.
    asked.fake.fail(FakeFault(wrong.kind, times: .max) { $0.isWrite && $0.channel == .git })
    #expect(try asked.git(["push", "-q", "origin", "HEAD:refs/heads/x"], in: "work").status != 0)
    #expect((asked.fake.branch("x") != nil) == wrong.isDone)
    asked.fake.heal()
    #expect(try asked.git(["push", "-q", "origin", "HEAD:refs/heads/x"], in: "work").status == 0)
  }

  @Test("finds what it is asked for among a hundred thousand references")
  func scales() async throws {
    let asked = try Asked()
    try asked.fake.addReferences(100_000, prefix: "refs/heads/many/")
    try asked.pull()
    for name in ["many/1", "many/100000", "many/50000", "many/99999", "bump", "main"] { #expect(asked.fake.branch(name) != nil) }
    for name in ["many/0", "many/100001", "many/", "a", "z"] { #expect(asked.fake.branch(name) == nil) }
    #expect(try await asked.ask(.get, "git/matching-refs/heads/many/4999").list.count == 11)
    #expect(try await asked.ask(.get, "git/ref/heads/many/23456").status == 200)
    let remote = try asked.git(["ls-remote", asked.fake.url, "refs/heads/bump"])
    #expect(remote.output.hasPrefix(asked.fake.branch("bump") ?? "-"))
  }

  @Test("ends a connection with a head without end")
  func bounded() async throws {
    let asked = try Asked()
    let url = asked.fake.api + "/" + String(repeating: "x", count: 100_000)
    let done = try Command.run(["curl", "-q", "-sS", "--noproxy", "*", "--max-time", "60", url])
    #expect(done.status != 0)
    #expect(try await asked.ask(.get, "").status == 200)
  }

  @Test("opens many requests at once, for those who need them only to be there")
  func many() async throws {
    let asked = try Asked()
    try asked.fake.openMany(1_000, prefix: "other/", as: "ada")
    let page = try await asked.ask(.get, "pulls?per_page=100&page=10")
    #expect(page.list.count == 100)
    #expect(page.list.last?["number"] as? Int == 1)
    #expect(try await asked.ask(.get, "pulls/500").json["mergeable"] as? Bool == true)
    #expect(try asked.git(["ls-remote", asked.fake.url, "refs/heads/other/*"]).output.split(separator: "\n").count == 1_000)
  }
}
