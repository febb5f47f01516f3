import FakeGitHub
import TestSupport
import Testing

/// Worlds on GitHub with a promotion to prod that waits for a person.
enum HubWorld {
  /// - Parameter merge: how prod lands.
  static func withProdRequest(_ merge: String = "merge: {approvals: 1}") throws -> (world: World, hub: FakeGitHub, number: Int) {
    try ForgeKind.$current.withValue(.github) {
      let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1", "p2"])], stageSettings: ["prod": merge]))
      try world.begin()
      try world.release("1.1.0")
      try #require(try world.runs { try world.openRequest("prod") != nil } != nil)
      try world.check("run")
      return (world, try world.github, try #require(try world.openRequest("prod")))
    }
  }

  /// What the status `sluice/promotion` of a request's head says.
  static func status(_ hub: FakeGitHub, _ number: Int) -> FakeStatus? {
    hub.pull(number).flatMap { pull in hub.statuses(of: pull.head).last { $0.context == "sluice/promotion" } }
  }
}
