import Foundation
import TestSupport

/// Something that is wrong, and what sluice must say of it.
struct Trouble: Sendable {
  let title: String
  let exit: Int32
  /// What a part of the answer must be.
  let says: String
  /// What is typed, before `sluice` and after it.
  var prefix: [String] = []
  var arguments = ["run"]
  var environment: [String: String] = [:]
  /// Variables that are not set.
  var without: [String] = []
  /// Whether no reference may move: false where some of the work goes on.
  var leavesAll = true
  /// Whether the answer is worth keeping as a golden text; not where the system's own words are most of it.
  var isGolden = true
  /// Makes the trouble.
  let make: @Sendable (World) throws -> Void
  /// Ends it; the next run must go well then.
  var cure: (@Sendable (World) throws -> Void)?

  /// What happened.
  struct Outcome: Sendable {
    let status: Int32
    let killed: Bool
    let output: String
    let errors: String
    let before: [String: String]
    let after: [String: String]
    /// After the cure.
    let cured: (status: Int32, text: String)?
  }

  func happen(to start: World) throws -> Outcome {
    let world = try World(copyOf: start)
    try make(world)
    let before = Self.references(world)
    let done = try run(world)
    let after = Self.references(world)
    var cured: (Int32, String)?
    if let cure {
      try cure(world)
      let next = try world.sluice("run")
      cured = (next.status, next.output + next.errors)
    }
    return Outcome(
      status: done.status, killed: done.killedBySignal, output: plain(done.output, world), errors: plain(done.errors, world),
      before: before, after: after, cured: cured)
  }

  private func run(_ world: World) throws -> Command {
    var environment = world.environment.merging(self.environment) { $1 }
    for name in without { environment[name] = nil }
    let unset = without.flatMap { ["-u", $0] }
    return try Command.run(prefix + ["env"] + unset + [Binary.path] + arguments, in: world.path, environment: environment)
  }

  /// Without what differs between two worlds: their folders, and ids of objects.
  private func plain(_ text: String, _ world: World) -> String {
    text.replacingOccurrences(of: world.path, with: "WORLD")
      .replacingOccurrences(of: "\\b[0-9a-f]{40}([0-9a-f]{24})?\\b", with: "ID", options: .regularExpression)
      .replacingOccurrences(of: "\\b[0-9a-f]{10}\\b", with: "ID", options: .regularExpression)
      .replacingOccurrences(of: "head [0-9a-f]{7}\\b", with: "head ID", options: .regularExpression)
      .replacingOccurrences(of: "cache/[0-9a-f]{16}", with: "cache/HASH", options: .regularExpression)
      .replacingOccurrences(of: "sluice-locks/[0-9a-f]+", with: "sluice-locks/NAME", options: .regularExpression)
  }

  /// The references that can be read, without git's help: the repository may be what is damaged.
  private static func references(_ world: World) -> [String: String] {
    var references: [String: String] = [:]
    let root = world.path + "/fleet.git"
    for case let name as String in FileManager.default.enumerator(atPath: root + "/refs") ?? .init() {
      if let text = try? String(contentsOfFile: root + "/refs/" + name, encoding: .isoLatin1) { references[name] = text }
    }
    return references
  }
}
