import Promotion
import Testing

extension Traps {
  static let undoing: [(rules: [PlannerRule], scenario: Trap.Scenario)] = [
    ([.promotionLiftsNothing], trap7), ([.undoingLifts, .undoingIsWhole], trap17), ([.undoingIsInPlace], trap17Elsewhere),
    ([.backwardHolds], trap18), ([.undoingLifts], trap18Back),
  ]

  private static func taken(_ trap: Trap) -> Story {
    var story = Story(trap, prod: ["p1", "p2"])
    story.commit(["p1": "2.0", "p2": "2.0"], by: "sluice", isPromotion: true)
    story.commit(["p1": "1.0", "p2": "1.0"])
    return story
  }

  @Sendable static func trap7(_ trap: inout Trap) {
    var story = taken(trap)
    trap.expect(story.bars, ["prod 1.0..2.0"])
    story.commit(["p1": "2.0", "p2": "2.0"], by: "sluice", isPromotion: true)
    trap.expect(story.bars, ["prod 1.0..2.0"], "a held version that landed releases nothing")
    trap.expect(story.scene.decide(prod).short, "back p1 to 1.0 p2 to 1.0")
  }

  @Sendable static func trap17(_ trap: inout Trap) {
    var story = taken(trap)
    story.commit(["p1": "2.0"])
    trap.expect(story.bars, ["prod 1.0..2.0"], "a hand bump of one of them lifts nothing")
    story = taken(trap)
    story.commit(["p1": "2.0", "p2": "2.0"])
    trap.expect(story.bars, [])
    story = taken(trap)
    story.commit(["p1": "3.0", "p2": "3.0"])
    trap.expect(story.bars, ["prod 1.0..2.0"], "another version undoes nothing")
    story = taken(trap)
    story.scene.clusters.removeAll { $0.name == "p2" }
    story.commit(["p1": "2.0"])
    trap.expect(story.bars, [], "who has left need not come back")
  }

  @Sendable static func trap17Elsewhere(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1"], dev: ["d1"])
    story.commit(["d1": "1.0"])
    trap.expect(story.bars, ["dev 1.0..2.0"])
    story.commit([:], stages: ["d1": "prod"])
    story.commit(["d1": "2.0", "p1": "2.0"])
    trap.expect(story.bars, ["dev 1.0..2.0"], "a version in a later stage lifts nothing")
  }

  @Sendable static func trap18(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1"])
    story.commit(["p1": "2.0"])
    story.commit(["p1": "1.0"])
    trap.expect(story.bars, ["prod 1.0..2.0"])
    trap.expect(story.history.desired["p1"]?["app"]?.since, at(9_002))
    trap.expect(story.scene.decide(prod).short, "held")
  }

  @Sendable static func trap18Back(_ trap: inout Trap) {
    var story = Story(trap, prod: ["p1"])
    story.commit(["p1": "2.0"])
    story.commit(["p1": "1.0"])
    story.commit(["p1": "2.0"])
    trap.expect(story.bars, [])
    trap.expect(story.scene.holds.count, 1, "it is remembered that there was one")
    trap.expect(story.history.desired["p1"]?["app"]?.previous, [app("1.0"), app("2.0"), app("1.0")])
  }

  @Suite struct `Traps of undoing` {
    @Test func `trap 7: a held version that landed all the same is offered to go back, and counts as no release`() {
      #expect(Trap.broken(trap7) == [])
    }

    @Test func `trap 17: one commit that brings back all that was taken lifts the hold, and nothing less does`() {
      #expect(Trap.broken(trap17) == [])
    }

    @Test func `trap 17: a version in a later stage lifts nothing`() { #expect(Trap.broken(trap17Elsewhere) == []) }

    @Test func `trap 18: forth and back between two runs is a take-back`() { #expect(Trap.broken(trap18) == []) }

    @Test func `trap 18: back and forth between two runs is none`() { #expect(Trap.broken(trap18Back) == []) }
  }
}
