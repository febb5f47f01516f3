import TestSupport
import Testing

@Suite("L10 restartable: kill -9 while a rollout is consolidated")
struct ConsolidationKillTests {
  /// From the last wave's landing to the overrides being gone, in the files and in the ledger.
  static let journey = Result {
    var plan = World.Plan()
    plan.tiers = [("dev", ["d1"]), ("prod", ["p1", "p2", "p3"])]
    plan.stageSettings = ["prod": "merge: {approvals: 0}\nwaves: [{to: 1}, {to: 100%}]"]
    plan.movable = true
    let world = try World(plan)
    try world.begin()
    try world.release("1.1.0")
    let all = { try plan.tiers[1].clusters.allSatisfy { try world.cluster($0) == "1.1.0" } }
    guard try world.runs(atMost: 16, until: all) != nil else { throw Story.Failed(description: "no last wave") }
    return try Story(world, runs: 4)
  }

  @Test func `the overrides go without a kill`() throws {
    let end = try Self.journey.get().end
    #expect(end.lines.contains { $0.contains("Consolidate app 1.1.0 in prod") && $0.contains("state merged") })
    #expect(!end.lines.contains { $0.contains("world/overrides/") })
    #expect(end.upgrades.allSatisfy { $0.value == 1 }, "\(end.upgrades)")
  }

  static let kills = (try? journey.get().sample(atMost: 24)) ?? []

  @Test func `there are enough places to die at`() throws {
    let places = try Self.journey.get().places
    print("L10, consolidation: \(places.count) points of \(Set(places.map(\.point)).count) names, \(Self.kills.count) killed at")
    #expect(Self.kills.count >= 15)
  }

  @Test(arguments: kills)
  func `killed anywhere, the end is the same`(_ place: Story.Place) throws {
    let problem = try Self.journey.get().problem(killedAt: place)
    #expect(problem == nil, "\(place): \(problem ?? "")")
  }
}
