package import Fleet
package import Forge
package import Git
import Host
package import Ledger
package import Promotion
package import Report
import Synchronization

/// What the jobs of one policy share: its repository, ledger and forge, a clock, and where news goes.
package final class Workspace: Sendable {
  package let policy: PolicyFile
  package let repository: Repository
  package let ledger: LedgerStore
  package let forge: any Forge
  /// Read right before each effect, never kept.
  package let clock: @Sendable () -> Timestamp
  /// Nothing is written but the cache; what would be is told.
  package let isDryRun: Bool
  /// Names this run in claims.
  package let runName: String
  package let signing: Signing?
  /// Of the policy file's bytes: another policy makes gates' results void.
  package let policyDigest: String
  /// This process's environment, as children see it less the secrets.
  package let environment: [String: String]
  /// Whose clusters this run looks at.
  package let shard: Shard
  /// Told of each request to a server, in one line; nil: nobody asked for that.
  let log: (@Sendable (String) -> Void)?
  /// Told how far long work is, in one line; nil: nobody watches.
  let progress: (@Sendable (ProgressLine) -> Void)?
  /// The layout of pull requests' texts.
  package let template: PullRequestTemplate
  /// How servers are reached that are asked for versions; nil: over https none is.
  let http: HTTPAccess?
  let fleets: FleetHistory
  private let tell: @Sendable (Event) -> Void
  /// What was looked at last, for as long as nothing of it moves.
  let lastLook = Mutex<Look?>(nil)
  /// The promotions that were made last.
  let lastContents = Mutex<[PromotionContent.Made]>([])
  let lastConsolidations = Mutex<[Consolidations.Made]>([])
  /// Why the forge could not be read in this run.
  let forgeProblem = Mutex<ForgeError?>(nil)
  /// What the forge answered in this run to merges, by request and head; and how often each lost a race.
  let refusals = Mutex<[String: MergeAnswer]>([:])
  let races = Mutex<[String: Int]>([:])
  /// Whether what was read of servers was read for a look that nobody has used yet.
  private let isFresh = Mutex(true)
  private let told = Mutex<[Event]>([])
  private let worst = Mutex<Int32>(0)

  package init(
    policy: PolicyFile, policyDigest: String, repository: Repository, ledger: LedgerStore, forge: any Forge,
    template: PullRequestTemplate = .standard, http: HTTPAccess? = nil, memo: FleetMemo? = nil,
    environment: [String: String] = [:], signing: Signing? = nil, isDryRun: Bool = false,
    runName: String, shard: Shard = .all, clock: @escaping @Sendable () -> Timestamp,
    log: (@Sendable (String) -> Void)? = nil, progress: (@Sendable (ProgressLine) -> Void)? = nil,
    tell: @escaping @Sendable (Event) -> Void
  ) {
    self.policy = policy
    self.policyDigest = policyDigest
    self.environment = environment
    self.repository = repository
    self.ledger = ledger
    self.forge = forge
    self.signing = signing
    self.isDryRun = isDryRun
    self.runName = runName
    self.shard = shard
    self.template = template
    self.http = http
    self.log = log
    self.progress = progress
    self.clock = clock
    self.tell = tell
    fleets = FleetHistory(policy: policy, repository: repository, memo: memo)
  }

  func report(_ event: Event) { tell(event) }

  /// Reports what was not yet said in this run.
  func reportOnce(_ event: Event) {
    let isNew = told.withLock { told in
      if told.contains(event) { return false }
      told.append(event)
      return true
    }
    if isNew { tell(event) }
  }

  /// Notes that a part of the work failed while the rest went on: the run's exit code tells.
  func fail(_ code: Int32) { worst.withLock { $0 = max($0, code) } }

  /// What a part of the work failed with; 0 where nothing did.
  package var exitCode: Int32 { worst.withLock { $0 } }

  /// Whether servers are asked once, and their answers used by all jobs of a run that do not act.
  private var remembersServers: Bool {
    if case .http = repository.remote.kind { return true }
    return forge.seesMergesLater
  }

  /// Whether the next look reads anew; from then on it is no longer so.
  func takeFreshness() -> Bool {
    guard remembersServers else { return true }
    return isFresh.withLock { isFresh in
      defer { isFresh = false }
      return isFresh
    }
  }

  /// Forgets what servers said: what is looked at next is asked anew.
  func refresh() async {
    guard remembersServers else { return }
    await repository.refresh()
    await forge.refresh()
    isFresh.withLock { $0 = true }
  }

  /// Who makes Sluice's commits, now.
  func signature() -> Signature {
    Signature(
      name: policy.repository.authorName, email: policy.repository.authorEmail, seconds: clock().seconds)
  }

  /// The full name of the base branch: the policy's, else the one that the remote's HEAD names.
  func baseReference() async throws -> String {
    if let branch = policy.repository.branch { return "refs/heads/\(branch)" }
    guard let name = try await repository.defaultBranch() else {
      throw JobError.noBase("HEAD of \(policy.repository.url) names no branch", hint: "write repository: {branch: …}")
    }
    return name
  }

  /// The base as it is at the remote now.
  func baseTip() async throws -> ObjectID {
    let name = try await baseReference()
    guard let tip = try await repository.fetch(prefixes: [name])[name] else {
      throw JobError.noBase(
        "\(policy.repository.url) has no \(name)", hint: "push the branch, or name another in repository: {branch: …}")
    }
    return tip
  }
}

/// What can't be decided or done, beyond the errors of the rooms below.
package enum JobError: Error, Sendable, CustomStringConvertible {
  case noBase(String, hint: String)
  /// A name that the policy does not have.
  case unknownName(kind: String, name: String, known: [String])
  case invalidSetting(String, hint: String)
  /// The same step was tried as often as may be, and others were always faster.
  case contended(String)
  /// This machine's clock is behind what the ledger says that another run has seen already.
  case clockBehind(now: Timestamp, seen: Timestamp)
  /// The change set that a promotion would make is not exact, or can't be made.
  case notExact(Slot, [String])

  package var description: String {
    switch self {
    case .noBase(let what, let hint), .invalidSetting(let what, let hint): "\(what), hint: \(hint)"
    case .unknownName(let kind, let name, let known):
      "there is no \(kind) \(name), hint: "
        + (known.isEmpty
          ? "there is none" : "\(known.count == 1 ? "the only \(kind) is" : "the \(kind)s are") \(known.joined(separator: ", "))")
    case .contended(let what): "\(what): others were faster each time, hint: run again in a minute"
    case .clockBehind(let now, let seen):
      "this machine's clock says \(TimeText.machine(now)), and the ledger has a heartbeat of \(TimeText.machine(seen)), "
        + "hint: set the clock of whichever machine is wrong; nothing was changed"
    case .notExact(let slot, let why):
      "the promotion of \(slot.group) in \(slot.stage) is not exact:\n" + why.map { "  \($0)" }.joined(separator: "\n")
    }
  }
}
