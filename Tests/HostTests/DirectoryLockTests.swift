import Foundation
import TestSupport
import Testing

@testable import Host

@Suite("Directory locks")
struct DirectoryLockTests {
  let folder = try! TemporaryFolder()  // without one there is nothing to test

  /// Locks borrow no values across expectations, so this asks and lets go.
  private func isFree() throws -> Bool {
    switch try DirectoryLock.tryAcquire(folder.path) {
    case .some: true
    case .none: false
    }
  }

  @Test("A second lock is refused while the first lives, and given after it")
  func twice() throws {
    do {
      let first = try DirectoryLock.tryAcquire(folder.path)
      let held = first != nil
      #expect(held)
      #expect(try !isFree())
      _ = consume first
    }
    #expect(try isFree())
  }

  @Test("Another process holds it off, until it is killed")
  func otherProcess() throws {
    mkfifo(folder.path + "/up", 0o600)
    // The descriptor goes on through exec, so this is one process from first to last.
    let other = try Command.start(
      ["sh", "-c", "exec 9>>sluice.lock; flock -x 9; true > up; exec sleep 1000"], in: folder.path)
    close(open(folder.path + "/up", O_RDONLY))
    #expect(try !isFree())
    kill(other.process.processIdentifier, SIGKILL)
    _ = try other.wait()
    #expect(try isFree())
  }

  @Test("A folder that does not exist can't be locked")
  func absent() {
    let error = #expect(throws: HostError.self) { _ = try DirectoryLock.tryAcquire(folder.path + "/no") }
    #expect(error?.kind == .notFound)
  }
}
