import Fleet
import Git
import Host
import Promotion

/// Where what was read of the fleet's files is kept between runs. Only a cache: it may go at any time.
package struct FleetMemo: Sendable {
  private let path: String

  package init(path: String) { self.path = path }

  func load() -> [UInt8]? { try? AtomicFile.read(path) }

  /// A memo that can't be written costs the next run some time and nothing else.
  func save(_ bytes: [UInt8]) {
    Fault.point(.memoWriteBefore)
    try? AtomicFile.write(bytes, to: path)
    Fault.point(.memoWriteAfter)
  }
}

/// The fleet at the commits and trees of a repository, each resolved once.
actor FleetHistory {
  private let repository: Repository
  private let reader: FleetReader
  private let memo: FleetMemo?
  private var resolved: [(tree: ObjectID, fleet: ResolvedFleet)] = []
  /// The fleet that the next run begins with.
  private var base: ResolvedFleet?

  init(policy: PolicyFile, repository: Repository, memo: FleetMemo?) {
    self.repository = repository
    self.memo = memo
    reader = FleetReader(policy: policy, memo: memo?.load())
  }

  /// The fleet at a tree; that of an unchanged tree is the one resolved before.
  func fleet(at tree: ObjectID) async throws -> ResolvedFleet {
    if let known = resolved.first(where: { $0.tree == tree }) { return known.fleet }
    let fleet = try await reader.resolve(Self.snapshot(of: tree, in: repository))
    resolved = Array(([(tree, fleet)] + resolved).prefix(8))
    return fleet
  }

  /// The fleet at the base's tree: what is read of it is worth keeping.
  func baseFleet(at tree: ObjectID) async throws -> ResolvedFleet {
    let fleet = try await fleet(at: tree)
    base = fleet
    return fleet
  }

  /// The regular files of a tree. Links are left out: nothing is read through one.
  static func snapshot(of tree: ObjectID, in repository: Repository) -> Snapshot {
    Snapshot(tree: tree.content) { ids in
      try await repository.bring(ids.compactMap(\.object))
    } list: {
      var files: [String: ContentID] = [:]
      let entries = try await repository.files(in: tree)
      files.reserveCapacity(entries.count)
      for file in entries where file.mode == .file || file.mode == .executable { files[file.path] = file.id.content }
      return files
    } compare: { earlier in
      guard let earlier = earlier.object else { return nil }
      let changes: [FileChange]?
      do throws(GitError) {
        changes = try await repository.regularChanges(from: earlier, to: tree)
      } catch {
        // The earlier tree need not be here any more; what is wrong with this one is told when it is listed.
        if error.kind == .notFound || error.kind == .damaged { return nil }
        throw error
      }
      return changes.map { changes in
        Dictionary(
          changes.map { ($0.path, Snapshot.Change(old: $0.old?.content, new: $0.new?.content)) }, uniquingKeysWith: { $1 })
      }
    } read: { ids in
      var contents: [ContentID: [UInt8]] = [:]
      contents.reserveCapacity(ids.count)
      for (id, bytes) in try await repository.blobs(ids.compactMap(\.object)) { contents[id.content] = bytes }
      return contents
    }
  }

  /// The base's first-parent history after a commit, oldest first; of a base that was rewritten, one step from where the
  /// two part.
  func steps(after cursor: ObjectID?, to tip: Commit) async throws -> (start: ResolvedFleet?, steps: [WalkStep]) {
    guard let cursor, cursor != tip.id else { return (try await step(tip).fleet, []) }
    let known = try? await repository.commit(cursor)
    guard let known, try await repository.isAncestor(cursor, of: tip.id) else {
      let fork = known == nil ? nil : try await repository.mergeBase(cursor, tip.id)
      let start: ResolvedFleet? = if let fork { try await step(repository.commit(fork)).fleet } else { nil }
      return (start, [try await step(tip)])
    }
    var steps: [WalkStep] = []
    for commit in try await repository.firstParentHistory(from: tip.id, until: cursor).reversed() {
      steps.append(try await step(commit))
    }
    return (try await step(known).fleet, steps)
  }

  private func step(_ commit: Commit) async throws -> WalkStep {
    do { return WalkStep(commit: commit, fleet: try await fleet(at: commit.tree), problem: nil) } catch let error as FleetError {
      if case .unreadable(let cause) = error { throw cause }
      return WalkStep(commit: commit, fleet: nil, problem: error.problems.first?.description)
    }
  }

  /// Keeps what was read of the base for the next run, where that is something new.
  func remember() async {
    guard let memo, let base, let bytes = await reader.memo(of: base) else { return }
    memo.save(bytes)
  }
}

extension ObjectID {
  var content: ContentID { ContentID(high: words.high, middle: words.middle, low: words.low) }
  /// The first digits, as people write them.
  package var short: String { String(hex.prefix(10)) }
}

extension ContentID {
  var object: ObjectID? { twenty.map { ObjectID(high: $0.high, middle: $0.middle, low: $0.low) } }
}
