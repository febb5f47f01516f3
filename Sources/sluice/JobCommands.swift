import ArgumentParser
import Jobs
import Promotion
import Report

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The chain, once: what cron calls.",
    discussion: "discover, check, bump, propose, gate, merge, apply, in this order, in one process.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions
  @OptionGroup var sharding: ShardOptions
  @Option(name: .long, help: ArgumentHelp("Only these jobs of the chain, separated by commas.", valueName: "jobs"))
  var only: String?

  mutating func run() async throws {
    var jobs = Set(JobName.allCases)
    if let only {
      jobs = []
      for name in only.split(separator: ",", omittingEmptySubsequences: false) {
        guard let job = JobName(rawValue: String(name)) else {
          throw UsageError(
            "there is no job \"\(name)\", hint: the jobs are \(JobName.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        jobs.insert(job)
      }
    }
    try await runJobs(jobs, options, writing, shard: try sharding.part())
  }
}

/// Runs jobs, and leaves with the code of the worst failure.
func runJobs(
  _ jobs: Set<JobName>, _ options: GlobalOptions, _ writing: WritingOptions, shard: Shard = .all
) async throws {
  let session = try await Session(options, isDryRun: writing.dryRun, shard: shard)
  let failures = await Chain(session.workspace, only: jobs).run()
  if options.verbose, failures.isEmpty { try await session.workspace.tellWhatWaits() }
  // What several jobs met alike is said once.
  var said: Set<String> = []
  for failure in failures where said.insert("\(failure.error)").inserted { Output.error(failure.error) }
  if failures.isEmpty, session.workspace.exitCode != 0 {
    Output.error("a part of the work could not be done, hint: the lines above say which, and why")
  }
  let codes = failures.map { ExitStatus.of($0.error) } + [session.workspace.exitCode]
  if let worst = codes.max(), worst != 0 { throw Failure(code: worst) }
}

/// One job of the chain as a command of its own.
protocol JobCommand: AsyncParsableCommand {
  static var job: JobName { get }
  var options: GlobalOptions { get }
  var writing: WritingOptions { get }
}

extension JobCommand {
  mutating func run() async throws { try await runJobs([Self.job], options, writing) }
}

struct Discover: JobCommand {
  static let configuration = CommandConfiguration(abstract: "Asks the sources which versions exist.")
  static let job = JobName.discover
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions
}

struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks at the clusters: whether each upgrade succeeded, and what has qualified.")
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions
  @OptionGroup var sharding: ShardOptions

  mutating func run() async throws { try await runJobs([.check], options, writing, shard: try sharding.part()) }
}

struct Bump: JobCommand {
  static let configuration = CommandConfiguration(abstract: "Writes the branches of what is to be promoted.")
  static let job = JobName.bump
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions
}

struct Propose: JobCommand {
  static let configuration = CommandConfiguration(abstract: "Opens, refreshes and closes pull requests.")
  static let job = JobName.propose
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions
}

struct Gate: JobCommand {
  static let configuration = CommandConfiguration(abstract: "Runs the gates on what would land.")
  static let job = JobName.gate
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions
}

struct Merge: JobCommand {
  static let configuration = CommandConfiguration(abstract: "Lands what people and gates agree on.")
  static let job = JobName.merge
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions
}

struct Apply: JobCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs the upgrade command for clusters that are behind the base branch.")
  static let job = JobName.apply
  @OptionGroup var options: GlobalOptions
  @OptionGroup var writing: WritingOptions
}
