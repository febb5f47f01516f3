import Foundation
import TestSupport

/// A story told run by run, each in a copy of the world as the run before left it: so that what a run does can be traced once,
/// and told again with a kill in the middle.
struct Story: Sendable {
  /// A point that a run reaches, and the how-manieth time within that run.
  struct Place: Hashable, Sendable, CustomStringConvertible {
    let run: Int
    let point: String
    let ordinal: Int
    var fault: String { "\(point):\(ordinal)" }
    var description: String { "run \(run), \(fault)" }
  }

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// Seconds from one run to the next: more than an upgrade's lease with its grace, less than its deadline.
  static let apart = 200
  private static let patience = 4

  /// The worlds before each run, none of them ever changed.
  let before: [World]
  let places: [Place]
  let end: EndState
  /// What people do before each run, as far as there is something to do.
  let people: @Sendable (World) throws -> Void

  /// - Parameter runs: how many runs the story takes to its end.
  init(_ start: World, runs: Int, people: @escaping @Sendable (World) throws -> Void = { _ in }) throws {
    self.people = people
    var before = [start]
    var places: [Place] = []
    for run in 0..<runs {
      let world = try World(copyOf: before[run])
      try people(world)
      places += try Self.trace(world, run: run)
      try world.advance(Self.apart)
      before.append(world)
    }
    end = try EndState(before.removeLast())
    self.before = before
    self.places = places
  }

  /// Runs the chain, and gives the points that it reached.
  private static func trace(_ world: World, run: Int) throws -> [Place] {
    let done = try world.sluice("run", environment: ["SLUICE_FAULT_TRACE": world.path + "/trace-\(run)"])
    guard done.status == 0 else { throw Failed(description: "run \(run): \(done.output)\(done.errors)") }
    var times: [String: Int] = [:]
    return try points(world, "trace-\(run)").map { point in
      times[point, default: 0] += 1
      return Place(run: run, point: point, ordinal: times[point, default: 0])
    }
  }

  static func points(_ world: World, _ file: String) throws -> [String] {
    guard FileManager.default.fileExists(atPath: "\(world.path)/\(file)") else { return [] }
    return try world.folder.text(file).split(separator: "\n").map(String.init)
  }

  /// Every name in every run at its first time, and of the rest as many as may be, by a fixed seed.
  func sample(atMost limit: Int) -> [Place] {
    let first = places.filter { $0.ordinal == 1 }
    var random = Seeded(state: 20_250_101)
    let rest = places.filter { $0.ordinal > 1 }.shuffled(using: &random)
    return (first + rest.prefix(max(0, limit - first.count))).sorted {
      ($0.run, $0.point, $0.ordinal) < ($1.run, $1.point, $1.ordinal)
    }
  }

  /// Tells the story with a kill, and gives what is wrong with its end; nil when it is as without.
  func problem(killedAt place: Place) throws -> String? {
    let world = try World(copyOf: before[place.run])
    try people(world)
    let killed = try world.sluice("run", environment: ["SLUICE_FAULT": place.fault])
    guard killed.killedBySignal, killed.status == SIGKILL else {
      return "it was not killed: status \(killed.status)\n\(killed.output)\(killed.errors)"
    }
    for _ in place.run..<before.count {
      try people(world)
      try world.check("run")
      try world.advance(Self.apart)
    }
    var state = try EndState(world)
    for _ in 0..<Self.patience where state != end {
      try people(world)
      try world.check("run")
      try world.advance(Self.apart)
      state = try EndState(world)
    }
    if let difference = state.difference(from: end) { return difference }
    let often = state.upgrades.filter { $0.value > 2 }
    if !often.isEmpty { return "started more often than kills + 1: \(often)" }
    return nil
  }
}

/// Numbers that are the same each time.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}
