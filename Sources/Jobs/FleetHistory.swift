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
  private let loaded: [UInt8]?
  private var resolved: [(tree: ObjectID, fleet: ResolvedFleet)] = []

  init(policy: PolicyFile, repository: Repository, memo: FleetMemo?) {
    self.repository = repository
    self.memo = memo
    loaded = memo?.load()
    reader = FleetReader(policy: policy, memo: loaded)
  }

  /// The fleet at a tree; that of an unchanged tree is the one resolved before.
  func fleet(at tree: ObjectID) async throws -> ResolvedFleet {
    if let known = resolved.first(where: { $0.tree == tree }) { return known.fleet }
    let fleet = try await reader.resolve(try await Self.snapshot(of: tree, in: repository))
    resolved = Array(([(tree, fleet)] + resolved).prefix(4))
    return fleet
  }

  /// The regular files of a tree. Links are left out: nothing is read through one.
  static func snapshot(of tree: ObjectID, in repository: Repository) async throws -> Snapshot {
    var files: [String: ContentID] = [:]
    for file in try await repository.files(in: tree) where file.mode == .file || file.mode == .executable {
      files[file.path] = file.id.content
    }
    return Snapshot(files: files, tree: tree.content) { ids in
      var contents: [ContentID: [UInt8]] = [:]
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

  /// Keeps what was read for the next run, where that is something new.
  func remember() async {
    guard let memo, let bytes = await reader.memo(), bytes != loaded else { return }
    memo.save(bytes)
  }
}

extension ObjectID {
  var content: ContentID { ContentID(bytes: bytes) }
  /// The first digits, as people write them.
  package var short: String { String(hex.prefix(10)) }
}

extension ContentID {
  var object: ObjectID? { ObjectID(hex: hex) }
}
