import CGit
import HTTP
import Host

/// A repository behind https, spoken to by our own client, its commits and trees kept in a cache, and the files that were read.
///
/// While it waits for the server, others use it too: what asks the server or writes to the cache takes turns.
final class HTTPRemote {
  let location: RemoteLocation
  let wire: SmartHTTP
  private let root: String?
  private var cache: Cache?
  /// nil only while the cache is built anew, and when that failed.
  private var current: Store?
  private(set) var notices: [String] = []

  /// What has to be readable again after the cache was lost.
  private var fetched: Set<String> = []
  private var rebuilds = 0
  private var mustFetchAgain = false

  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  // What a run asks for again and again, and the one answer to it.
  var watched: [String] = []
  /// What HEAD named when it was asked for last: most runs go on to ask for that branch.
  var head: String?
  var view: Advertisement?
  /// What the view is of.
  var viewed: [String] = []

  /// More packs than these make reading slow; a new cache costs less.
  static let mostPacks = 100
  /// The server is asked for so many objects at once: some take no longer requests than 1 MB.
  static let mostWants = 5000
  /// The server is told of so many commits that are here.
  private static let mostHaves = 256

  init(_ location: RemoteLocation, _ url: HTTPURL, _ access: HTTPAccess, cache root: String?) throws(GitError) {
    self.location = location
    self.root = root
    // A cache of nobody's is made when it is needed: who asks for references only needs none.
    guard root != nil else {
      wire = SmartHTTP(url, access, server: nil)
      return
    }
    let cache = try Cache(root: root, remote: location)
    self.cache = cache
    wire = SmartHTTP(url, access, server: cache.server().flatMap { SmartServer($0) })
    head = cache.head().flatMap { ReferenceName.isValid($0) ? $0 : nil }
    if cache.isShared {
      notices.append("another run uses the cache of \(location); this one keeps what it fetches to itself")
    } else if cache.packs > Self.mostPacks {
      try cache.rebuild(location)
      cache.discardAside()
    }
    do throws(GitError) { current = try Store(path: cache.repository, name: location.description) } catch {
      guard error.kind != .noSpace else { throw error }
      current = try Self.renewed(cache, location)
      rebuilds = 1
      notices.append("the cache of \(location) was damaged (\(error.message)) and is built anew")
    }
  }

  private static func renewed(_ cache: Cache, _ location: RemoteLocation) throws(GitError) -> Store {
    try cache.rebuild(location)
    let store = try Store(path: cache.repository, name: location.description)
    cache.discardAside()
    return store
  }

  /// The objects, as they are here now.
  var store: Store {
    get throws(GitError) {
      if let current { return current }
      guard cache == nil else {
        throw GitError(.damaged, "cannot use the cache of \(location)", "it is damaged, and cannot be built anew")
      }
      let cache = try Cache(root: root, remote: location)
      let store = try Store(path: cache.repository, name: location.description)
      (self.cache, current) = (cache, store)
      return store
    }
  }

  // MARK: Taking turns

  private nonisolated(nonsending) func take() async {
    guard isTaken else {
      isTaken = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func give() {
    if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
  }

  nonisolated(nonsending) func alone<Result>(
    _ work: nonisolated(nonsending) () async throws(GitError) -> Result
  ) async throws(GitError) -> Result {
    await take()
    defer { give() }
    return try await work()
  }

  // MARK: Healing

  /// Does something with the objects; where the cache turns out to be damaged, builds it anew and does it once more.
  nonisolated(nonsending) func healing<Result>(
    _ work: nonisolated(nonsending) (HTTPRemote) async throws(GitError) -> Result
  ) async throws(GitError) -> Result {
    if mustFetchAgain { try await alone { () async throws(GitError) in try await self.fetchAgain() } }
    let before = rebuilds
    do throws(GitError) { return try await work(self) } catch {
      guard error.kind == .damaged || error.kind == .notFound, !error.isOfRemote else { throw error }
      // Somebody else may have met the same damage meanwhile.
      try await alone { () async throws(GitError) in
        if self.rebuilds == before {
          guard before == 0 else { throw error }
          try self.rebuild(because: error)
        }
        try await self.fetchAgain()
      }
      return try await work(self)
    }
  }

  private func rebuild(because error: GitError) throws(GitError) {
    rebuilds += 1
    let unsaved = try store.unsaved()
    guard let cache else { return }
    // Closed first: libgit2 would take an open pack for the new one of the same name.
    current = nil
    let new = try Self.renewed(cache, location)
    try new.adopt(unsaved)
    current = new
    mustFetchAgain = true
    notices.append("the cache of \(location) was damaged (\(error.message)) and is built anew")
  }

  private nonisolated(nonsending) func fetchAgain() async throws(GitError) {
    guard mustFetchAgain else { return }
    if !fetched.isEmpty {
      let references = try await wire.references(fetched.sorted(), head: false).references
      try await download(references)
    }
    mustFetchAgain = false
  }

  /// Reads what needs no files.
  nonisolated(nonsending) func read<Result>(
    _ work: (Store) throws(GitError) -> Result
  ) async throws(GitError) -> Result {
    try await healing { remote async throws(GitError) in try work(try remote.store) }
  }

  // MARK: Fetching

  nonisolated(nonsending) func fetch(prefixes: [String]) async throws(GitError) -> [String: ObjectID] {
    try await healing { remote async throws(GitError) in
      try await remote.alone { () async throws(GitError) in
        let wanted = remote.covers(prefixes) ? remote.asked : prefixes
        let references = try await remote.current(wanted)
        try await remote.download(references)
        try remote.rememberServer()
        remote.fetched.formUnion(wanted)
        return references.filter { ReferenceName.matches($0.key, prefixes) }
      }
    }
  }

  /// Brings commits and trees of these that are not here. Only for who is alone.
  private nonisolated(nonsending) func download(_ references: [String: ObjectID]) async throws(GitError) {
    let store = try store
    guard let cache else { return }
    let known = cache.tips().filter { store.has($0) }
    let here = Set(known)
    let missing = Set(references.values).subtracting(here).sorted()
    guard !missing.isEmpty else { return }
    var haves = known
    for start in stride(from: 0, to: missing.count, by: Self.mostWants) {
      let wants = Array(missing[start..<min(missing.count, start + Self.mostWants)])
      try await download(wants, haves: Array(haves.prefix(Self.mostHaves)), into: store)
      haves.insert(contentsOf: wants, at: 0)
    }
    for (name, id) in references where !store.has(id) {
      // Sent, but in vain: what is broken in the cache stands in its way.
      throw GitError(.damaged, "cannot fetch \(name) of \(location)", "\(id) is not there after it was sent")
    }
    try cache.remember(missing + Set(references.values).intersection(here).sorted())
  }

  private nonisolated(nonsending) func download(
    _ wants: [ObjectID], haves: [ObjectID], into store: Store
  ) async throws(GitError) {
    let answer = try await wire.fetch(wants, haves: haves)
    let pack = try IncomingPack(into: store)
    var progress = TransferProgress(wire.access.progress)
    Fault.point(.objectsWriteBefore)
    while let bytes = try await answer.next() {
      try pack.append(bytes)
      progress.received(answer.received)
    }
    try pack.end()
    Fault.point(.objectsWriteAfter)
  }

  /// Takes over which branch HEAD names.
  func note(head name: String?) {
    guard let name, name != head else { return }
    head = name
    // Only a guess for the next run: one that can't be kept costs that run a question.
    if let cache { try? cache.remember(head: name) }
  }

  private func rememberServer() throws(GitError) {
    guard let cache, let text = wire.server?.text, wire.isDiscovered, cache.server() != text else { return }
    try cache.remember(server: text)
  }

  // MARK: Files

  /// Makes files readable, with as few questions as possible.
  nonisolated(nonsending) func bring(_ ids: [ObjectID]) async throws(GitError) {
    guard wire.server?.isPartial ?? true, try !store.absent(ids).isEmpty else { return }
    try await alone { () async throws(GitError) in
      let store = try self.store
      // Brought meanwhile by somebody else, in this process or another.
      try store.refresh()
      let absent = store.absent(ids)
      guard !absent.isEmpty else { return }
      if self.wire.server == nil { try await self.wire.discover() }
      // From a server that leaves nothing out they would have come, if they were there.
      guard self.wire.server?.isPartial == true else { return }
      for start in stride(from: 0, to: absent.count, by: Self.mostWants) {
        let wants = Array(absent[start..<min(absent.count, start + Self.mostWants)])
        try await self.download(wants, haves: [], into: store)
      }
      if let missing = store.absent(absent).first {
        // What is broken in the cache may stand in its way; in a new one nothing does.
        var error = GitError(.damaged, "cannot fetch \(missing) of \(self.location)", "it is not there after it was sent")
        error.isOfRemote = self.rebuilds > 0
        throw error
      }
    }
  }

  /// Brings commits by id, with their trees and history, as far as the server still gives them. What it does not give is remembered,
  /// and not asked for again.
  nonisolated(nonsending) func bring(commits ids: [ObjectID]) async throws(GitError) {
    guard try !store.absent(ids).isEmpty else { return }
    try await alone { () async throws(GitError) in
      let store = try self.store
      try store.refresh()
      let gone = Set(self.cache?.gone() ?? [])
      let absent = Array(store.absent(ids).filter { !gone.contains($0) }.prefix(Self.mostCommits))
      guard !absent.isEmpty else { return }
      let haves = Array((self.cache?.tips() ?? []).filter { store.has($0) }.prefix(Self.mostHaves))
      // One that is gone refuses all that are asked for with it.
      if try await self.isRefused(absent, haves, store), absent.count > 1 {
        for id in absent { _ = try await self.isRefused([id], haves, store) }
      }
      try self.cache?.remember(gone: store.absent(absent))
    }
  }

  /// Not more at once: they are asked for one by one where one of them is gone.
  private static let mostCommits = 50

  /// Whether the server answers, and does not give what is asked for.
  private nonisolated(nonsending) func isRefused(
    _ wants: [ObjectID], _ haves: [ObjectID], _ store: Store
  ) async throws(GitError) -> Bool {
    do throws(GitError) {
      try await download(wants, haves: haves, into: store)
      return false
    } catch {
      if error.kind == .notFound, error.isOfRemote { return true }
      throw error
    }
  }

  /// Keeps what was pushed. That it can't be kept is no reason to call the push failed: it is fetched by the next run.
  func keep(_ pack: [UInt8], _ objects: [ObjectID], tips: [ObjectID]) {
    guard let store = current, let cache else { return }
    store.stored.formUnion(objects)
    do throws(GitError) {
      if !objects.isEmpty {
        Fault.point(.objectsWriteBefore)
        let incoming = try IncomingPack(into: store)
        try incoming.append(pack)
        try incoming.end()
        Fault.point(.objectsWriteAfter)
      }
      if !tips.isEmpty { try cache.remember(tips) }
    } catch {}
  }
}

/// Tells of a transfer that takes a while, a few times a second.
struct TransferProgress {
  private let tell: (@Sendable (String) -> Void)?
  private var next: ContinuousClock.Instant

  init(_ tell: (@Sendable (String) -> Void)?, at start: ContinuousClock.Instant = .now) {
    self.tell = tell
    next = start.advanced(by: .milliseconds(500))
  }

  mutating func received(_ bytes: Int, at now: ContinuousClock.Instant = .now) {
    guard let tell, now >= next else { return }
    next = now.advanced(by: .milliseconds(300))
    tell(bytes < 10 << 20 ? "receiving \(bytes >> 10) KiB" : "receiving \(bytes >> 20) MiB")
  }
}
