import CGit
import Host

/// A repository behind ssh: asked through libgit2's transport, its objects kept in a cache.
final class SSHRemote {
  let location: RemoteLocation
  private let address: RemoteLocation.SSHAddress
  private let credentials: SSHCredentials
  private let knownHosts: KnownHosts
  private let cache: Cache
  /// nil only while the cache is built anew, and when that failed.
  private var current: Store?
  private(set) var notices: [String] = []
  /// What has to be readable again after the cache was lost.
  private var fetched: Set<String> = []
  private var wasRebuilt = false

  init(
    _ location: RemoteLocation, _ address: RemoteLocation.SSHAddress, _ credentials: SSHCredentials,
    _ knownHosts: KnownHosts, cache root: String?
  ) throws(GitError) {
    (self.location, self.address, self.credentials) = (location, address, credentials)
    self.knownHosts = knownHosts
    cache = try Cache(root: root, remote: location)
    if cache.isShared {
      notices.append("another run uses the cache of \(location); this one keeps what it fetches to itself")
    }
    do throws(GitError) { current = try Store(path: cache.repository, name: location.description) } catch {
      guard error.kind != .noSpace else { throw error }
      try cache.rebuild(location)
      current = try Store(path: cache.repository, name: location.description)
      wasRebuilt = true
      notices.append("the cache of \(location) was damaged (\(error.message)) and is built anew")
      cache.discardAside()
    }
  }

  /// Does something with the objects; where the cache turns out to be damaged, builds it anew and does it once more.
  func healing<Result>(_ work: (SSHRemote) throws(GitError) -> Result) throws(GitError) -> Result {
    do throws(GitError) { return try work(self) } catch {
      // An object that is not found may be one that never was: then this costs a fetch, once.
      guard error.kind == .damaged || error.kind == .notFound, !wasRebuilt else { throw error }
      try rebuild(because: error)
      return try work(self)
    }
  }

  private func rebuild(because error: GitError) throws(GitError) {
    wasRebuilt = true
    let unsaved = try store.unsaved()
    // Closed first: libgit2 would take an open pack for the new one of the same name.
    current = nil
    try cache.rebuild(location)
    let new = try Store(path: cache.repository, name: location.description)
    try new.adopt(unsaved)
    current = new
    notices.append("the cache of \(location) was damaged (\(error.message)) and is built anew")
    cache.discardAside()
    if !fetched.isEmpty { try fetch(prefixes: fetched.sorted()) }
  }

  var store: Store {
    get throws(GitError) {
      guard let current else {
        throw GitError(.damaged, "cannot use the cache of \(location)", "it is damaged, and cannot be built anew")
      }
      return current
    }
  }

  // MARK: Asking

  func references(prefixes: [String]) throws(GitError) -> [String: ObjectID] {
    try connected { remote, _ throws(GitError) in try Self.references(remote, prefixes, location) }
  }

  func defaultBranch() throws(GitError) -> String? {
    try connected { remote, _ throws(GitError) in
      try Self.heads(remote, location).first { $0.name == "HEAD" }?.target
    }
  }

  @discardableResult
  func fetch(prefixes: [String]) throws(GitError) -> [String: ObjectID] {
    try connected { remote, callbacks throws(GitError) in
      let references = try Self.references(remote, prefixes, location)
      let tips = Set(references.values)
      let store = try store
      let known = Set(cache.tips().filter(store.has))
      let missing = references.filter { !known.contains($0.value) }
      if !missing.isEmpty {
        try download(missing.keys.sorted(), remote, callbacks, haves: known)
        try store.refresh()
        for (name, id) in missing where !store.has(id) {
          // Sent, but in vain: what is broken in the cache stands in its way.
          throw GitError(.damaged, "cannot fetch \(name) of \(location)", "\(id) is not there after it was sent")
        }
        try cache.remember(tips.sorted())
      }
      fetched.formUnion(prefixes)
      return references
    }
  }

  private func download(
    _ names: [String], _ remote: OpaquePointer, _ callbacks: git_remote_callbacks, haves: Set<ObjectID>
  ) throws(GitError) {
    let context = "cannot fetch from \(location)"
    var options = git_fetch_options()
    try check(sluice_git_fetch_options(&options), context)
    options.callbacks = callbacks
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
    try cache.writeHaves(Array(haves))
    defer { cache.removeReferences() }
    Fault.point(.objectsWriteBefore)
    let code = withStringArray(names) { git_remote_download(remote, &$0, &options) }
    try check(code, context)
    Fault.point(.objectsWriteAfter)
  }

  private static func references(
    _ remote: OpaquePointer, _ prefixes: [String], _ location: RemoteLocation
  ) throws(GitError) -> [String: ObjectID] {
    var result: [String: ObjectID] = [:]
    for head in try heads(remote, location) where head.name.hasPrefix("refs/") && !head.name.hasSuffix("^{}") {
      if ReferenceName.matches(head.name, prefixes) { result[head.name] = head.id }
    }
    return result
  }

  private static func heads(
    _ remote: OpaquePointer, _ location: RemoteLocation
  ) throws(GitError) -> [(name: String, id: ObjectID, target: String?)] {
    var list: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
    var count = 0
    try check(git_remote_ls(&list, &count, remote), "cannot read the references of \(location)")
    return (0..<count).compactMap { place in
      guard let head = list?[place]?.pointee, let name = head.name else { return nil }
      return (String(cString: name), ObjectID(head.oid), head.symref_target.map { String(cString: $0) })
    }
  }

  private func connected<Result>(
    _ work: (OpaquePointer, git_remote_callbacks) throws(GitError) -> Result
  ) throws(GitError) -> Result {
    let context = "cannot connect to \(location)"
    let store = try store
    let remote = try make(git_remote_free, context) {
      git_remote_create_anonymous(&$0, store.repository, address.url)
    }
    let session = SSHSession(address, credentials, knownHosts)
    var callbacks = try session.callbacks()
    defer { withExtendedLifetime(session) {} }
    let code = git_remote_connect(remote.pointer, GIT_DIRECTION_FETCH, &callbacks, nil, nil)
    guard code >= 0 else { throw failure(code, session, context) }
    defer { git_remote_disconnect(remote.pointer) }
    return try work(remote.pointer, callbacks)
  }

  /// What went wrong on the wire: libgit2 sorts it by where it noticed.
  private func failure(_ code: Int32, _ session: SSHSession, _ context: String) -> GitError {
    var error = LibGit2.error(code) { context }
    if let why = session.failure { return why }
    let text = error.message.lowercased()
    if ["not appear to be a git repository", "not found", "does not exist"].contains(where: text.contains) {
      error.kind = .notARepository
    } else if [.invalid, .notARepository, .notFound, .damaged].contains(error.kind) {
      error.kind = .unreachable
    }
    if error.kind == .unreachable { error.hint = "check the network and the address, and run again" }
    error.message = error.message.split(whereSeparator: \.isNewline).joined(separator: "; ")
    return error
  }

  // MARK: Pushing

  func push(_ updates: [RefUpdate]) throws(GitError) -> [RefOutcome] {
    let context = "cannot push to \(location)"
    let store = try store
    for update in updates {
      guard ReferenceName.isValid(update.name) else {
        throw GitError(.invalid, context, "\(update.name) is no name of a reference")
      }
      if let new = update.new, !store.has(new) { throw GitError(.notFound, context, "there is no object \(new)") }
    }
    let session = SSHSession(address, credentials, knownHosts)
    for update in updates { session.lease[update.name] = .some(update.old) }
    do throws(GitError) { try send(updates, session, context) } catch {
      if !session.lost.isEmpty { return outcomes(updates, session, now: [:]) }
      guard error.kind == .unreachable else { throw error }
      // The answer may be what was lost, not the push.
      guard let now = try? references(prefixes: updates.map(\.name)),
        updates.allSatisfy({ now[$0.name] == $0.new })
      else { throw error }
      return updates.map { _ in .updated }
    }
    let refused = updates.contains { session.answers[$0.name].flatMap { $0 } != nil }
    let now = refused ? try references(prefixes: updates.map(\.name)) : [:]
    return outcomes(updates, session, now: now)
  }

  private func send(_ updates: [RefUpdate], _ session: SSHSession, _ context: String) throws(GitError) {
    let store = try store
    let remote = try make(git_remote_free, context) {
      git_remote_create_anonymous(&$0, store.repository, address.url)
    }
    // libgit2 pushes references only.
    defer { cache.removeReferences() }
    for new in Set(updates.compactMap(\.new)) {
      var raw = new.raw
      let made = try make(git_reference_free, context) {
        git_reference_create(&$0, store.repository, "refs/push/\(new)", &raw, 1, nil)
      }
      _ = consume made
    }
    let refspecs = updates.map { update in
      update.new.map { "+refs/push/\($0):\(update.name)" } ?? ":\(update.name)"
    }
    var options = git_push_options()
    try check(sluice_git_push_options(&options), context)
    options.callbacks = try session.callbacks()
    Fault.point(.refsUpdateBefore)
    let code = withStringArray(refspecs) { git_remote_push(remote.pointer, &$0, &options) }
    guard code >= 0 else { throw failure(code, session, context) }
    Fault.point(.refsUpdateAfter)
    withExtendedLifetime(session) {}
  }

  private func outcomes(_ updates: [RefUpdate], _ session: SSHSession, now: [String: ObjectID]) -> [RefOutcome] {
    updates.map { update in
      if let there = session.lost[update.name] { return .lostRace(now: there) }
      guard session.lost.isEmpty else { return .refused("another reference of the same push was not moved") }
      switch session.answers[update.name] {
      case nil: return .refused("the server did not say what it did")
      case .some(nil): return .updated
      case .some(let why?):
        let there = now[update.name]
        if there == update.new { return .updated }
        if there != update.old { return .lostRace(now: there) }
        return .refused(session.message.isEmpty ? why : "\(why): \(session.message)")
      }
    }
  }
}

/// Calls `body` with texts as libgit2 takes them.
private func withStringArray<Result>(_ texts: [String], _ body: (inout git_strarray) -> Result) -> Result {
  let copies = texts.map { text in
    let bytes = Array(text.utf8CString)
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    copy.initialize(from: bytes, count: bytes.count)
    return copy
  }
  defer { for copy in copies { copy.deallocate() } }
  var pointers = copies.map { Optional($0) }
  return pointers.withUnsafeMutableBufferPointer { buffer in
    var array = git_strarray(strings: buffer.baseAddress, count: buffer.count)
    return body(&array)
  }
}
