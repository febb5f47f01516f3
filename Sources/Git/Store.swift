import CGit
import Host

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The objects of one repository: those on disk to read, and new ones in memory until they are pushed.
///
/// Used on one thread; nothing of libgit2 leaves it.
final class Store {
  let repository: OpaquePointer
  let odb: OpaquePointer
  /// Belongs to `odb`, in front of what is on disk.
  private let memory: UnsafeMutablePointer<git_odb_backend>
  /// For messages.
  let name: String
  /// The commits and trees that were made here.
  private(set) var roots: [ObjectID] = []
  /// What was made here and is on the remote's disk by now.
  var stored: Set<ObjectID> = []

  /// Opens the repository in the folder `path`, without a look at the folders above it.
  init(path: String, name: String) throws(GitError) {
    try LibGit2.start()
    self.name = name
    let context = "cannot open the repository \(name)"
    var repository: OpaquePointer?
    var code = git_repository_open_ext(&repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil)
    if code == GIT_ENOTFOUND.rawValue {
      code = git_repository_open_ext(&repository, path + ".git", GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil)
    }
    guard code >= 0, let repository else {
      throw Self.unopened(path, LibGit2.error(code) { context })
    }
    var odb: OpaquePointer?
    var memory: UnsafeMutablePointer<git_odb_backend>?
    do throws(GitError) {
      try Self.useOwnConfiguration(repository, context)
      try check(git_repository_odb(&odb, repository), context)
      try check(git_mempack_new(&memory), context)
      guard let odb, let memory else { throw GitError(.invalid, context, "libgit2 gives no object database") }
      // Before loose objects (1) and packs (2): it takes all that is written, and is asked first.
      try check(git_odb_add_backend(odb, memory, 1000), context)
      self.odb = odb
      self.memory = memory
      self.repository = repository
    } catch {
      if let odb { git_odb_free(odb) }
      git_repository_free(repository)
      throw error
    }
  }

  /// Whatever the reason is, what can't be opened is no repository to us. libgit2's own words are about paths that it tried.
  private static func unopened(_ path: String, _ error: GitError) -> GitError {
    var error = error
    if error.kind == .noSpace { return error }
    error.kind = .notARepository
    let isRefused = (access(path, R_OK) != 0 || access(path + "/HEAD", F_OK) != 0) && errno == EACCES
    if isRefused {
      error.kind = .refused
      error.message = "this user may not read it"
      error.hint = "let this user read it"
    } else if access(path, F_OK) != 0 {
      error.message = "there is nothing on that path"
      error.hint = "check the address, and that the disk which holds it is mounted"
    } else if access(path + "/HEAD", F_OK) != 0, access(path + "/.git", F_OK) != 0 {
      error.message = "it is no git repository"
      error.hint = "check the address: it must be a repository's own folder"
    } else {
      error.hint = "look at it with: git -C \(path) status"
    }
    return error
  }

  deinit {
    git_odb_free(odb)
    git_repository_free(repository)
  }

  /// Leaves out what a person's ~/.gitconfig says.
  private static func useOwnConfiguration(_ repository: OpaquePointer, _ context: String) throws(GitError) {
    guard let folder = git_repository_commondir(repository) else { return }
    let configuration = try make(git_config_free, context) { git_config_new(&$0) }
    let path = String(cString: folder) + "config"
    try check(
      git_config_add_file_ondisk(configuration.pointer, path, GIT_CONFIG_LEVEL_LOCAL, repository, 0), context)
    try check(git_repository_set_config(repository, configuration.pointer), context)
  }

  func made(_ id: ObjectID) { roots.append(id) }

  /// Whether an object was written here and is on no disk yet.
  func isNew(_ id: ObjectID) -> Bool {
    var raw = id.raw
    return !stored.contains(id) && memory.pointee.exists(memory, &raw) != 0
  }

  func has(_ id: ObjectID) -> Bool {
    var raw = id.raw
    return git_odb_exists(odb, &raw) == 1
  }

  /// Which of these objects are not here, by what is known without a look at the disk.
  func absent(_ ids: some Sequence<ObjectID>) -> [ObjectID] {
    var seen: Set<ObjectID> = []
    return ids.filter { id in
      guard seen.insert(id).inserted else { return false }
      var raw = id.raw
      return git_odb_exists_ext(odb, &raw, GIT_ODB_LOOKUP_NO_REFRESH.rawValue) != 1
    }
  }

  /// Sees what other processes have written since.
  func refresh() throws(GitError) {
    try check(git_odb_refresh(odb), "cannot read the objects of \(name)")
  }

  /// Reads an object as it is stored.
  func object(_ id: ObjectID, limit: Int = .max) throws(GitError) -> (type: git_object_t, bytes: [UInt8]) {
    var raw = id.raw
    let object = try make(git_odb_object_free, "cannot read \(id) of \(name)") { git_odb_read(&$0, odb, &raw) }
    let count = git_odb_object_size(object.pointer)
    guard count <= limit else {
      throw GitError(.invalid, "cannot read \(id) of \(name)", "it has \(count) bytes, more than \(limit)")
    }
    let bytes = [UInt8](UnsafeRawBufferPointer(start: git_odb_object_data(object.pointer), count: count))
    return (git_odb_object_type(object.pointer), bytes)
  }

  func blob(_ id: ObjectID, limit: Int = .max) throws(GitError) -> [UInt8] {
    let (type, bytes) = try object(id, limit: limit)
    guard type == GIT_OBJECT_BLOB else { throw GitError(.invalid, "cannot read \(id) of \(name)", "it is no blob") }
    return bytes
  }

  @discardableResult
  func write(_ bytes: [UInt8], as type: git_object_t) throws(GitError) -> ObjectID {
    var raw = git_oid()
    // libgit2 takes no null, and an empty array has no address.
    let code = (bytes.isEmpty ? [0] : bytes).withUnsafeBytes { content in
      let code = git_odb_hash(&raw, content.baseAddress, bytes.count, type)
      // Straight into memory: git_odb_write would touch a file on disk for each, and list the packs anew.
      if code < 0 || git_odb_exists_ext(odb, &raw, GIT_ODB_LOOKUP_NO_REFRESH.rawValue) == 1 { return code }
      return memory.pointee.write(memory, &raw, content.baseAddress, bytes.count, type)
    }
    try check(code, "cannot write an object of \(name)")
    return ObjectID(raw)
  }

  /// The new objects that these reach, each with the path to lay it beside others like it in a pack.
  ///
  /// A tree that is on disk has all that it names on disk too, so only new trees are entered.
  func newObjects(from starts: [ObjectID]) throws(GitError) -> [(id: ObjectID, name: String)] {
    var seen: Set<ObjectID> = []
    var result: [(id: ObjectID, name: String)] = []
    seen.reserveCapacity(1024)
    var waiting = starts.map { (id: $0, name: "", isFile: false) }
    while let next = waiting.popLast() {
      guard seen.insert(next.id).inserted, isNew(next.id) else { continue }
      result.append((next.id, next.name))
      // A file names nothing.
      if next.isFile { continue }
      let (type, bytes) = try object(next.id)
      switch type {
      case GIT_OBJECT_COMMIT:
        let commit = try self.commit(next.id)
        waiting += (commit.parents + [commit.tree]).map { ($0, "", false) }
      case GIT_OBJECT_TREE:
        for entry in try Tree(bytes, next.id, of: name).entries where !entry.isSubmodule && isNew(entry.id) {
          waiting.append((entry.id, next.name + "/" + TreeEntry.text(entry.name), !entry.isFolder))
        }
      default: break
      }
    }
    return result
  }

  /// What was made here and is on no disk yet.
  func unsaved() throws(GitError) -> Unsaved {
    var objects: [(git_object_t, [UInt8])] = []
    for (id, _) in try newObjects(from: roots) { objects.append(try object(id)) }
    return Unsaved(objects: objects, roots: roots)
  }

  /// Takes over what was made in another store.
  func adopt(_ unsaved: Unsaved) throws(GitError) {
    for (type, bytes) in unsaved.objects { try write(bytes, as: type) }
    roots += unsaved.roots
  }

  struct Unsaved {
    fileprivate let objects: [(git_object_t, [UInt8])]
    fileprivate let roots: [ObjectID]
  }
}
