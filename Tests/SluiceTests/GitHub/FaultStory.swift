import FakeGitHub
import Foundation
import TestSupport

/// A short life of a promotion on GitHub, from its release to its landing, that any request may fail in.
struct FaultStory: Sendable {
  /// What is asked, of the forge and of git.
  enum Request: String, CaseIterable, Sendable {
    case listOpen, listClosed, reviews, readStatuses, create, readRequest, setStatus, commits, permission, merge, gitRead,
      gitWrite

    func fits(_ request: LoggedRequest) -> Bool {
      let path = request.target.prefix { $0 != "?" }
      func rest(_ method: String, _ end: (Substring) -> Bool) -> Bool {
        request.channel == .rest && request.method == method && end(path)
      }
      switch self {
      case .listOpen: return rest("GET") { $0.hasSuffix("/pulls") } && request.target.contains("state=open")
      case .listClosed: return rest("GET") { $0.hasSuffix("/pulls") } && request.target.contains("state=closed")
      case .reviews: return rest("GET") { $0.hasSuffix("/reviews") }
      case .readStatuses: return rest("GET") { $0.hasSuffix("/status") }
      case .create: return rest("POST") { $0.hasSuffix("/pulls") }
      case .readRequest: return rest("GET") { $0.split(separator: "/").last.flatMap { Int($0) } != nil && $0.contains("/pulls/") }
      case .setStatus: return rest("POST") { $0.contains("/statuses/") }
      case .commits: return rest("GET") { $0.contains("/pulls/") && $0.hasSuffix("/commits") }
      case .permission: return rest("GET") { $0.hasSuffix("/permission") }
      case .merge: return rest("PUT") { $0.hasSuffix("/merge") }
      case .gitRead: return request.channel == .git && path.hasSuffix("/git-upload-pack")
      case .gitWrite: return request.channel == .git && path.hasSuffix("/git-receive-pack")
      }
    }
  }

  /// What goes wrong.
  enum Trouble: String, CaseIterable, Sendable {
    case cutAtOnce, cutInHead, cutInBody, delayed, reset, lost, tooMany, secondary, broken500, broken502, broken503, page

    var kind: FakeFault.Kind {
      switch self {
      case .cutAtOnce: .cut(0)
      case .cutInHead: .cut(40)
      case .cutInBody: .cut(1200)
      case .delayed: .delay(milliseconds: 30)
      case .reset: .reset
      case .lost: .loseAnswer
      case .tooMany: .status(429, ["Retry-After": "1"])
      case .secondary: .secondaryLimit(retryAfter: 1)
      case .broken500: .status(500)
      case .broken502: .status(502)
      case .broken503: .status(503)
      case .page: .html
      }
    }
  }

  struct Case: Sendable, CustomStringConvertible {
    var trouble: Trouble
    var request: Request
    var times = 1
    var skip = 0

    var description: String { "\(trouble) \(times)x at \(request), after \(skip)" }
    var fault: FakeFault { FakeFault(trouble.kind, times: times, skip: skip) { [request] in request.fits($0) } }
  }

  /// A world on GitHub that has qualified what it runs, and knows a new version.
  let start: World
  /// What the world comes to when nothing goes wrong, and how many requests that takes.
  let end: EndState
  let requests: Int
  private static let runs = 12

  init() throws {
    start = try ForgeKind.$current.withValue(.github) {
      let world = try World(
        World.Plan(tiers: [("dev", ["d1", "d2"])], stageSettings: ["dev": "merge: {approvals: 1}"], soak: "10m"))
      try world.release("1.0.0")
      try world.run(times: 4, apart: 300)
      try world.release("1.1.0")
      // Each telling has an address of its own, and so a cache.
      try FileManager.default.removeItem(atPath: world.path + "/cache")
      return world
    }
    let (world, problem) = try Self.tell(start, [])
    if let problem { throw Story.Failed(description: "without a fault: \(problem)") }
    end = try EndState(world)
    requests = try world.github.requests.count
  }

  static let shared = Result { try FaultStory() }

  /// Tells the story with faults, and gives what is wrong with its end.
  func problem(_ faults: [FakeFault]) throws -> String? {
    let (world, problem) = try Self.tell(start, faults)
    if let problem { return problem }
    if let difference = try EndState(world).difference(from: end, without: "world/gates/") { return difference }
    let hub = try world.github
    // Retries and more runs, but nothing without end.
    let count = hub.requests.count
    if count > requests * 3 { return "\(count) requests, where \(requests) are enough" }
    return try Self.promise(hub, world)
  }

  private static func tell(_ start: World, _ faults: [FakeFault]) throws -> (World, String?) {
    let world = try World(copyOf: start)
    let hub = try world.github
    for fault in faults { hub.fail(fault) }
    for _ in 0..<runs {
      for pull in hub.openPulls where !pull.reviews.contains(where: { $0.commit == pull.head }) {
        try hub.approve(pull.number, as: "dana")
      }
      let done = try world.sluice("run", "-v")
      if done.killedBySignal || ![0, 1, 65, 69, 75, 77].contains(done.status) {
        return (world, "status \(done.status)\n\(done.output)\(done.errors)")
      }
      if let leak = World.leak(done.output + done.errors) { return (world, "\(leak) is in what was said") }
      try world.advance(60)
      // The end is reached when nothing goes wrong and nothing is left to do.
      if done.status == 0, done.output.isEmpty, try world.desired("dev") == "1.1.0" { return (world, nil) }
    }
    return (world, "it did not come to its end in \(runs) runs")
  }

  /// One request, merged at the head that was approved and tested.
  private static func promise(_ hub: FakeGitHub, _ world: World) throws -> String? {
    let pulls = hub.allPulls
    guard pulls.count == 1, let pull = pulls.first else { return "\(pulls.count) requests: \(pulls.map(\.title))" }
    guard pull.isMerged else { return "it is not merged" }
    guard pull.reviews.contains(where: { $0.commit == pull.head && $0.state == .approved }) else {
      return "nobody approved its head"
    }
    let passed = Set(hub.statuses(of: pull.head).filter { $0.state == "success" }.map(\.context))
    guard passed.isSuperset(of: ["sluice/yaml", "sluice/resolve"]) else { return "its head was not tested: \(passed)" }
    return nil
  }
}
