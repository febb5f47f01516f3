import CGit
import Host

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A repository on this machine, opened in place. Its references are read from and written into its own files.
///
/// libgit2's push to a path overwrites a reference that moved after it looked, and its transactions leave a lock for
/// ever when the process is killed: so references are moved here, under git's own lock files (`LockFile`).
final class PathRemote {
  let store: Store
  /// With a slash at its end.
  private let folder: String
  private let claims: String

  init(path: String) throws(GitError) {
    store = try Store(path: path, name: path)
    folder = String(cString: git_repository_commondir(store.repository))
    claims = folder + "sluice-locks"
  }

  // MARK: Reading

  func references(prefixes: [String]) throws(GitError) -> [String: ObjectID] {
    // A reference that git moves into packed-refs between our looks at the one and the other would be missed.
    for _ in 0..<10 {
      let before = packedState()
      let result = try readReferences(prefixes)
      if packedState() == before { return result }
    }
    throw GitError(.locked, "cannot read the references of \(store.name)", "they never stop changing", hint: "try again")
  }

  /// Looks only where the prefixes lead: a forge keeps a reference of every request that there ever was.
  private func readReferences(_ prefixes: [String]) throws(GitError) -> [String: ObjectID] {
    var found: Set<String> = []
    for prefix in prefixes {
      // libgit2 leaves out, without a word, a reference that it cannot read: those are looked for here, so that
      // reading their values fails.
      let loose = looseNames(prefix.isEmpty ? "refs" : prefix)
      found.formUnion(loose)
      if ReferenceName.isValid(prefix) { found.insert(prefix) }
      // What has a file of its own is no folder.
      if loose != [prefix] { found.formUnion(try listed(below: prefix)) }
    }
    var result: [String: ObjectID] = [:]
    for name in found { if let id = try value(of: name) { result[name] = id } }
    return result
  }

  /// The references in a folder of names, packed ones too; of the empty name all.
  private func listed(below prefix: String) throws(GitError) -> [String] {
    let context = "cannot read the references of \(store.name)"
    // No reference's name holds what is special in a pattern.
    let pattern = prefix.isEmpty ? "*" : prefix.hasSuffix("/") ? prefix + "*" : prefix + "/*"
    let iterator = try make(git_reference_iterator_free, context) {
      git_reference_iterator_glob_new(&$0, store.repository, pattern)
    }
    var found: [String] = []
    while true {
      var raw: UnsafePointer<CChar>?
      let code = git_reference_next_name(&raw, iterator.pointer)
      if code == GIT_ITEROVER.rawValue { return found }
      try check(code, context)
      if let name = raw.map({ String(cString: $0) }), ReferenceName.matches(name, [prefix]) { found.append(name) }
    }
  }

  /// The references of this name, or in this folder of names, that have a file of their own.
  private func looseNames(_ name: String) -> [String] {
    let name = name.hasSuffix("/") ? String(name.dropLast()) : name
    var status = stat()
    guard ReferenceName.isValid(name) || name == "refs", stat(folder + name, &status) == 0 else { return [] }
    guard status.st_mode & S_IFMT == S_IFDIR else { return [name] }
    return names(in: folder + name).flatMap { looseNames(name + "/" + $0) }
  }

  /// What a reference names, links between references followed; nil where there is none.
  private func value(of name: String) throws(GitError) -> ObjectID? {
    var raw = git_oid()
    let code = git_reference_name_to_id(&raw, store.repository, name)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(code, "cannot read \(name) of \(store.name)")
    return ObjectID(raw)
  }

  func defaultBranch() throws(GitError) -> String? {
    let context = "cannot read HEAD of \(store.name)"
    let head = try make(git_reference_free, context) { git_reference_lookup(&$0, store.repository, "HEAD") }
    return git_reference_symbolic_target(head.pointer).map { String(cString: $0) }
  }

  private func packedState() -> [Int] {
    var status = stat()
    guard stat(folder + "packed-refs", &status) == 0 else { return [] }
    #if canImport(Darwin)
      return [Int(status.st_ino), Int(status.st_size), status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec]
    #else
      return [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    #endif
  }

  // MARK: Writing

  func push(_ updates: [RefUpdate]) throws(GitError) -> [RefOutcome] {
    for update in updates { if let why = try refusal(of: update) { return outcomes(updates, [update.name: .refused(why)]) } }
    // A first look, so that a lost race costs no objects.
    if let lost = try lost(updates) { return outcomes(updates, lost) }
    try store.writeNewObjects(from: updates.compactMap(\.new))
    LockFile.clean(claims)
    do {
      return try move(updates)
    } catch let failure as LockFile.Failure {
      throw failure.error(store.name)
    } catch let error as GitError {
      throw error
    } catch {
      throw GitError(.invalid, "cannot move references of \(store.name)", "\(error)")
    }
  }

  /// Takes all locks, compares all, and only then moves the first.
  private func move(_ updates: [RefUpdate]) throws -> [RefOutcome] {
    var locks: [LockFile] = []
    // Given up before an error leaves: nobody is to wait for locks that do nothing.
    defer { for lock in locks { lock.release() } }
    for update in updates {
      if let other = try blocking(update) { return outcomes(updates, [update.name: .refused(other)]) }
      locks.append(try LockFile(folder + update.name, claims: claims))
    }
    if let lost = try lost(updates) { return outcomes(updates, lost) }
    for update in updates {
      if let other = try blocking(update) { return outcomes(updates, [update.name: .refused(other)]) }
    }
    for (update, lock) in zip(updates, locks) {
      Fault.point(.refsUpdateBefore)
      if let new = update.new {
        try lock.commit(Array((new.hex + "\n").utf8), mode: fileMode())
      } else {
        try remove(update.name)
        lock.release()
      }
      Fault.point(.refsUpdateAfter)
    }
    return updates.map { _ in .updated }
  }

  /// The updates whose reference is not what they expect; nil when all are.
  private func lost(_ updates: [RefUpdate]) throws(GitError) -> [String: RefOutcome]? {
    var result: [String: RefOutcome] = [:]
    for update in updates {
      let now = try value(of: update.name)
      if now != update.old { result[update.name] = .lostRace(now: now) }
    }
    return result.isEmpty ? nil : result
  }

  private func outcomes(_ updates: [RefUpdate], _ known: [String: RefOutcome]) -> [RefOutcome] {
    updates.map { known[$0.name] ?? .refused("another reference of the same push was not moved") }
  }

  /// Why this could never be done, whatever the reference is now.
  private func refusal(of update: RefUpdate) throws(GitError) -> String? {
    guard ReferenceName.isValid(update.name) else {
      throw GitError(.invalid, "cannot push \(update.name) to \(store.name)", "it is no name of a reference")
    }
    if let new = update.new, !store.has(new) {
      throw GitError(.notFound, "cannot push \(update.name) to \(store.name)", "there is no object \(new)")
    }
    var pointer: OpaquePointer?
    guard git_reference_lookup(&pointer, store.repository, update.name) >= 0, let pointer else { return nil }
    let reference = Owned(pointer, git_reference_free)
    if git_reference_symbolic_target(reference.pointer) != nil { return "\(update.name) points to another reference" }
    if git_branch_is_checked_out(reference.pointer) == 1, git_repository_is_bare(store.repository) == 0 {
      return "\(update.name) is checked out there, hint: push to a bare repository"
    }
    return nil
  }

  /// A reference that is a folder of this name, or whose folder this one would be.
  private func blocking(_ update: RefUpdate) throws(GitError) -> String? {
    guard update.new != nil, update.old == nil else { return nil }
    var parent = update.name[...]
    while let slash = parent.lastIndex(of: "/") {
      parent = parent[..<slash]
      guard parent.contains("/") else { break }
      if try value(of: String(parent)) != nil { return Self.inTheWay(String(parent), of: update.name) }
    }
    // One of this very name was made by somebody who was faster: that is a lost race.
    guard let below = try readReferences([update.name + "/"]).keys.filter({ $0 != update.name }).min() else { return nil }
    return Self.inTheWay(below, of: update.name)
  }

  private static func inTheWay(_ other: String, of name: String) -> String {
    "\(other) exists, and git keeps no reference of that name beside it, hint: rename or remove \(other)"
  }

  /// Removes a reference whose lock is held: out of packed-refs first, or it would come back to life.
  private func remove(_ name: String) throws {
    let path = folder + "packed-refs"
    if try Self.lines(of: path, without: name) != nil {
      let lock = try LockFile(path, claims: claims)
      if let rest = try Self.lines(of: path, without: name) {
        try lock.commit(rest, mode: fileMode())
      } else {
        lock.release()
      }
    }
    guard unlink(folder + name) == 0 || errno == ENOENT else {
      throw LockFile.Failure.system(errno: errno, path: folder + name)
    }
  }

  /// The bytes of packed-refs without one reference; nil when it is not in there.
  private static func lines(of path: String, without name: String) throws -> [UInt8]? {
    let bytes: [UInt8]
    do throws(HostError) { bytes = try AtomicFile.read(path, limit: 1 << 30) } catch {
      if error.kind == .notFound { return nil }
      throw GitError(.refused, "cannot remove \(name)", error.message)
    }
    let end = Array((" " + name).utf8)
    var result: [UInt8] = []
    var found = false, dropping = false
    for line in bytes.split(separator: 10) {
      // A line that begins with ^ says what the tag of the line before it names.
      if line.first == UInt8(ascii: "^") {
        if dropping { continue }
      } else {
        dropping = line.count == 40 + end.count && line.suffix(end.count).elementsEqual(end)
        found = found || dropping
        if dropping { continue }
      }
      result += line
      result.append(10)
    }
    return found ? result : nil
  }

  /// Shared repositories give their files wider modes; HEAD shows which.
  private func fileMode() -> mode_t {
    var status = stat()
    return stat(folder + "HEAD", &status) == 0 ? status.st_mode & 0o666 | 0o600 : 0o644
  }
}

extension LockFile.Failure {
  func error(_ repository: String) -> GitError {
    let context = "cannot move references of \(repository)"
    switch self {
    case .taken(let path):
      return GitError(
        .locked, context, "\(path) exists: another process is writing, or was killed while it did",
        hint: "try again; remove it when no git process runs there")
    case .system(let code, let path):
      let text = "\(path): \(String(cString: strerror(code)).lowercased())"
      switch code {
      case ENOSPC, EDQUOT, EFBIG: return GitError(.noSpace, context, text, hint: "free space there and run again")
      case EACCES, EPERM, EROFS:
        return GitError(.refused, context, text, hint: "make \(repository) writable for this user")
      default: return GitError(.invalid, context, text)
      }
    }
  }
}

enum ReferenceName {
  /// Whether a name is one of the prefixes, or within one taken as a folder.
  static func matches(_ name: String, _ prefixes: [String]) -> Bool {
    prefixes.contains { prefix in
      prefix.isEmpty || name == prefix || name.hasPrefix(prefix.hasSuffix("/") ? prefix : prefix + "/")
    }
  }

  static func isValid(_ name: String) -> Bool {
    var valid: Int32 = 0
    return name.hasPrefix("refs/") && git_reference_name_is_valid(&valid, name) >= 0 && valid == 1
  }
}
