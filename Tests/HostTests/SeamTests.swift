import Foundation
import TestSupport
import Testing

@testable import Host

@Suite("Fault points, clock, environment, digests")
struct SeamTests {
  @Test("Every point reached is traced in its order")
  func traced() throws {
    let folder = try TemporaryFolder()
    let plan = FaultPlan(fault: nil, trace: folder.path + "/trace") { Issue.record("nothing may die here") }
    for point in [Fault.Point.ledgerWriteBefore, .ledgerWriteAfter, .fileWriteRename, .ledgerWriteBefore] { plan.reach(point) }
    #expect(try folder.text("trace") == "ledgerWrite.before\nledgerWrite.after\nfileWrite.rename\nledgerWrite.before\n")
  }

  @Test("The process dies at the named point, at the time asked for, and nowhere else", arguments: [(nil, 1), (2, 2), (3, 3)])
  func fatal(asked: Int?, time: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    let plan = FaultPlan(fault: "ledgerWrite.after" + (asked.map { ":\($0)" } ?? ""), trace: nil) {
      let file = open(path + "/deaths", O_WRONLY | O_CREAT | O_APPEND, 0o600)
      _ = write(file, "x", 1)
      close(file)
    }
    for round in 1...4 {
      plan.reach(.ledgerWriteBefore)
      plan.reach(.ledgerWriteAfter)
      #expect((try? folder.text("deaths")) == (round < time ? nil : "x"))
    }
  }

  @Test("No two points have one name")
  func names() {
    #expect(Set(Fault.Point.allCases.map(\.rawValue)).count == Fault.Point.allCases.count)
  }

  @Test("The clock is the system's, or the file's")
  func clock() throws {
    let folder = try TemporaryFolder()
    #expect(HostClock.seconds(in: try folder.write(" 1795363687\n", to: "clock")) == 1_795_363_687)
    let before = Int(Date().timeIntervalSince1970)
    let now = HostClock().now()
    #expect((before...Int(Date().timeIntervalSince1970) + 1).contains(now))
  }

  @Test("The environment is the process's")
  func environment() {
    #expect(Environment.current == ProcessInfo.processInfo.environment)
    #expect(Environment.value("PATH") == ProcessInfo.processInfo.environment["PATH"])
  }

  @Test(
    "SHA-256 of known texts",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
  func digest(text: String, hex: String) {
    #expect(SHA256Digest.hex(text.utf8) == hex)
  }
}
