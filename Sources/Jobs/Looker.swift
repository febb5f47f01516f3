import Fleet
import Forge
import Git
import Ledger
import Promotion
import Report
import Synchronization

/// Reads everything that decisions are made from, and makes the situation of it.
struct Looker {
  let workspace: Workspace
  private var policy: Policy { workspace.policy.promotion }

  /// How old a look may be that is used again where nothing that it was made of has moved.
  private static let reuse = Duration.seconds(10)

  /// - Throws: whatever can't be read. A forge that does not answer is no error here: what is open is unknown then, and
  ///   nothing is replaced.
  func look() async throws -> Look {
    let base = try await workspace.repository.commit(try await workspace.baseTip())
    let names = BranchNames(policy: policy.name)
    let references = try await workspace.repository.fetch(prefixes: names.folders)
    let ledger = try await workspace.ledger.load()
    // What people closed under a name that a stage or a group no longer has is remembered too (trap 33).
    let written = try await ledger.all(TipRecord.self).values.keys
    let branches = Set(policy.places.map { BranchNames.short(names.reference($0)) }).union(written)
    let requests = await Requests(workspace, branches: branches.sorted())
    let now = workspace.clock()
    if let last = workspace.lastLook.withLock({ $0 }), last.base.id == base.id, last.references == references,
      last.ledger.tip == ledger.tip, last.requests.isSame(as: requests), last.now <= now, now <= last.now + Self.reuse
    {
      return last
    }
    let look = try await look(base, references, ledger, requests, now)
    workspace.lastLook.withLock { $0 = look }
    return look
  }

  /// How far this clock may be behind another run's.
  private static let skew = Duration.seconds(300)

  /// A clock that is behind makes young what is old, and old what is young: nothing is decided by it.
  private static func checkClock(_ records: LedgerRecords, _ now: Timestamp) throws {
    if let newest = records.heartbeats.values.values.map(\.beat.at).max(), now + skew < newest {
      throw JobError.clockBehind(now: now, seen: newest)
    }
  }

  private func look(
    _ base: Commit, _ references: [String: ObjectID], _ ledger: LedgerSnapshot, _ requests: Requests, _ now: Timestamp
  ) async throws -> Look {
    let repository = workspace.repository
    let records = try await LedgerRecords(ledger)
    try Self.checkClock(records, now)
    let history = try await HistoryView(workspace: workspace, base: base, ledger: ledger, records: records)
    let walk = history.walk(records, now: now)
    let reader = BranchReader(
      repository: repository, names: BranchNames(policy: policy.name), base: base, tips: records.tips, requests: requests.open)
    let branches = try await reader.read(references, closed: requests.closed)
    var maker = SituationMaker(policy: workspace.policy, records: records, walk: walk, fleet: history.fleet, now: now)
    await maker.addClosed(requests.closed, in: workspace)
    var gates: [BranchPlace: GateView] = [:]
    for (place, branch) in branches {
      gates[place] = try await GateView(branch, policy: policy, ledger: ledger, workspace: workspace)
      switch branch.kind {
      case .promote: maker.add(branch, gates: gates[place]?.results ?? [:])
      case .takeBack: try await maker.addTakeBack(branch, in: workspace)
      case .consolidate: maker.addConsolidation(branch)
      }
    }
    maker.addOverrides(records.overrides, in: history.fleet)
    maker.situation.unreadableSlots = requests.problem != nil
    let (planner, consolidations) = try await Consolidations(
      fleet: history.fleet, records: records.overrides, workspace: workspace
    )
    .settled(maker.situation)
    return Look(
      now: now, base: base, baseBranch: BranchNames.short(try await workspace.baseReference()), fleet: history.fleet,
      ledger: ledger, records: records, history: history, walk: walk, branches: branches, gates: gates,
      references: references, requests: requests, planner: planner, consolidations: consolidations)
  }
}

/// The requests of a policy's promotions at the forge.
struct Requests: Sendable {
  let open: [PullRequest]
  /// Closed unmerged, newest first.
  let closed: [PullRequest]
  /// Why the forge can't be read.
  let problem: ForgeError?

  func isSame(as other: Requests) -> Bool {
    problem == nil && other.problem == nil && open == other.open && closed == other.closed
  }

  /// What did not answer is not asked again in a run: each job would wait for it anew.
  init(_ workspace: Workspace, branches: [String]) async {
    if let problem = workspace.forgeProblem.withLock({ $0 }) {
      (open, closed, self.problem) = ([], [], problem)
      return
    }
    do throws(ForgeError) {
      let requests = try await workspace.forge.open(prefix: "sluice/\(workspace.policy.name)/")
      (open, closed, problem) = (requests, try await workspace.forge.closed(branches: branches), nil)
    } catch {
      (open, closed, problem) = ([], [], error)
      if workspace.forge.seesMergesLater { workspace.forgeProblem.withLock { $0 = error } }
    }
  }
}

/// The base's history since the ledger walked it.
struct HistoryView: Sendable {
  /// The fleet at the tip.
  let fleet: ResolvedFleet
  private let start: ResolvedFleet?
  private let steps: [WalkStep]
  private let branch: String
  private let policy: Policy

  /// - Throws: `LedgerError` for a ledger that went backwards or is missing, `FleetError` where the tip does not resolve.
  init(workspace: Workspace, base: Commit, ledger: LedgerSnapshot, records: LedgerRecords) async throws {
    policy = workspace.policy.promotion
    branch = BranchNames.short(try await workspace.baseReference())
    let cursor = records.cursors[branch].flatMap { ObjectID(hex: $0.commit) }
    try await Self.verify(workspace, ledger, base, since: cursor)
    fleet = try await workspace.fleets.baseFleet(at: base.tree)
    (start, steps) = try await workspace.fleets.steps(after: cursor, to: base)
  }

  /// Refuses a ledger that went backwards, or is missing while the base was decided on one. Asked before the first write.
  static func verify(_ workspace: Workspace, _ ledger: LedgerSnapshot) async throws {
    let base = try await workspace.repository.commit(try await workspace.baseTip())
    let branch = BranchNames.short(try await workspace.baseReference())
    let cursor = try await ledger.all(CursorRecord.self)[branch].flatMap { ObjectID(hex: $0.commit) }
    try await verify(workspace, ledger, base, since: cursor)
  }

  /// The newest promotion since the cursor names the ledger that it was decided on; the present one must descend from it.
  private static func verify(
    _ workspace: Workspace, _ ledger: LedgerSnapshot, _ base: Commit, since cursor: ObjectID?
  ) async throws {
    var until: ObjectID?
    if let cursor, (try? await workspace.repository.isAncestor(cursor, of: base.id)) == true { until = cursor }
    let history = try await workspace.repository.firstParentHistory(from: base.id, until: until)
    let newest = history.lazy
      .compactMap { PromotionTrailers.ledgerTip(inMessage: $0.message, policy: workspace.policy.name) }
      .compactMap { ObjectID(hex: $0) }.first
    try await workspace.ledger.verify(ledger, trailers: newest.map { [$0] } ?? [])
  }

  /// The fleet before each commit since.
  var earlier: [ResolvedFleet] { steps.isEmpty ? [] : ([start] + steps.dropLast().map(\.fleet)).compactMap(\.self) }

  func walk(_ records: LedgerRecords, now: Timestamp) -> Walk {
    Walk(
      from: start, steps: steps, recorded: records.clusters.values, holds: records.holds.values.mapValues(\.hold),
      setAside: records.pauses.values.filter { $0.value.holds(at: now) }.mapValues(\.at),
      seen: records.versions.values.mapValues(\.seen), policy: policy, walkedAt: records.cursors[branch]?.at, now: now)
  }
}

extension Policy {
  /// Every stage with every group, in the order of the policy.
  var slots: [Slot] { stages.flatMap { stage in groups.map { Slot(stage: stage.name, group: $0.name) } } }

  /// Every branch that there may be.
  var places: [BranchPlace] { ChangeKind.allCases.flatMap { kind in slots.map { BranchPlace(kind, $0) } } }
}
