import CGit
import Host

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

extension Store {
  /// From so many objects on they go into a pack; fewer are written one by one, as git's own receive-pack does
  /// (`receive.unpackLimit`): a thousand small pushes leave no thousand packs.
  static let packLimit = 100

  fileprivate var objectsFolder: String { String(cString: git_repository_commondir(repository)) + "objects" }

  /// Puts the new objects that these reach on disk; none is visible there before all that it names.
  func writeNewObjects(from starts: [ObjectID]) throws(GitError) {
    let objects = try newObjects(from: starts)
    guard !objects.isEmpty else { return }
    Fault.point(.objectsWriteBefore)
    do throws(GitError) {
      if objects.count < Self.packLimit {
        try writeLoose(objects.map(\.id))
      } else {
        try writePack(objects)
      }
    } catch {
      throw error.whenWriting(to: name)
    }
    try refresh()
    stored.formUnion(objects.map(\.id))
    Fault.point(.objectsWriteAfter)
  }

  private func writeLoose(_ ids: [ObjectID]) throws(GitError) {
    let context = "cannot write objects into \(name)"
    // A second view of the folder, without the memory in front.
    let disk = try make(git_odb_free, context) { git_odb_open(&$0, objectsFolder) }
    var later: [(git_object_t, [UInt8])] = []
    func put(_ type: git_object_t, _ bytes: [UInt8]) throws(GitError) {
      var written = git_oid()
      let code = (bytes.isEmpty ? [0] : bytes).withUnsafeBytes {
        git_odb_write(&written, disk.pointer, $0.baseAddress, bytes.count, type)
      }
      try check(code, context)
    }
    // Walked from the commits down: what is named last comes first.
    for id in ids.reversed() {
      let (type, bytes) = try object(id)
      if type == GIT_OBJECT_BLOB { try put(type, bytes) } else { later.append((type, bytes)) }
    }
    for (type, bytes) in later where type == GIT_OBJECT_TREE { try put(type, bytes) }
    for (type, bytes) in later where type != GIT_OBJECT_TREE { try put(type, bytes) }
  }

  /// A pack of objects, in memory. `body` gets its bytes.
  private func withPack(
    of objects: [(id: ObjectID, name: String)], _ context: String, _ body: (git_buf) throws(GitError) -> Void
  ) throws(GitError) {
    let builder = try make(git_packbuilder_free, context) { git_packbuilder_new(&$0, repository) }
    // As many threads as there are processors: most of the time goes into the search for deltas.
    git_packbuilder_set_threads(builder.pointer, 0)
    for (id, path) in objects {
      var raw = id.raw
      try check(git_packbuilder_insert(builder.pointer, &raw, path), context)
    }
    var pack = git_buf()
    defer { git_buf_dispose(&pack) }
    try check(git_packbuilder_write_buf(&pack, builder.pointer), context)
    try body(pack)
  }

  /// The bytes of a pack of objects; of none one that says so.
  func pack(of objects: [(id: ObjectID, name: String)]) throws(GitError) -> [UInt8] {
    var bytes: [UInt8] = []
    try withPack(of: objects, "cannot make a pack of \(name)") { pack throws(GitError) in
      bytes = [UInt8](UnsafeRawBufferPointer(start: pack.ptr, count: pack.size))
    }
    return bytes
  }

  private func writePack(_ objects: [(id: ObjectID, name: String)]) throws(GitError) {
    let context = "cannot write a pack into \(name)"
    try withPack(of: objects, context) { pack throws(GitError) in try writePack(pack, context) }
  }

  private func writePack(_ pack: git_buf, _ context: String) throws(GitError) {
    let folder = objectsFolder + "/pack"
    try requireSpace(pack.size, in: folder, context)
    let indexer = try make(git_indexer_free, context) { git_indexer_new(&$0, folder, 0, nil, nil) }
    var progress = git_indexer_progress()
    try check(git_indexer_append(indexer.pointer, pack.ptr, pack.size, &progress), context)
    try check(git_indexer_commit(indexer.pointer, &progress), context)
    guard let hash = git_indexer_name(indexer.pointer) else { return }
    // A reference must never be on disk before what it names.
    for end in [".pack", ".idx"] { Self.sync(folder + "/pack-" + String(cString: hash) + end) }
    Self.sync(folder)
  }

  /// libgit2 writes packs through a memory map: on a full disk that is no error but SIGBUS.
  fileprivate func requireSpace(_ count: Int, in folder: String, _ context: String) throws(GitError) {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return }
    // The pack, its index, and a little.
    let needed = UInt64(count) + UInt64(count) / 4 + 1 << 20
    guard UInt64(status.f_bavail) * UInt64(status.f_frsize) >= needed else {
      throw GitError(
        .noSpace, context, "no space left for \(needed >> 10) KiB in \(folder)", hint: "free space there and run again")
    }
  }

  private static func sync(_ path: String) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }
}

/// A pack on its way into the objects on disk. Nothing of it is visible before its end, and nothing stays without that.
final class IncomingPack {
  private let store: Store
  private let context: String
  private let writer: UnsafeMutablePointer<git_odb_writepack>
  private var progress = git_indexer_progress()

  init(into store: Store) throws(GitError) {
    self.store = store
    context = "cannot keep what was fetched of \(store.name)"
    var writer: UnsafeMutablePointer<git_odb_writepack>?
    try check(git_odb_write_pack(&writer, store.odb, nil, nil), context)
    guard let writer else { throw GitError(.invalid, context, "libgit2 takes no pack") }
    self.writer = writer
  }

  deinit { writer.pointee.free(writer) }

  func append(_ bytes: [UInt8]) throws(GitError) {
    try store.requireSpace(bytes.count, in: store.objectsFolder + "/pack", context)
    try check(bytes.withUnsafeBytes { writer.pointee.append(writer, $0.baseAddress, $0.count, &progress) }, context)
  }

  func end() throws(GitError) {
    try check(writer.pointee.commit(writer, &progress), context)
    try store.refresh()
  }
}

extension GitError {
  /// libgit2 sorts what the system refuses by where it happened, which is an object database here.
  fileprivate func whenWriting(to name: String) -> GitError {
    guard kind == .refused else { return self }
    return GitError(kind, context, message, hint: "make \(name) writable for this user")
  }
}
