package import Git
import Host
import Synchronization

/// The ledger of one policy: a reference of a repository that moves by compare-and-swap only, never by force.
package final class LedgerStore: Sendable {
  package struct Author: Sendable {
    package var name: String
    package var email: String

    package init(name: String = "sluice", email: String = "sluice@localhost") {
      self.name = name
      self.email = email
    }
  }

  private let source: LedgerSource
  private let author: Author
  private let signing: Signing?
  private let clock: @Sendable () -> Int
  private let tries: Int
  private let newest = Mutex<LedgerContents?>(nil)
  /// What the last write met where somebody else held the reference's lock.
  private let lock = Mutex<GitError?>(nil)

  /// - Parameters:
  ///   - reference: the full name of the ledger's reference.
  ///   - clock: UTC seconds, for the commits' dates.
  ///   - tries: how often a write is decided before it is `contended`.
  package init(
    repository: Repository, reference: String = "refs/heads/sluice-ledger", policy: String, author: Author = Author(),
    signing: Signing? = nil, memo: BlobMemo? = nil, tries: Int = 20, clock: @escaping @Sendable () -> Int
  ) {
    source = LedgerSource(repository: repository, reference: reference, policy: policy, memo: memo)
    self.author = author
    self.signing = signing
    self.clock = clock
    self.tries = tries
  }

  /// The ledger as it is now.
  package func load() async throws(LedgerError) -> LedgerSnapshot {
    let tip = try await tip()
    if let present = newest.withLock({ $0 }), present.tip == tip { return LedgerSnapshot(contents: present) }
    if let tip { try await source.bring(tip) }
    return remember(LedgerContents(source: source, tip: tip))
  }

  private func tip() async throws(LedgerError) -> ObjectID? {
    let reference = source.reference
    return try await source.reading { (repository) throws(GitError) in
      try await repository.fetch(prefixes: [reference])[reference]
    }
  }

  private func remember(_ contents: LedgerContents) -> LedgerSnapshot {
    newest.withLock { $0 = contents }
    return LedgerSnapshot(contents: contents)
  }

  /// Refuses a ledger that went backwards, or is missing, while the base's history names its commits.
  ///
  /// - Parameter trailers: the ids in the newest `Sluice-Ledger` trailers of this policy in the base's history.
  package func verify(_ snapshot: LedgerSnapshot, trailers: [ObjectID]) async throws(LedgerError) {
    guard let tip = snapshot.tip else {
      if let trailer = trailers.first { throw .missing(ledger: source.ledger, trailer: trailer) }
      return
    }
    for trailer in trailers {
      let descends: Bool
      do { descends = try await source.repository.isAncestor(trailer, of: tip) } catch {
        // A commit that the repository no longer holds is in nobody's history.
        guard error.kind == .notFound || error.kind == .damaged else { throw .git(error) }
        descends = false
      }
      guard descends else { throw .rewound(ledger: source.ledger, tip: tip, trailer: trailer) }
    }
  }

  /// Writes what `decide` says of the ledger as it is now; nothing is committed where that changes nothing.
  ///
  /// When another writer was faster, `decide` is asked again with what is there then: what was decided before is never
  /// replayed. It may run many times and must have no effects. The first write makes the reference.
  ///
  /// - Parameter message: the subject of the commit's message; the subjects that changed and the policy are added.
  /// - Throws: `LedgerError`, or whatever `decide` throws.
  @discardableResult
  package nonisolated(nonsending) func update(
    _ message: String, decide: nonisolated(nonsending) (LedgerSnapshot) async throws -> [LedgerChange]
  ) async throws -> LedgerSnapshot {
    var locked = 0
    for attempt in 1...tries {
      let snapshot = try await load()
      let draft = try await draft(decide(snapshot), on: snapshot.contents)
      guard !draft.isEmpty else { return snapshot }
      let commit = try await write(draft, message, on: snapshot.tip)
      Fault.point(.ledgerWriteBefore)
      if try await land(commit, on: snapshot.tip) {
        Fault.point(.ledgerWriteAfter)
        return remember(snapshot.contents.following(tip: commit, edits: draft.map { ($0.change.kind, $0.path, $0.id) }))
      }
      // Each try has waited for the lock already: one that nobody gives up is named rather than waited for.
      if let lock = lock.withLock({ $0 }) {
        locked += 1
        if locked == 3 { throw LedgerError.git(lock) }
      }
      try await pause(afterAttempt: attempt)
    }
    throw LedgerError.contended(ledger: source.ledger, tries: tries)
  }

  /// Writers that lost step back for a moment of random length, so that they don't meet again.
  private func pause(afterAttempt attempt: Int) async throws {
    try await Task.sleep(for: .milliseconds(Int.random(in: 1...min(8 * attempt, 100))))
  }
}

extension LedgerStore {
  /// A file that will differ; nil bytes: it goes.
  private struct Edit {
    var change: LedgerChange
    var path: String
    var bytes: [UInt8]?
    var id: ObjectID? { bytes.map { Repository.blobID(of: $0) } }
  }

  /// The files that the changes make differ. Of two changes of one record the later counts.
  private func draft(_ changes: [LedgerChange], on contents: LedgerContents) async throws(LedgerError) -> [Edit] {
    var last: [String: (change: LedgerChange, present: ObjectID?)] = [:]
    for change in changes {
      let path = RecordPlace.path(policy: source.policy, kind: change.kind, parts: change.parts)
      last[path] = (change, try await contents.listing(change.kind)[path])
    }
    // Most records say what they said: those were parsed already and need no reading.
    last = last.filter { _, it in !says(it.present, it.change) }
    let old = try await source.blobs(last.values.compactMap(\.present))
    var edits: [Edit] = []
    for (path, it) in last.sorted(by: { $0.key < $1.key }) {
      let members = try it.present.flatMap { (id) throws(LedgerError) in try self.members(old[id], of: path, for: it.change) }
      switch it.change.action {
      case .remove: if it.present != nil { edits.append(Edit(change: it.change, path: path, bytes: nil)) }
      case .put(let record):
        guard let bytes = RecordFile.written(record, over: members) else { continue }
        edits.append(Edit(change: it.change, path: path, bytes: bytes))
      }
    }
    return edits
  }

  /// Whether the file that is present is known to say what a change wants.
  private func says(_ present: ObjectID?, _ change: LedgerChange) -> Bool {
    switch (change.action, present) {
    case (.remove, nil): true
    case (.put(let record), let id?): says(id, record)
    default: false
    }
  }

  private func says<R: LedgerRecord>(_ id: ObjectID, _ record: R) -> Bool {
    if case .record(record, _)? = source.cache.content(id, as: R.self) { true } else { false }
  }

  /// What stands in a file that is to be written over; nil where it can't be read and may be replaced.
  private func members(
    _ bytes: [UInt8]?, of path: String, for change: LedgerChange
  ) throws(LedgerError) -> Members? {
    switch bytes.map({ change.inspect($0, path, source.policy) }) ?? .damaged("its content is missing") {
    case .sound(let members): return members
    case .newer(let format): throw .newerFormat(file: path, format: format, ledger: source.ledger)
    case .damaged(let why):
      guard change.replacesDamaged else { throw .damaged(file: path, why: why, ledger: source.ledger) }
      return nil
    }
  }

  private func write(_ draft: [Edit], _ message: String, on tip: ObjectID?) async throws(LedgerError) -> ObjectID {
    let signature = Signature(name: author.name, email: author.email, seconds: clock())
    let message = LedgerChange.message(message, draft.map(\.change), policy: source.policy)
    let changes = Dictionary(uniqueKeysWithValues: draft.map { ($0.path, $0.bytes.map(Change.write) ?? .remove) })
    let signing = signing
    return try await source.reading { (repository) throws(GitError) in
      let base: ObjectID? = if let tip { try await repository.commit(tip).tree } else { nil }
      let tree = try await repository.writeTree(base: base, changes: changes)
      return try await repository.writeCommit(
        tree: tree, parents: tip.map { [$0] } ?? [], message: message, author: signature, committer: signature,
        signing: signing)
    }
  }

  /// Moves the reference to a commit.
  ///
  /// - Returns: false when another writer was faster.
  private func land(_ commit: ObjectID, on old: ObjectID?) async throws(LedgerError) -> Bool {
    lock.withLock { $0 = nil }
    let outcomes: [RefOutcome]
    do { outcomes = try await source.repository.push([RefUpdate(source.reference, from: old, to: commit)]) } catch {
      return try await landed(commit, on: old, after: error)
    }
    switch outcomes.first {
    case .updated: return true
    case .lostRace: return false
    case .refused(let words):
      // Servers word a lost race as they like: whether it was one, the reference tells.
      guard try await tip() == old else { return false }
      throw .refused(ledger: source.ledger, words: words)
    case nil: throw .refused(ledger: source.ledger, words: "it gave no answer for the reference")
    }
  }

  /// Looks whether a push went through that ended in an error: the server may have moved the reference before.
  private func landed(_ commit: ObjectID, on old: ObjectID?, after error: GitError) async throws(LedgerError) -> Bool {
    let now: ObjectID?
    do { now = try await tip() } catch _ { throw .git(error) }
    if now == commit { return true }
    if now == old {
      // Somebody else's lock is somebody else's write.
      if error.kind == .locked {
        lock.withLock { $0 = error }
        return false
      }
      throw .git(error)
    }
    guard let now else { return false }
    // Where the commit is not to be found, it never arrived.
    return (try? await source.repository.isAncestor(commit, of: now)) ?? false
  }
}
