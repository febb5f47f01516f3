#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A command to run to its end, in a session of its own, with nothing inherited but what is given here.
///
/// Built over swift-subprocess, which starts children without blocking Swift's threads, closes every other descriptor in
/// them and gives them default signal actions. What it leaves to us is the time limit, the reading of what they print
/// (see `PipeReader`), and the descendants that survive the child (see `ProcessGroup`).
package struct ChildProcess: Sendable {
  /// The command and its arguments. With a `/` the command is a path; without one it is looked for in `PATH`.
  package var arguments: [String]
  /// The whole environment of the child.
  package var environment: [String: String]
  package var folder: String?
  /// What the child reads on its standard input; nil: it reads an end at once.
  package var input: [UInt8]?
  /// How many bytes of its output, and of its errors, are kept. What goes beyond is read and dropped.
  package var outputLimit: Int
  package var timeout: Duration
  /// How long the group has between SIGTERM and SIGKILL.
  var grace = Duration.seconds(2)

  package init(
    _ arguments: [String], environment: [String: String], folder: String? = nil, input: [UInt8]? = nil,
    outputLimit: Int = 1 << 20, timeout: Duration
  ) {
    self.arguments = arguments
    self.environment = environment
    self.folder = folder
    self.input = input
    self.outputLimit = outputLimit
    self.timeout = timeout
  }

  package struct Outcome: Sendable, Equatable {
    package enum End: Sendable, Equatable {
      case exited(Int32)
      case signalled(Int32)
      /// Killed, with all its descendants, because its time was over.
      case timedOut
    }

    package var end: End
    package var output: [UInt8]
    package var errors: [UInt8]
    package var outputTruncated: Bool
    package var errorsTruncated: Bool

    package init(
      end: End, output: [UInt8], errors: [UInt8] = [], outputTruncated: Bool = false, errorsTruncated: Bool = false
    ) {
      self.end = end
      self.output = output
      self.errors = errors
      self.outputTruncated = outputTruncated
      self.errorsTruncated = errorsTruncated
    }
  }

  /// Runs the command and waits for it.
  ///
  /// The end of the child itself is the end: descendants that it leaves in the background live on, without a reader for
  /// what they print. At the time limit, or when the caller's task is cancelled, the whole group gets SIGTERM, two
  /// seconds, and SIGKILL.
  /// - Throws: `HostError` when it cannot be started (`notFound` names the command), or `cancelled`.
  package func run() async throws(HostError) -> Outcome {
    guard let command = arguments.first, !command.isEmpty else {
      throw HostError(.invalid, path: "", message: "cannot run an empty command")
    }
    if Task.isCancelled { throw cancellation(command) }
    if let folder {
      var status = stat()
      guard stat(folder, &status) == 0 else { throw HostError(errno: errno, "cannot work in", path: folder) }
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw HostError(.invalid, path: folder, message: "cannot work in \(folder): it is not a folder")
      }
    }
    return try await RunningChild(self, program: program(command)).finish()
  }

  func cancellation(_ command: String) -> HostError {
    HostError(.cancelled, path: command, message: "\(command) was cancelled")
  }

  /// The file to start: `command` itself when it is a path, else the first one of that name in the given `PATH`.
  private func program(_ command: String) throws(HostError) -> String {
    if command.utf8.contains(UInt8(ascii: "/")) {
      let plain = command.hasPrefix("./") ? String(command.dropFirst(2)) : command
      let path = command.hasPrefix("/") ? command : (folder.map { $0 + "/" + plain } ?? command)
      guard access(path, F_OK) == 0 else {
        throw HostError(errno: errno, "cannot start", path: path)
      }
      guard Self.isProgram(path) else {
        throw HostError(
          .notPermitted, path: path, message: "cannot start \(path): it is not an executable file, hint: chmod +x \(path)")
      }
      return path
    }
    let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").filter { $0.hasPrefix("/") }
    if let path = folders.lazy.map({ "\($0)/\(command)" }).first(where: Self.isProgram) { return path }
    throw HostError(
      .notFound, path: command,
      message: "cannot start \(command): no such command in PATH, hint: install it, or write a path with a /")
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}
