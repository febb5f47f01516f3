import Foundation
import TestSupport
import Testing

@Suite("L10 restartable: kill -9 while a person's command writes, and they type it again")
struct CommandKillTests {
  /// A command on the world in the middle of its life (dev runs 1.1.0, its promotion in prod waits, #1 is merged, #2 is open).
  struct Act: Sendable {
    let command: [String]
    /// What was typed before it.
    var before: [[String]] = []
    var name: String { command.prefix { !$0.hasPrefix("-") }.joined(separator: " ") }
  }

  private static let hold = ["hold", "add", "prod", "app", "1.1.0", "--as", "eve"]
  private static let pin = ["hold", "add", "--cluster", "p1", "--as", "eve"]

  static let acts: [Act] = [
    Act(command: hold), Act(command: ["hold", "release", "HOLD", "--as", "eve"], before: [hold]),
    Act(command: pin), Act(command: ["hold", "release", "--cluster", "p1", "--as", "eve"], before: [pin]),
    Act(command: ["pause", "p1", "--until", "2h", "--as", "eve"]),
    Act(command: ["unpause", "p1", "--as", "eve"], before: [["pause", "p1", "--until", "2h", "--as", "eve"]]),
    Act(command: ["stop", "prod", "--as", "eve"]), Act(command: ["resume", "prod", "--as", "eve"], before: [["stop", "prod"]]),
    Act(command: ["rollback", "dev", "app", "--as", "eve"]),
    Act(command: ["forge", "revert", "1", "--as", "eve"]), Act(command: ["forge", "close", "2", "--as", "eve"]),
    Act(command: ["forge", "reopen", "2", "--as", "eve"], before: [["forge", "close", "2", "--as", "eve"]]),
    Act(command: ["forge", "merge", "3", "--as", "eve"], before: [["forge", "revert", "1", "--as", "eve"]]),
    Act(command: ["ledger", "rebuild"]),
  ]

  /// What a command came to, and the points on both sides of what others see, each at its first time and its last. (Those within
  /// one write are `KillTests`' and `TakeBackKillTests`'.)
  struct Told: Sendable {
    let start: World
    let points: [String]
    let end: EndState
  }

  private static let effects = ["ledgerWrite", "forgeWrite", "branchPush", "merge"]

  static let told: [Result<Told, any Error>] = acts.map { act in
    Result {
      let start = try World(copyOf: try TroubleTests.start.get())
      for command in act.before { try start.check(command) }
      let world = try World(copyOf: start)
      try world.check(try resolved(act.command, world), environment: ["SLUICE_FAULT_TRACE": world.path + "/trace"])
      let times = try Story.points(world, "trace").reduce(into: [:]) { $0[$1, default: 0] += 1 }
      let seen = times.filter { time in Self.effects.contains { time.key.hasPrefix($0) } }
      let points = seen.sorted { $0.key < $1.key }.flatMap { point, count in
        count > 1 ? ["\(point):1", "\(point):\(count)"] : ["\(point):1"]
      }
      return Told(start: start, points: points, end: try afterwards(world))
    }
  }

  /// The id of the only hold stands for HOLD.
  private static func resolved(_ command: [String], _ world: World) throws -> [String] {
    guard command.contains("HOLD") else { return command }
    let id = try #require(try world.holds().first?["id"] as? String)
    return command.map { $0 == "HOLD" ? id : $0 }
  }

  /// Where two runs take it.
  private static func afterwards(_ world: World) throws -> EndState {
    for _ in 0..<2 {
      try world.check("run")
      try world.advance(Story.apart)
    }
    return try EndState(world)
  }

  @Test func `every command writes, and there are enough places to die at`() throws {
    let counts = try Self.told.map { try $0.get().points.count }
    print("L10, commands: \(counts.reduce(0, +)) points of \(Self.acts.count) commands, all killed at")
    #expect(counts.allSatisfy { $0 >= 2 })
  }

  @Test(arguments: acts.indices)
  func `killed anywhere and typed again, the end is the same`(_ index: Int) throws {
    let told = try Self.told[index].get()
    let act = Self.acts[index]
    for point in told.points {
      let world = try World(copyOf: told.start)
      let command = try Self.resolved(act.command, world)
      let killed = try Command.run(
        [Binary.path] + command, in: world.path, environment: world.environment.merging(["SLUICE_FAULT": point]) { $1 })
      #expect(killed.killedBySignal && killed.status == SIGKILL, "\(act.name), \(point): \(killed.output)\(killed.errors)")
      // What was done is said to be done: typing it again may be refused, and changes nothing.
      _ = try Command.run([Binary.path] + command, in: world.path, environment: world.environment)
      let difference = try Self.afterwards(world).difference(from: told.end)
      #expect(difference == nil, "\(act.name), \(point): \(difference ?? "")")
    }
  }
}

extension World {
  fileprivate func check(_ command: [String], environment more: [String: String] = [:]) throws {
    try Command.check([Binary.path] + command, in: path, environment: environment.merging(more) { $1 })
  }
}
