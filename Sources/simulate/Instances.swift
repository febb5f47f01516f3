import Promotion

extension Instance {
  static func all(without: Set<PlannerRule> = []) -> [Instance] {
    [
      revertDuringMerge(without), closeAgainstLand(without), approvalAgainstNewer(without), crashes(without),
      lookers(without), waveAgainstDegrade(without), labelAgainstLand(without), claims(without), backAndForth(without),
      stopAgainstLand(without),
    ]
  }

  /// dev runs 1.1.1, proven; prod's request is open and approved, but for what the instance is about.
  private static func proposed(
    _ without: Set<PlannerRule>, prod: Int = 2, isApproved: Bool = true, _ change: (inout Policy) -> Void = { _ in }
  ) -> World {
    var world = World.small(dev: 1, prod: prod, without: without, change)
    world.release("a", minor: 1, patch: 1, .good)
    world.go(5)
    if isApproved { world.approve("prod") }
    world.pass(30)
    return world
  }

  private static func revertDuringMerge(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "a revert in dev during a merge in prod", world: proposed(without, prod: 1), runs: [.propose, .merge],
      events: [{ $0.put("1.1.0", in: "dev") }, { $0.pass(60) }])
  }

  private static func closeAgainstLand(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "closing against landing", world: proposed(without, prod: 1), runs: [.propose, .merge],
      events: [{ $0.closeByPerson("prod") }, { $0.pass(60) }])
  }

  private static func approvalAgainstNewer(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "an approval against a newer version",
      world: {
        var world = proposed(without, isApproved: false) { $0.stages[1].replaceAfter = .seconds(60) }
        world.release("a", minor: 1, patch: 2, .good)
        world.go(2)
        return world
      }(), runs: [.bump, .merge], events: [{ $0.pass(700) }, { $0.approve("prod") }])
  }

  private static func crashes(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "two runs, one dies anywhere",
      world: {
        var world = World.small(dev: 1, prod: 1, without: without)
        world.release("a", minor: 1, patch: 1, .good)
        world.pass(700)
        var run = Run(id: world.makeID())
        while run.job.rawValue < Run.Job.bump.rawValue { world.advance(&run) }
        return world
      }(), runs: [.bump, .bump], mayDie: true)
  }

  private static func lookers(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "two runs look, one dies anywhere",
      world: {
        var world = World.small(dev: 2, prod: 1, without: without)
        world.release("a", minor: 1, patch: 1, .good)
        world.pass(700)
        return world
      }(), runs: [.discover, .discover], until: .bump, events: [{ $0.put("1.1.1", in: "dev") }, { $0.pass(700) }], mayDie: true)
  }

  private static func waveAgainstDegrade(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "the end of a wave against an ill cluster",
      world: {
        var world = proposed(without, prod: 3) {
          $0.stages[1].waves = [Wave(to: .count(1), soak: .seconds(600)), Wave(to: .percent(100), soak: .seconds(600))]
        }
        world.go(1)
        return world
      }(), runs: [.bump, .merge],
      events: [
        { world in
          world.pass(700)
          for name in world.machines.keys where world.tree[name]?.desired["a"] == Version("1.1.1") && name.hasPrefix("prod") {
            world.machines[name]?.sickUntil = world.now + 2500
          }
        }, { $0.approve("prod") },
      ])
  }

  private static func labelAgainstLand(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "a label against landing", world: proposed(without, prod: 1), runs: [.bump, .merge],
      events: [
        { world in
          for number in world.forge.open.values { world.forge.requests[number].hasLabel = true }
          world.forge.version += 1
        }, { $0.release("a", minor: 1, patch: 2, .good) },
      ])
  }

  private static func claims(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "two runs claim, with room for one",
      world: {
        var world = proposed(without, prod: 3) {
          $0.stages[1].applies = true
          $0.stages[1].maxInFlight = 1
        }
        world.go(1)
        return world
      }(), runs: [.apply, .apply], events: [{ $0.pass(120) }], mayDie: true)
  }

  private static func backAndForth(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "forth and back by hand between two runs", world: proposed(without, prod: 1), runs: [.check, .merge],
      events: [{ $0.put("1.1.1", in: "prod") }, { $0.put("1.1.0", in: "prod") }])
  }

  private static func stopAgainstLand(_ without: Set<PlannerRule>) -> Instance {
    Instance(
      name: "a stop, and a version withdrawn, against landing", world: proposed(without, prod: 1), runs: [.propose, .merge],
      events: [
        { world in
          world.ledger.stops = [Stop(stage: nil, by: "ann", at: Timestamp(seconds: world.now))]
          world.ledger.version += 1
        }, { $0.upstream["a"]?[1].isWithdrawn = true },
      ])
  }
}
