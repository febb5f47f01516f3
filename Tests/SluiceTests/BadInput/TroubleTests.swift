import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("bad input: one clear error, the right exit code, nothing lost")
struct TroubleTests {
  /// A world in the middle of its life: dev runs 1.1.0, and its promotion in prod waits for a person.
  static let start = Result {
    var plan = World.Plan()
    plan.tiers = [("dev", ["d1", "d2"]), ("prod", ["p1"])]
    plan.movable = true
    let world = try World(plan)
    try world.release("1.0.0")
    try world.release("1.1.0")
    for _ in 0..<5 {
      try world.check("run")
      try world.advance(200)
    }
    return world
  }

  /// All at once, since each has a world of its own.
  static let outcomes: [Result<Trouble.Outcome, any Error>] = {
    let world = start
    let outcomes = Mutex([Result<Trouble.Outcome, any Error>?](repeating: nil, count: Trouble.all.count))
    DispatchQueue.concurrentPerform(iterations: Trouble.all.count) { index in
      let outcome = Result { try Trouble.all[index].happen(to: try world.get()) }
      outcomes.withLock { $0[index] = outcome }
    }
    return outcomes.withLock { $0.map { $0! } }  // concurrentPerform ran each index
  }()

  @Test func `the world is where it should be`() throws {
    let world = try Self.start.get()
    #expect(try world.openRequest("prod") != nil)
    #expect(try world.check("validate").contains("is valid"))
  }

  @Test(arguments: Trouble.all.indices)
  func `it is told once, clearly, with the right exit code, and nothing is lost`(_ index: Int) throws {
    let trouble = Trouble.all[index]
    let outcome = try Self.outcomes[index].get()
    let told = "\(trouble.title): \(outcome.output)\(outcome.errors)"
    #expect(!outcome.killed && outcome.status == trouble.exit, "\(outcome.status); \(told)")
    #expect(trouble.says.isEmpty || (outcome.output + outcome.errors).contains(trouble.says), "\(told)")
    let errors = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(Set(errors).count == errors.count, "said twice: \(told)")
    if trouble.exit != 0 { #expect(!errors.isEmpty || outcome.output.contains("warning: "), "\(told)") }
    #expect(!outcome.errors.contains("Fatal error") && !outcome.errors.contains("Swift/"), "\(told)")
    if trouble.leavesAll {
      #expect(outcome.before == outcome.after, "\(told)")
    }
    let lost = outcome.before.keys.filter { outcome.after[$0] == nil }
    #expect(lost.isEmpty, "\(told)")
    if let cured = outcome.cured { #expect(cured.status == 0, "\(trouble.title), cured: \(cured.text)") }
  }

  @Test func `the messages are as recorded`() throws {
    var text = ""
    for (trouble, outcome) in zip(Trouble.all, Self.outcomes) where trouble.isGolden {
      let outcome = try outcome.get()
      text += "## \(trouble.title): exit \(outcome.status)\n\(outcome.output)\(outcome.errors)\n"
    }
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let difference = Golden.difference(text, "bad-input.txt", file: folder.appendingPathComponent("x").path)
    #expect(difference == nil, "\(difference ?? "")")
  }
}
