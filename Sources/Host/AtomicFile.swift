#if canImport(Darwin)
  package import Darwin
#elseif canImport(Musl)
  package import Musl
#else
  package import Glibc
#endif

/// Files that are replaced whole or not at all, whatever happens in between.
package enum AtomicFile {
  private static let prefix = ".sluice-"
  private static let suffix = ".tmp"

  /// Whether a file of this name is what a process that was killed while it wrote has left. Nobody reads those.
  package static func isLeftover(_ name: String) -> Bool {
    name.hasPrefix(prefix) && name.hasSuffix(suffix)
  }

  /// Replaces a file, or makes it. Readers see the old content or the new one, never a part.
  ///
  /// Behind a symbolic link the file that it points to is replaced; the link stays.
  /// - Parameters:
  ///   - mode: the permissions; nil: those of the file that is replaced, or for a new one what the umask leaves of 0666.
  ///   - durable: waits until the disk has it, so that it also survives a loss of power.
  /// - Throws: `HostError`; the old file is as it was then, and no other is left.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: mode_t? = nil, durable: Bool = false
  ) throws(HostError) {
    Fault.point(.fileWriteBefore)
    let target = try Target(path)
    let temporary = target.folder + "/" + prefix + unique() + suffix
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, target.status == nil ? mode ?? 0o666 : 0o600)
    guard file >= 0 else { throw HostError(errno: errno, "cannot write", path: path) }
    do throws(SystemFailure) {
      try fill(file, with: bytes, like: target.status, mode: mode, durable: durable)
      Fault.point(.fileWriteRename)
      try check(rename(temporary, target.path))
    } catch {
      unlink(temporary)
      throw HostError(errno: error.code, "cannot write", path: path)
    }
    if durable { syncFolder(target.folder) }
    Fault.point(.fileWriteAfter)
  }

  /// Reads a whole file.
  /// - Throws: `HostError`; `tooLarge` when it has more than `limit` bytes, `invalid` when it is a folder.
  package static func read(_ path: String, limit: Int = 64 << 20) throws(HostError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw HostError(errno: errno, "cannot read", path: path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw HostError(errno: errno, "cannot read", path: path) }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw HostError(.invalid, path: path, message: "cannot read \(path): it is a folder")
    }
    var bytes: [UInt8] = []
    // One byte more than it should hold shows the end without another growth; some files (pipes, /proc) say 0.
    var room = min(max(Int(status.st_size) + 1, 4096), limit + 1)
    while true {
      let count: Int
      do throws(SystemFailure) { count = try append(room, from: file, to: &bytes) } catch {
        throw HostError(errno: error.code, "cannot read", path: path)
      }
      guard bytes.count <= limit else {
        throw HostError(.tooLarge, path: path, message: "cannot read \(path): it has more than \(limit) bytes")
      }
      if count == 0 { return bytes }
      room = min(max(room - count, 65536), limit + 1 - bytes.count)
    }
  }

  private static func append(_ room: Int, from file: Int32, to bytes: inout [UInt8]) throws(SystemFailure) -> Int {
    let old = bytes.count
    var code: Int32 = 0
    if old > 0 { bytes.reserveCapacity(old + room) }
    let more = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      var got = -1
      repeat { got = systemRead(file, buffer.baseAddress, room) } while got < 0 && errno == EINTR
      if got < 0 { code = errno }
      count = max(got, 0)
    }
    guard code == 0 else { throw SystemFailure(code: code) }
    if old == 0 { bytes = more } else { bytes += more }
    return more.count
  }

  /// Writes, gives the owner and mode of the replaced file, and closes: some file systems tell of a full disk only then.
  private static func fill(
    _ file: Int32, with bytes: [UInt8], like old: stat?, mode: mode_t?, durable: Bool
  ) throws(SystemFailure) {
    do throws(SystemFailure) {
      var written = 0
      while written < bytes.count {
        let count = bytes.withUnsafeBytes { systemWrite(file, $0.baseAddress! + written, $0.count - written) }
        if count < 0 && errno == EINTR { continue }
        try check(Int32(truncatingIfNeeded: min(count, 0)))
        written += count
      }
      if let old {
        // Only root can give files away; for others the new one is theirs, as after any editor's save.
        if old.st_uid != geteuid() || old.st_gid != getegid() { _ = fchown(file, old.st_uid, old.st_gid) }
      }
      if let mode = mode ?? old.map({ $0.st_mode & 0o7777 }) { try check(fchmod(file, mode)) }
      if durable { try check(fsync(file)) }
    } catch {
      close(file)
      throw error
    }
    try check(close(file))
  }

  private static func syncFolder(_ folder: String) {
    let file = open(folder, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }  // the file is in place; some file systems can't sync a folder
    fsync(file)
    close(file)
  }

  private static func unique() -> String {
    let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Where a write really goes: symbolic links followed, and what stands there now.
private struct Target {
  let path: String
  let folder: String
  let status: stat?

  init(_ given: String) throws(HostError) {
    var link = stat()
    guard lstat(given, &link) == 0 else {
      guard errno == ENOENT else { throw HostError(errno: errno, "cannot write", path: given) }
      path = given
      status = nil
      folder = Self.folder(of: given)
      return
    }
    var real = given
    if link.st_mode & S_IFMT == S_IFLNK {
      guard let resolved = realpath(given, nil) else {
        let code = errno
        guard code == ENOENT else { throw HostError(errno: code, "cannot write", path: given) }
        throw HostError(.notFound, path: given, message: "cannot write \(given): it is a link to a file that does not exist")
      }
      real = String(cString: resolved)
      free(resolved)
      guard stat(real, &link) == 0 else { throw HostError(errno: errno, "cannot write", path: given) }
    }
    guard link.st_mode & S_IFMT == S_IFREG else {
      throw HostError(.invalid, path: given, message: "cannot write \(given): it is not a regular file")
    }
    path = real
    status = link
    folder = Self.folder(of: real)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

private struct SystemFailure: Error {
  let code: Int32
}

private func check(_ result: Int32) throws(SystemFailure) {
  if result < 0 { throw SystemFailure(code: errno) }
}
