import Subprocess
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One run of a `ChildProcess`: the child, the clock that limits it, and the pipes that it prints to.
struct RunningChild: Sendable {
  private let child: ChildProcess
  private let program: String
  private let output: Pipe
  private let errors: Pipe
  private let group = Shared<ProcessGroup?>(nil)
  private let writing: Shared<[Int32]>

  init(_ child: ChildProcess, program: String) throws(HostError) {
    self.child = child
    self.program = program
    guard let output = Pipe() else { throw HostError(errno: errno, "cannot make a pipe for", path: program) }
    guard let errors = Pipe() else {
      let code = errno
      for end in [output.reading, output.writing] { close(end) }
      throw HostError(errno: code, "cannot make a pipe for", path: program)
    }
    self.output = output
    self.errors = errors
    writing = Shared([output.writing, errors.writing])
  }

  private enum Step: Sendable {
    case ended(Result<ChildProcess.Outcome.End, HostError>)
    case timeIsOver
    case clockStopped
  }

  func finish() async throws(HostError) -> ChildProcess.Outcome {
    for pipe in [output, errors] { PipeReader.shared.read(pipe.reading, limit: child.outputLimit) }
    let (end, timedOut) = await limitedRun()
    closeWriting()
    let cancelled = Task.isCancelled
    if timedOut || cancelled, let group = group.value { await group.endWithin(child.grace) }
    let (output, errors) = await (PipeReader.shared.stop(output.reading), PipeReader.shared.stop(errors.reading))
    if cancelled && !timedOut { throw child.cancellation(child.arguments[0]) }
    return ChildProcess.Outcome(
      end: timedOut ? .timedOut : try end.get(), output: output.bytes, errors: errors.bytes,
      outputTruncated: output.isTruncated, errorsTruncated: errors.isTruncated)
  }

  /// Runs the child to its end against the clock; the loser is cancelled, which has swift-subprocess tear the child down.
  private func limitedRun() async -> (Result<ChildProcess.Outcome.End, HostError>, timedOut: Bool) {
    await withTaskGroup(of: Step.self) { tasks in
      tasks.addTask { .ended(await self.runToEnd()) }
      tasks.addTask { [timeout = child.timeout] in
        do { try await Task.sleep(for: timeout) } catch { return .clockStopped }
        return .timeIsOver
      }
      var timedOut = false
      while let step = await tasks.next() {
        switch step {
        case .ended(let end):
          tasks.cancelAll()
          return (end, timedOut)
        case .timeIsOver:
          timedOut = true
          tasks.cancelAll()
        case .clockStopped: continue
        }
      }
      preconditionFailure("the task that runs the child always ends")
    }
  }

  private func runToEnd() async -> Result<ChildProcess.Outcome.End, HostError> {
    let out = sink(output.writing) { .fileDescriptor($0, closeAfterSpawningProcess: false) }
    let err = sink(errors.writing) { .fileDescriptor($0, closeAfterSpawningProcess: false) }
    guard let out, let err else { preconditionFailure("every number is a descriptor to swift-system") }
    do {
      let status =
        if let input = child.input {
          try await Subprocess.run(configuration, input: .inputWriter, output: out, error: err) { execution in
            started(execution.processIdentifier.value)
            ProcessSignals.ignoreThoseThatAreErrors()
            // A child need not read all of its input; that is no failure.
            _ = try? await execution.standardInputWriter.write(input)
            try? await execution.standardInputWriter.finish()
          }.terminationStatus
        } else {
          try await Subprocess.run(configuration, input: .none, output: out, error: err) { execution in
            started(execution.processIdentifier.value)
          }.terminationStatus
        }
      switch status {
      case .exited(let code): return .success(.exited(code))
      case .signaled(let signal): return .success(.signalled(signal))
      }
    } catch {
      return .failure(hostError(error))
    }
  }

  private func started(_ leader: Int32) {
    group.value = ProcessGroup(leader: leader)
    closeWriting()
  }

  /// Closes our copies of what the child writes to, once.
  private func closeWriting() {
    for end in writing.exchange([]) { close(end) }
  }

  private var configuration: Configuration {
    var platform = PlatformOptions()
    platform.createSession = true
    platform.teardownSequence = [.send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: child.grace)]
    return Configuration(
      executable: .path(path(program)),
      arguments: Arguments(
        executablePathOverride: child.arguments[0], remainingValues: Array(child.arguments.dropFirst())),
      environment: .custom(
        Dictionary(child.environment.map { (Subprocess.Environment.Key(stringLiteral: $0), $1) }, uniquingKeysWith: { $1 })),
      workingDirectory: child.folder.map { path($0) }, platformOptions: platform)
  }

  private func hostError(_ error: any Error) -> HostError {
    guard let failure = error as? SubprocessError else {
      return HostError(.io(0), path: program, message: "cannot run \(program): \(error)")
    }
    let code = failure.underlyingError.map { number($0) } ?? 0
    if failure.code == .failedToChangeWorkingDirectory {
      return HostError(errno: code, "cannot run \(program) in", path: child.folder ?? ".")
    }
    if code == ENOEXEC {
      return HostError(
        .invalid, path: program,
        message: "cannot start \(program): it is no program for this machine, hint: a script begins with #!/bin/sh")
    }
    if failure.code == .executableNotFound && (code == ENOENT || code == 0) {
      return HostError(
        .notFound, path: program, message: "cannot start \(program): the interpreter in its first line does not exist")
    }
    return HostError(errno: code, "cannot start", path: program)
  }
}

/// `FilePath` is swift-system's, which we don't import: it is made as a literal would be.
private func path<Path: ExpressibleByStringLiteral>(_ text: String) -> Path where Path.StringLiteralType == String {
  Path(stringLiteral: text)
}

/// The number of an `Errno`, which is swift-system's too.
private func number<Code: RawRepresentable>(_ error: Code) -> Int32 where Code.RawValue == Int32 { error.rawValue }

/// A `FileDescriptor`, likewise.
private func sink<File: RawRepresentable>(
  _ number: Int32, _ make: (File) -> FileDescriptorOutput
) -> FileDescriptorOutput? where File.RawValue == Int32 {
  File(rawValue: number).map(make)
}

/// A value that several tasks change.
private final class Shared<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>

  init(_ value: Value) { mutex = Mutex(value) }

  var value: Value {
    get { mutex.withLock { $0 } }
    set { mutex.withLock { $0 = newValue } }
  }

  func exchange(_ new: Value) -> Value {
    mutex.withLock { old in
      defer { old = new }
      return old
    }
  }
}
