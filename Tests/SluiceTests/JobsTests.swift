import Foundation
import TestSupport
import Testing

@Suite("The jobs: alone, dry, stopped, and as data")
struct JobsTests {
  static let jobs = ["discover", "check", "bump", "propose", "gate", "merge", "apply"]

  /// Two stages, and a prod that needs nobody: everything happens without a person.
  static let plan = World.Plan(
    tiers: [("dev", ["d1", "d2"]), ("prod", ["p1"])], stageSettings: ["prod": "merge: {approvals: 0}"])

  @Test func `the jobs one by one do what run does, and what the dry run of each says it would`() throws {
    let chained = try World(Self.plan)
    let single = try World(Self.plan)
    var worked: Set<String> = []
    for world in [chained, single] { try world.release("1.0.0") }
    for minute in 0..<8 {
      if minute == 3 { for world in [chained, single] { try world.release("1.1.0") } }
      try chained.check("run")
      for job in Self.jobs {
        let before = try Self.everything(single)
        let dry = try single.check(job, "--dry-run")
        #expect(try Self.everything(single) == before, "\(job) --dry-run wrote")
        let wet = try single.check(job)
        let changed = try Self.everything(single) != before
        // A dry run says something exactly where the job does something; a heartbeat alone is nothing to tell.
        #expect(dry.isEmpty == wet.isEmpty, "\(job) at minute \(minute): \(dry)\(wet)")
        #expect(wet.isEmpty || changed, "\(job) told of what it did not do: \(wet)")
        if !wet.isEmpty { worked.insert(job) }
      }
      for world in [chained, single] { try world.advance(60) }
    }
    #expect(worked == Set(Self.jobs))
    #expect(try single.runs("prod", "1.1.0") && single.hasQualified("prod", "1.1.0"))
    #expect(try chained.git("rev-parse", "main^{tree}") == single.git("rev-parse", "main^{tree}"))
    #expect(try Self.requests(chained) == Self.requests(single))
    #expect(try chained.upgrades().sorted() == single.upgrades().sorted())
    #expect(try Self.records(chained) == Self.records(single))
  }

  @Test func `the dry run of the whole chain writes nothing, and a promotion that waits is shown to merge`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.release("1.2.0")
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    let before = try Self.everything(world)
    #expect(try world.check("run", "--dry-run").contains("would merge #\(number)"))
    for command in [["stop", "--dry-run"], ["resume", "--dry-run"], ["ledger", "rebuild", "--dry-run"]] {
      _ = try Command.check([Binary.path] + command, in: world.path, environment: world.environment)
    }
    for command in ["status", "explain", "plan", "validate"] { try world.check(command) }
    #expect(try Self.everything(world) == before)
  }

  @Test func `a stop of everything stops merges, promotions and upgrades until it is lifted, and explain says who`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    try world.check("run", "--only", "gate,merge")
    #expect(try world.desired("prod") == "1.1.0")
    try world.check("stop", "--as", "eve", "--reason", "all hands")
    try world.release("1.2.0")
    let base = try world.tip("main")
    try world.run(times: 3)
    #expect(try world.tip("main") == base)
    #expect(try world.requests().allSatisfy { $0["state"] as? String == "merged" }, "nothing new is asked for")
    #expect(try world.runs("prod", "1.0.0"), "what merged before the stop is not upgraded during it")
    let stop = try #require(try world.reasons("dev", "stopped").first)
    #expect(stop["by"] as? String == "eve" && stop["reason"] as? String == "all hands" && stop["stage"] == nil)
    try world.check("resume", "--as", "eve")
    #expect(try world.runs(atMost: 4) { try world.runs("dev", "1.2.0") && world.runs("prod", "1.1.0") } != nil)
  }

  @Test func `a stop of one stage stops that stage alone`() throws {
    let world = try World(Self.plan)
    try world.begin()
    try world.check("stop", "prod", "--as", "eve")
    try world.release("1.1.0")
    #expect(try world.runs(atMost: 5) { try world.hasQualified("dev", "1.1.0") } != nil)
    try world.run(times: 2)
    #expect(try world.desired("prod") == "1.0.0")
    #expect(try world.openRequest("prod") == nil)
    #expect(try world.reasons("prod", "stopped").first?["stage"] as? String == "prod")
    #expect(try world.reasons("dev", "stopped").isEmpty)
    try world.check("resume", "prod")
    #expect(try world.runs(atMost: 3) { try world.runs("prod", "1.1.0") } != nil)
    #expect(try world.sluice("stop", "prd").status == 64)
  }

  @Test func `whatever prints, prints JSON when asked for it`() throws {
    let (world, number) = try L3ExactTests.worldWithProdRequest()
    for command in [
      ["status"], ["explain"], ["explain", "prod", "app"], ["explain", "--cluster", "p1"], ["plan"], ["validate"],
      ["forge", "list"], ["forge", "list", "--all"], ["forge", "show", "\(number)"],
    ] {
      let text = try Command.check(
        [Binary.path] + command + ["--format", "json"], in: world.path, environment: world.environment)
      let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
      #expect((value as? [Any])?.isEmpty == false || (value as? [String: Any])?.isEmpty == false, "\(command)")
    }
    // Jobs print one object a line.
    try world.check("forge", "approve", "\(number)", "--as", "dana")
    let dry = try world.check("run", "--dry-run", "--format", "json")
    let lines = try world.check("run", "--format", "json").split(separator: "\n")
    #expect(!dry.isEmpty && lines.count >= 2)
    for line in dry.split(separator: "\n") + lines {
      #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any], "\(line)")
    }
  }

  @Test func `a job that fails stops those that need it and no others, and the exit code tells`() throws {
    let world = try World(Self.plan)
    try world.begin()
    try world.release("1.1.0")
    try FileManager.default.moveItem(atPath: "\(world.path)/app.git", toPath: "\(world.path)/gone.git")
    let first = try world.sluice("run")
    #expect(first.status == 65, "\(first.output)\(first.errors)")
    // The source is away: what is known goes on, and nothing counts as withdrawn.
    try FileManager.default.moveItem(atPath: "\(world.path)/gone.git", toPath: "\(world.path)/app.git")
    try world.check("run", "--only", "discover,check,bump,propose")
    try FileManager.default.moveItem(atPath: "\(world.path)/app.git", toPath: "\(world.path)/gone.git")
    try world.advance(60)
    let second = try world.sluice("run")
    #expect(second.status != 0)
    #expect(try world.runs("dev", "1.1.0"))
  }

  /// All references, what the upgrade command did, and what the clusters are.
  private static func everything(_ world: World) throws -> String {
    let script = "cd clusters; for f in *; do echo $f; cat $f; done; cat ../upgrades.log 2>/dev/null || :"
    let files = try Command.check(["sh", "-c", script], in: world.path)
    return try world.references() + files
  }

  private static func requests(_ world: World) throws -> [String] {
    try world.requests().map { "\($0["number"] ?? "") \($0["state"] ?? "") \($0["title"] ?? "") \($0["branch"] ?? "")" }
  }

  /// The ledger's subjects, but for gates, whose keys hold the policy's own bytes.
  private static func records(_ world: World) throws -> [String] {
    try world.git("ls-tree", "-r", "--name-only", "sluice-ledger").split(separator: "\n").map(String.init)
      .filter { !$0.contains("/gates/") }
  }
}
