import Promotion
import YAML

extension PolicyReader {
  struct ReadStage {
    var promotion: Stage
    let settings: StageSettings
    /// Where each name of `after` stands.
    let after: [(text: String, node: YAMLNode)]
  }

  private static let stageKeys = [
    "name", "after", "select", "soak", "atLeast", "deadline", "gates", "merge", "apply", "maxUnhealthy", "maxInFlight",
    "follow", "replaceAfter",
  ]
  private static let laterStageKeys = [
    "waves", "windows", "freezes", "for", "onFailure", "afterTakeBack", "probes", "health", "was",
  ]

  mutating func stages(_ top: Section, gates: [GateName]) -> [ReadStage] {
    let hint = "write stages: [{name: dev, select: {tier: dev}}]"
    guard let node = require("stages", in: top, hint: hint) else { return [] }
    guard node.kind == .sequence else {
      report("stages must be a list, not \(Self.describe(node))", at: node, hint: hint)
      return []
    }
    let nodes = node.elements
    if nodes.isEmpty { report("stages is empty", at: node, hint: hint) }
    let stages = nodes.compactMap { stage($0, gates: gates) }
    checkNames(stages)
    checkAfter(stages)
    return stages
  }

  private mutating func stage(_ node: YAMLNode, gates: [GateName]) -> ReadStage? {
    let known = node.kind == .mapping ? node.entries.first { $0.key == "name" && $0.value.kind == .scalar }?.value.text : nil
    let title = known.map { "stage \($0)" } ?? "a stage"
    guard let section = self.section(node, title, keys: Self.stageKeys, later: Self.laterStageKeys) else { return nil }
    let nameNode = require("name", in: section, hint: "write name: dev")
    let name = nameNode.flatMap { self.name($0, "stage") }
    let after = section["after"].flatMap { textOrTexts($0, "after") } ?? []
    let select = require("select", in: section, hint: "write select: {tier: dev}; {} selects every cluster")
    let conditions = select.flatMap { self.conditions($0, title) }
    var stage = Stage(name: name ?? "", after: after.map(\.text))
    stage.soak = duration(section["soak"], "soak", default: stage.soak)
    stage.atLeast = share(section["atLeast"], "atLeast", default: stage.atLeast)
    stage.deadline = duration(section["deadline"], "deadline", default: stage.deadline)
    stage.maxUnhealthy = share(section["maxUnhealthy"], "maxUnhealthy", default: stage.maxUnhealthy)
    stage.maxInFlight = count(section["maxInFlight"], "maxInFlight", in: 1...1_000_000)
    stage.follow = word(section["follow"], "follow", of: [.qualified, .latest], default: stage.follow)
    stage.replaceAfter = duration(section["replaceAfter"], "replaceAfter", default: stage.replaceAfter)
    if let node = section["gates"] { stage.gates = gateNames(node, title, known: gates) }
    let method = merge(section["merge"], &stage)
    let apply = section["apply"].flatMap { self.apply($0) }
    stage.applies = apply != nil
    guard let name, let nameNode, let conditions else { return nil }
    return ReadStage(
      promotion: stage,
      settings: StageSettings(
        name: name, select: conditions, place: place(select ?? nameNode), method: method, apply: apply),
      after: after)
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

  private mutating func gateNames(_ node: YAMLNode, _ title: String, known: [GateName]) -> [GateName] {
    let names = Self.builtInGates + known
    var gates: [GateName] = []
    for (name, node) in texts(node, "gates", hint: "write gates: [yaml, resolve]") ?? [] {
      if !names.contains(name) {
        report("unknown gate \"\(name)\" in \(title)", at: node, hint: NearestName.hint(name, in: names))
      } else if gates.contains(name) {
        report("gate \(name) is twice in \(title)", at: node, hint: "remove one")
      } else {
        gates.append(name)
      }
    }
    return gates
  }

  private mutating func merge(_ node: YAMLNode?, _ stage: inout Stage) -> StageSettings.MergeMethod {
    guard let node, let section = self.section(node, "merge", keys: ["approvals", "method"], later: ["windows"]) else {
      return .push
    }
    stage.approvals = count(section["approvals"], "approvals", in: 0...100) ?? stage.approvals
    return word(section["method"], "method", of: StageSettings.MergeMethod.allCases, default: .push, later: ["forge"])
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

  // MARK: Between stages

  private mutating func checkNames(_ stages: [ReadStage]) {
    var seen: Set<StageName> = []
    for stage in stages where !seen.insert(stage.promotion.name).inserted {
      report(
        Problem("stage \"\(stage.promotion.name)\" is defined twice", at: stage.settings.place, hint: "give one another name"))
    }
  }

  private mutating func checkAfter(_ stages: [ReadStage]) {
    let names = stages.map(\.promotion.name)
    for stage in stages {
      for (name, node) in stage.after {
        if !names.contains(name) {
          report(
            "unknown stage \"\(name)\" in after of stage \(stage.promotion.name)", at: node,
            hint: NearestName.hint(name, in: names.filter { $0 != stage.promotion.name }))
        } else if stage.after.first(where: { $0.text == name })?.node.span != node.span {
          report("stage \(name) is twice in after of stage \(stage.promotion.name)", at: node, hint: "remove one")
        }
      }
    }
    var told: Set<StageName> = []
    for stage in stages where !told.contains(stage.promotion.name) {
      guard let circle = self.circle(from: stage.promotion.name, stages), let node = stage.after.first?.node else { continue }
      told.formUnion(circle)
      let words =
        circle.count == 1
        ? "stage \(circle[0]) comes after itself"
        : "stages come after one another in a circle: " + (circle + [circle[0]]).joined(separator: " after ")
      report(words, at: node, hint: "the first stage has no after")
    }
  }

  /// The stages of a circle of `after` through a stage, beginning with it.
  private func circle(from start: StageName, _ stages: [ReadStage]) -> [StageName]? {
    var seen: Set<StageName> = []
    func path(_ name: StageName, _ before: [StageName]) -> [StageName]? {
      for next in stages.first(where: { $0.promotion.name == name })?.promotion.after ?? [] {
        if next == start { return before + [name] }
        if seen.insert(next).inserted, let found = path(next, before + [name]) { return found }
      }
      return nil
    }
    return path(start, [])
  }
}
