import FakeGitHub
import Foundation
import TestSupport
import Testing

@Suite("People on GitHub: what they press counts as DECISIONS says")
struct PeopleTests {
  @Test(arguments: ["merge", "squash", "rebase"])
  func `an approved promotion lands in the way that the policy names, and the landed tree is the one that was tested`(
    _ style: String
  ) throws {
    let (world, hub, number) = try HubWorld.withProdRequest("merge: {approvals: 1, style: \(style)}")
    let head = try #require(hub.pull(number)?.head)
    try hub.approve(number, as: "dana")
    let output = try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
    #expect(hub.pull(number)?.isMerged == true)
    #expect(output.contains("merged #\(number)"), "\(output)")
    #expect(try world.tip(world.branch("prod")) == nil, "its branch is gone")
    let parents = try world.git("rev-list", "--parents", "-1", "main").split(separator: " ").count - 1
    #expect(parents == (style == "merge" ? 2 : 1))
    // The trailers are in the base whichever way it landed: the next run knows what was promoted.
    #expect(try world.git("log", "-1", "--format=%B", "main").contains("Sluice-To: app=1.1.0"))
    let merged = hub.requests.filter { $0.method == "PUT" && $0.target.hasSuffix("/merge") }
    #expect(merged.count == 2, "dev's and this one")
    #expect(hub.statuses(of: head).last { $0.context == "sluice/promotion" }?.state == "success")
    #expect(try world.runs(atMost: 4) { try world.hasQualified("prod", "1.1.0") } != nil)
    #expect(try world.check("run").isEmpty)
  }

  @Test func `with method push the base gets the very commit that was tested, and GitHub sees the merge in its own time`() throws
  {
    let (world, hub, number) = try HubWorld.withProdRequest("merge: {approvals: 1, method: push}")
    hub.change { $0.seesMergesAfter = .max }
    try hub.approve(number, as: "dana")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
    #expect(hub.pull(number)?.isOpen == true, "it has not seen it yet")
    #expect(try world.tip(world.branch("prod")) != nil, "else GitHub would close the request")
    try world.advance(60)
    try world.check("run")
    #expect(try world.tip(world.branch("prod")) != nil)
    hub.change { $0.seesMergesAfter = 0 }
    try hub.seeMerges()
    #expect(hub.pull(number)?.isMerged == true)
    try world.advance(60)
    try world.check("run")
    #expect(try world.tip(world.branch("prod")) == nil)
    #expect(try world.reasons("prod", "held").isEmpty)
    #expect(hub.requests.filter { $0.method == "PUT" }.count == 1, "dev's alone")
  }

  @Test func `approvals count of people who may write, for the head that they looked at, while nobody dismisses them`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    hub.add("reader", .read)
    hub.add("guest", .none)
    let head = try #require(hub.pull(number)?.head)
    try hub.approve(number, as: "reader")
    try hub.approve(number, as: "guest")
    try hub.approve(number, as: "dana", commit: try world.git("rev-parse", "main").trimmed)
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0")
    try hub.approve(number, as: "kim")
    try hub.dismissReviews(number, of: "kim")
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0")
    #expect(hub.pull(number)?.head == head)
    #expect(HubWorld.status(hub, number)?.description?.contains("approval") == true)
    // A comment takes no approval back.
    try hub.approve(number, as: "kim")
    try hub.reviewComment(number, as: "kim")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
  }

  @Test func `who wrote a commit of it does not approve it`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    let branch = try #require(hub.pull(number)?.branch)
    try hub.commit(
      ["tiers/prod.yaml": "# prod, soon\nversions:\n  app: \"1.1.0\"\n"], on: branch, message: "A note", as: "dana")
    try hub.approve(number, as: "dana")
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0")
    #expect(HubWorld.status(hub, number)?.state == "pending", "nobody else may take it for approved either")
    try hub.approve(number, as: "kim")
    try world.run(times: 1)
    #expect(try world.file("tiers/prod.yaml").contains("# prod, soon"), "its content is exact: it may land")
  }

  @Test func `the Update branch button asks for a new approval, and its merge is nobody's commit`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    let old = try #require(hub.pull(number)?.head)
    try hub.approve(number, as: "dana")
    try hub.commit(["notes.md": "hello\n"], on: "main", message: "Notes", as: "kim")
    let new = try hub.updateBranch(number, as: "eve")
    #expect(new != old)
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0", "the approval was for another head")
    #expect(try world.reasons("prod", "slotTaken").isEmpty)
    // Who pressed the button has written nothing.
    try hub.approve(number, as: "eve")
    try world.run(times: 1)
    #expect(try world.desired("prod") == "1.1.0")
    #expect(hub.pull(number)?.isMerged == true)
  }

  @Test(arguments: [FakeGitHub.Style.merge, .squash, .rebase])
  func `a promotion that a person lands by a button has landed: nothing is held, its branch goes`(_ style: FakeGitHub.Style)
    throws
  {
    let (world, hub, number) = try HubWorld.withProdRequest()
    try hub.merge(number, style, as: "eve")
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.1.0")
    #expect(try world.runs("prod", "1.1.0"))
    #expect(try world.tip(world.branch("prod")) == nil)
    #expect(try world.openRequest("prod") == nil)
    #expect(try world.reasons("prod", "held").isEmpty)
    #expect(try world.runs(atMost: 3) { try world.hasQualified("prod", "1.1.0") } != nil)
  }

  @Test func `the Revert button holds the version in its stage, and what is newer asks once`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    try hub.approve(number, as: "dana")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
    let revert = try hub.revert(number, as: "eve")
    try hub.merge(revert, as: "eve")
    try world.run(times: 3)
    #expect(try world.desired("prod") == "1.0.0" && world.runs("prod", "1.0.0"))
    #expect(try world.openRequest("prod") == nil, "it is not proposed again")
    let hold = try #require(try world.reasons("prod", "held").first?["hold"] as? [String: Any])
    #expect(hold["commit"] as? String == (try world.git("rev-parse", "main").trimmed))
    try world.release("1.2.0")
    #expect(try world.runs(atMost: 6) { try world.openRequest("prod") != nil } != nil)
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0", "the next version waits for a person once")
    try hub.approve(try #require(try world.openRequest("prod")), as: "dana")
    try world.run(times: 1)
    #expect(try world.desired("prod") == "1.2.0")
  }

  @Test func `deleting a promotion's branch says no, as closing it does; restoring and reopening lifts that`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    let (branch, head) = try #require(hub.pull(number).map { ($0.branch, $0.head) })
    try hub.deleteBranch(branch, as: "eve")
    #expect(hub.pull(number)?.isOpen == false)
    try world.run(times: 3)
    #expect(hub.openPulls.isEmpty && hub.allPulls.count { $0.branch == branch } == 1)
    let hold = try #require(try world.reasons("prod", "held").first?["hold"] as? [String: Any])
    #expect(hold["cause"] as? String == "closedRequest" && hold["by"] as? String == "eve")
    try hub.force(branch, to: head, as: "eve")
    try hub.reopen(number, as: "eve")
    try hub.approve(number, as: "dana")
    #expect(try world.runs(atMost: 3) { try world.desired("prod") == "1.1.0" } != nil)
    #expect(hub.allPulls.count { $0.branch == branch } == 1)
  }

  @Test func `the close of a bot is nobody's no`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    hub.add("stale[bot]", .write, isBot: true)
    try world.changePolicy("{kind: github,", "{kind: github, bots: [\"stale[bot]\"],")
    try hub.close(number, as: "stale[bot]")
    #expect(try world.runs(atMost: 3) { try world.openRequest("prod") != nil } != nil)
    #expect(try world.openRequest("prod") != number)
  }

  @Test func `the label retest runs the gates again, and goes`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    #expect(try world.check("run").isEmpty)
    try hub.label(number, "sluice/retest", as: "eve")
    try world.advance(60)
    let before = try world.ledgerCommits()
    let output = try world.check("run")
    #expect(output.contains("#\(number)"), "\(output)")
    #expect(hub.pull(number)?.labels.isEmpty == true)
    #expect(try world.ledgerCommits() > before, "the results are new")
    try world.advance(60)
    #expect(try world.check("run").isEmpty, "once")
  }

  @Test func `what a stage's requests are given they are given once: what people take off stays off`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest(
      "merge: {approvals: 1}\npullRequest: {labels: [promotion], reviewers: [dana, nobody]}")
    #expect(hub.pull(number)?.labels == ["promotion"])
    try hub.unlabel(number, "promotion", as: "eve")
    try world.release("1.2.0")
    try world.run(times: 3, apart: 100_000)
    #expect(hub.pull(number)?.labels.isEmpty == true)
  }

  @Test func `a request that a person set to merge by itself says so`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    hub.protect("main", Protection(approvals: 2))
    try hub.armAutoMerge(number, as: "eve")
    try world.run(times: 1)
    #expect(HubWorld.status(hub, number)?.description?.contains("merge by itself") == true)
  }

  @Test func `a request from a fork, or one that goes elsewhere, is not ours`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    try hub.commit(["x": "y\n"], on: "release", message: "Another base", as: "eve")
    try hub.approve(number, as: "dana")
    try hub.close(number, as: "sluice-bot")
    try world.run(times: 1)
    let branch = try #require(hub.pull(number)?.branch)
    #expect(hub.allPulls.filter { $0.branch == branch && $0.isOpen }.allSatisfy { $0.base == "main" })
  }
}
