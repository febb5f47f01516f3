import FakeGitHub
import Foundation
import HTTP
import TestSupport
import Testing

@Suite("git through the fake GitHub")
struct GitTests {
  @Test("clones, pushes and fetches, and requests follow what was pushed")
  func works() async throws {
    let asked = try Asked()
    try #require(try asked.git(["clone", "-q", asked.fake.url, "work"]).status == 0)
    try Command.check(["git", "switch", "-q", "-c", "bump"], in: asked.folder.path + "/work")
    try asked.folder.write("2\n", to: "work/versions/dev")
    try Command.check(["git", "commit", "-qam", "Bump"], in: asked.folder.path + "/work")
    #expect(try asked.git(["push", "-q", "origin", "bump"], in: "work").status == 0)
    try asked.fake.openPull("Bump", from: "bump", as: "ada")
    try Command.check(["git", "commit", "-q", "--amend", "-m", "Bump again"], in: asked.folder.path + "/work")
    let pushed = try asked.git(["push", "-q", "--force-with-lease", "origin", "bump"], in: "work")
    #expect(pushed.status == 0, "\(pushed.errors)")
    let head = try Command.check(["git", "rev-parse", "HEAD"], in: asked.folder.path + "/work").trimmingCharacters(in: .newlines)
    #expect(asked.fake.pull(1)?.head == head)
    let refs = try asked.git(["ls-remote", asked.fake.url, "refs/pull/*"])
    #expect(refs.output == "\(head)\trefs/pull/1/head\n")
    // Merged by a push, and the branch deleted in the same.
    #expect(try asked.git(["push", "-q", "--atomic", "origin", "bump:main", ":bump"], in: "work").status == 0)
    #expect(asked.fake.pull(1)?.isMerged == true)
    #expect(asked.fake.requests.contains { $0.channel == .git && $0.isWrite && $0.user == "ada" && $0.status == 200 })
  }

  @Test("is for those who may")
  func refuses() async throws {
    let asked = try Asked()
    func said(_ arguments: [String], as login: String) throws -> String { try asked.git(arguments, as: login).errors }
    #expect(try asked.git(["ls-remote", asked.fake.url], as: "wrong").status != 0)
    #expect(asked.fake.requests.map(\.status) == [401])
    #expect(try said(["ls-remote", asked.fake.url], as: "stranger").contains("Repository not found."))
    #expect(try said(["ls-remote", asked.fake.origin + "/example/other.git"], as: "ada").contains("Repository not found."))
    #expect(try asked.git(["clone", "-q", asked.fake.url, "work"], as: "reader").status == 0)
    let push = try asked.git(["push", "origin", "HEAD:refs/heads/x"], as: "reader", in: "work")
    #expect(push.errors.contains("Permission to example/fleet.git denied to reader."))
    let hidden = try asked.git(["push", "origin", "HEAD:refs/pull/9/head"], in: "work")
    #expect(hidden.errors.contains("deny updating a hidden ref"))
  }

  @Test("takes packs in pieces, from those who ask first whether it does", arguments: ["1", "524288000"])
  func large(_ buffer: String) throws {
    let asked = try Asked()
    try #require(try asked.git(["clone", "-q", asked.fake.url, "work"]).status == 0)
    let work = asked.folder.path + "/work"
    var seeded = Seeded(1)
    try asked.folder.write((0..<3_000_000).map { _ in UInt8.random(in: 0...255, using: &seeded) }, to: "work/large")
    try Command.check(["git", "add", "."], in: work)
    try Command.check(["git", "commit", "-qm", "Large"], in: work)
    let options = ["-c", "http.postBuffer=" + buffer, "-c", "http.extraHeader=Expect: 100-continue"]
    let done = try asked.git(options + ["push", "-q", "origin", "HEAD:refs/heads/large"], in: "work")
    #expect(done.status == 0, "\(done.errors)")
    #expect(try asked.git(["clone", "-q", "-b", "large", asked.fake.url, "again"]).status == 0)
    #expect(try asked.folder.read("again/large") == asked.folder.read("work/large"))
    #expect(asked.fake.requests.contains { $0.headers["transfer-encoding"] == "chunked" } == (buffer == "1"))
  }

  enum Rule: CaseIterable, Sendable { case pushers, checks, review, ruleset, linear, signed, force, delete }

  @Test("says what protects a branch", arguments: Rule.allCases)
  func protects(_ rule: Rule) throws {
    let asked = try Asked()
    try #require(try asked.git(["clone", "-q", asked.fake.url, "work"]).status == 0)
    let work = asked.folder.path + "/work"
    try Command.check(["git", "commit", "-q", "--allow-empty", "-m", "Direct"], in: work)
    try asked.fake.force("stable", to: asked.fake.branch("main") ?? "", as: "root")
    var branch = "main"
    var reference = "HEAD:main"
    let protection: Protection
    var reason: String
    switch rule {
    case .pushers: (protection, reason) = (Protection { $0.pushers = ["root"] }, "You're not authorized to push to this branch.")
    case .checks: (protection, reason) = (Protection(checks: [.init("ci")]), "Required status check \"ci\" is expected.")
    case .review: (protection, reason) = (Protection(approvals: 2), "At least 2 approving reviews are required")
    case .ruleset:
      (protection, reason) = (Protection(.ruleset, approvals: 1), "- Changes must be made through a pull request.")
    case .linear:
      (protection, reason) = (Protection { $0.isLinear = true }, "This branch must not contain merge commits.")
      try Command.check(["git", "switch", "-q", "-c", "side", "HEAD~"], in: work)
      try Command.check(["git", "commit", "-q", "--allow-empty", "-m", "Side"], in: work)
      try Command.check(["git", "switch", "-q", "main"], in: work)
      try Command.check(["git", "merge", "-q", "--no-ff", "side"], in: work)
    case .signed: (protection, reason) = (Protection { $0.needsSignatures = true }, "Commits must have verified signatures.")
    case .force:
      (protection, reason) = (Protection(), "Cannot force-push to this protected branch")
      try Command.check(["git", "commit", "-q", "--amend", "--allow-empty", "-m", "Other"], in: work)
      try asked.fake.commit(["x": "y"], on: "main", as: "root")
      reference = "+HEAD:main"
    case .delete:
      (protection, reason, reference) = (Protection(), "Cannot delete this protected branch", ":stable")
      branch = "stable"
    }
    asked.fake.protect(branch, protection)
    let before = asked.fake.branch(branch)
    let words =
      rule == .ruleset
      ? "GH013: Repository rule violations found for refs/heads/main."
      : "GH006: Protected branch update failed for refs/heads/\(branch)."
    let done = try asked.git(["push", "origin", reference], in: "work")
    #expect(done.status != 0)
    #expect(done.errors.contains("remote: error: \(words)") || done.errors.contains("remote: \(words)"), "\(done.errors)")
    #expect(done.errors.contains(reason), "\(done.errors)")
    #expect(asked.fake.branch(branch) == before)
    // Who is not bound may.
    if rule == .pushers {
      asked.fake.protect(
        "main",
        Protection {
          $0.pushers = ["root"]
          $0.bypassers = ["ada"]
        })
      #expect(try asked.git(["push", "origin", reference], in: "work").status == 0)
    }
  }

  @Test("goes over TLS, to whom the client believes", arguments: FakeCertificate.allCases)
  func secures(_ certificate: FakeCertificate) async throws {
    let asked = try Asked(tls: certificate)
    let file = try asked.folder.write(FakeGitHubAuthority.ca, to: "ca.pem")
    let done = try asked.git(["-c", "http.sslCAInfo=" + file, "ls-remote", asked.fake.url, "refs/heads/main"])
    #expect((done.status == 0) == (certificate == .good), "\(done.errors)")
    if certificate == .good {
      #expect(done.output.contains("refs/heads/main"))
      #expect(try await asked.ask(.get, "").json["full_name"] as? String == "example/fleet")
    }
  }
}
