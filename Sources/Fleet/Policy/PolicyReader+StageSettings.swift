import Promotion
import YAML

extension PolicyReader {
  /// What a stage says for all its groups, and may say for one.
  struct ReadSettings {
    var stage: Stage
    /// For waves that don't say their own.
    var soak: Duration
    var method: StageSettings.MergeMethod
    var style = StageSettings.MergeStyle.merge
    var timing = StageSettings.Timing()

    init(stage: Stage, forge: ForgeSettings.Kind) {
      self.stage = stage
      method = forge == .local ? .push : .forge
      soak = stage.soak
    }
  }

  static let sharedKeys = [
    "soak", "waves", "atLeast", "deadline", "maxUnhealthy", "maxInFlight", "follow", "replaceAfter", "gates", "merge",
    "afterTakeBack", "onFailure",
  ]

  /// - Parameter base: What holds where the section says nothing.
  mutating func settings(
    _ section: Section, _ title: String, _ known: Known, over base: ReadSettings, ofGroup: Bool = false
  ) -> ReadSettings {
    var read = base
    waves(section, title, &read)
    merge(section["merge"], title, known, ofGroup: ofGroup, &read)
    read.stage.atLeast = share(section["atLeast"], "atLeast", default: base.stage.atLeast)
    read.stage.deadline = duration(section["deadline"], "deadline", default: base.stage.deadline)
    read.stage.maxUnhealthy = share(section["maxUnhealthy"], "maxUnhealthy", default: base.stage.maxUnhealthy)
    read.stage.follow = word(section["follow"], "follow", of: [.qualified, .latest], default: base.stage.follow)
    read.stage.replaceAfter = duration(section["replaceAfter"], "replaceAfter", default: base.stage.replaceAfter)
    read.stage.afterTakeBack = word(
      section["afterTakeBack"], "afterTakeBack", of: Stage.AfterTakeBack.allCases, default: base.stage.afterTakeBack)
    read.stage.onFailure = word(
      section["onFailure"], "onFailure", of: Stage.OnFailure.allCases, default: base.stage.onFailure)
    if let node = section["gates"] { read.stage.gates = gateNames(node, title, known: known.gates) }
    return read
  }

  /// The settings that groups have for themselves in a stage.
  mutating func own(_ node: YAMLNode, _ title: String, _ known: Known, over stage: ReadSettings) -> [GroupName: ReadSettings] {
    guard let groups = freeSection(node, "for of \(title)") else { return [:] }
    let elsewhere = Dictionary(
      uniqueKeysWithValues: ["name", "after", "select", "apply", "was", "for", "pullRequest", "windows", "freezes"].map { key in
        (key, key == "windows" ? "write merge: {windows: [business-hours]}" : "it is the whole stage's: remove it")
      })
    var own: [GroupName: ReadSettings] = [:]
    for entry in groups.entries {
      if !known.groups.contains(where: { $0.name == entry.key }) { reportUnknown(entry.key, at: entry.keyNode, title, known) }
      let title = "group \(entry.key) in \(title)"
      guard let section = self.section(entry.value, title, keys: Self.sharedKeys, elsewhere: elsewhere) else { continue }
      own[entry.key] = settings(section, title, known, over: stage, ofGroup: true)
    }
    return own
  }

  private mutating func reportUnknown(_ group: String, at node: YAMLNode, _ title: String, _ known: Known) {
    let owner = known.groups.first { $0.components.contains(group) }
    report(
      "unknown group \"\(group)\" in for of \(title)", at: node,
      hint: owner.map { "component \(group) moves with group \($0.name)" }
        ?? NearestName.hint(group, in: known.groups.map(\.name)))
  }

  private mutating func merge(
    _ node: YAMLNode?, _ title: String, _ known: Known, ofGroup: Bool, _ read: inout ReadSettings
  ) {
    let own = ["method", "style"]
    let keys = ["approvals", "windows"] + (ofGroup ? [] : own)
    let elsewhere =
      ofGroup ? Dictionary(uniqueKeysWithValues: own.map { ($0, "it is the whole stage's: remove it") }) : [:]
    guard let node, let section = self.section(node, "merge of \(title)", keys: keys, elsewhere: elsewhere) else { return }
    read.stage.approvals = count(section["approvals"], "approvals", in: 0...100) ?? read.stage.approvals
    read.method = word(section["method"], "method", of: StageSettings.MergeMethod.allCases, default: read.method)
    if read.method == .forge, known.forge == .local, let node = section["method"] {
      report("the local forge has no merge of its own", at: node, hint: "remove method, or write method: push")
    }
    read.style = word(section["style"], "style", of: StageSettings.MergeStyle.allCases, default: read.style)
    if read.method == .push, let node = section["style"] {
      report("style is how the forge merges, and method is push", at: node, hint: "remove it, or write method: forge")
    }
    if let node = section["windows"] { read.timing.windows = windowNames(node, title, known: known.windows) }
  }

  private mutating func windowNames(_ node: YAMLNode, _ title: String, known: [WindowName]) -> [WindowName] {
    var windows: [WindowName] = []
    for (name, node) in textOrTexts(node, "windows") ?? [] {
      if !known.contains(name) {
        let hint = "define it at the top of the policy: windows: {\(name): {days: mon-fri, hours: \"09:00-16:00\"}}"
        report("unknown window \"\(name)\" in \(title)", at: node, hint: NearestName.hint(name, in: known) ?? hint)
      } else if windows.contains(name) {
        report("window \(name) is twice in \(title)", at: node, hint: "remove one")
      } else {
        windows.append(name)
      }
    }
    return windows
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
}
