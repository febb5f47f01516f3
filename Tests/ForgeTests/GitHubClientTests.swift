import Foundation
import Git
import HTTP
import Host
import TestSupport
import Testing

@testable import Forge

@Suite struct GitHubClientTests {
  private static let list = "GET /pulls"

  private func said(_ fixture: GitHubFixture) async throws -> String {
    let forge = try fixture.forge()
    return await words { () async throws(ForgeError) in _ = try await forge.open(prefix: "") }
      .replacing("127.0.0.1:\(fixture.server.port)", with: "HOST")
  }

  // MARK: Limits

  @Test(arguments: [
    (403, ["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: \(GitHubFixture.now + 30)"], "API rate limit exceeded", 31),
    (429, ["Retry-After: 7"], "You have exceeded a secondary rate limit", 7),
    (403, ["Retry-After: 60"], "You have exceeded a secondary rate limit", 60),
    (403, [], "You have exceeded a secondary rate limit. Please wait a few minutes", 60),
  ])
  func `a short limit is waited for`(status: Int, headers: [String], message: String, seconds: Int) async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(Self.list, status, GitHubFixture.refusal(message), headers)
    fixture.script.on(Self.list, 200, "[]")
    _ = try await fixture.forge().open(prefix: "")
    #expect(fixture.clock.pauses == [seconds])
    #expect(fixture.asked.count == 2)
  }

  @Test func `a long limit ends the run, says until when, and nothing more is asked in it`() async throws {
    let fixture = try GitHubFixture()
    let until = GitHubFixture.now + 1800
    fixture.script.on(
      Self.list, 403, GitHubFixture.refusal("API rate limit exceeded for installation ID 5."),
      ["X-RateLimit-Remaining: 0", "X-RateLimit-Reset: \(until)"])
    let forge = try fixture.forge()
    for _ in 0..<2 {
      let error = await #expect(throws: ForgeError.self) { try await forge.open(prefix: "") }
      guard case .limited(until + 1, _)? = error else { return #expect(Bool(false), "\(String(describing: error))") }
      #expect(error?.exitCode == 75)
      #expect(error.map { "\($0)" }?.contains("hint: run again at \(RFC3339.text(seconds: until + 1))") == true)
    }
    #expect(fixture.asked.count == 1)
    #expect(fixture.clock.pauses.isEmpty)
  }

  @Test func `a limit that does not end is given up`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(Self.list, 429, GitHubFixture.refusal("slow down"), ["Retry-After: 20"])
    let forge = try fixture.forge()
    let error = await #expect(throws: ForgeError.self) { try await forge.open(prefix: "") }
    guard case .limited? = error else { return #expect(Bool(false), "\(String(describing: error))") }
    #expect(fixture.asked.count == 4)
    #expect(fixture.clock.pauses == [20, 20, 20])
  }

  @Test func `a limit on a write is waited for, and the write made once`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("DELETE /issues/4/labels/x", 403, GitHubFixture.refusal("secondary rate limit"), ["Retry-After: 30"])
    fixture.script.on("DELETE /issues/4/labels/x", 200, "[]")
    #expect(try await fixture.forge().removeLabel(4, "x"))
    #expect(fixture.written.count == 2)
    #expect(fixture.clock.pauses == [30])
  }

  // MARK: The budget of writes

  @Test func `between two writes is a second`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("DELETE /issues/4/labels/x", 200, "[]")
    let forge = try fixture.forge()
    for _ in 0..<3 { _ = try await forge.removeLabel(4, "x") }
    #expect(fixture.clock.pauses == [1, 1])
    fixture.clock.now += 5
    _ = try await forge.removeLabel(4, "x")
    #expect(fixture.clock.pauses == [1, 1])
  }

  @Test func `an hour holds five hundred writes of all runs, and the rest waits for later ones`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("DELETE /issues/4/labels/x", 200, "[]")
    let now = GitHubFixture.now
    let times = (0..<498).map { now - 3500 + $0 }.map(String.init).joined(separator: ",")
    let project = "127.0.0.1:\(fixture.server.port)/octo/fleet"
    try fixture.folder.write("{\"format\": 1, \"project\": \"\(project)\", \"writes\": [\(times)]}", to: "github.json")
    let forge = try fixture.forge()
    for _ in 0..<2 { _ = try await forge.removeLabel(4, "x") }
    let error = await #expect(throws: ForgeError.self) { _ = try await forge.removeLabel(4, "x") }
    guard case .limited(let until, _)? = error else { return #expect(Bool(false), "\(String(describing: error))") }
    #expect(until == now - 3500 + 3600)
    #expect(fixture.written.count == 2)
    // Another run, soon: it waits the few seconds that are left.
    fixture.clock.now = now + 95
    #expect(try await fixture.forge().removeLabel(4, "x"))
    #expect(fixture.clock.pauses.last == 5)
  }

  @Test func `writes of processes side by side are counted together`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("DELETE /issues/4/labels/x", 200, "[]")
    let forges = [try fixture.forge(), try fixture.forge()]
    for forge in forges + forges { _ = try await forge.removeLabel(4, "x") }
    #expect(forges[1].client.memory.contents.writes.count == 4)
  }

  @Test func `a minute holds eighty writes`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("DELETE /issues/4/labels/x", 200, "[]")
    let now = GitHubFixture.now
    let times = (0..<80).map { now - 55 + $0 / 2 }.map(String.init).joined(separator: ",")
    let project = "127.0.0.1:\(fixture.server.port)/octo/fleet"
    try fixture.folder.write("{\"format\": 1, \"project\": \"\(project)\", \"writes\": [\(times)]}", to: "github.json")
    _ = try await fixture.forge().removeLabel(4, "x")
    #expect(fixture.clock.pauses == [5])
  }

  // MARK: What goes wrong

  @Test(
    arguments: [
      (404, "{\"message\": \"Not Found\"}", [], "HOST does not find what it is asked to list pull requests", 65),
      (
        403, "{\"message\": \"Resource not accessible by personal access token\"}",
        ["X-Accepted-GitHub-Permissions: pull_requests=read"],
        "HOST refuses to list pull requests: Resource not accessible by personal access token, hint: give the app or token the permission pull_requests=read",
        77
      ),
      (
        403, "{\"message\": \"Resource protected by organization SAML enforcement.\"}", ["X-GitHub-SSO: required; url=https://x"],
        "hint: authorise the token for the organisation's single sign-on", 77
      ),
      (500, "{\"message\": \"Server Error\"}", [], "HOST fails to list pull requests: Server Error", 69),
      (503, "<html>", ["Content-Type: text/html"], "with a page for people (HTTP status 503)", 69),
      (200, "<html>", ["Content-Type: text/html"], "hint: check the API's address, and whether a proxy stands before it", 69),
      (200, "[{]", [], "what HOST answers to \"list pull requests\" can't be read: 1:3: ", 69),
      (451, "{\"message\": \"Repository access blocked\"}", [], "Repository access blocked", 69),
      (418, "", [], "HTTP status 418", 69),
    ] as [(Int, String, [String], String, Int32)])
  func `an answer that is no list is one sentence`(
    status: Int, body: String, headers: [String], expected: String, code: Int32
  ) async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(Self.list, status, body, headers)
    #expect(try await said(fixture).contains(expected))
    let forge = try fixture.forge()
    let error = await #expect(throws: ForgeError.self) { try await forge.open(prefix: "") }
    #expect(error?.exitCode == code)
  }

  @Test func `a read whose answer is lost is made again`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.lose(Self.list)
    fixture.script.on(Self.list, 502, "")
    fixture.script.on(Self.list, 200, "[]")
    #expect(try await fixture.forge().open(prefix: "").isEmpty)
    #expect(fixture.asked.count == 3)
  }

  @Test func `a repository that moved is followed when it is read`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on(Self.list, 301, "{}", ["Location: http://127.0.0.1:\(fixture.server.port)/api/v3/repositories/7/pulls"])
    fixture.script.on("GET /repositories/7/pulls", 200, "[]")
    #expect(try await fixture.forge().open(prefix: "").isEmpty)
    #expect(fixture.server.requests.last?.headers["authorization"] == "Bearer ghp_first")
  }

  @Test func `requests are made one at a time`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls/4", 200, GitHubFixture.pull(4))
    fixture.script.on("GET /pulls/4/reviews", 200, "[]")
    let forge = try fixture.forge()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 { group.addTask { _ = try await forge.request(4) } }
      try await group.waitForAll()
    }
    #expect(fixture.server.mostUnderWay == 1)
  }

  @Test func `no secret is in an error, or in any file`() async throws {
    let fixture = try GitHubFixture()
    let secret = "ghp_first"
    fixture.script.on(
      Self.list, 422, GitHubFixture.refusal("you sent \(secret)", "[{\"field\": \"\(secret)\", \"code\": \"x\"}, \"\(secret)\"]"))
    #expect(try await !said(fixture).contains(secret))
    fixture.script.forget(Self.list)
    fixture.script.on(Self.list, 200, GitHubFixture.list([GitHubFixture.pull(4)]))
    fixture.script.on("GET /pulls/4/reviews", 200, "[]")
    fixture.script.on("POST /pulls", 201, GitHubFixture.pull(4))
    let forge = try fixture.forge()
    _ = try await forge.open(prefix: "")
    _ = try await forge.create(Proposal(title: "t", body: "b", base: "main", branch: "sluice/x"))
    let files = try FileManager.default.subpathsOfDirectory(atPath: fixture.folder.path)
    #expect(files.contains("github.json"))
    #expect(files.contains { $0.hasPrefix("http/") })
    for file in files where !file.hasSuffix("http") {
      #expect(try !fixture.folder.text(file).contains(secret))
    }
  }
}
