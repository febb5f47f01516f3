import Foundation
import TestSupport
import Testing

@Suite("L10 restartable: kill -9 while a version is taken back")
struct TakeBackKillTests {
  /// From a revert in a stage of two clusters, one wave each, to every cluster being back: a hold, a take-back, its landing and
  /// the upgrades back.
  static let journey = Result {
    var plan = World.Plan()
    plan.tiers = [("dev", ["d1"]), ("prod", ["p1", "p2", "p3"])]
    plan.stageSettings = ["prod": "merge: {approvals: 0}\nwaves: [{to: 1}, {to: 2}, {to: 100%}]"]
    plan.movable = true
    let world = try World(plan)
    try world.begin()
    try world.release("1.1.0")
    let two = { try plan.tiers[1].clusters.filter { try world.cluster($0) == "1.1.0" }.count == 2 }
    guard try world.runs(atMost: 16, until: two) != nil else { throw Story.Failed(description: "no second wave") }
    let merge = try world.git("log", "--first-parent", "-1", "--format=%H", "main").trimmed
    try world.commit("unused") { try Command.check(["git", "-C", $0.path, "revert", "--no-commit", "-m", "1", merge]) }
    return try Story(world, runs: 4) { world in
      for request in try world.requests()
      where request["state"] as? String == "open" && (request["branch"] as? String)?.contains("/take-back/") == true {
        try world.check("forge", "approve", "\(request["number"] as? Int ?? 0)", "--as", "dana")
      }
    }
  }

  @Test func `the take-back goes where it should without a kill`() throws {
    let end = try Self.journey.get().end
    #expect(end.lines.contains { $0.contains("Take app back to 1.0.0 in prod") && $0.contains("state merged") })
    #expect(end.lines.contains { $0.contains("world/holds/") })
    #expect(end.upgrades.filter { $0.key.hasSuffix(" 1.0.0") }.count == 2, "\(end.upgrades)")
  }

  static let kills = (try? journey.get().sample(atMost: 60)) ?? []

  @Test func `there are enough places to die at`() throws {
    let places = try Self.journey.get().places
    print("L10, take-back: \(places.count) points of \(Set(places.map(\.point)).count) names, \(Self.kills.count) killed at")
    #expect(Self.kills.count >= 25)
  }

  @Test(arguments: kills)
  func `killed anywhere, the end is the same`(_ place: Story.Place) throws {
    let problem = try Self.journey.get().problem(killedAt: place)
    #expect(problem == nil, "\(place): \(problem ?? "")")
  }
}
