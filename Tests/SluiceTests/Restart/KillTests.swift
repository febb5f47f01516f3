import Foundation
import TestSupport
import Testing

@Suite("L10 restartable: kill -9 at any effect, and the next run goes on")
struct KillTests {
  /// From the first look to the second stage's qualification.
  static let journey = Result {
    var plan = World.Plan()
    plan.tiers = [("dev", ["d1", "d2"]), ("staging", ["s1"])]
    plan.movable = true
    let world = try World(plan)
    try world.release("1.0.0")
    try world.release("1.1.0")
    return try Story(world, runs: 6)
  }

  @Test func `the journey goes where it should without a kill`() throws {
    let end = try Self.journey.get().end
    #expect(end.upgrades == ["d1 1.1.0": 1, "d2 1.1.0": 1, "s1 1.1.0": 1])
    #expect(end.lines.filter { $0.hasPrefix("request: ") && $0.contains("state merged") }.count == 2)
    #expect(end.lines.contains { $0.contains("world/qualified/staging") && $0.contains("1.1.0") })
  }

  /// What is killed: every point that a run reaches for the first time in it, and a sample of the rest.
  static let kills = (try? journey.get().sample(atMost: 110)) ?? []

  @Test func `there are enough places to die at`() throws {
    let places = try Self.journey.get().places
    let names = Set(places.map(\.point)).count
    print("L10: \(places.count) points of \(names) names in 6 runs, \(Self.kills.count) of them killed at")
    #expect(Self.kills.count >= 25)
    #expect(Set(Self.kills).count == Self.kills.count)
  }

  @Test(arguments: kills)
  func `killed anywhere, the end is the same`(_ place: Story.Place) throws {
    let problem = try Self.journey.get().problem(killedAt: place)
    #expect(problem == nil, "\(place): \(problem ?? "")")
  }
}
