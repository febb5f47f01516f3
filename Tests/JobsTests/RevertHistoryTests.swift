import Fleet
import Forge
import Git
import Ledger
import Promotion
import Report
import Synchronization
import TestSupport
import Testing

@testable import Jobs

/// A bare repository with one file, and jobs that run on it in this process.
private final class RevertWorld: Sendable {
  let bump: RevertedBump
  let folder: TemporaryFolder
  let repository: Repository
  let clock = Mutex(1_750_000_000)
  /// What was said that could not be written exactly.
  let refusals = Mutex<[String]>([])

  init(_ bump: RevertedBump) async throws {
    self.bump = bump
    folder = try TemporaryFolder()
    try Command.check(["git", "init", "-q", "--bare", "-b", "main", folder.path + "/r.git"])
    repository = try await Repository.open(try RemoteLocation(folder.path + "/r.git", relativeTo: "/"))
  }

  func commit(_ bytes: [UInt8], _ message: String) async throws {
    let tip = try await repository.references(prefixes: ["refs/heads/main"])["refs/heads/main"]
    let base: ObjectID? = if let tip { try await repository.commit(tip).tree } else { nil }
    let tree = try await repository.writeTree(base: base, changes: ["config": .write(bytes)])
    let person = Signature(name: "Dana", email: "dana@example.test", seconds: clock.withLock { $0 })
    let commit = try await repository.writeCommit(
      tree: tree, parents: tip.map { [$0] } ?? [], message: message, author: person, committer: person)
    _ = try await repository.push([RefUpdate("refs/heads/main", from: tip, to: commit)])
  }

  func tip() async throws -> ObjectID? {
    try await repository.references(prefixes: ["refs/heads/main"])["refs/heads/main"]
  }

  /// A run, a minute after the one before; gives what is held and what is open then.
  func run(withNext: Bool = false, only jobs: Set<JobName> = Set(JobName.allCases)) async throws -> (
    holds: [Hold], open: [PullRequest], asks: Int
  ) {
    let now = clock.withLock { clock in
      clock += 60
      return clock
    }
    let text = bump.policy(folder.path + "/r.git", withNext: withNext)
    let policy = try PolicyFile.read(Array(text.utf8), name: "policy.yaml", folder: folder.path)
    let forge = LocalForge(repository: repository, clock: { now })
    let workspace = Workspace(
      policy: policy, policyDigest: "p", repository: repository,
      ledger: LedgerStore(
        repository: repository, reference: "refs/heads/sluice-ledger", policy: "reverts", author: LedgerStore.Author(),
        clock: { now }), forge: forge, runName: "test", clock: { Timestamp(seconds: now) },
      tell: { event in
        if case .warning(let text) = event, text.contains("is not exact") { self.refusals.withLock { $0.append(text) } }
      })
    for failure in await Chain(workspace, only: jobs).run() { throw failure.error }
    let look = try await Looker(workspace: workspace).look()
    let slot = try #require(look.planner.slots.first)
    let needed = look.situation.open[slot].map { look.planner.neededApprovals(slot, $0.tuple) } ?? 0
    return (look.situation.holds.filter(\.isActive), try await forge.open(prefix: "sluice/"), needed)
  }
}

@Suite("Reverts of real repositories")
struct RevertHistoryTests {
  private enum Outcome: Hashable {
    case held
    /// Held, released by its undoing; a newer version can't be written, since the value is an anchor that gives others too.
    case heldAndShared
    case released
    case wrong(String)
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `each bump that was taken back is held, and its successor asks; one that went back is released`() async throws {
    let bumps = try RevertedBump.all()
    #expect(bumps.count == 207)
    var outcomes: [Outcome: [String]] = [:]
    for bump in bumps {
      let outcome: Outcome
      do { outcome = try await judge(bump) } catch { outcome = .wrong("\(error)") }
      outcomes[outcome, default: []].append(bump.name)
    }
    let count = { (outcome: Outcome) in outcomes[outcome]?.count ?? 0 }
    print(
      "reverts: \(count(.held)) forward, held until undone; \(count(.released)) backward, released by their revert; "
        + "\(count(.heldAndShared)) forward and held, their values shared by an anchor, so that nothing can be written exactly")
    for case (.wrong(let why), let names) in outcomes { Issue.record("\(why): \(names)") }
    #expect(count(.held) + count(.released) + count(.heldAndShared) == bumps.count)
  }

  private func judge(_ bump: RevertedBump) async throws -> Outcome {
    let world = try await RevertWorld(bump)
    let look: Set<JobName> = [.discover, .check]
    try await world.commit(bump.states[0], "start")
    _ = try await world.run(only: look)
    try await world.commit(bump.states[1], "bump")
    let bumped = try await world.run(only: look)
    if bump.states[2] != bump.states[1] {
      try await world.commit(bump.states[2], "something else")
      _ = try await world.run(only: look)
    }
    try await world.commit(bump.states[3], "hm")
    let reverted = try await world.run()
    if !bump.isForward {
      if bumped.holds.isEmpty { return .wrong("the bump went back, and nothing was held") }
      return reverted.holds.isEmpty ? .released : .wrong("the revert of a bump that went back did not release it")
    }
    if !bumped.holds.isEmpty { return .wrong("a bump that went forward is held") }
    guard let hold = reverted.holds.first, hold.scope == .stage else { return .wrong("the revert is not held") }
    let again = try await world.run()
    if !reverted.open.isEmpty || !again.open.isEmpty { return .wrong("something is proposed after the revert") }
    let tip = try await world.tip()
    let next = try await world.run(withNext: true)
    let isShared = next.open.isEmpty && !world.refusals.withLock { $0.isEmpty }
    if !isShared, next.open.count != 1 || next.asks != 1 { return .wrong("the newer version is not proposed, or asks nobody") }
    if !isShared, try await world.run(withNext: true).open.count != 1 { return .wrong("the newer version landed unasked") }
    if try await world.tip() != tip { return .wrong("the base moved") }
    try await world.commit(bump.states[2], "back again")
    guard try await world.run(withNext: true).holds.isEmpty else { return .wrong("undoing the revert did not release it") }
    return isShared ? .heldAndShared : .held
  }
}
