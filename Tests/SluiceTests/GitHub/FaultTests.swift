import FakeGitHub
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("GitHub out of order: whatever goes wrong with whatever request, the end is the same")
struct FaultTests {
  @Test func `the story goes where it should without a fault`() throws {
    let story = try FaultStory.shared.get()
    #expect(story.end.upgrades == ["d1 1.1.0": 1, "d2 1.1.0": 1])
    print("faults: the story takes \(story.requests) requests")
  }

  /// Each fault at each kind of request.
  static let each = FaultStory.Request.allCases.flatMap { request in
    FaultStory.Trouble.allCases.map { FaultStory.Case(trouble: $0, request: request) }
  }

  @Test(arguments: each)
  func `each fault at each kind of request`(_ it: FaultStory.Case) throws {
    let problem = try FaultStory.shared.get().problem([it.fault])
    #expect(problem == nil, "\(it): \(problem ?? "")")
  }

  /// Of all faults at all requests, once to five times, at once or later: 200, by a fixed seed.
  static let sample: [FaultStory.Case] = {
    var random = Seeded(state: 20_261_130)
    var all: [FaultStory.Case] = []
    for trouble in FaultStory.Trouble.allCases {
      for request in FaultStory.Request.allCases {
        for times in [1, 2, 5] {
          for skip in 0..<6 { all.append(FaultStory.Case(trouble: trouble, request: request, times: times, skip: skip)) }
        }
      }
    }
    return Array(all.shuffled(using: &random).prefix(200))
  }()

  @Test(arguments: sample)
  func `a sample of the rest`(_ it: FaultStory.Case) throws {
    let problem = try FaultStory.shared.get().problem([it.fault])
    #expect(problem == nil, "\(it): \(problem ?? "")")
  }

  @Test func `no secret is in anything that was written, however it went wrong`() throws {
    let story = try FaultStory.shared.get()
    let world = try World(copyOf: story.start)
    let hub = try world.github
    for trouble in FaultStory.Trouble.allCases {
      for request in [FaultStory.Request.listOpen, .gitRead, .create, .setStatus, .gitWrite] {
        hub.fail(FaultStory.Case(trouble: trouble, request: request).fault)
        let done = try world.sluice("run", "-v")
        #expect(World.leak(done.output + done.errors) == nil)
        try world.advance(200)
      }
    }
    hub.revokeAllTokens()
    let refused = try world.sluice("run", "-v")
    #expect(refused.status == 77 && World.leak(refused.output + refused.errors) == nil)
    #expect(try world.leaks() == [])
    // The search finds what is there.
    world.holdsSecrets.store(true, ordering: .relaxed)
    try world.folder.write("token: \(World.token)\n", to: "cache/leaked")
    #expect(try world.leaks() == ["./cache/leaked"])
  }
}
