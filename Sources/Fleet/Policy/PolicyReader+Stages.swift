import Promotion
import YAML

extension PolicyReader {
  struct ReadStage {
    var promotion: Stage
    let settings: StageSettings
    /// Where each name of `after` stands.
    let after: [(text: String, node: YAMLNode)]
    /// Where each name of `was` stands.
    let was: [(text: String, node: YAMLNode)]
  }

  /// The names that stages may refer to.
  struct Known {
    let gates: [GateName]
    let groups: [Group]
    let windows: [WindowName]
    let forge: ForgeSettings.Kind
  }

  private static let stageKeys = ["name", "after", "select", "apply", "was", "for", "pullRequest"] + sharedKeys
  private static let elsewhere = [
    "windows": "write merge: {windows: [business-hours]}",
    "freezes": "write freezes: at the top of the policy, with stages: in it",
    "health": "write health: at the top of the policy, it is that of every cluster",
    "probes": "write probes: in a component, or in health: at the top of the policy",
  ]

  mutating func stages(_ top: Section, _ known: Known) -> [ReadStage] {
    let hint = "write stages: [{name: dev, select: {tier: dev}}]"
    guard let node = require("stages", in: top, hint: hint) else { return [] }
    guard node.kind == .sequence else {
      report("stages must be a list, not \(Self.describe(node))", at: node, hint: hint)
      return []
    }
    let nodes = node.elements
    if nodes.isEmpty { report("stages is empty", at: node, hint: hint) }
    let stages = nodes.compactMap { stage($0, known) }
    checkNames(stages)
    checkAfter(stages)
    checkWas(stages)
    return stages
  }

  private mutating func stage(_ node: YAMLNode, _ known: Known) -> ReadStage? {
    let given = node.kind == .mapping ? node.entries.first { $0.key == "name" && $0.value.kind == .scalar }?.value.text : nil
    let title = given.map { "stage \($0)" } ?? "a stage"
    guard
      let section = self.section(
        node, title, keys: Self.stageKeys, elsewhere: Self.elsewhere)
    else { return nil }
    let nameNode = require("name", in: section, hint: "write name: dev")
    let name = nameNode.flatMap { self.name($0, "stage") }
    let after = section["after"].flatMap { textOrTexts($0, "after") } ?? []
    let was = section["was"].flatMap { textOrTexts($0, "was") } ?? []
    let select = require("select", in: section, hint: "write select: {tier: dev}; {} selects every cluster")
    let conditions = select.flatMap { self.conditions($0, title) }
    let apply = section["apply"].flatMap { self.apply($0) }
    let base = Stage(name: name ?? "", after: after.map(\.text), applies: section["apply"] != nil, was: was.map(\.text))
    var read = settings(section, title, known, over: ReadSettings(stage: base, forge: known.forge))
    let own = section["for"].map { self.own($0, title, known, over: read) } ?? [:]
    read.stage.own = own.mapValues(\.stage)
    guard let name, let nameNode, let conditions else { return nil }
    return ReadStage(
      promotion: read.stage,
      settings: StageSettings(
        name: name, select: conditions, place: place(select ?? nameNode), method: read.method, style: read.style,
        request: request(section["pullRequest"], title), apply: apply,
        timing: read.timing, own: own.mapValues(\.timing)),
      after: after, was: was)
  }

  private mutating func conditions(_ node: YAMLNode, _ title: String) -> [StageSettings.Condition]? {
    guard let section = freeSection(node, "select of \(title)") else { return nil }
    return section.entries.compactMap { entry in
      guard let values = textOrTexts(entry.value, "\"\(entry.key)\" in select") else { return nil }
      if values.isEmpty { report("\"\(entry.key)\" in select is empty", at: entry.value, hint: "name a value") }
      let subject: StageSettings.Condition.Subject
      if entry.key == "cluster" {
        subject = .cluster
      } else {
        guard let field = self.field(entry.key, "field", at: entry.keyNode) else { return nil }
        subject = .field(field, entry.key)
      }
      return StageSettings.Condition(subject: subject, values: values.map(\.text), place: place(entry.value))
    }
  }

  private mutating func apply(_ node: YAMLNode) -> ApplySettings? {
    guard let section = self.section(node, "apply", keys: ["run", "timeout", "on"], later: ["retries"]) else { return nil }
    let timeout = duration(section["timeout"], "timeout", default: .seconds(3600))
    var triggers: Set<ApplySettings.Trigger> = []
    for (text, node) in section["on"].flatMap({ textOrTexts($0, "on") }) ?? [] {
      if let trigger = ApplySettings.Trigger(rawValue: text) {
        triggers.insert(trigger)
      } else {
        let words = ApplySettings.Trigger.allCases.map(\.rawValue)
        report("unknown trigger \"\(text)\" in apply", at: node, hint: NearestName.hint(text, in: words))
      }
    }
    guard let run = require("run", in: section, hint: "write run: [command, \"{cluster}\"]"), let command = command(run, "run")
    else { return nil }
    return ApplySettings(command: command, timeout: timeout, on: triggers.isEmpty ? [.version] : triggers)
  }
}
