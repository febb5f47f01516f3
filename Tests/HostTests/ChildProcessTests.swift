import Foundation
import TestSupport
import Testing

@testable import Host

/// No test here measures time: the limits that must not be reached are far away, and those that must be are short.
@Suite("Child processes")
struct ChildProcessTests {
  static let environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]
  static let far = Duration.seconds(300)

  func shell(
    _ script: String, environment: [String: String] = environment, folder: String? = nil, input: [UInt8]? = nil,
    limit: Int = 1 << 20, timeout: Duration = far
  ) async throws -> ChildProcess.Outcome {
    try await ChildProcess(
      ["sh", "-c", script], environment: environment, folder: folder, input: input, outputLimit: limit, timeout: timeout
    ).run()
  }

  @Test("Output, errors and the exit status come back")
  func outcome() async throws {
    let done = try await shell("printf out; printf err >&2; exit 3")
    #expect(
      done == .init(end: .exited(3), output: Array("out".utf8), errors: Array("err".utf8)))
  }

  @Test("A child that dies by a signal says which")
  func signalled() async throws {
    #expect(try await shell("kill -USR1 $$").end == .signalled(SIGUSR1))
  }

  @Test("The environment is the one given and nothing else")
  func environment() async throws {
    let done = try await ChildProcess(
      ["/usr/bin/env"], environment: ["ONLY": "this=one", "EMPTY": ""], timeout: Self.far
    ).run()
    #expect(String(decoding: done.output, as: UTF8.self).split(separator: "\n").sorted() == ["EMPTY=", "ONLY=this=one"])
  }

  @Test("The folder is the one given, and a relative command is looked for there")
  func folder() async throws {
    let folder = try TemporaryFolder()
    let script = try folder.write("#!/bin/sh\npwd\n", to: "bin/where")
    chmod(script, 0o755)
    let done = try await ChildProcess(
      ["bin/where"], environment: Self.environment, folder: folder.path, timeout: Self.far
    ).run()
    #expect(String(decoding: done.output, as: UTF8.self) == folder.path + "\n")
  }

  @Test("Arguments arrive as they are, whatever is in them")
  func arguments() async throws {
    let odd = ["a b", "", "$(id)", "é\u{1F600}", "'\"\\", "line\nline", "*"]
    let done = try await ChildProcess(
      ["printf", "%s\\0"] + odd, environment: Self.environment, timeout: Self.far
    ).run()
    #expect(
      done.output.split(separator: 0, omittingEmptySubsequences: false).dropLast().map { String(decoding: $0, as: UTF8.self) }
        == odd)
  }

  @Test("Without input the child reads an end at once")
  func noInput() async throws {
    #expect(try await shell("cat; echo end").output == Array("end\n".utf8))
  }

  @Test("Input goes through whole, also beyond what a pipe holds")
  func input() async throws {
    let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let done = try await shell("cat", input: bytes, limit: 2_000_000)
    #expect(done.output == bytes)
  }

  @Test("A child that does not read its input ends well, and so do we")
  func unreadInput() async throws {
    let done = try await shell("exec <&-; echo done", input: [UInt8](repeating: 1, count: 1_000_000))
    #expect(done.end == .exited(0))
    #expect(done.output == Array("done\n".utf8))
  }

  @Test("Output beyond the limit is read and dropped, and said to be cut")
  func bounded() async throws {
    let done = try await shell("yes | head -c 50000000; printf x >&2", limit: 1000)
    #expect(done.end == .exited(0))
    #expect(done.output == Array(String(repeating: "y\n", count: 500).utf8))
    #expect(done.outputTruncated && !done.errorsTruncated)
  }

  @Test("Output of exactly the limit is whole", arguments: [0, 1])
  func exactly(more: Int) async throws {
    let done = try await shell("head -c \(70_000 + more) /dev/zero", limit: 70_000)
    #expect(done.output.count == 70_000 && done.outputTruncated == (more == 1))
  }

  @Test("What is printed right before the end is not lost")
  func lastWords() async throws {
    let done = try await shell("head -c 60000 /dev/zero | tr '\\0' a; exit 0")
    #expect(done.output.count == 60_000)
  }

  @Test("A child that closes its output and works on is waited for")
  func closedOutput() async throws {
    let folder = try TemporaryFolder()
    mkfifo(folder.path + "/gate", 0o600)
    // Open for both, so that it does not wait for the other end.
    let gate = open(folder.path + "/gate", O_RDWR)
    defer { close(gate) }
    async let done = shell("exec >&- 2>&-; read word < gate; exit 7", folder: folder.path)
    #expect(write(gate, "go\n", 3) == 3)
    #expect(try await done.end == .exited(7))
  }

  @Test("At the time limit a child that does not heed SIGTERM is killed")
  func stubborn() async throws {
    var child = ChildProcess(
      ["sh", "-c", "trap '' TERM; while :; do sleep 1000; done"], environment: Self.environment, timeout: .milliseconds(500))
    child.grace = .milliseconds(100)
    #expect(try await child.run().end == .timedOut)
  }

  @Test("At the time limit what was printed until then is kept")
  func keptOutput() async throws {
    // It prints without end, so that something has come whenever the limit strikes.
    let done = try await shell("yes", limit: 4, timeout: .seconds(1))
    #expect(done.end == .timedOut && done.output == Array("y\ny\n".utf8) && done.outputTruncated)
  }

  @Test("Cancelling the task ends the group and says that it was cancelled")
  func cancelled() async throws {
    let folder = try TemporaryFolder()
    let error = try await cancel("sleep 1000 & echo $! > id; true > up; wait", in: folder)
    #expect(error?.kind == .cancelled)
    #expect(await ended(try id("id", in: folder)))
  }

  @Test("Background children that do not heed SIGTERM die too, though their shell is gone at once")
  func wholeGroup() async throws {
    let folder = try TemporaryFolder()
    let script = """
      sleep 1000 & echo $! > plain
      sh -c 'trap "" TERM; echo $$ > stubborn; true > up; while :; do sleep 1000; done' &
      wait
      """
    _ = try await cancel(script, in: folder, grace: .milliseconds(100))
    for name in ["stubborn", "plain"] { #expect(await ended(try id(name, in: folder)), "\(name) lives on") }
  }

  @Test("A command whose shell dies at once of SIGTERM still gets the time to tidy up, and may print about it")
  func grace() async throws {
    let folder = try TemporaryFolder()
    // Regression: nobody read its output any more then, and SIGPIPE took the place of the grace.
    let tidy = "trap \"echo tidying; echo tidying >&2; sleep 0.2; echo tidy > result; exit\" TERM"
    // Far more time than it takes; the wait ends with the group.
    let script = "sh -c '\(tidy); true > up; while :; do sleep 0.05; done'; :"
    _ = try await cancel(script, in: folder, grace: Self.far)
    #expect(try folder.text("result") == "tidy\n")
  }

  @Test("A descendant that keeps the output open does not hold up the end of the child")
  func openPipe() async throws {
    let folder = try TemporaryFolder()
    let done = try await shell("sleep 1000 & echo $! > id; echo done", folder: folder.path)
    #expect(done.end == .exited(0))
    #expect(done.output == Array("done\n".utf8))
    #expect(kill(try id("id", in: folder), SIGKILL) == 0, "what a command leaves in the background lives on")
  }

  @Test("A descendant in a session of its own that keeps the output open does not hold up the end either")
  func escaped() async throws {
    let folder = try TemporaryFolder()
    let script = "setsid sh -c 'echo $$ > id; true > up; exec sleep 1000' & wait"
    #expect(try await cancel(script, in: folder)?.kind == .cancelled)
    kill(try id("id", in: folder), SIGKILL)
  }

  @Test("A task that is cancelled already starts nothing")
  func cancelledBefore() async throws {
    let folder = try TemporaryFolder()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await shell("echo > started", folder: folder.path)
    }
    await #expect(throws: HostError.self) { try await task.value }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/started"))
  }

  @Test("A hundred children at once each give their own output")
  func many() async throws {
    let results = try await withThrowingTaskGroup(of: (Int, ChildProcess.Outcome).self) { tasks in
      for number in 0..<100 { tasks.addTask { (number, try await shell("echo \(number); exit \(number)")) } }
      return try await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(results.count == 100)
    for (number, done) in results {
      #expect(done == .init(end: .exited(Int32(number)), output: Array("\(number)\n".utf8)))
    }
  }

  @Test("More children than threads may wait for one another")
  func neverBlocks() async throws {
    let folder = try TemporaryFolder()
    mkfifo(folder.path + "/gate", 0o600)
    // Sixty wait until the last one, which starts after them, opens the gate.
    let ends = try await withThrowingTaskGroup(of: ChildProcess.Outcome.End.self) { tasks in
      for _ in 0..<60 { tasks.addTask { try await shell("read word < gate; echo >> through", folder: folder.path).end } }
      let opener = """
        exec 3<>gate; yes | head -n 60 >&3
        while [ "$(cat through 2>/dev/null | wc -l)" -lt 60 ]; do sleep 0.05; done
        """
      tasks.addTask { try await shell(opener, folder: folder.path).end }
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    #expect(ends == [ChildProcess.Outcome.End](repeating: .exited(0), count: 61))
  }

  @Test("A child gets default signal actions, whatever this process ignores")
  func signals() async throws {
    ProcessSignals.ignoreThoseThatAreErrors()
    #expect(try await shell("kill -XFSZ $$").end == .signalled(SIGXFSZ))
  }

  @Test("A child inherits no descriptor but the three")
  func descriptors() async throws {
    let mine = dup(1)  // without close-on-exec
    defer { close(mine) }
    let done = try await shell("[ -e /proc/$$/fd/\(mine) ] && echo inherited; echo none")
    #expect(done.output == Array("none\n".utf8))
  }

  struct Refusal: Sendable {
    let arguments: [String]
    let kind: HostError.Kind
    let words: String
  }

  @Test(
    "A command that can't be started says why",
    arguments: [
      Refusal(arguments: [], kind: .invalid, words: "empty command"),
      Refusal(arguments: ["no-such-command"], kind: .notFound, words: "cannot start no-such-command: no such command in PATH"),
      Refusal(arguments: ["./absent"], kind: .notFound, words: "absent: no such file or directory"),
      Refusal(arguments: ["./plain"], kind: .notPermitted, words: "hint: chmod +x"),
      Refusal(arguments: ["./folder"], kind: .notPermitted, words: "not an executable file"),
      Refusal(arguments: ["./unheaded"], kind: .invalid, words: "hint: a script begins with #!/bin/sh"),
      Refusal(arguments: ["./lost"], kind: .notFound, words: "the interpreter in its first line does not exist"),
    ])
  func refused(_ refusal: Refusal) async throws {
    let folder = try TemporaryFolder()
    try folder.write("#!/bin/sh\n", to: "plain")
    try folder.write("", to: "folder/file")
    chmod(try folder.write("echo hello\n", to: "unheaded"), 0o755)
    chmod(try folder.write("#!/no/such/interpreter\n", to: "lost"), 0o755)
    let child = ChildProcess(refusal.arguments, environment: Self.environment, folder: folder.path, timeout: Self.far)
    let error = await #expect(throws: HostError.self) { try await child.run() }
    #expect(error?.kind == refusal.kind)
    #expect(error?.description.contains(refusal.words) == true, "\(error?.description ?? "")")
  }

  @Test("A folder that does not exist is named")
  func noFolder() async throws {
    let error = await #expect(throws: HostError.self) { try await shell("true", folder: "/no/such/folder") }
    #expect(error?.kind == .notFound && error?.path == "/no/such/folder")
  }

  /// Runs a script until it opens `up`, then cancels it: as what happens at the time limit, at a moment that is known.
  private func cancel(
    _ script: String, in folder: TemporaryFolder, grace: Duration = .seconds(2)
  ) async throws -> HostError? {
    mkfifo(folder.path + "/up", 0o600)
    var child = ChildProcess(
      ["sh", "-c", script], environment: Self.environment, folder: folder.path, timeout: Self.far)
    child.grace = grace
    let task = Task { [child] in try await child.run() }
    await opened(folder.path + "/up")
    task.cancel()
    return await #expect(throws: HostError.self) { try await task.value }
  }

  private func id(_ name: String, in folder: TemporaryFolder) throws -> Int32 {
    try #require(Int32(try folder.text(name).filter(\.isNumber)))
  }

  /// Waits until the other end of a named pipe is opened: on a thread of its own, since Swift's must not block.
  private func opened(_ pipe: String) async {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        close(open(pipe, O_RDONLY))
        continuation.resume()
      }
    }
  }

  /// Whether a process is gone, or only waits to be buried. It asks the kernel until it is; a process that lives on
  /// fails the test after many rounds.
  private func ended(_ id: Int32) async -> Bool {
    for _ in 0..<200 {
      let state = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
      if kill(id, 0) != 0 || state?.contains(") Z ") == true { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}
