import ArgumentParser
import Fleet
import Host
import Jobs
import Promotion
import Report

/// Who does something, and why.
struct ReasonOptions: ParsableArguments {
  @Option(name: .long, help: "Why, for those who ask.")
  var reason: String?
  @Option(name: .customLong("as"), help: "Who does it; else the user's name.")
  var name: String?
  var person: String { name ?? Person.current }
}

struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "What is barred: versions that people took back, and clusters that stay as they are.",
    subcommands: [List.self, Add.self, Release.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists holds.")
    @Flag(name: .long, help: "Those that were released too.")
    var all = false
    @OptionGroup var options: GlobalOptions

    mutating func run() async throws {
      let session = try await Session(options)
      let (known, setAside) = try await session.workspace.holds()
      let holds = known.filter { all || $0.isActive }
      let text = { (hold: Hold) in HoldText(hold, policy: session.policy.promotion, now: session.workspace.clock()) }
      let lines = holds.map { hold in
        "\(hold.id)\n  \(DecisionText.name(hold.slot)): \(hold.isActive ? text(hold).line : text(hold).released)\n"
      }
      let clusters = setAside.map { paused in
        let end = paused.until.map { "is paused until \(TimeText.machine($0))" } ?? "is pinned"
        return "cluster \(paused.cluster)\n  \(end), by \(paused.by)\(paused.reason.map { " (\($0))" } ?? "")\n"
      }
      let none = all ? "nothing was ever held\n" : "nothing is held; --all lists what was released too\n"
      session.print(
        lines.isEmpty && clusters.isEmpty ? none : (lines + clusters).joined(),
        json: .members([
          "holds": .array(holds.map { text($0).json }),
          "clusters": .array(
            setAside.map { paused in
              .members([
                "cluster": .string(paused.cluster), "until": paused.until.map(JSONOutput.moment), "by": .string(paused.by),
                "at": .moment(paused.at), "reason": paused.reason.map(JSONOutput.string),
              ])
            }),
        ]))
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bars a version from a stage and those after it, or pins a cluster.",
      usage: "sluice hold add <stage> <group> <version>\nsluice hold add --cluster <cluster>")
    @Argument(help: "The stage.")
    var stage: String?
    @Argument(help: "The group; a component that moves alone is one.")
    var group: String?
    @Argument(help: "The version; of a group several like kubernetes=1.31.4,automation=2.0, or a part of it.")
    var version: String?
    @Option(name: .long, help: "Pins a cluster as it is, until it is released.")
    var cluster: String?
    @OptionGroup var why: ReasonOptions
    @OptionGroup var options: GlobalOptions
    @OptionGroup var writing: WritingOptions

    mutating func validate() throws {
      if (cluster == nil) == (version == nil) || (cluster != nil && stage != nil) {
        throw ValidationError("name a stage, a group and a version, or --cluster alone")
      }
    }

    mutating func run() async throws {
      let session = try await Session(options, isDryRun: writing.dryRun)
      if let cluster {
        try await session.workspace.pause(cluster, until: nil, by: why.person, reason: why.reason)
      } else if let stage, let group, let version {
        try await session.workspace.addHold(stage, group, version, by: why.person, reason: why.reason)
      }
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lifts a hold for good, by the id that `sluice hold list` shows, or a cluster's pin.")
    @Argument(help: "The hold's id.")
    var id: String?
    @Option(name: .long, help: "The cluster whose pin is lifted.")
    var cluster: String?
    @OptionGroup var why: ReasonOptions
    @OptionGroup var options: GlobalOptions
    @OptionGroup var writing: WritingOptions

    mutating func validate() throws {
      if (cluster == nil) == (id == nil) { throw ValidationError("name a hold's id, or --cluster") }
    }

    mutating func run() async throws {
      let session = try await Session(options, isDryRun: writing.dryRun)
      if let cluster {
        try await session.workspace.unpause(cluster, by: why.person)
      } else if let id {
        try await session.workspace.releaseHold(id, by: why.person, reason: why.reason)
      }
    }
  }
}

struct Rollback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Opens the pull request that takes back what a stage desires, all waves of it, and holds it.")
  @Argument(help: "The stage.")
  var stage: String
  @Argument(help: "The group; a component that moves alone is one.")
  var group: String
  @OptionGroup var why: ReasonOptions
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions

  mutating func run() async throws {
    let session = try await Session(options, isDryRun: writing.dryRun)
    try await session.workspace.rollBack(stage, group, by: why.person, reason: why.reason)
  }
}

struct Pause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sets a cluster aside until a date: it is no target and is not counted.")
  @Argument(help: "The cluster.")
  var cluster: String
  @Option(name: .long, help: "For how long (3d, 12h), or until when (2026-12-24T09:00:00Z).")
  var until: String
  @OptionGroup var why: ReasonOptions
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions

  mutating func run() async throws {
    let session = try await Session(options, isDryRun: writing.dryRun)
    let end: Timestamp
    if let length = PolicyText.duration(until) {
      end = session.workspace.clock() + length
    } else if let seconds = RFC3339.seconds(until) {
      end = Timestamp(seconds: seconds)
    } else {
      throw UsageError("\"\(until)\" is no time", hint: "--until 3d, or --until 2026-12-24T09:00:00Z")
    }
    try await session.workspace.pause(cluster, until: end, by: why.person, reason: why.reason)
  }
}

struct Unpause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Takes a paused cluster in again.")
  @Argument(help: "The cluster.")
  var cluster: String
  @Option(name: .customLong("as"), help: "Who does it; else the user's name.")
  var name: String?
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions

  mutating func run() async throws {
    let session = try await Session(options, isDryRun: writing.dryRun)
    try await session.workspace.unpause(cluster, by: name ?? Person.current)
  }
}
