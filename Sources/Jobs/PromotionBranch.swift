import Forge
import Git
import Ledger
import Promotion
import Report

/// What a branch is for: each slot has one of each kind at most.
struct BranchPlace: Hashable, Sendable, Comparable {
  let kind: ChangeKind
  let slot: Slot

  init(_ kind: ChangeKind, _ slot: Slot) {
    self.kind = kind
    self.slot = slot
  }

  /// Take-backs come first: what is bad goes before anything new comes.
  static func < (a: BranchPlace, b: BranchPlace) -> Bool { (a.rank, a.slot) < (b.rank, b.slot) }

  private var rank: Int {
    switch kind {
    case .takeBack: 0
    case .promote: 1
    case .consolidate: 2
    }
  }
}

/// The names of Sluice's own branches: `sluice/<policy>/promote/<stage>/<group>`, `take-back/…`, `consolidate/…`.
struct BranchNames: Sendable {
  let policy: String

  /// One for each kind.
  var folders: [String] { ChangeKind.allCases.map(folder) }

  private func folder(_ kind: ChangeKind) -> String { "refs/heads/sluice/\(policy)/\(kind.rawValue)/" }

  func reference(_ place: BranchPlace) -> String { "\(folder(place.kind))\(place.slot.stage)/\(place.slot.group)" }

  func place(ofReference name: String) -> BranchPlace? {
    for kind in ChangeKind.allCases {
      let folder = folder(kind)
      guard name.hasPrefix(folder) else { continue }
      let parts = name.dropFirst(folder.count).split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      return BranchPlace(kind, Slot(stage: String(parts[0]), group: String(parts[1])))
    }
    return nil
  }

  /// A reference as people write it.
  static func short(_ reference: String) -> String {
    reference.hasPrefix("refs/heads/") ? String(reference.dropFirst("refs/heads/".count)) : reference
  }
}

/// A promotion's branch (or a take-back's, or a consolidation's) as it is at the remote, and the request that it has.
struct PromotionBranch: Sendable {
  let place: BranchPlace
  /// The full name of the reference.
  let reference: String
  let tip: Commit
  /// What its newest own commit says; nil where Sluice never wrote one that can be read.
  let trailers: PromotionTrailers?
  /// The newest commit on it that a person wrote, by whom; a merge of the base into it is not that.
  let personsCommit: (id: ObjectID, author: String)?
  /// Who wrote commits on it.
  let authors: Set<String>
  let request: PullRequest?
  /// A request that had this very tip and was closed unmerged.
  let closed: PullRequest?
  let content: MergeOutcome

  var slot: Slot { place.slot }
  var kind: ChangeKind { place.kind }

  /// The tree that would land.
  var tree: ObjectID? {
    switch content {
    case .clean(let tree): tree
    case .fastForward: tip.tree
    case .upToDate, .conflict: nil
    }
  }
}

/// Reads the promotion branches of a policy.
struct BranchReader {
  let repository: Repository
  let names: BranchNames
  let base: Commit
  let tips: Records<TipRecord>
  let requests: [PullRequest]

  /// The branches that hold something the base does not have yet.
  func read(_ references: [String: ObjectID], closed: [PullRequest]) async throws -> [BranchPlace: PromotionBranch] {
    var branches: [BranchPlace: PromotionBranch] = [:]
    for (reference, id) in references.sorted(by: { $0.key < $1.key }) {
      guard let place = names.place(ofReference: reference) else { continue }
      if try await repository.isAncestor(id, of: base.id) { continue }
      let branch = try await branch(place, reference, id, closed)
      // Squashed or rebased, its content is in the base though its commits are not.
      if branch.tree == base.tree, branch.request == nil, branch.personsCommit == nil { continue }
      branches[place] = branch
    }
    return branches
  }

  private func branch(
    _ place: BranchPlace, _ reference: String, _ id: ObjectID, _ closed: [PullRequest]
  ) async throws -> PromotionBranch {
    let short = BranchNames.short(reference)
    let own = Set(tips[short]?.commits ?? [])
    let history = try await commits(from: id)
    let newestOwn = history.first { own.contains($0.id.hex) }
    var persons: (ObjectID, String)?
    for commit in history {
      if own.contains(commit.id.hex) { break }
      if try await isMergeOfBase(commit) { continue }
      persons = (commit.id, commit.author.name)
      break
    }
    return PromotionBranch(
      place: place, reference: reference, tip: try await repository.commit(id),
      trailers: newestOwn.flatMap { PromotionTrailers(message: $0.message) },
      personsCommit: persons, authors: Set(history.map(\.author.name)),
      request: requests.first { $0.branch == short },
      closed: closed.first { $0.branch == short && $0.head == id },
      content: try await merge(base.id, id))
  }

  /// What shares no commit with the base (which may have been written anew) conflicts with all of it.
  private func merge(_ ours: ObjectID, _ theirs: ObjectID) async throws -> MergeOutcome {
    guard try await repository.mergeBase(ours, theirs) != nil else { return .conflict([]) }
    return try await repository.merge(ours: ours, theirs: theirs)
  }

  /// The branch's own commits along first parents, newest first; as many as anybody looks through.
  private func commits(from id: ObjectID) async throws -> [Commit] {
    let fork = try await repository.mergeBase(id, base.id)
    return try await repository.firstParentHistory(from: id, until: fork, limit: 100)
  }

  /// A merge whose second parent is in the base, and that changes nothing else.
  private func isMergeOfBase(_ commit: Commit) async throws -> Bool {
    guard commit.parents.count == 2, try await repository.isAncestor(commit.parents[1], of: base.id) else { return false }
    guard case .clean(let tree) = try await merge(commit.parents[0], commit.parents[1]) else {
      return false
    }
    return tree == commit.tree
  }
}
