package import Foundation

/// A command run to its end, for tests: a clean environment, no terminal, no standard input.
package struct Command: Sendable {
  package let status: Int32
  package let killedBySignal: Bool
  package let output: String
  package let errors: String

  package struct Failure: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }

  /// What every child sees: no global git configuration, a fixed locale and time zone, and who commits.
  package static let environment: [String: String] = [
    "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
    "HOME": "/nonexistent", "LC_ALL": "C", "TZ": "UTC",
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "A Person", "GIT_AUTHOR_EMAIL": "person@example.test",
    "GIT_COMMITTER_NAME": "A Person", "GIT_COMMITTER_EMAIL": "person@example.test",
  ]

  /// Starts a command without waiting for it. Its output goes to temporary files, so that a full pipe never stops it.
  package static func start(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]
  ) throws -> Running {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.environment = Self.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.standardInput = FileHandle.nullDevice
    let running = try Running(process)
    try process.run()
    return running
  }

  package static func run(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]
  ) throws -> Command {
    try start(arguments, in: folder, environment: environment).wait()
  }

  /// Runs a command that must succeed; gives its standard output.
  @discardableResult
  package static func check(
    _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]
  ) throws -> String {
    let done = try run(arguments, in: folder, environment: environment)
    guard done.status == 0, !done.killedBySignal else {
      throw Failure(description: "\(arguments.joined(separator: " ")): status \(done.status)\n\(done.output)\(done.errors)")
    }
    return done.output
  }
}

/// A command under way.
package final class Running: @unchecked Sendable {  // used by one test at a time; Process guards itself
  package let process: Process
  private let files: (URL, URL)
  private let handles: (FileHandle, FileHandle)

  fileprivate init(_ process: Process) throws {
    self.process = process
    let base = NSTemporaryDirectory() + "/sluice-command-" + UUID().uuidString
    files = (URL(fileURLWithPath: base + ".out"), URL(fileURLWithPath: base + ".err"))
    for file in [files.0, files.1] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    handles = (try FileHandle(forWritingTo: files.0), try FileHandle(forWritingTo: files.1))
    process.standardOutput = handles.0
    process.standardError = handles.1
  }

  package func wait() throws -> Command {
    process.waitUntilExit()
    defer { for file in [files.0, files.1] { try? FileManager.default.removeItem(at: file) } }
    func text(_ file: URL) throws -> String { String(decoding: try Data(contentsOf: file), as: UTF8.self) }
    return Command(
      status: process.terminationStatus, killedBySignal: process.terminationReason == .uncaughtSignal,
      output: try text(files.0), errors: try text(files.1))
  }
}
