import Forge
import Git
import Ledger
import Promotion
import Report

/// The names of Sluice's own branches: `sluice/<policy>/promote/<stage>/<group>`.
struct BranchNames: Sendable {
  let policy: String

  var folder: String { "refs/heads/sluice/\(policy)/promote/" }

  func reference(_ slot: Slot) -> String { "\(folder)\(slot.stage)/\(slot.group)" }

  func slot(ofReference name: String) -> Slot? {
    guard name.hasPrefix(folder) else { return nil }
    let parts = name.dropFirst(folder.count).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    return Slot(stage: String(parts[0]), group: String(parts[1]))
  }

  /// A reference as people write it.
  static func short(_ reference: String) -> String {
    reference.hasPrefix("refs/heads/") ? String(reference.dropFirst("refs/heads/".count)) : reference
  }
}

/// A promotion's branch as it is at the remote, and the request that it has.
struct PromotionBranch: Sendable {
  let slot: Slot
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
  func read(_ references: [String: ObjectID], closed: [PullRequest]) async throws -> [Slot: PromotionBranch] {
    var branches: [Slot: PromotionBranch] = [:]
    for (reference, id) in references.sorted(by: { $0.key < $1.key }) {
      guard let slot = names.slot(ofReference: reference) else { continue }
      if try await repository.isAncestor(id, of: base.id) { continue }
      branches[slot] = try await branch(slot, reference, id, closed)
    }
    return branches
  }

  private func branch(
    _ slot: Slot, _ reference: String, _ id: ObjectID, _ closed: [PullRequest]
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
      slot: slot, reference: reference, tip: try await repository.commit(id),
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
