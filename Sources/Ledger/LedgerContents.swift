import Git
import Synchronization

/// The files of one policy at one tip of the ledger, listed and read when they are asked for.
final class LedgerContents: Sendable {
  let source: LedgerSource
  let tip: ObjectID?
  private let listings: Mutex<[RecordKind: [String: ObjectID]]>
  private let loaded = Mutex<[RecordKind: any Sendable]>([:])

  init(source: LedgerSource, tip: ObjectID?, listings: [RecordKind: [String: ObjectID]] = [:]) {
    self.source = source
    self.tip = tip
    self.listings = Mutex(listings)
  }

  /// The paths of a kind's files, and their blobs.
  func listing(_ kind: RecordKind) async throws(LedgerError) -> [String: ObjectID] {
    guard let tip else { return [:] }
    if let present = listings.withLock({ $0[kind] }) { return present }
    let folder = RecordPlace.folder(policy: source.policy, kind: kind)
    let entries = try await source.reading { (repository) throws(GitError) in
      try await repository.files(in: tip, under: [folder])
    }
    var listing: [String: ObjectID] = [:]
    listing.reserveCapacity(entries.count)
    for entry in entries where entry.path.hasSuffix(".json") { listing[entry.path] = entry.id }
    listings.withLock { $0[kind] = listing }
    return listing
  }

  /// The contents at a commit made of this one by edits (nil: removed).
  func following(tip: ObjectID, edits: [(kind: RecordKind, path: String, id: ObjectID?)]) -> LedgerContents {
    var listings = self.listings.withLock { $0 }
    for edit in edits { listings[edit.kind]?[edit.path] = edit.id }
    return LedgerContents(source: source, tip: tip, listings: listings)
  }

  func all<R: LedgerRecord>(_ type: R.Type) async throws(LedgerError) -> Records<R> {
    if let done = loaded.withLock({ $0[R.kind] }) as? Records<R> { return done }
    let listing = try await listing(R.kind)
    let known = source.cache.contents(as: type)
    var contents: [ObjectID: RecordFile.Content<R>] = [:]
    contents.reserveCapacity(listing.count)
    var missing: [ObjectID] = []
    for id in listing.values {
      if let content = known[id] { contents[id] = content } else { missing.append(id) }
    }
    if !missing.isEmpty { contents.merge(try await source.read(missing, as: type)) { $1 } }
    source.cache.keepOnly(contents, as: type)
    var records = Records<R>(policy: source.policy)
    records.values.reserveCapacity(listing.count)
    for (path, id) in listing { try add(path, contents[id], to: &records) }
    loaded.withLock { $0[R.kind] = records }
    return records
  }

  private func add<R: LedgerRecord>(
    _ path: String, _ content: RecordFile.Content<R>?, to records: inout Records<R>
  ) throws(LedgerError) {
    switch content {
    case .record(let record, let place) where place == path: records.values[record.subject] = record
    case .record(_, let place): records.damaged[path] = RecordFile.misplaced(place)
    case .damaged(let why): records.damaged[path] = why
    case .newer(let format): throw .newerFormat(file: path, format: format, ledger: source.ledger)
    case nil: records.damaged[path] = "its content is missing"
    }
  }

  func one<R: LedgerRecord>(_ type: R.Type, _ subject: R.Subject) async throws(LedgerError) -> R? {
    let path = R.path(of: subject, policy: source.policy)
    guard let id = try await listing(R.kind)[path] else { return nil }
    var content = source.cache.content(id, as: type)
    if content == nil {
      let read = try await source.read([id], as: type)
      source.cache.keep(read, as: type)
      content = read[id]
    }
    var records = Records<R>(policy: source.policy)
    try add(path, content, to: &records)
    if let why = records.damaged[path] { throw .damaged(file: path, why: why, ledger: source.ledger) }
    return records.values[subject]
  }
}

/// Where records come from: a reference of a repository, and what was read of it already.
struct LedgerSource: Sendable {
  let repository: Repository
  let reference: String
  let policy: String
  let memo: BlobMemo?
  let cache = RecordCache()

  /// The reference as people call it.
  var ledger: String {
    reference.hasPrefix("refs/heads/") ? String(reference.dropFirst("refs/heads/".count)) : reference
  }

  /// Makes all of the policy's files at a tip readable at once, where the repository's files come when they are asked for: kind by
  /// kind would be a question each.
  func bring(_ tip: ObjectID) async throws(LedgerError) {
    guard repository.bringsFiles else { return }
    let policy = policy
    try await reading { (repository) throws(GitError) in
      try await repository.bring(try await repository.files(in: tip, under: [RecordPlace.encoded(policy)]).map(\.id))
    }
  }

  func reading<T: Sendable>(
    _ body: (Repository) async throws(GitError) -> T
  ) async throws(LedgerError) -> T {
    do { return try await body(repository) } catch { throw .git(error) }
  }

  /// Reads and parses blobs. Those read are parsed on every processor while the next are read: ten thousand records
  /// are most of a short run's time.
  func read<R: LedgerRecord>(
    _ ids: [ObjectID], as type: R.Type
  ) async throws(LedgerError) -> [ObjectID: RecordFile.Content<R>] {
    typealias Parsed = [(id: ObjectID, content: RecordFile.Content<R>)]
    let result: Result<[ObjectID: RecordFile.Content<R>], LedgerError> = await withTaskGroup(of: Parsed.self) { group in
      for start in stride(from: 0, to: ids.count, by: Self.batch) {
        let blobs: [ObjectID: [UInt8]]
        do throws(LedgerError) { blobs = try await self.blobs(Array(ids[start...].prefix(Self.batch))) } catch {
          return .failure(error)
        }
        group.addTask { blobs.map { ($0.key, RecordFile.read($0.value, policy: policy)) } }
      }
      var contents: [ObjectID: RecordFile.Content<R>] = [:]
      contents.reserveCapacity(ids.count)
      for await parsed in group { for it in parsed { contents[it.id] = it.content } }
      return .success(contents)
    }
    return try result.get()
  }

  private static let batch = 500

  /// The bytes of blobs. One that is damaged or missing is left out; the others are there all the same.
  func blobs(_ ids: [ObjectID]) async throws(LedgerError) -> [ObjectID: [UInt8]] {
    var result = await memo?.load(ids) ?? [:]
    let missing = result.isEmpty ? ids : ids.filter { result[$0] == nil }
    guard !missing.isEmpty else { return result }
    let read: [ObjectID: [UInt8]]
    do { read = try await repository.blobs(missing) } catch {
      guard error.kind == .damaged || error.kind == .notFound else { throw .git(error) }
      read = try await blobsOneByOne(missing)
    }
    await memo?.save(read)
    result.merge(read) { $1 }
    return result
  }

  private func blobsOneByOne(_ ids: [ObjectID]) async throws(LedgerError) -> [ObjectID: [UInt8]] {
    var result: [ObjectID: [UInt8]] = [:]
    for id in ids {
      do { result[id] = try await repository.blob(id) } catch {
        guard error.kind == .damaged || error.kind == .notFound else { throw .git(error) }
      }
    }
    return result
  }
}
