import TestSupport
import Testing

/// What is read along a version's way: by cron's owner in the morning, by a reviewer, by an engineer at three at night.
@Suite("What people read")
struct JourneyTextTests {
  private static func world() throws -> World {
    var plan = World.Plan()
    plan.tiers = [("dev", ["d1", "d2"]), ("staging", ["s1"]), ("prod", ["p1", "p2", "p3"])]
    let world = try World(plan)
    try world.release("1.0.0")
    return world
  }

  /// A world in which prod's pull request for 1.1.0 waits for a person.
  private static func worldThatAsks() throws -> World {
    let world = try world()
    try world.check("run")
    try world.release("1.1.0")
    try #require(try world.runs(apart: 61) { try world.openRequest("prod") != nil } != nil)
    try world.check("run")
    return world
  }

  @Test func `a version's whole way, as the log of cron has it`() throws {
    let world = try Self.world()
    let told = Transcript(world)
    try told.sluice("validate")
    try told.sluice("run", "--dry-run")
    func run(_ count: Int = 1) throws {
      for _ in 0..<count {
        try told.sluice("run")
        try world.advance(61)
      }
    }
    try run()
    told.say("1.1.0 is released")
    try world.release("1.1.0")
    try told.sluice("run", "--dry-run")
    try run(6)
    #expect(try world.openRequest("prod") == 3)
    try told.sluice("forge", "approve", "3", "--as", "dana")
    try run(3)
    #expect(try world.hasQualified("prod", "1.1.0"))
    told.say("1.2.0 is released, and breaks what runs it")
    try world.makeBad("1.2.0")
    try world.release("1.2.0")
    try run(2)
    try world.advance(600)
    try run(2)
    told.say("d2 can't be read; 1.2.1 repairs the others; s1 does nothing when told to upgrade")
    try world.mark("d2", "silent")
    try world.mark("s1", "stuck")
    try world.release("1.2.1")
    try run(3)
    try world.unmark("d2", "silent")
    try run(4)
    try world.advance(600)
    try run(1)
    expectGolden(told.text, "journey.txt")
  }

  @Test func `status, explain and plan at each turn`() throws {
    let world = try Self.world()
    let told = Transcript(world)
    func look(_ moment: String) throws {
      told.say(moment)
      for command in ["status", "plan", "explain"] { try told.sluice(command) }
    }
    try look("before the first run")
    try world.check("run")
    try world.release("1.1.0")
    try look("the first readings are in; 1.1.0 is released, and not yet discovered")
    try world.advance(61)
    try world.check("run")
    try world.advance(20)
    try world.check("run")
    try look("dev soaks")
    try told.sluice("explain", "dev", "app", "--cluster", "d1")
    try #require(try world.runs(apart: 61) { try world.openRequest("prod") != nil } != nil)
    try world.check("run")
    try look("prod asks a person")
    try told.sluice("explain", "prod", "--cluster", "p1")
    try world.makeBad("1.2.0")
    try world.release("1.2.0")
    try world.mark("s1", "silent")
    for _ in 0..<2 {
      try world.check("run")
      try world.advance(61)
    }
    for _ in 0..<4 {
      try world.advance(1000)
      try told.sluice("check")
    }
    try look("dev is degraded on 1.2.0, and staging has not been read for an hour")
    try told.sluice("explain", "--cluster", "d1")
    try told.sluice("explain", "--cluster", "s1")
    expectGolden(told.text, "looking.txt")
  }

  @Test func `the pull request, as a reviewer sees it, and what a reviewer can do`() throws {
    let world = try Self.worldThatAsks()
    let told = Transcript(world)
    try told.sluice("forge", "list")
    try told.sluice("forge", "list", "--all")
    try told.sluice("forge", "show", "3")
    try told.sluice("forge", "approve", "3", "--as", "sluice")
    try told.sluice("forge", "request-changes", "3")
    try told.sluice("forge", "comment", "3", "after lunch, please", "--as", "kim")
    try told.sluice("forge", "label", "3", "sluice/hold", "--as", "kim")
    try told.sluice("run", "-v")
    try told.sluice("forge", "unlabel", "3", "sluice/hold", "--as", "kim")
    try told.sluice("forge", "approve", "3")
    try told.sluice("forge", "show", "3")
    try told.sluice("forge", "close", "3", "--as", "kim")
    try told.sluice("forge", "list")
    try told.sluice("explain", "prod")
    try told.sluice("forge", "reopen", "3")
    try told.sluice("forge", "merge", "3")
    try told.sluice("forge", "approve", "3")
    try told.sluice("forge", "show", "9")
    expectGolden(told.text, "forge.txt")
  }

  @Test func `stopping and resuming`() throws {
    let world = try Self.worldThatAsks()
    let told = Transcript(world)
    try world.check("forge", "approve", "3")
    try told.sluice("stop", "prod", "--reason", "the shop is busy", "--dry-run")
    try told.sluice("stop", "prod", "--reason", "the shop is busy")
    try told.sluice("run")
    #expect(try world.desired("prod") == "1.0.0")
    try told.sluice("status")
    try told.sluice("explain", "prod")
    try told.sluice("stop", "--as", "kim")
    try told.sluice("run", "--verbose")
    try told.sluice("resume", "prod")
    try told.sluice("explain", "prod")
    try told.sluice("resume", "--as", "kim")
    try told.sluice("resume")
    try told.sluice("run")
    #expect(try world.desired("prod") == "1.1.0")
    expectGolden(told.text, "stop.txt")
  }

  @Test func `a wrong command line says what to type`() throws {
    let world = try Self.world()
    let told = Transcript(world)
    let wrong: [[String]] = [
      ["stauts"], ["forge", "aprove", "3"], ["run", "--dryrun"], ["run", "--only", "check,bmup"], ["run", "--only", ""],
      ["run", "now"],
      ["explain", "prd"], ["explain", "prod", "ap"], ["explain", "--cluster", "p9"], ["explain", "prod", "--cluster", "d1"],
      ["stop", "prd"], ["resume", "prd"], ["status", "--format", "xml"], ["status", "--policy", "nowhere.yaml"],
      ["forge", "show", "three"], ["forge", "show"], ["forge", "approve", "1"], ["forge", "label", "1", ""], ["edit", "x.yaml"],
      ["edit"], ["edit", "nowhere.yaml", "a=1"], ["edit", "policy.yaml", "name"], ["edit", "policy.yaml", "a[=1"],
      ["status", "--cache", "policy.yaml/cache"],
    ]
    for arguments in wrong {
      let done = try told.sluice(arguments)
      #expect(done.status != 0 && done.output.isEmpty && done.errors.hasPrefix("error: "), "\(arguments)")
    }
    try told.sluice("status", environment: ["SLUICE_POLICY": ""])
    try told.sluice("status", environment: ["SLUICE_CACHE": "", "HOME": "", "XDG_CACHE_HOME": ""])
    expectGolden(told.text, "usage.txt")
  }
}
