import FakeGitHub
import Foundation
import TestSupport
import Testing

@Suite("L4 tested, on GitHub: what the forge refuses, and what lands otherwise than tested")
struct RefusalTests {
  @Test func `a base that moves while GitHub merges makes another tree than the tested one: that is news, and fails the run`()
    throws
  {
    let (world, hub, number) = try HubWorld.withProdRequest()
    try hub.approve(number, as: "dana")
    // GitHub guards the head alone. Between our look and its merge somebody lands something else.
    hub.fail(
      FakeFault(.delay(milliseconds: 0)) { request in
        guard request.method == "PUT", request.target.hasSuffix("/merge") else { return false }
        _ = try? hub.commit(["notes.md": "hello\n"], on: "main", message: "In between", as: "eve")
        return true
      })
    let done = try world.sluice("run")
    #expect(done.status == 1)
    #expect((done.output + done.errors).contains("tested"), "\(done.output)\(done.errors)")
    #expect(try world.desired("prod") == "1.1.0" && world.file("notes.md") == "hello\n")
    // It is said once, and the fleet goes on.
    try world.advance(60)
    #expect(try world.runs(atMost: 4) { try world.hasQualified("prod", "1.1.0") } != nil)
  }

  @Test func `a base that moved, once or thrice, is looked at again; a required check is waited for and tried by the next run`()
    throws
  {
    let (world, hub, number) = try HubWorld.withProdRequest()
    try hub.approve(number, as: "dana")
    hub.change { $0.basesMoved = 1 }
    hub.protect("main", Protection(checks: [.init("e2e")]))
    let first = try world.sluice("run")
    #expect(first.status == 0, "\(first.errors)")
    #expect(try world.desired("prod") == "1.0.0")
    #expect(HubWorld.status(hub, number)?.description?.contains("e2e") == true)
    // Nothing is written again while the forge says the same.
    let statuses = try #require(hub.pull(number)).head
    let count = hub.statuses(of: statuses).count
    for _ in 0..<3 {
      try world.advance(60)
      try world.check("run")
    }
    #expect(hub.statuses(of: statuses).count == count)
    hub.setStatus("e2e", "success", on: statuses, as: "kim")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
  }

  @Test func `Sluice's own status may be a required check: it is there before the merge is asked for`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    hub.protect("main", Protection(checks: [.init("sluice/promotion"), .init("sluice/yaml"), .init("sluice/resolve")]))
    try world.run(times: 2)
    try hub.approve(number, as: "dana")
    try world.check("run")
    #expect(try world.desired("prod") == "1.1.0")
  }

  @Test func `a merge queue is named as not supported, a style that is not allowed too, and validate says both before`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    hub.protect("main", Protection(.ruleset) { $0.hasMergeQueue = true })
    hub.allow { $0.merge = false }
    let validated = try world.sluice("validate", "--forge")
    #expect(validated.status == 65)
    #expect(validated.output.contains("merge queue"), "\(validated.output)")
    #expect(validated.output.contains("problem: stage prod lands by the forge's merge"), "\(validated.output)")
    try hub.approve(number, as: "dana")
    let done = try world.sluice("run")
    #expect(done.status == 65, "\(done.output)\(done.errors)")
    #expect(try world.desired("prod") == "1.0.0")
  }

  @Test func `validate finds nothing to complain of where all is well`() throws {
    let (world, hub, _) = try HubWorld.withProdRequest()
    hub.protect("main", nil)
    let done = try world.sluice("validate", "--forge")
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    #expect(!done.output.contains("problem:"), "\(done.output)")
    #expect(World.leak(done.output + done.errors) == nil)
  }

  @Test func `while GitHub does not know whether it can merge, a run waits a little, and the next one lands it`() throws {
    let (world, hub, number) = try HubWorld.withProdRequest()
    hub.change { $0.mergeableAfter = 3 }
    try hub.approve(number, as: "dana")
    #expect(try world.runs(atMost: 3) { try world.desired("prod") == "1.1.0" } != nil)
  }

  @Test func `lists that show writes late make no second request, and lose none`() throws {
    try ForgeKind.$current.withValue(.github) {
      let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1"])]))
      let hub = try world.github
      hub.change { $0.listLag = 8 }
      try world.begin()
      try world.release("1.1.0")
      #expect(try world.runs(atMost: 12) { try world.openRequest("prod") != nil } != nil)
      try hub.approve(try #require(try world.openRequest("prod")), as: "dana")
      #expect(try world.runs(atMost: 6) { try world.desired("prod") == "1.1.0" } != nil)
      #expect(hub.allPulls.count == 2 && hub.allPulls.allSatisfy(\.isMerged), "\(hub.allPulls.map(\.title))")
    }
  }
}
