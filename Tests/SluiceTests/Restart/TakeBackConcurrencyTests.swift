import TestSupport
import Testing

@Suite("L5 single, L10 restartable: runs at the same time, while a version is taken back")
struct TakeBackConcurrencyTests {
  @Test(arguments: [2, 4])
  func `several runs at once come to the same end as one: one hold, one take-back, one start of each`(_ count: Int) throws {
    let journey = try TakeBackKillTests.journey.get()
    let world = try World(copyOf: journey.before[0])
    for round in journey.before.indices {
      try journey.people(world)
      try Self.together(world, count, "round \(round)")
      try world.advance(Story.apart)
    }
    var end = try EndState(world)
    // A round that lost all its races leaves the rest to the next.
    for _ in 0..<2 where end != journey.end {
      try journey.people(world)
      try world.check("run")
      try world.advance(Story.apart)
      end = try EndState(world)
    }
    let difference = end.difference(from: journey.end)
    #expect(difference == nil, "\(difference ?? "")")
    #expect(end.upgrades == journey.end.upgrades)
    let branches = try world.requests().compactMap { $0["branch"] as? String }.filter { $0.contains("/take-back/") }
    #expect(branches.count == 1)
  }

  /// A person holds and releases while runs are under way; whoever is faster, the version is held in the end, and gone when it
  /// is released.
  @Test(arguments: [2, 4])
  func `holding and releasing beside runs gives one hold, and one promotion after it`(_ count: Int) throws {
    let world = try World(copyOf: try TroubleTests.start.get())
    let number = try #require(try world.openRequest("prod"))
    let holding = try world.start("hold", "add", "prod", "app", "1.1.0", "--as", "eve")
    try Self.together(world, count, "holding")
    #expect(try holding.wait().status == 0)
    try world.advance(60)
    try world.check("run")
    #expect(try world.holds().count == 1 && world.openRequest("prod") == nil)
    let id = try #require(try world.holds().first?["id"] as? String)
    let releasing = try world.start("hold", "release", id, "--as", "eve")
    try Self.together(world, count, "releasing")
    #expect(try releasing.wait().status == 0)
    try world.advance(60)
    try world.run(times: 2)
    #expect(try world.holds().isEmpty)
    let requests = try world.requests().filter { $0["branch"] as? String == world.branch("prod") }
    #expect(requests.count == 2 && requests.contains { $0["number"] as? Int == number })
    #expect(requests.filter { $0["state"] as? String == "open" }.count == 1)
  }

  private static func together(_ world: World, _ count: Int, _ what: String) throws {
    let runs = try (0..<count).map { _ in try world.start("run") }
    for run in runs {
      let done = try run.wait()
      #expect(done.status == 0, "\(what): \(done.output)\(done.errors)")
    }
  }
}
