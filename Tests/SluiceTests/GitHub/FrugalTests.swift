import FakeGitHub
import Foundation
import TestSupport
import Testing

@Suite("L12 frugal, on GitHub: what a run asks does not grow with the fleet")
struct HubFrugalTests {
  /// What the next run asks.
  private static func asked(_ world: World, _ hub: FakeGitHub, _ arguments: String...) throws -> [LoggedRequest] {
    hub.forgetRequests()
    let done = try Command.run([Binary.path, "run"] + arguments, in: world.path, environment: world.environment)
    guard done.status == 0, done.output.isEmpty else {
      throw Story.Failed(description: "it is not quiet: \(done.status) \(done.output)\(done.errors)")
    }
    return hub.requests
  }

  private static func expectQuiet(_ requests: [LoggedRequest], open: Int, pages: Int = 1) {
    let (git, rest) = (requests.filter { $0.channel == .git }, requests.filter { $0.channel == .rest })
    #expect(git.count == 1, "\(git.map(\.line))")
    #expect(rest.count <= 2 + 2 * open + (pages - 1), "\(rest.map(\.line))")
    #expect(rest.allSatisfy { $0.method == "GET" && $0.isConditional && $0.status == 304 }, "\(rest.map(\.line))")
  }

  @Test func `a quiet run makes one git request, and two and two for each open promotion, all answered by not modified`() throws {
    let (world, hub, _) = try HubWorld.withProdRequest()
    try world.check("run")
    try world.check("run")
    Self.expectQuiet(try Self.asked(world, hub), open: 1)
    // What others have open there costs a page more for each hundred.
    try hub.openMany(1000, prefix: "team", as: "kim")
    #expect(hub.openPulls.count == 1001)
    try world.check("run")
    Self.expectQuiet(try Self.asked(world, hub), open: 1, pages: 11)
  }

  @Test func `on a server with a hundred thousand references a quiet run costs the same`() throws {
    let (world, hub, _) = try HubWorld.withProdRequest()
    let tip = try world.git("rev-parse", "main").trimmed
    var updates = ""
    for number in 0..<100_000 { updates += "create refs/heads/team/\(number) \(tip)\n" }
    try world.folder.write(updates, to: "updates")
    try Command.check(["sh", "-c", "git -C \(world.fleet) update-ref --stdin < \(world.path)/updates"])
    try Command.check(["git", "-C", world.fleet, "pack-refs", "--all"])
    try world.check("run")
    try world.check("run")
    let asked = try Self.asked(world, hub)
    Self.expectQuiet(asked, open: 1)
    #expect(asked.filter { $0.channel == .git }.map(\.bytes).reduce(0, +) < 4_000, "only what was asked for is told")
  }

  @Test func `with the cache lost, what was closed is held all the same, though its branch is gone; and the next run is quiet`()
    throws
  {
    let (world, hub, number) = try HubWorld.withProdRequest()
    let branch = try #require(hub.pull(number)?.branch)
    try hub.close(number, as: "eve")
    try world.run(times: 2)
    try hub.deleteBranch(branch, as: "eve")
    try FileManager.default.removeItem(atPath: world.path + "/cache")
    try world.run(times: 2)
    #expect(try world.reasons("prod", "held").first?["hold"] as? [String: Any] != nil)
    #expect(hub.openPulls.isEmpty)
    Self.expectQuiet(try Self.asked(world, hub), open: 0)
    // A server that has thrown the commit away is asked for it once.
    try Command.check(["git", "-C", world.fleet, "update-ref", "-d", "refs/pull/\(number)/head"])
    try Command.check(["git", "-C", world.fleet, "reflog", "expire", "--expire=now", "--all"])
    try Command.check(["git", "-C", world.fleet, "gc", "-q", "--prune=now"])
    try FileManager.default.removeItem(atPath: world.path + "/cache")
    try world.run(times: 2)
    #expect(try world.reasons("prod", "held").first?["hold"] as? [String: Any] != nil, "the ledger knows what it promoted")
    Self.expectQuiet(try Self.asked(world, hub), open: 0)
  }

  /// All that a promotion asks, from its branch to its landing, with so many clusters.
  private static func cost(_ clusters: Int) throws -> (git: Int, rest: Int, writes: Int) {
    try ForgeKind.$current.withValue(.github) {
      let names = (1...clusters).map { "c\($0)" }
      var plan = World.Plan(tiers: [("dev", names)], stageSettings: ["dev": "merge: {approvals: 1}"])
      plan.applies = false
      let world = try World(plan)
      try world.changePolicy(
        "upstream: {gitTags: {url: \"\(world.path)/app.git\", tag: \"v{version}\"}}", "upstream: {list: [\"1.1.0\"]}")
      let hub = try world.github
      let jobs = "discover,bump,propose,gate,merge"
      try world.check("run", "--only", "discover")
      hub.forgetRequests()
      try world.check("run", "--only", jobs)
      let number = try #require(try world.openRequest("dev"))
      try hub.approve(number, as: "dana")
      try world.check("run", "--only", jobs)
      #expect(try world.desired("dev") == "1.1.0")
      let requests = hub.requests
      if clusters == 1 { print(requests.map(\.line).joined(separator: "\n")) }
      let rest = requests.filter { $0.channel == .rest }
      return (requests.count { $0.channel == .git }, rest.count, rest.count(where: \.isWrite))
    }
  }

  @Test func `a promotion of a thousand clusters costs what one of one costs`() throws {
    let (one, many) = (try Self.cost(1), try Self.cost(1000))
    print("L12: a promotion costs \(one) requests with 1 cluster, \(many) with 1,000")
    #expect(one == many)
  }

  @Test func `with ten thousand clusters a quiet run asks no more`() throws {
    try ForgeKind.$current.withValue(.github) {
      var plan = World.Plan(
        tiers: [("dev", (1...10_000).map { "c\($0)" })], stageSettings: ["dev": "merge: {approvals: 1}"])
      plan.applies = false
      let world = try World(plan)
      try world.changePolicy(
        "upstream: {gitTags: {url: \"\(world.path)/app.git\", tag: \"v{version}\"}}", "upstream: {list: [\"1.1.0\"]}")
      let jobs = ["--only", "discover,bump,propose,gate,merge"]
      for _ in 0..<4 { try world.check("run", jobs[0], jobs[1]) }
      let hub = try world.github
      #expect(hub.openPulls.count == 1)
      Self.expectQuiet(try Self.asked(world, hub, jobs[0], jobs[1]), open: 1)
    }
  }
}
