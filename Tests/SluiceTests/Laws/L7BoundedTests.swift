import Foundation
import TestSupport
import Testing

@Suite("L7 bounded: apply starts no more upgrades than there is room for", .onEveryForge)
struct L7BoundedTests {
  private static let prod = ["p1", "p2", "p3", "p4", "p5"]

  private static func world(_ settings: String) throws -> World {
    let world = try World(
      World.Plan(
        tiers: [("dev", ["d1"]), ("prod", prod)], stageSettings: ["prod": "merge: {approvals: 0}\n" + settings],
        deadline: "10m"))
    try world.begin()
    try world.release("1.1.0")
    return world
  }

  private static func started(_ world: World) throws -> [String] {
    try world.upgrades().filter { $0.hasPrefix("p") }.map { String($0.prefix(2)) }
  }

  @Test(arguments: [1, 2])
  func `of five clusters that desire it no more than maxInFlight are started before some have settled`(_ room: Int) throws {
    let world = try Self.world("maxInFlight: \(room)")
    #expect(try world.runs(atMost: 6) { try world.desired("prod") == "1.1.0" } != nil)
    var before = try Self.started(world).count
    #expect(before == room)
    while try Self.started(world).count < Self.prod.count {
      // Runs at once don't add up.
      let other = try world.start("run")
      _ = try world.sluice("run")
      _ = try other.wait()
      let now = try Self.started(world).count
      try #require(now > before && now <= before + room, "\(before), then \(now)")
      before = now
      try world.advance(60)
    }
    #expect(try Set(Self.started(world)).count == Self.prod.count, "each once")
  }

  @Test func `one that hangs holds its place until its deadline, and none afterwards`() throws {
    let world = try Self.world("maxInFlight: 1")
    for cluster in Self.prod { try world.mark(cluster, "stuck") }
    #expect(try world.runs(atMost: 6) { try world.desired("prod") == "1.1.0" } != nil)
    let hanging = try #require(try Self.started(world).first)
    for cluster in Self.prod where cluster != hanging { try world.unmark(cluster, "stuck") }
    let began = try world.clock
    while try world.clock < began + 480 {
      try world.run(times: 1, apart: 120)
      #expect(try Self.started(world) == [hanging])
    }
    // Its deadline passes, it is degraded, and the others go on one by one.
    for _ in 0..<10 {
      let before = try Self.started(world).count
      try world.run(times: 1)
      #expect(try Self.started(world).count <= before + 1)
    }
    #expect(try Self.started(world).count == Self.prod.count)
    #expect(try Self.prod.filter { try world.cluster($0) == "1.1.0" }.count == Self.prod.count - 1)
  }
}
