import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Answers with an ETag or a date, kept in a folder across runs, so that a server need only say that they still hold.
///
/// Only a cache: what cannot be read is not there, what cannot be written is not kept. Files come into being under
/// their names whole, so several processes can share the folder. (The rooms of a floor do not import each other: this
/// writes its files itself, and unlike `Host`'s atomic files without waiting for the disk, since each carries a digest.)
package final class HTTPCache: Sendable {
  package let folder: String
  /// Of all files together, in bytes. Other processes' newest files are counted at the next look.
  package let limit: Int

  private struct Size: Sendable {
    /// What the folder held at the last look, and was written since.
    var bytes = 0
    var writesUntilLook = 0
  }

  private let size = Mutex(Size())
  private static let writesBetweenLooks = 64
  private static let suffix = ".http"

  package init(folder: String, limit: Int = 64 << 20) {
    self.folder = folder
    self.limit = limit
  }

  func entry(_ key: CacheKey) -> CacheEntry? {
    guard let bytes = Self.read(path(key), limit: limit) else { return nil }
    guard let entry = CacheEntry(key, file: bytes) else {
      unlink(path(key))
      return nil
    }
    return entry
  }

  /// Keeps an answer if it is one to keep; one of the same key that is not goes.
  func keep(_ head: HTTPHead, _ body: [UInt8], _ key: CacheKey) {
    guard let file = CacheEntry(key, head, body)?.file, file.count <= limit / 4 else {
      if head.isSuccess || head.status == 404 || head.status == 410 { unlink(path(key)) }
      return
    }
    guard write(file, to: path(key)) else { return }
    let isLookDue = size.withLock { size in
      size.bytes += file.count
      size.writesUntilLook -= 1
      guard size.bytes > limit || size.writesUntilLook < 0 else { return false }
      size.writesUntilLook = Self.writesBetweenLooks
      return true
    }
    if isLookDue { evict() }
  }

  /// What was used lately stays longest.
  func touch(_ key: CacheKey) { utimensat(AT_FDCWD, path(key), nil, 0) }

  private func path(_ key: CacheKey) -> String { "\(folder)/\(key.name)\(Self.suffix)" }

  private func write(_ bytes: [UInt8], to path: String) -> Bool {
    let name = "\(folder)/\(UInt64.random(in: 0...UInt64.max)).tmp"
    var file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if file < 0 && errno == ENOENT && mkdir(folder, 0o700) == 0 {
      file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    guard file >= 0 else { return false }
    defer { close(file) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress! + written, $0.count - written) }  // not empty here
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        unlink(name)
        return false
      }
      written += count
    }
    guard rename(name, path) == 0 else {
      unlink(name)
      return false
    }
    return true
  }

  static func read(_ path: String, limit: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, (1...max(1, limit)).contains(Int(status.st_size)) else {
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { systemRead(file, $0.baseAddress! + filled, $0.count - filled) }  // not empty
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return nil }
      filled += count
    }
    return bytes
  }

  /// Removes the oldest files until there is room again, and what killed processes left half-written.
  private func evict() {
    struct File {
      let path: String
      let size: Int
      let seconds: Int
      let nanoseconds: Int
    }
    var files: [File] = []
    for name in Self.names(in: folder) {
      let path = folder + "/" + name
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      let (seconds, nanoseconds) = status.modified
      if name.hasSuffix(".tmp") && systemSeconds() - seconds > 3600 { unlink(path) }
      if name.hasSuffix(Self.suffix) {
        files.append(File(path: path, size: Int(status.st_size), seconds: seconds, nanoseconds: nanoseconds))
      }
    }
    var bytes = files.reduce(0) { $0 + $1.size }
    if bytes > limit {
      for file in files.sorted(by: { ($0.seconds, $0.nanoseconds) < ($1.seconds, $1.nanoseconds) }) {
        // Some room, so that not each write looks through the folder.
        guard bytes > limit - limit / 8 else { break }
        unlink(file.path)
        bytes -= file.size
      }
    }
    size.withLock { $0.bytes = bytes }
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }
}

extension stat {
  fileprivate var modified: (seconds: Int, nanoseconds: Int) {
    #if canImport(Darwin)
      (st_mtimespec.tv_sec, st_mtimespec.tv_nsec)
    #else
      (st_mtim.tv_sec, st_mtim.tv_nsec)
    #endif
  }
}
