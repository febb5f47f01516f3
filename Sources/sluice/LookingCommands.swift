import ArgumentParser
import Fleet
import Forge
import Git
import Jobs
import Promotion
import Report

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Clusters by components: desired, observed, health, what is next.")
  @OptionGroup var options: GlobalOptions
  @Flag(name: .long, help: "Shows every cluster of a large fleet too.")
  var all = false

  mutating func run() async throws {
    let session = try await Session(options)
    let report = StatusReport(try await session.workspace.plannedSituation())
    session.print(report.text(all: all), json: report.json)
  }
}

struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Why a stage is where it is, what would move it, and when.")
  @Argument(help: "A stage; all when left out.")
  var stage: String?
  @Argument(help: "A group or component; all when left out.")
  var group: String?
  @Option(name: .long, help: "How one cluster stands.")
  var cluster: String?
  @OptionGroup var options: GlobalOptions

  mutating func run() async throws {
    let session = try await Session(options)
    let policy = session.policy.promotion
    if let stage { try known("stage", stage, policy.stages.map(\.name)) }
    if let group { try known("group", group, policy.groups.map(\.name)) }
    let planned = try await session.workspace.plannedSituation()
    if let cluster { try known("cluster", cluster, planned.situation.clusters.map(\.name)) }
    guard let explanation = Explanation(planned, stage: stage, group: group, cluster: cluster) else {
      let names = [stage.map { "stage \($0)" }, group.map { "group \($0)" }, cluster.map { "cluster \($0)" }].compactMap(\.self)
      throw UsageError(
        "\(names.joined(separator: " and ")) have nothing in common, hint: sluice status shows what belongs together")
    }
    session.print(explanation.text, json: explanation.json)
  }

  private func known(_ kind: String, _ name: String, _ names: [String]) throws {
    if !names.contains(name) { throw JobError.unknownName(kind: kind, name: name, known: Array(names.prefix(20))) }
  }
}

struct Plan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "What the next run would promote, by stage and group.")
  @OptionGroup var options: GlobalOptions

  mutating func run() async throws {
    let session = try await Session(options)
    let planned = try await session.workspace.plannedSituation()
    let lines = planned.slots.compactMap { slot in
      planned.decisions[slot].flatMap {
        DecisionText(slot: slot, policy: planned.policy, now: planned.now).lines($0).joined(separator: "\n")
      }
    }
    session.print(
      lines.map { $0 + "\n" }.joined(),
      json: .array(
        planned.slots.compactMap { slot in
          planned.decisions[slot].map { DecisionText(slot: slot, policy: planned.policy, now: planned.now).json($0) }
        }))
  }
}

struct Validate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads the policy, and resolves the fleet that it describes at the base branch.")
  @Flag(name: .long, help: "Asks the forge, too, what it lets Sluice do there, and says what will not work.")
  var forge = false
  @OptionGroup var options: GlobalOptions

  mutating func run() async throws {
    let session = try await Session(options)
    for name in session.workspace.template.unknownNames {
      Output.note("warning: \(session.workspace.template.name) names {{\(name)}}, which there is not")
    }
    if forge { return try await validateForge(session) }
    let fleet = try await session.workspace.baseFleet()
    let policy = session.policy
    for note in fleet.notes { Output.note("note: \(note.description)") }
    let stages = policy.promotion.stages.map { stage in
      let clusters = fleet.clusters.filter { $0.stages.values.contains(stage.name) }.count
      return (stage.name, clusters)
    }
    let counts = stages.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    let rows = stages.map { JSONOutput.members(["stage": .string($0.0), "clusters": .number($0.1)]) }
    session.print(
      "\(policy.file) is valid: \(fleet.clusters.count) clusters; \(counts)\n",
      json: .members(["valid": true, "clusters": .number(fleet.clusters.count), "stages": .array(rows)]))
  }

  private func validateForge(_ session: Session) async throws {
    let report = FindingsReport(
      try await session.workspace.forgeFindings().map { finding in
        FindingsReport.Finding(.init(rawValue: finding.weight.rawValue) ?? .problem, finding.text, hint: finding.hint)
      })
    session.print(report.text, json: report.json)
    if report.worst == .problem { throw Failure(code: ExitStatus.badData) }
  }
}
