import Git
import Synchronization

extension LocalForge {
  func reading<T: Sendable>(_ body: (Repository) async throws(GitError) -> T) async throws(ForgeError) -> T {
    do { return try await body(repository) } catch { throw .git(error) }
  }

  /// The forge as it is now: heads are their branches' tips, and what the base holds is merged.
  ///
  /// - Parameter heads: Whether to read `refs/pull/<n>/head` of all. There is one for every request that there ever was, and
  ///   only who writes needs more than those of the open ones.
  func state(heads: Bool = false) async throws(ForgeError) -> ForgeState {
    var references = try await reading { (repository) throws(GitError) in
      try await repository.fetch(prefixes: [Self.reference, "refs/heads"] + (heads ? ["refs/pull"] : []))
    }
    let tip = references[Self.reference]
    let stored = try await stored(at: tip)
    let open = stored.values.filter { $0.request.state == .open }.map { ForgeState.headReference($0.request.number) }
    if !heads, !open.isEmpty {
      let found = try await reading { (repository) throws(GitError) in try await repository.fetch(prefixes: open) }
      references.merge(found) { $1 }
    }
    var pulls = stored
    for (number, file) in pulls where file.request.state == .open {
      pulls[number] = try await current(file, references)
    }
    return ForgeState(tip: tip, references: references, stored: stored, pulls: pulls)
  }

  private func stored(at tip: ObjectID?) async throws(ForgeError) -> [Int: PullFile] {
    guard let tip else { return [:] }
    let entries = try await reading { (repository) throws(GitError) in
      try await repository.files(in: tip, under: ["pulls/"])
    }
    let known = known.withLock { $0 }
    let missing = entries.map(\.id).filter { known[$0] == nil }
    let blobs = try await reading { (repository) throws(GitError) in try await repository.blobs(missing) }
    var files: [ObjectID: PullFile] = [:]
    var pulls: [Int: PullFile] = [:]
    for entry in entries where entry.path.hasSuffix(".json") {
      let file: PullFile
      if let there = known[entry.id] {
        file = there
      } else {
        guard let bytes = blobs[entry.id] else { throw .damaged(file: entry.path, why: "its content is missing") }
        file = try PullFile(bytes, path: entry.path)
      }
      files[entry.id] = file
      pulls[file.request.number] = file
    }
    self.known.withLock { $0 = files }
    return pulls
  }

  /// An open request with the head that its branch has now, and merged when the base holds that.
  ///
  /// Where the base holds the head that it had, a branch that was made anew since is another request's.
  private func current(_ file: PullFile, _ references: [String: ObjectID]) async throws(ForgeError) -> PullFile {
    var file = file
    let branch = references["refs/heads/\(file.request.branch)"]
    let had = references[ForgeState.headReference(file.request.number)] ?? file.request.head
    file.request.head = branch ?? had
    guard let base = references["refs/heads/\(file.request.base)"] else { return file }
    if let branch, branch != had, try await hasLanded(had, of: file, in: base), try await fork(branch, base) != had {
      file.request.head = had
    }
    guard try await hasLanded(file.request.head, of: file, in: base) else { return file }
    file.request.state = .merged
    file.request.mergedCommit = try await firstCommit(of: base, after: file.openedOn, holding: file.request.head)
    return file
  }

  /// Whether the base holds a head that it did not hold when the request was opened.
  private func hasLanded(_ head: ObjectID, of file: PullFile, in base: ObjectID) async throws(ForgeError) -> Bool {
    guard try await isIn(head, base) else { return false }
    if let openedOn = file.openedOn { return try await !isIn(head, openedOn) }
    return true
  }

  private func fork(_ branch: ObjectID, _ base: ObjectID) async throws(ForgeError) -> ObjectID? {
    try await reading { (repository) throws(GitError) in try await repository.mergeBase(branch, base) }
  }

  private func isIn(_ commit: ObjectID, _ tip: ObjectID) async throws(ForgeError) -> Bool {
    do { return try await repository.isAncestor(commit, of: tip) } catch {
      // A base that was rewritten may have lost its old commits: what is not there was not merged into it.
      guard error.kind == .notFound else { throw .git(error) }
      return false
    }
  }

  /// The oldest commit along the base's first parents that holds `head`.
  private func firstCommit(
    of base: ObjectID, after start: ObjectID?, holding head: ObjectID
  ) async throws(ForgeError) -> ObjectID? {
    let history = try await reading { (repository) throws(GitError) in
      try await repository.firstParentHistory(from: base, until: start, limit: 10_000)
    }
    // Newest first: those that hold it come before those that do not.
    var (low, high) = (0, history.count)
    while low < high {
      let middle = (low + high) / 2
      if try await isIn(head, history[middle].id) { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? history[low - 1].id : nil
  }

  func statuses(of commit: ObjectID, at tip: ObjectID?) async throws(ForgeError) -> StatusFile {
    guard let tip else { return StatusFile() }
    let path = StatusFile.path(commit)
    let bytes = try await reading { (repository) throws(GitError) -> [UInt8]? in
      guard let entry = try await repository.files(in: tip, under: [path]).first(where: { $0.path == path }) else {
        return nil
      }
      return try await repository.blob(entry.id)
    }
    guard let bytes else { return StatusFile() }
    return try StatusFile(bytes, path: path)
  }
}
