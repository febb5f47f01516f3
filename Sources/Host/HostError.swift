#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// What the machine refused: a file, a child process, a secret.
package struct HostError: Error, CustomStringConvertible, Sendable {
  package enum Kind: Sendable, Hashable {
    case notFound
    case notPermitted
    case readOnly
    /// The disk, the quota or the file size limit is used up.
    case noSpace
    /// More than the caller allowed.
    case tooLarge
    /// There, but not what it has to be: a folder for a file, an empty secret, a program that is none.
    case invalid
    /// The caller's task was cancelled.
    case cancelled
    /// Anything else, with `errno`.
    case io(Int32)
  }

  package let kind: Kind
  /// The file, program or variable that it is about.
  package let path: String
  package let message: String

  package init(_ kind: Kind, path: String, message: String) {
    self.kind = kind
    self.path = path
    self.message = message
  }

  package var description: String { message }
}

extension HostError {
  /// Sorts a failed system call. `action` says what was tried: `cannot write <path>`.
  init(errno code: Int32, _ action: String, path: String) {
    let kind: Kind =
      switch code {
      case ENOENT, ENOTDIR: .notFound
      case EACCES, EPERM: .notPermitted
      case EROFS: .readOnly
      case ENOSPC, EDQUOT, EFBIG: .noSpace
      default: .io(code)
      }
    self.init(kind, path: path, message: "\(action) \(path): \(systemMessage(code))" + kind.hint)
  }
}

extension HostError.Kind {
  fileprivate var hint: String {
    switch self {
    case .noSpace: ", hint: free space there, or raise the limit, and run again"
    case .readOnly: ", hint: the file system is mounted read-only; choose another place"
    default: ""
    }
  }
}

/// The system's words for an error number, in lower case like the rest of a message.
func systemMessage(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  return text.isEmpty ? "error \(code)" : text.prefix(1).lowercased() + text.dropFirst()
}
