#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A folder that this process alone works in. The kernel takes the lock back when the process ends, however it ends.
///
/// The lock is on a file `sluice.lock` within the folder, which stays: network file systems lock only files that are
/// open for writing.
package struct DirectoryLock: ~Copyable, Sendable {
  private let file: Int32

  private init(file: Int32) { self.file = file }

  deinit { close(file) }

  /// Takes the lock if it is free; nil when another process, or another lock in this one, holds it.
  package static func tryAcquire(_ folder: String) throws(HostError) -> DirectoryLock? {
    let path = folder + "/sluice.lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw HostError(errno: errno, "cannot lock", path: path) }
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      close(file)
      if code == EWOULDBLOCK { return nil }
      throw HostError(errno: code, "cannot lock", path: path)
    }
    return DirectoryLock(file: file)
  }
}
