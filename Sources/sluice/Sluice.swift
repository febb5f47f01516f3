import ArgumentParser
import Host
import Report

/// The command line: parse, call a job, print, exit.
@main
struct Sluice: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sluice",
    abstract: "Promotes versions through a fleet of Kubernetes clusters by pull request.",
    discussion: """
      Cron calls `sluice run`; it looks, does what is due, and exits. Each job can be run alone too. What sluice knows is \
      in git: the config repository, its ledger branch, and the pull requests.
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Jobs",
        subcommands: [
          Run.self, Discover.self, Check.self, Bump.self, Propose.self, Gate.self, Merge.self, Apply.self,
        ]),
      CommandGroup(name: "Looking", subcommands: [Status.self, Explain.self, Plan.self, Validate.self]),
      CommandGroup(name: "People", subcommands: [Stop.self, Resume.self, Edit.self, ForgeCommand.self, LedgerCommand.self]),
    ])

  @Flag(name: .customLong("list-faults"), help: .hidden)
  var listsFaults = false

  static func main() async {
    ProcessSignals.ignoreThoseThatAreErrors()
    var command: any ParsableCommand
    do { command = try parseAsRoot() } catch { refuse(error) }
    do {
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      leave(with: error)
    }
  }

  mutating func run() async throws {
    #if DEBUG
      if listsFaults {
        for point in Fault.Point.allCases { Output.line(point.rawValue) }
        return
      }
    #endif
    throw CleanExit.helpRequest(self)
  }

  /// A command line that the parser does not take, in the form that all our errors have.
  private static func refuse(_ error: any Error) -> Never {
    guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
    let arguments = Array(CommandLine.arguments.dropFirst())
    Output.error(UsageError(ParserText.description(fullMessage(for: error), arguments: arguments)))
    Output.leave(ExitStatus.usage)
  }

  /// Our own errors are worded by us; help by the parser.
  private static func leave(with error: any Error) -> Never {
    if let failure = error as? Failure { Output.leave(failure.code) }
    // The parser knows its own errors: what it calls a plain failure is none of them.
    if exitCode(for: error) != .failure || error is ExitCode { exit(withError: error) }
    Output.error(error)
    Output.leave(ExitStatus.of(error))
  }
}

/// Everything was said already; only the exit code is left.
struct Failure: Error {
  let code: Int32
}
