import Promotion
import Testing

/// A trap's scenario in the making: what it expects, and what of that did not come true.
///
/// Scenarios are functions of the rules that are switched off, so that two things can be asserted of each: nothing is broken
/// while all rules hold, and something is without the rule that the trap is about.
struct Trap {
  typealias Scenario = @Sendable (inout Trap) -> Void

  let without: Set<PlannerRule>
  private(set) var broken: [String] = []

  mutating func expect<Value: Equatable>(_ actual: Value, _ expected: Value, _ why: String = "") {
    if actual != expected { broken.append("\(actual), expected \(expected)\(why.isEmpty ? "" : ": ")\(why)") }
  }

  var scene: Scene {
    var scene = Scene()
    scene.without = without
    return scene
  }

  /// dev runs 2.0, qualified; prod runs 1.0, qualified, on p1 and p2.
  var ready: Scene {
    var scene = scene
    scene.publish("1.0", "2.0")
    scene.add("d1", in: "dev", "2.0")
    scene.add("p1", in: "prod", "1.0")
    scene.add("p2", in: "prod", "1.0")
    scene.qualify(dev, "1.0", "2.0")
    scene.qualify(prod, "1.0")
    return scene
  }

  static func broken(_ scenario: Scenario, without: Set<PlannerRule> = []) -> [String] {
    var trap = Trap(without: without)
    scenario(&trap)
    return trap.broken
  }
}

/// The scenarios, and which rules each is about.
enum Traps {
  static let all: [(rules: [PlannerRule], scenario: Trap.Scenario)] =
    replacing + failing + holds + undoing + evidence + orders + laws

  @Suite struct `Tests of the trap tests` {
    @Test func `every rule has a scenario`() {
      #expect(Set(PlannerRule.allCases).subtracting(all.flatMap(\.rules)) == [])
    }

    @Test(arguments: PlannerRule.allCases) func `every scenario misses its rule when that is off`(_ rule: PlannerRule) {
      for (rules, scenario) in all where rules.contains(rule) {
        #expect(Trap.broken(scenario) == [])
        #expect(Trap.broken(scenario, without: [rule]) != [])
      }
    }
  }
}
