import CGit

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The library as a whole: set up once, and its errors made ours.
enum LibGit2 {
  /// Whether the library is ready. Reading it the first time starts it.
  static let started: Bool = {
    // Past a file size limit a write fails with EFBIG, which we can report, instead of killing the process.
    signal(SIGXFSZ, SIG_IGN)
    guard git_libgit2_init() >= 0 else { return false }
    // Nothing outside a repository decides what happens to it. The folder of ~/.gitconfig stays known, since libgit2 1.5
    // looks for .ssh/known_hosts there; every repository gets a configuration without that file (`Store.open`).
    for level in [GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_PROGRAMDATA] {
      guard sluice_git_set_search_path(level.rawValue, "") >= 0 else { return false }
    }
    return sluice_git_set_owner_validation(0) >= 0 && sluice_git_set_fsync(0) >= 0
      // A merge names files that a cache of a repository over https does not have.
      && sluice_git_set_strict_object_creation(0) >= 0
      && sluice_git_set_server_timeouts(20_000, 60_000) >= 0
  }()

  static func start() throws(GitError) {
    guard started else { throw GitError(.invalid, "cannot start libgit2", "") }
  }

  /// The error of the call that just returned `code` on this thread.
  static func error(_ code: Int32, _ context: () -> String) -> GitError {
    // Read before anything else can call the library.
    let last = git_error_last()
    let klass = last.map { $0.pointee.klass } ?? 0
    let message = last.flatMap { $0.pointee.message }.map { String(cString: $0) } ?? "error \(code)"
    let kind = kind(code, git_error_t(rawValue: UInt32(klass)), message)
    return GitError(kind, context(), plain(message), hint: kind.usualHint)
  }

  /// libgit2's own words; in ours only where those are for programmers.
  private static func plain(_ message: String) -> String {
    message.contains("can not be successfully peeled into a") ? "it is an object of another kind" : message
  }

  private static func kind(_ code: Int32, _ klass: git_error_t, _ message: String) -> GitError.Kind {
    // libgit2 gives no errno; its messages end with the system's words.
    func says(_ texts: String...) -> Bool { texts.contains { message.contains($0) } }
    if says("No space left on device", "File too large", "Disk quota exceeded") { return .noSpace }
    switch git_error_code(rawValue: code) {
    case GIT_EAUTH, GIT_ECERTIFICATE: return .refused
    case GIT_ELOCKED: return .locked
    case GIT_EEOF where klass == GIT_ERROR_SSH: return .notARepository
    case GIT_EINVALIDSPEC where !says("peeled into a"): return .invalid
    case GIT_EPEEL, GIT_EINVALIDSPEC: return .damaged
    case GIT_EMISMATCH: return .damaged
    case GIT_ENOTFOUND: return klass == GIT_ERROR_REPOSITORY ? .notARepository : .notFound
    default: break
    }
    if says("Permission denied", "Read-only file system", "Operation not permitted") { return .refused }
    switch klass {
    case GIT_ERROR_NET, GIT_ERROR_SSH, GIT_ERROR_SSL, GIT_ERROR_HTTP: return .unreachable
    case GIT_ERROR_ODB, GIT_ERROR_ZLIB, GIT_ERROR_OBJECT, GIT_ERROR_REFERENCE, GIT_ERROR_INDEXER, GIT_ERROR_TREE,
      GIT_ERROR_SHA:
      return .damaged
    case GIT_ERROR_REPOSITORY, GIT_ERROR_CONFIG: return .notARepository
    default: return .invalid
    }
  }
}

extension GitError.Kind {
  /// What helps whatever the remote is.
  fileprivate var usualHint: String? {
    switch self {
    case .noSpace: "free space there, or raise the limit, and run again"
    case .damaged, .notFound: "look at the repository with: git fsck"
    case .locked: "try again"
    default: nil
    }
  }
}

/// Throws what libgit2 says when `code` is an error.
@discardableResult
func check(_ code: Int32, _ context: @autoclosure () -> String) throws(GitError) -> Int32 {
  guard code < 0 else { return code }
  throw LibGit2.error(code, context)
}

extension ObjectID {
  init(_ raw: git_oid) {
    self = withUnsafeBytes(of: raw.id) { bytes in
      ObjectID(
        high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        middle: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        low: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
    }
  }

  init?(_ raw: UnsafePointer<git_oid>?) {
    guard let raw else { return nil }
    self.init(raw.pointee)
  }

  var raw: git_oid {
    var result = git_oid()
    withUnsafeMutableBytes(of: &result.id) { bytes in
      bytes.storeBytes(of: words.high.bigEndian, as: UInt64.self)
      bytes.storeBytes(of: words.middle.bigEndian, toByteOffset: 8, as: UInt64.self)
      bytes.storeBytes(of: words.low.bigEndian, toByteOffset: 16, as: UInt32.self)
    }
    return result
  }
}

/// Owns one object of the library for as long as a scope needs it.
struct Owned: ~Copyable {
  let pointer: OpaquePointer
  private let free: (OpaquePointer?) -> Void

  init(_ pointer: OpaquePointer, _ free: @escaping (OpaquePointer?) -> Void) {
    self.pointer = pointer
    self.free = free
  }

  deinit { free(pointer) }
}

/// Calls a function of the library that makes an object.
func make(
  _ free: @escaping (OpaquePointer?) -> Void, _ context: @autoclosure () -> String,
  _ call: (inout OpaquePointer?) -> Int32
) throws(GitError) -> Owned {
  var pointer: OpaquePointer?
  let code = call(&pointer)
  guard code >= 0, let pointer else { throw LibGit2.error(code, context) }
  return Owned(pointer, free)
}
