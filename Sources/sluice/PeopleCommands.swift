import ArgumentParser
import Host
import Jobs
import Promotion
import Report

struct Stop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stops everything, or one stage: nothing is promoted, merged or upgraded until it is resumed.")
  @Argument(help: "The stage to stop; everything when left out.")
  var stage: String?
  @Option(name: .long, help: "Why, for those who ask.")
  var reason: String?
  @Option(name: .customLong("as"), help: "Who stops it; else the user's name.")
  var name: String?
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions

  mutating func run() async throws {
    let session = try await Session(options, isDryRun: writing.dryRun)
    try await session.workspace.stop(stage, by: name ?? Person.current, reason: reason)
  }
}

struct Resume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lifts a stop.")
  @Argument(help: "The stage to resume; left out: the stop of everything.")
  var stage: String?
  @Option(name: .customLong("as"), help: "Who resumes it; else the user's name.")
  var name: String?
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions

  mutating func run() async throws {
    let session = try await Session(options, isDryRun: writing.dryRun)
    try await session.workspace.resume(stage, by: name ?? Person.current)
  }
}

/// Who is at the keyboard.
enum Person {
  static var current: String {
    for variable in ["SLUICE_USER", "USER", "LOGNAME"] {
      if let name = Environment.value(variable), !name.isEmpty { return name }
    }
    return "somebody"
  }
}

struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "The branch where sluice keeps what it observed and decided.",
    subcommands: [Rebuild.self])

  struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Begins a new ledger where the old one is lost: present values are recorded, nothing has qualified.")
    @OptionGroup var options: GlobalOptions
    @OptionGroup var writing: WritingOptions

    mutating func run() async throws {
      let session = try await Session(options, isDryRun: writing.dryRun)
      try await session.workspace.rebuildLedger()
    }
  }
}
