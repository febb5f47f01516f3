import FakeGitHub
import Foundation
import TestSupport
import Testing

/// The programs of others that ask the fake as they ask GitHub.
enum Clients {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Clients"
  private static let environment =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/.build/clients"
  static let python = environment + "/bin/python"

  /// Whether `scripts/setup --test` put there what is asked for now.
  static let hasPython: Bool = {
    let wanted = try? String(contentsOfFile: folder + "/requirements.txt", encoding: .utf8)
    let found = try? String(contentsOfFile: environment + "/requirements.txt", encoding: .utf8)
    return wanted != nil && wanted == found
  }()
  static let noPython = "PyGithub and githubkit are not in .build/clients (run scripts/setup --test)"
  static let hasGH = (try? Command.run(["gh", "--version"]))?.status == 0
  static let noGH = "there is no gh here (run scripts/setup --test)"

  /// The program `fake-github`, beside this test.
  private static let fake = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("fake-github").path

  static func run(_ command: [String]) throws -> Command {
    try Command.run(["timeout", "120"] + command + [fake], environment: ["PYTHONDONTWRITEBYTECODE": "1", "no_proxy": "*"])
  }
}

@Suite("Real clients agree with the fake GitHub")
struct ClientTests {
  @Test("PyGithub lives a request's life there", .enabled(if: Clients.hasPython, "\(Clients.noPython)"))
  func pygithub() throws {
    let done = try Clients.run([Clients.python, Clients.folder + "/pygithub.py"])
    #expect(done.status == 0, "\(done.errors)")
    #expect(done.output == "agrees\n")
  }

  @Test(
    "every answer is what GitHub's published description says, by githubkit's models",
    .enabled(if: Clients.hasPython, "\(Clients.noPython)"))
  func githubkit() throws {
    let done = try Clients.run([Clients.python, Clients.folder + "/githubkit_check.py"])
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    #expect(done.output.hasSuffix(" answers, 0 disagreements\n"))
  }

  @Test("gh asks over TLS", .enabled(if: Clients.hasGH, "\(Clients.noGH)"))
  func gh() throws {
    let done = try Clients.run([Clients.folder + "/gh.sh"])
    #expect(done.status == 0, "\(done.errors)")
    #expect(done.output == "agrees\n")
  }
}
