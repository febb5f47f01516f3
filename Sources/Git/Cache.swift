import CGit
import Host

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A bare repository that holds what was fetched of one remote: objects, no references, no truth.
///
/// Its folder holds `sluice.lock` (whose holder alone may write), `repository.git`, and what a process without the
/// lock works in: `private-…` folders, which read the shared objects through git's alternates.
final class Cache {
  private let folder: String
  /// Where this process may write: the folder itself, or one of its own in it.
  private let work: String
  private let lock: DirectoryLock?
  private let privateLock: DirectoryLock?
  /// The repository to open.
  let repository: String
  /// Removed with this value.
  private let removed: String?

  /// Whether another process has the lock.
  let isShared: Bool

  /// - Parameter root: the folder of all caches; nil: a folder of its own, which goes with this value.
  init(root: String?, remote: RemoteLocation) throws(GitError) {
    try LibGit2.start()
    guard let root else {
      folder = try Self.temporaryFolder(remote)
      work = folder
      lock = nil
      privateLock = nil
      removed = folder
      isShared = false
      repository = folder + "/repository.git"
      try Self.create(repository, in: folder, remote)
      return
    }
    folder = root + "/" + SHA256Digest.hex(Array(remote.identity.utf8)).prefix(16)
    do throws(HostError) {
      try Self.makeFolders(folder)
      lock = try DirectoryLock.tryAcquire(folder)
      if lock != nil {
        work = folder
        privateLock = nil
        removed = nil
        isShared = false
        repository = folder + "/repository.git"
      } else {
        let own = folder + "/private-" + Self.unique()
        try Self.makeFolders(own)
        privateLock = try DirectoryLock.tryAcquire(own)
        work = own
        removed = own
        isShared = true
        repository = own + "/repository.git"
      }
    } catch {
      throw Self.unwritable(error, folder)
    }
    if !isShared {
      sweep()
      if access(repository + "/objects", F_OK) != 0 { try Self.create(repository, in: folder, remote) }
    } else {
      try Self.create(repository, in: work, remote)
      try share()
    }
  }

  deinit { if let removed { removeAll(removed) } }

  /// Moves what is there aside and begins anew; `discardAside` removes the old one, which stays readable until then.
  func rebuild(_ remote: RemoteLocation) throws(GitError) {
    let aside = work + "/aside-" + Self.unique()
    if rename(repository, aside) != 0, errno != ENOENT {
      throw Self.failure(errno, repository)
    }
    try Self.create(repository, in: work, remote)
  }

  func discardAside() {
    for name in names(in: work) where name.hasPrefix("aside-") { removeAll(work + "/" + name) }
  }

  /// Removes what killed processes left. Only the holder of the lock may: nobody else makes any of it.
  private func sweep() {
    for name in names(in: folder) {
      let path = folder + "/" + name
      if name.hasPrefix("new-") || name.hasPrefix("aside-") { removeAll(path) }
      if name.hasPrefix("private-"), let lock = try? DirectoryLock.tryAcquire(path) {
        removeAll(path)
        _ = consume lock
      }
    }
    let packs = repository + "/objects/pack"
    for name in names(in: packs) where name.hasPrefix("pack_git2_") { unlink(packs + "/" + name) }
    removeReferences()
  }

  /// Removes the references that a fetch or push needs while it runs; none is kept.
  func removeReferences() {
    unlink(repository + "/packed-refs")
    for name in names(in: repository + "/refs") where name != "heads" && name != "tags" {
      removeAll(repository + "/refs/" + name)
    }
  }

  /// Lets libgit2 tell the remote what is here already.
  func writeHaves(_ tips: [ObjectID]) throws(GitError) {
    let lines = tips.sorted().map { "\($0) refs/have/\($0)\n" }.joined()
    try write("# pack-refs with: peeled fully-peeled sorted \n" + lines, to: "packed-refs")
  }

  private var tipsFile: String { repository + "/sluice-tips" }

  /// The commits whose whole history was fetched; anything that is no id is ignored.
  func tips() -> [ObjectID] {
    guard let bytes = try? AtomicFile.read(tipsFile, limit: 1 << 20) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { ObjectID(hex: String($0)) }
  }

  /// What was found out about the server; another's of the same cache where there is none of our own.
  func server() -> String? { text("sluice-server") }

  func remember(server: String) throws(GitError) { try write(server, to: "sluice-server") }

  /// The branch that the remote's HEAD named last: only a guess at what will be asked for.
  func head() -> String? { text("sluice-head") }

  func remember(head: String) throws(GitError) { try write(head, to: "sluice-head") }

  /// Commits that the remote does not have any more.
  func gone() -> [ObjectID] { (text("sluice-gone") ?? "").split(separator: "\n").compactMap { ObjectID(hex: String($0)) } }

  func remember(gone new: [ObjectID]) throws(GitError) {
    if !new.isEmpty { try write((gone() + new).suffix(1000).map { "\($0)\n" }.joined(), to: "sluice-gone") }
  }

  private func text(_ name: String) -> String? {
    for place in [repository, folder + "/repository.git"] {
      guard let bytes = try? AtomicFile.read(place + "/" + name, limit: 1 << 16) else { continue }
      return String(decoding: bytes, as: UTF8.self)
    }
    return nil
  }

  var packs: Int { names(in: repository + "/objects/pack").count { $0.hasSuffix(".pack") } }

  /// Remembers tips, the newest first, some hundreds of them.
  func remember(_ new: [ObjectID]) throws(GitError) {
    let known = Set(new)
    let all = (new + tips().filter { !known.contains($0) }).prefix(1000)
    try write(all.map { "\($0)\n" }.joined(), to: "sluice-tips")
  }

  private func write(_ text: String, to name: String) throws(GitError) {
    do throws(HostError) { try AtomicFile.write(Array(text.utf8), to: repository + "/" + name) } catch {
      throw Self.unwritable(error, folder)
    }
  }

  /// Reads the objects of the shared repository too.
  private func share() throws(GitError) {
    let shared = folder + "/repository.git/objects"
    guard access(shared, F_OK) == 0 else { return }
    try write(shared + "\n", to: "objects/info/alternates")
    // What the shared one has whole, this one has.
    if let bytes = try? AtomicFile.read(folder + "/repository.git/sluice-tips", limit: 1 << 20) {
      try write(String(decoding: bytes, as: UTF8.self), to: "sluice-tips")
    }
  }

  /// Builds an empty repository beside `path` and moves it there whole.
  private static func create(_ path: String, in folder: String, _ remote: RemoteLocation) throws(GitError) {
    Fault.point(.cacheCreate)
    let new = folder + "/new-" + unique()
    let context = "cannot make the cache \(folder)"
    var options = git_repository_init_options()
    try check(sluice_git_init_options(&options), context)
    options.flags = GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
    do throws(GitError) {
      let made = try make(git_repository_free, context) { git_repository_init_ext(&$0, new, &options) }
      _ = consume made
      for name in ["info", "pack"] where mkdir(new + "/objects/" + name, 0o777) != 0 && errno != EEXIST {
        throw failure(errno, new)
      }
      Fault.point(.cacheRename)
      if rename(new, path) != 0 {
        guard errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR else { throw failure(errno, path) }
        // Something is there that is no repository.
        removeAll(path)
        guard rename(new, path) == 0 else { throw failure(errno, path) }
      }
    } catch {
      removeAll(new)
      throw error.kind == .refused ? readOnly(folder, error.message) : error
    }
  }

  private static func temporaryFolder(_ remote: RemoteLocation) throws(GitError) -> String {
    var template = Array(((Environment.value("TMPDIR") ?? "/tmp") + "/sluice-cache-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw failure(errno, "a temporary folder for \(remote)") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func makeFolders(_ path: String) throws(HostError) {
    if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    let code = errno
    if code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeFolders(String(path[..<slash]))
      if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    }
    let error = failure(errno, path)
    throw HostError(error.kind == .noSpace ? .noSpace : .notPermitted, path: path, message: error.message)
  }

  private static func unwritable(_ error: HostError, _ folder: String) -> GitError {
    switch error.kind {
    case .noSpace: GitError(.noSpace, "cannot write the cache \(folder)", error.message)
    default: readOnly(folder, error.message)
    }
  }

  private static func readOnly(_ folder: String, _ message: String) -> GitError {
    GitError(
      .readOnlyCache, "cannot write the cache \(folder)", message,
      hint: "make it writable for this user, or choose another with --cache")
  }

  private static func failure(_ code: Int32, _ path: String) -> GitError {
    let text = "\(path): \(String(cString: strerror(code)).lowercased())"
    switch code {
    case ENOSPC, EDQUOT, EFBIG:
      return GitError(.noSpace, "cannot write the cache", text, hint: "free space there and run again")
    default:
      return GitError(
        .readOnlyCache, "cannot write the cache", text, hint: "make it writable, or choose another with --cache")
    }
  }

  private static func unique() -> String { String(UInt64.random(in: 0...UInt64.max), radix: 16) }
}
