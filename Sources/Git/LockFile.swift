#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Git's lock on a file (`<file>.lock`), held in a way that tells whether its holder still lives.
///
/// A lock made by creating a file, as git and libgit2 do, says nothing of who made it: after a kill -9 it stays for
/// ever, and nobody can tell it from one in use. This one begins as a claim, a file in a folder of our own under a
/// kernel lock (flock), and `<file>.lock` is a second name (hard link) of the claim, which either comes into being or
/// fails, like git's own. Whoever finds the lock taken looks for a claim that is the same file: if the kernel lock of
/// that is free, its process is dead, and the lock may go. Git's own locks have no claim and are never touched.
final class LockFile {
  enum Failure: Error {
    /// Held by somebody: git, or a process like this one that lives.
    case taken(path: String)
    case system(errno: Int32, path: String)
  }

  let target: String
  private var path: String { target + ".lock" }
  private let claim: String
  private var file: Int32
  private var isHeld = true

  /// Takes the lock, waiting for its holder for up to about a second.
  init(_ target: String, claims: String) throws(Failure) {
    self.target = target
    let path = target + ".lock"
    for attempt in 0... {
      let (claim, file) = try Self.makeClaim(in: claims)
      if link(claim, path) == 0 {
        self.claim = claim
        self.file = file
        return
      }
      let code = errno
      unlink(claim)
      close(file)
      switch code {
      case EEXIST:
        if Self.removeIfAbandoned(path, claims: claims) { continue }
        guard attempt < 60 else { throw .taken(path: path) }
        usleep(20_000)
      case ENOENT:
        // A cleaner took the claim for a dead one, or git removed the folder when it became empty.
        guard attempt < 60 else { throw .system(errno: code, path: path) }
        try Self.makeFolders(above: path)
      default: throw .system(errno: code, path: path)
      }
    }
    throw .taken(path: path)  // the loop has no other end
  }

  deinit { release() }

  /// Gives the lock up; the target is as it was.
  func release() {
    if isHeld { unlink(path) }
    isHeld = false
    // After the lock: a claim without its lock is only a leftover, a lock without its claim would stay for ever.
    unlink(claim)
    if file >= 0 { close(file) }
    file = -1
  }

  /// Replaces the target by these bytes, and gives the lock up.
  func commit(_ bytes: [UInt8], mode: mode_t) throws(Failure) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + written, $0.count - written) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .system(errno: errno, path: path) }
      written += count
    }
    guard fchmod(file, mode) == 0, fsync(file) == 0 else { throw .system(errno: errno, path: path) }
    if rename(path, target) != 0 {
      let code = errno
      // What is left of references that were removed: empty folders.
      guard code == EISDIR || code == ENOTEMPTY || code == EEXIST, Self.removeEmptyFolders(target),
        rename(path, target) == 0
      else { throw .system(errno: code, path: target) }
    }
    isHeld = false
    release()
  }

  private static func makeClaim(in folder: String) throws(Failure) -> (String, Int32) {
    for _ in 0..<60 {
      let name = folder + "/" + String(UInt64.random(in: 0...UInt64.max), radix: 16)
      let file = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if file < 0 {
        let code = errno
        guard code == ENOENT || code == EEXIST else { throw .system(errno: code, path: name) }
        if code == ENOENT { try makeClaimsFolder(folder) }
        continue
      }
      // Between the two calls a cleaner may have the lock for a moment: then this claim is lost, and another is made.
      if flock(file, LOCK_EX | LOCK_NB) == 0 { return (name, file) }
      unlink(name)
      close(file)
    }
    throw .system(errno: EAGAIN, path: folder)
  }

  /// Makes the folder of the claims, with the rights of the folder it is in: repositories may be shared by a group.
  private static func makeClaimsFolder(_ folder: String) throws(Failure) {
    guard mkdir(folder, 0o777) == 0 else {
      guard errno == EEXIST else { throw .system(errno: errno, path: folder) }
      return
    }
    var status = stat()
    if stat(folder + "/..", &status) == 0 { chmod(folder, status.st_mode & 0o7777) }
  }

  /// Removes a lock whose claim shows that its holder is dead.
  private static func removeIfAbandoned(_ path: String, claims: String) -> Bool {
    var removed = false
    forEachClaim(in: claims) { claim, status in
      // Looked at only now: another cleaner may have been faster, and the lock be a living process's again. While the
      // kernel lock of a dead claim is ours, nobody else can remove the lock that is the same file.
      var lock = stat()
      guard lstat(path, &lock) == 0, status.st_ino == lock.st_ino, status.st_dev == lock.st_dev else { return }
      removed = unlink(path) == 0
      unlink(claim)
    }
    return removed
  }

  /// Removes the claims of dead processes that are no lock.
  static func clean(_ claims: String) {
    forEachClaim(in: claims) { claim, status in
      if status.st_nlink == 1 { unlink(claim) }
    }
  }

  /// Calls `body` for each claim whose process is dead, while holding its kernel lock.
  private static func forEachClaim(in folder: String, _ body: (String, stat) -> Void) {
    for name in names(in: folder) {
      let claim = folder + "/" + name
      var file = open(claim, O_RDWR | O_CLOEXEC)
      if file < 0 { file = open(claim, O_RDONLY | O_CLOEXEC) }  // another user's
      guard file >= 0 else { continue }
      var status = stat()
      if flock(file, LOCK_EX | LOCK_NB) == 0, fstat(file, &status) == 0 { body(claim, status) }
      close(file)
    }
  }

  private static func makeFolders(above path: String) throws(Failure) {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    let folder = String(path[..<slash])
    if mkdir(folder, 0o777) == 0 || errno == EEXIST { return }
    guard errno == ENOENT else { throw .system(errno: errno, path: folder) }
    try makeFolders(above: folder)
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw .system(errno: errno, path: folder) }
  }

  /// Removes a folder that holds nothing but folders.
  private static func removeEmptyFolders(_ path: String) -> Bool {
    for name in names(in: path) { guard removeEmptyFolders(path + "/" + name) else { return false } }
    return rmdir(path) == 0
  }
}

/// The names in a folder, without `.` and `..`; none when it cannot be read.
func names(in folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var result: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { result.append(name) }
  }
  return result.sorted()
}

/// Removes a file, or a folder with all that is in it; links are not followed.
func removeAll(_ path: String) {
  var status = stat()
  guard lstat(path, &status) == 0 else { return }
  guard status.st_mode & S_IFMT == S_IFDIR else {
    unlink(path)
    return
  }
  for name in names(in: path) { removeAll(path + "/" + name) }
  rmdir(path)
}
