import CGit
import HTTP
import Host

/// One remote repository: read by id, written in memory, pushed by compare-and-swap.
///
/// Everything runs on a thread of its own, since libgit2 blocks and keeps its errors there.
package actor Repository {
  package nonisolated let remote: RemoteLocation
  private nonisolated let thread = GitThread()
  private var place: Place?

  private enum Place {
    case path(PathRemote)
    case ssh(SSHRemote)
    case http(HTTPRemote)
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

  private init(_ remote: RemoteLocation) { self.remote = remote }

  deinit { thread.close() }

  /// Opens a repository on a path in place; for one over https or ssh, the cache below the folder `cache` (nil: a
  /// folder of its own that goes with it). The server itself is asked only when its references are.
  package static func open(
    _ remote: RemoteLocation, cache: String? = nil, credentials: SSHCredentials = SSHCredentials(), http: HTTPAccess? = nil
  ) async throws(GitError) -> Repository {
    let repository = Repository(remote)
    try await repository.start(cache, credentials, http)
    return repository
  }

  private func start(_ cache: String?, _ credentials: SSHCredentials, _ http: HTTPAccess?) async throws(GitError) {
    switch remote.kind {
    case .path(let path): place = .path(try PathRemote(path: path))
    case .ssh(let address):
      let knownHosts = try await KnownHosts.read(for: address, file: credentials.knownHosts)
      place = .ssh(try SSHRemote(remote, address, credentials, knownHosts, cache: cache))
    case .http(let url):
      place = .http(try HTTPRemote(remote, url, http ?? HTTPAccess(client: HTTPClient()), cache: cache))
    }
  }

  private func opened() throws(GitError) -> Place {
    guard let place else { throw GitError(.invalid, "cannot use \(remote)", "it is not open") }
    return place
  }

  private func use<Result>(_ work: (Store) throws(GitError) -> Result) async throws(GitError) -> Result {
    switch try opened() {
    case .path(let path): try work(path.store)
    case .ssh(let ssh): try ssh.healing { remote throws(GitError) in try work(try remote.store) }
    case .http(let http): try await http.read(work)
    }
  }

  /// As `use`, for what reads these files.
  private func use<Result>(
    files: (Store) throws(GitError) -> [ObjectID], _ work: (Store) throws(GitError) -> Result
  ) async throws(GitError) -> Result {
    guard case .http(let http) = place else { return try await use(work) }
    return try await http.healing { remote async throws(GitError) in
      try await remote.bring(try await remote.read(files))
      return try await remote.read(work)
    }
  }

  /// What a person should know: the cache is in use by another run, was damaged and is built anew.
  package var notices: [String] {
    switch place {
    case .ssh(let ssh): ssh.notices
    case .http(let http): http.notices
    case .path, nil: []
    }
  }

  /// Whether files come when they are read, each question a trip to the server: who needs many brings them first.
  package nonisolated var bringsFiles: Bool { if case .http = remote.kind { true } else { false } }

  // MARK: References

  /// Names what a run asks for again and again: over https it is asked for together, once, and the answer holds until `refresh`,
  /// or until a push of this run moves something. Elsewhere this changes nothing.
  package func watch(_ prefixes: [String]) {
    if case .http(let http) = place { http.watch(prefixes) }
  }

  /// Forgets what references were; whether there was anything to forget.
  @discardableResult
  package func refresh() -> Bool {
    if case .http(let http) = place { http.refresh() } else { false }
  }

  /// The references as they are at the remote now. A prefix is a whole name or a folder of names: `refs/heads/main`
  /// does not bring `refs/heads/main2`. Tags are not peeled.
  package func references(prefixes: [String]) async throws(GitError) -> [String: ObjectID] {
    switch try opened() {
    case .path(let path): try path.references(prefixes: prefixes)
    case .ssh(let ssh): try ssh.references(prefixes: prefixes)
    case .http(let http): try await http.references(prefixes: prefixes)
    }
  }

  /// The full name that the remote's HEAD points to; nil when the remote does not say.
  package func defaultBranch() async throws(GitError) -> String? {
    switch try opened() {
    case .path(let path): try path.defaultBranch()
    case .ssh(let ssh): try ssh.defaultBranch()
    case .http(let http): try await http.defaultBranch()
    }
  }

  /// As `references`, and everything that they reach is readable afterwards. (Over https files come when they are read.)
  @discardableResult
  package func fetch(prefixes: [String]) async throws(GitError) -> [String: ObjectID] {
    switch try opened() {
    case .path(let path):
      try path.store.refresh()
      return try path.references(prefixes: prefixes)
    case .ssh(let ssh):
      return try ssh.healing { remote throws(GitError) in try remote.fetch(prefixes: prefixes) }
    case .http(let http): return try await http.fetch(prefixes: prefixes)
    }
  }

  /// Moves references at the remote, each only while it is what `old` says; gives an outcome for each.
  ///
  /// All or none: when one has moved, none is. (Over ssh libgit2 cannot ask the server for that, so a reference that
  /// moves within the push itself is left alone while the others move.) Whether a move is a fast-forward is the
  /// caller's concern.
  package func push(_ updates: [RefUpdate]) async throws(GitError) -> [RefOutcome] {
    guard !updates.isEmpty else { return [] }
    guard Set(updates.map(\.name)).count == updates.count else {
      throw GitError(.invalid, "cannot push to \(remote)", "a reference is named twice")
    }
    Fault.point(.pushBefore)
    let outcomes: [RefOutcome]
    switch try opened() {
    case .path(let path): outcomes = try path.push(updates)
    case .ssh(let ssh): outcomes = try ssh.healing { remote throws(GitError) in try remote.push(updates) }
    case .http(let http): outcomes = try await http.push(updates)
    }
    Fault.point(.pushAfter)
    return outcomes
  }

  // MARK: Commits

  /// A commit; an annotated tag is followed to its commit.
  package func commit(_ id: ObjectID) async throws(GitError) -> Commit {
    try await use { store throws(GitError) in try store.commit(id) }
  }

  /// When a tag was made, or the commit that it names.
  package func date(of id: ObjectID) async throws(GitError) -> Int {
    try await use { store throws(GitError) in try store.date(of: id) }
  }

  /// Commits along first parents, newest first, without `until`.
  package func firstParentHistory(
    from: ObjectID, until: ObjectID? = nil, limit: Int? = nil
  ) async throws(GitError) -> [Commit] {
    try await use { store throws(GitError) in try store.firstParentHistory(from: from, until: until, limit: limit) }
  }

  /// Whether `ancestor` is `descendant` or in its history.
  package func isAncestor(_ ancestor: ObjectID, of descendant: ObjectID) async throws(GitError) -> Bool {
    try await use { store throws(GitError) in try store.isAncestor(ancestor, of: descendant) }
  }

  /// nil when the two have no commit in common.
  package func mergeBase(_ a: ObjectID, _ b: ObjectID) async throws(GitError) -> ObjectID? {
    try await use { store throws(GitError) in try store.mergeBase(a, b) }
  }

  /// The merge of two commits in memory, without a search for renames.
  package func merge(ours: ObjectID, theirs: ObjectID) async throws(GitError) -> MergeOutcome {
    try await use(files: { store throws(GitError) in try store.filesToMerge(ours: ours, theirs: theirs) }) {
      store throws(GitError) in
      try store.merge(ours: ours, theirs: theirs)
    }
  }

  /// A commit in memory, until it is pushed. With two parents it is a merge.
  package func writeCommit(
    tree: ObjectID, parents: [ObjectID], message: String, author: Signature, committer: Signature,
    signing: Signing? = nil
  ) async throws(GitError) -> ObjectID {
    let text = try await use { store throws(GitError) in
      try store.commitText(tree: tree, parents: parents, message: message, author: author, committer: committer)
    }
    let signature: String?
    if let signing { signature = try await Signer.signature(signing, of: text) } else { signature = nil }
    return try await use { store throws(GitError) in try store.writeCommit(text, signature: signature) }
  }

  // MARK: Files

  /// The files of a tree (or of a commit), at or below the prefixes, sorted by the bytes of their paths.
  package func files(in tree: ObjectID, under prefixes: [String] = [""]) async throws(GitError) -> [FileEntry] {
    try await use { store throws(GitError) in try store.files(in: tree, under: prefixes) }
  }

  /// The files of a tree (or of a commit) whose paths, as UTF-8, `isNamed` takes: a line of path, tab and id for each, sorted by
  /// the bytes of their paths. Submodules are none.
  package func lines(
    of tree: ObjectID, where isNamed: @Sendable (UnsafeBufferPointer<UInt8>) -> Bool
  ) async throws(GitError) -> [UInt8] {
    try await use { store throws(GitError) in try store.lines(of: tree, where: isNamed) }
  }

  /// Makes these files readable without a question to the server for each; for a path and ssh there is nothing to do.
  package func bring(_ ids: some Sequence<ObjectID> & Sendable) async throws(GitError) {
    guard case .http(let http) = place else { return }
    let ids = Array(ids)
    try await http.healing { remote async throws(GitError) in try await remote.bring(ids) }
  }

  /// Which of these commits can be read. Over https those that are not here are asked for by their ids: no branch may hold them any
  /// more, and a server may have them all the same.
  package func bring(commits ids: [ObjectID]) async throws(GitError) -> Set<ObjectID> {
    if case .http(let http) = place, !ids.isEmpty { try await http.bring(commits: ids) }
    return try holds(ids)
  }

  /// Which of these objects are here, without a question to anybody.
  package func holds(_ ids: [ObjectID]) throws(GitError) -> Set<ObjectID> {
    let store: Store
    switch try opened() {
    case .path(let path): store = path.store
    case .ssh(let ssh): store = try ssh.store
    case .http(let http): store = try http.store
    }
    return Set(ids).subtracting(store.absent(ids))
  }

  package func blobs(_ ids: some Sequence<ObjectID> & Sendable) async throws(GitError) -> [ObjectID: [UInt8]] {
    let ids = Array(ids)
    return try await use(files: { _ in ids }) { store throws(GitError) in
      var result: [ObjectID: [UInt8]] = [:]
      for id in ids where result[id] == nil { result[id] = try store.blob(id) }
      return result
    }
  }

  package func blob(_ id: ObjectID, limit: Int = 64 << 20) async throws(GitError) -> [UInt8] {
    try await use(files: { _ in [id] }) { store throws(GitError) in try store.blob(id, limit: limit) }
  }

  /// The name that a blob of these bytes has.
  package static func blobID(of bytes: [UInt8]) -> ObjectID {
    guard LibGit2.started else { return .zero }
    var raw = git_oid()
    // Fails for no bytes at all only, and those have an address here.
    _ = (bytes.isEmpty ? [0] : bytes).withUnsafeBytes {
      git_odb_hash(&raw, $0.baseAddress, bytes.count, GIT_OBJECT_BLOB)
    }
    return ObjectID(raw)
  }

  /// A tree made of another by changes, in memory until it is pushed. Files keep their modes, folders that become
  /// empty go, and what is to be removed and is not there is no error.
  ///
  /// - Throws: `GitError` of kind `invalid` for a path with `..` or `.git`, one that is a file and a folder, and a
  ///   link or submodule to write.
  package func writeTree(base: ObjectID?, changes: [String: Change]) async throws(GitError) -> ObjectID {
    try await use { store throws(GitError) in try store.writeTree(base: base, changes: changes) }
  }

  /// The regular files that differ between two trees in their content, or in whether they are there; equal folders are not read.
  ///
  /// - Returns: nil where the old tree is not here, or a path could be taken for another file's: names beyond ASCII, or trees out
  ///   of order.
  package func regularChanges(from old: ObjectID, to new: ObjectID) async throws(GitError) -> [FileChange]? {
    try await use { store throws(GitError) in try store.regularChanges(old, new) }
  }

  /// The files that differ between two trees (or commits), sorted by path; nil: nothing.
  package func diff(_ old: ObjectID?, _ new: ObjectID?) async throws(GitError) -> [FileChange] {
    try await use { store throws(GitError) in try store.diff(old, new) }
  }
}
