import FakeGitHub
import Foundation
import Git
import HTTP
import Host
import TestSupport
import Testing

@testable import Forge

/// A fake GitHub with a real repository, some people, and forges of ours that ask it.
struct GitHubStory {
  static let branch = "sluice/fleet/promote/dev/kubernetes"
  static let proposal = Proposal(title: "Promote", body: "Why\n", base: "main", branch: branch)

  let folder: TemporaryFolder
  let fake: FakeGitHub
  let clock = TestClock(now: GitHubFixture.now)
  let token: String

  init(_ change: (inout FakeGitHub.Behaviour) -> Void = { _ in }) throws {
    folder = try TemporaryFolder()
    fake = try FakeGitHub(folder: folder.path + "/git", repository: "octo/fleet", clock: { [clock] in clock.now })
    fake.change { $0.mergeableAfter = 0 }
    fake.change(change)
    for (login, permission) in [("ada", Permission.write), ("bob", .maintain), ("reader", .read)] { fake.add(login, permission) }
    token = fake.add("sluice-bot", .write)
    try fake.commit(["defaults.yaml": "version: 1\n"], on: "main", as: "ada")
    try fake.commit(["defaults.yaml": "version: 2\n"], on: Self.branch, as: "sluice-bot")
  }

  func forge(_ credentials: GitHubCredentials = .token(SecretReference(.environment("TOKEN")))) throws -> GitHubForge {
    var settings = HTTPClient.Settings()
    settings.cache = HTTPCache(folder: folder.path + "/http")
    settings.time = HTTPTime(sleep: { _ in })
    return GitHubForge(
      try GitHubSettings(
        repository: fake.url, credentials: credentials, environment: ["TOKEN": token], memoryPath: folder.path + "/github.json"),
      http: HTTPClient(settings), clock: { [clock] in clock.now }, pause: { [clock] in clock.pause($0) })
  }

  func head(_ branch: String = branch) throws -> ObjectID { try #require(fake.branch(branch).flatMap { ObjectID(hex: $0) }) }

  func order(_ number: Int, _ style: MergeOrder.Style = .merge) throws -> MergeOrder {
    MergeOrder(number: number, head: try head(), style: style, title: "Promote (#\(number))", message: "Sluice-Policy: fleet")
  }
}

@Suite struct GitHubStoryTests {
  @Test(arguments: MergeOrder.Style.allCases)
  func `a promotion is opened, gated, approved and merged, and is gone from both lists`(style: MergeOrder.Style) async throws {
    let story = try GitHubStory()
    let forge = try story.forge()
    var proposal = GitHubStory.proposal
    proposal.labels = ["promotion"]
    proposal.reviewers = ["ada"]
    let number = try await forge.create(proposal).number
    let status = CommitStatus(context: "sluice/yaml", state: .success, description: "well-formed")
    #expect(try await forge.set(status, on: story.head()))
    #expect(try await forge.comment(number, key: "k", text: "Said."))
    try story.fake.approve(number, as: "ada")
    story.fake.setCheckRun("ci", "success", on: try story.head().hex)

    await forge.refresh()
    let request = try #require(try await forge.open(prefix: "sluice/fleet/").first)
    #expect(request.labels == ["promotion"])
    #expect(request.body == "Why\n")
    #expect(request.approvals(atHead: request.head, excluding: []) == ["ada"])
    #expect(try await forge.approvers(of: request) == ["ada"])
    #expect(try await forge.statuses(of: request.head).map(\.context) == ["sluice/yaml"])
    #expect(try await forge.checks(of: request.head).map(\.by) == ["github-actions", "sluice-bot"])
    #expect(try await !forge.set(status, on: request.head))
    #expect(story.fake.pull(number)?.requestedReviewers.isEmpty == true)

    let answer = try await forge.merge(story.order(number, style))
    let landed = try #require(story.fake.branch("main").flatMap { ObjectID(hex: $0) })
    #expect(answer == .merged(landed))
    #expect(try story.fake.text("defaults.yaml") == "version: 2\n")
    // Asked again, as by a run that died before it noted it.
    #expect(try await forge.merge(story.order(number, style)) == .merged(landed))
    await forge.refresh()
    #expect(try await forge.open(prefix: "sluice/").isEmpty)
    #expect(try await forge.closed(branches: [GitHubStory.branch]).isEmpty)
    #expect(try await forge.request(number).mergedCommit == landed)
  }

  /// Each answer in turn is lost, refused, or a page: whatever happens, a run that is repeated comes to the same end.
  @Test(arguments: [
    FakeFault.Kind.loseAnswer, .reset, .status(502), .html, .secondaryLimit(retryAfter: 5),
  ])
  func `whatever happens to one answer, there is one request, one comment, one landing`(kind: FakeFault.Kind) async throws {
    for skip in 0... {
      let story = try GitHubStory()
      story.fake.fail(FakeFault(kind, skip: skip) { $0.channel == .rest })
      var isDone = false
      for _ in 0..<4 where !isDone {
        do throws(ForgeError) {
          let forge = try await run(story)
          isDone = true
          _ = forge
        } catch {
          switch error {
          case .unavailable, .limited, .http: break
          default: Issue.record("\(error) after \(skip)")
          }
          story.clock.now += 700
        }
      }
      #expect(isDone)
      #expect(story.fake.allPulls.count == 1)
      #expect(story.fake.pull(1)?.title == "Promote 2")
      #expect(story.fake.pull(1)?.comments.count == 1)
      #expect(story.fake.pull(1)?.isMerged == true)
      #expect(story.fake.statuses(of: try story.head().hex).count == 1)
      // The fault was met by no request: each has had its turn.
      if !story.fake.requests.contains(where: { $0.fault != nil }) { break }
    }
  }

  /// One run from the opening to the landing.
  private func run(_ story: GitHubStory) async throws(ForgeError) -> GitHubForge {
    let forge: GitHubForge
    let order: MergeOrder
    do {
      forge = try story.forge()
      order = try story.order(1)
    } catch { throw .unexpected("\(error)") }
    var request: PullRequest
    if let there = try await forge.open(prefix: "sluice/").first {
      request = there
    } else if story.fake.pull(1)?.isMerged ?? false {
      return forge
    } else {
      request = try await forge.create(GitHubStory.proposal)
    }
    try await forge.update(request.number, title: "Promote 2", body: "Because")
    try await forge.set(CommitStatus(context: "sluice/yaml", state: .success, description: "d"), on: request.head)
    try await forge.comment(request.number, key: "k", text: "Said.")
    guard case .merged = try await forge.merge(order) else { throw .unavailable(words: "not merged", hint: nil) }
    return forge
  }

  @Test(arguments: [0, 3, 20])
  func `what Sluice opened and closed is so at once, however far lists are behind`(lag: Int) async throws {
    let story = try GitHubStory { $0.listLag = lag }
    let forge = try story.forge()
    #expect(try await forge.open(prefix: "sluice/").isEmpty)
    let number = try await forge.create(GitHubStory.proposal).number
    for each in [forge, try story.forge()] {
      await each.refresh()
      #expect(try await each.open(prefix: "sluice/").map(\.number) == [number])
    }
    // Another run that does not know asks for the same: one request.
    try FileManager.default.removeItem(atPath: story.folder.path + "/github.json")
    story.fake.change { $0.listLag = min(lag, 3) }
    #expect(try await story.forge().create(GitHubStory.proposal).number == number)
    #expect(try await forge.update(number, title: "New", body: "Why"))
    await forge.refresh()
    #expect(try await forge.open(prefix: "sluice/").map(\.title) == ["New"])
    try await forge.close(number, mark: "superseded --> by 1.31.5")
    await forge.refresh()
    #expect(try await forge.open(prefix: "sluice/").isEmpty)
    #expect(try await forge.closed(branches: [GitHubStory.branch]).map(\.mark) == ["superseded --> by 1.31.5"])
    #expect(story.fake.allPulls.count == 1)
  }

  @Test func `a person's closing is told with who and when, and reopening takes it back`() async throws {
    let story = try GitHubStory()
    let number = try await story.forge().create(GitHubStory.proposal).number
    story.clock.now += 5
    try story.fake.close(number, as: "bob")
    let closed = try await story.forge().closed(branches: [GitHubStory.branch])
    #expect(closed.map(\.closedBy) == ["bob"])
    #expect(closed.map(\.closedAt) == [story.clock.now])
    #expect(closed.map(\.isMarked) == [false])
    #expect(try await story.forge().closed(branches: [GitHubStory.branch]) == closed)
    story.clock.now += 5
    try story.fake.reopen(number, as: "bob")
    #expect(try await story.forge().closed(branches: [GitHubStory.branch]).isEmpty)
    story.clock.now += 5
    try story.fake.close(number, as: "ada")
    #expect(try await story.forge().closed(branches: [GitHubStory.branch]).map(\.closedBy) == ["ada"])
  }

  @Test(arguments: 0..<4)
  func `a close that dies at any step is the bot's or did not happen`(skip: Int) async throws {
    let story = try GitHubStory()
    let number = try await story.forge().create(GitHubStory.proposal).number
    story.fake.fail(FakeFault(.status(503), times: .max, skip: skip))
    _ = try? await story.forge().close(number, mark: "moot")
    story.fake.heal()
    let closed = try await story.forge().closed(branches: [GitHubStory.branch])
    #expect(closed.allSatisfy { $0.mark == "moot" && $0.closedBy == "sluice-bot" })
    try await story.forge().close(number, mark: "moot")
    #expect(try await story.forge().closed(branches: [GitHubStory.branch]).map(\.mark) == ["moot"])
  }

  // MARK: Merging

  @Test func `protection is waited for, and then the request lands`() async throws {
    let story = try GitHubStory { $0.mergeableAfter = 2 }
    story.fake.protect("main", Protection(.ruleset, approvals: 1, checks: [.init("ci")]))
    let forge = try story.forge()
    let number = try await forge.create(GitHubStory.proposal).number
    guard case .notYet(let words) = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    #expect(words.contains("approving review"))
    try story.fake.approve(number, as: "ada")
    guard case .notYet(let more) = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    #expect(more.contains("\"ci\""))
    story.fake.setStatus("ci", "success", on: try story.head().hex, as: "ada")
    guard case .merged = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
  }

  @Test func `a race that is lost is told, and nothing lands`() async throws {
    let story = try GitHubStory()
    let forge = try story.forge()
    let number = try await forge.create(GitHubStory.proposal).number
    let order = try story.order(number)
    try story.fake.commit(["defaults.yaml": "version: 3\n"], on: GitHubStory.branch, as: "ada")
    guard case .lostRace = try await forge.merge(order) else { return #expect(Bool(false)) }
    story.fake.change { $0.basesMoved = 1 }
    guard case .lostRace = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    guard case .merged = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
  }

  @Test func `conflicts, drafts, closed ones, and what the repository does not allow are told apart`() async throws {
    let story = try GitHubStory()
    let forge = try story.forge()
    let number = try await forge.create(GitHubStory.proposal).number
    try story.fake.edit(number, isDraft: true, as: "ada")
    guard case .notYet = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    try story.fake.edit(number, isDraft: false, as: "ada")
    story.fake.allow { $0.merge = false }
    guard case .unsupported = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    #expect(try await forge.rules(base: "main").styles == [.squash, .rebase])
    story.fake.allow { $0.merge = true }
    story.fake.protect("main", Protection { $0.hasMergeQueue = true })
    guard case .unsupported = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    story.fake.protect("main", Protection { $0.pushers = ["ada"] })
    guard case .notPermitted = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    story.fake.protect("main", Protection { $0.isLinear = true })
    guard case .unsupported = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    story.fake.protect("main", nil)
    try story.fake.commit(["defaults.yaml": "version: 9\n"], on: "main", as: "ada")
    guard case .conflict = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    try story.fake.close(number, as: "ada")
    guard case .gone = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    guard case .gone = try await forge.merge(story.order(77)) else { return #expect(Bool(false)) }
    #expect(try story.fake.text("defaults.yaml") == "version: 9\n")
  }

  @Test func `who writes to the branch approves it no more, who updates it from the base does`() async throws {
    let story = try GitHubStory()
    let forge = try story.forge()
    let number = try await forge.create(GitHubStory.proposal).number
    try story.fake.commit(["other": "x"], on: "main", as: "ada")
    try story.fake.updateBranch(number, as: "ada")
    try story.fake.commit(["more": "x"], on: GitHubStory.branch, as: "bob")
    for login in ["ada", "bob", "reader"] { try story.fake.approve(number, as: login) }
    let request = try await forge.request(number)
    #expect(try await forge.approvers(of: request) == ["ada"])
    try story.fake.requestChanges(number, as: "ada")
    #expect(try await forge.approvers(of: request).isEmpty)
    #expect(try await forge.request(number).objections == ["ada"])
  }

  // MARK: Who and how often

  @Test func `an app does all of it, and renews its token within`() async throws {
    let story = try GitHubStory()
    let path = story.folder.path + "/key.pem"
    try Command.check(["openssl", "genrsa", "-out", path, "2048"])
    story.fake.install(app: "sluice", publicKey: try Command.check(["openssl", "rsa", "-in", path, "-pubout"]))
    let forge = try story.forge(.app(id: "4242", installation: nil, key: SecretReference(.file(path))))
    #expect(try await forge.open(prefix: "").isEmpty)
    #expect(forge.account == "sluice[bot]")
    let number = try await forge.create(GitHubStory.proposal).number
    story.clock.now += 4000
    #expect(try await forge.update(number, title: "New", body: "Why"))
    story.fake.revokeAllTokens()
    guard case .merged = try await forge.merge(story.order(number)) else { return #expect(Bool(false)) }
    #expect(story.fake.requests.count { $0.path.hasSuffix("access_tokens") } == 3)
    story.fake.suspendApp()
    story.fake.revokeAllTokens()
    await forge.refresh()
    let said = await words { () async throws(ForgeError) in _ = try await forge.open(prefix: "") }
    #expect(said.contains("This installation has been suspended"))
  }

  @Test func `quiet runs use up nothing of the hour's limit`() async throws {
    let story = try GitHubStory()
    let forge = try story.forge()
    _ = try await forge.create(GitHubStory.proposal)
    func look() async throws {
      let forge = try story.forge()
      for request in try await forge.open(prefix: "sluice/") { _ = try await forge.statuses(of: request.head) }
      _ = try await forge.closed(branches: [GitHubStory.branch])
    }
    story.clock.now += 700
    try await look()
    story.fake.forgetRequests()
    story.fake.exhaust("reader")
    try await look()
    let asked = story.fake.requests
    #expect(asked.map(\.status) == [304, 304, 304, 304])
  }

  @Test func `a large wave spreads over runs, within what GitHub takes in a minute and an hour`() async throws {
    let story = try GitHubStory()
    let number = try await story.forge().create(GitHubStory.proposal).number
    // Other runs of this hour wrote as well.
    var writes = (0..<440).map { story.clock.now - 3000 + 5 * $0 }
    let times = writes.map(String.init).joined(separator: ",")
    let project = "127.0.0.1:\(story.fake.port)/octo/fleet"
    try story.folder.write("{\"format\": 1, \"project\": \"\(project)\", \"writes\": [\(times)]}", to: "github.json")
    var runs = 0
    while writes.count < 540, runs < 100 {
      runs += 1
      let forge = try story.forge()
      do throws(ForgeError) {
        while writes.count < 540 {
          try await forge.removeLabel(number, "x")
          writes.append(story.clock.now)
        }
      } catch {
        guard case .limited(let until?, _) = error else { return #expect(Bool(false), "\(error)") }
        story.clock.now = until
      }
    }
    #expect(writes.count == 540)
    #expect(runs > 1)
    for (place, time) in writes.enumerated() {
      #expect(writes[...place].count { $0 > time - 3600 } <= 500)
      #expect(writes[...place].count { $0 > time - 60 } <= 80)
    }
  }

  @Test func `a used-up hour ends the run with when it goes on`() async throws {
    let story = try GitHubStory()
    story.fake.exhaust("sluice-bot")
    let forge = try story.forge()
    let error = await #expect(throws: ForgeError.self) { try await forge.open(prefix: "") }
    guard case .limited(let until?, _)? = error else { return #expect(Bool(false), "\(String(describing: error))") }
    story.clock.now = until
    #expect(try await forge.open(prefix: "").isEmpty)
  }

  @Test func `a repository with another name is followed, and refused where the branch's owner matters`() async throws {
    let story = try GitHubStory()
    let number = try await story.forge().create(GitHubStory.proposal).number
    try story.fake.rename(to: "ships")
    let settings = try GitHubSettings(
      repository: "http://127.0.0.1:\(story.fake.port)/octo/fleet.git",
      credentials: .token(SecretReference(.environment("TOKEN"))),
      environment: ["TOKEN": story.token])
    let forge = GitHubForge(
      settings, http: HTTPClient(), clock: { story.clock.now }, pause: { story.clock.pause($0) })
    #expect(try await forge.open(prefix: "sluice/").map(\.number) == [number])
    #expect(try await forge.update(number, title: "New", body: "Why"))
    let said = await words { () async throws(ForgeError) in _ = try await forge.closed(branches: [GitHubStory.branch]) }
    #expect(said.hasPrefix("octo/fleet has moved at "))
  }
}
