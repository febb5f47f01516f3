import Promotion
import Testing

@Suite struct `L1, L2, L7, L9 in random worlds` {
  @Test(arguments: Array<UInt64>(0..<16)) func `hold, and the newest healthy version arrives when faults stop`(_ seed: UInt64) {
    var world = World(seed: seed)
    for _ in 0..<40 { world.run() }
    #expect(world.broken.isEmpty)
    // A patch of every minor that works, so that trap 25's dead end has a way out, and then peace.
    world.faults = false
    for component in world.group.components {
      let last = world.seen[component]!.last!.version.text.split(separator: ".").map { Int($0)! }
      for minor in 0...last[1] { world.publish(component, "1.\(minor).900") }
    }
    for run in 0..<150 {
      world.run()
      if run % 20 == 19 { world.helpByHand() }
      if run > 5, world.hasArrived { break }
    }
    #expect(world.broken.isEmpty)
    #expect(world.hasArrived, "\(world.report)")
  }

  @Test(arguments: Array<UInt64>(0..<4)) func `equal situations in another order give the same plan`(_ seed: UInt64) {
    var world = World(seed: seed)
    for _ in 0..<12 {
      world.run()
      let plan = Planner.plan(world.situation)
      for _ in 0..<3 {
        var shuffled = world.situation
        shuffled.clusters.shuffle(using: &world.random)
        for key in shuffled.seen.keys { shuffled.seen[key]?.shuffle(using: &world.random) }
        for key in shuffled.qualified.keys { shuffled.qualified[key]?.shuffle(using: &world.random) }
        #expect(Planner.plan(shuffled) == plan)
      }
    }
  }
}

extension World {
  /// Whether all desire and run the last of everything, and it qualified everywhere.
  var hasArrived: Bool {
    clusters.allSatisfy { cluster in
      group.components.allSatisfy { component in
        let newest = seen[component]!.last!.version
        return cluster.desired[component] == newest && running[cluster.name]?[component] == newest
      }
    }
  }

  var report: String {
    let wants = clusters.map { "\($0.name) \(VersionTuple($0.desired).text(in: group.components))" }.sorted()
    let decisions = Planner.plan(situation).sorted { $0.key < $1.key }.map { "\($0.key.stage): \($0.value)" }
    return (wants + decisions + ["open \(open)", "steps \(policy.components.map(\.step))"]).joined(separator: "\n")
  }
}
