import Promotion
import YAML

extension PolicyReader {
  /// Reads `soak`, `waves` and `maxInFlight`.
  ///
  /// The nearest word holds: a wave's own soak, else the `soak` beside the waves, else that of the stage. So a group that says `soak`
  /// and no waves has it in each of the stage's waves.
  mutating func waves(_ section: Section, _ title: String, _ read: inout ReadSettings) {
    read.stage.maxInFlight = count(section["maxInFlight"], "maxInFlight", in: 1...1_000_000) ?? read.stage.maxInFlight
    if let node = section["soak"] {
      read.soak = duration(node, "soak", default: read.soak)
      for index in read.stage.waves.indices { read.stage.waves[index].soak = read.soak }
    }
    var nodes: [YAMLNode] = []
    if let node = section["waves"], let waves = waves(node, title, soak: read.soak) {
      read.stage.waves = waves.map(\.wave)
      nodes = waves.map(\.node)
      read.timing.waves = nodes.map { place($0) }
      if section["soak"] == nil { read.soak = read.stage.soak }
    }
    checkRoom(nodes, section["maxInFlight"], title, read.stage)
  }

  /// nil, or a wave for each element, only after something was reported.
  private mutating func waves(_ node: YAMLNode, _ title: String, soak: Duration) -> [(wave: Wave, node: YAMLNode)]? {
    let hint = "write waves: [{to: 1, soak: 24h}, {to: 10%}, {to: 100%}]"
    guard node.kind == .sequence else {
      report("waves must be a list, not \(Self.describe(node))", at: node, hint: hint)
      return nil
    }
    if node.elements.isEmpty {
      report("waves of \(title) is empty", at: node, hint: hint)
      return nil
    }
    var waves: [(wave: Wave, node: YAMLNode)] = []
    for (index, element) in node.elements.enumerated() {
      let name = "wave \(index + 1) of \(title)"
      guard let section = self.section(element, name, keys: ["to", "soak"]) else { return nil }
      let soak = duration(section["soak"], "soak", default: soak)
      guard let to = require("to", in: section, hint: "write to: 1, to: 10% or to: 100%"), let text = text(to, "to") else {
        return nil
      }
      guard let share = PolicyText.share(text) else {
        report("to \"\(text)\" of \(name) is neither a share nor a count", at: to, hint: "write like 10% or 3")
        return nil
      }
      if share == .count(0) || share == .percent(0) { report("\(name) moves nothing", at: to, hint: "write like 10% or 3") }
      checkGrowth(share, over: waves.map(\.wave.to), name, at: to)
      waves.append((Wave(to: share, soak: soak), to))
    }
    if let last = waves.last, last.wave.to != .percent(100) {
      report(
        "the last wave of \(title) is \(last.wave.to.text), not the whole stage", at: last.node,
        hint: "waves are cumulative: end with {to: 100%}")
    }
    return waves
  }

  /// Each wave has all of those before it, and more. How a count compares with a percentage depends on the fleet.
  private mutating func checkGrowth(_ share: Share, over earlier: [Share], _ name: String, at node: YAMLNode) {
    if earlier.last == .percent(100) {
      report("\(name) comes after the whole stage", at: node, hint: "end with {to: 100%}")
      return
    }
    let larger = earlier.last { other in
      switch (other, share) {
      case (.count(let before), .count(let now)): before >= now
      case (.percent(let before), .percent(let now)): before >= now
      default: false
      }
    }
    guard let larger else { return }
    report(
      "\(name) is \(share.text), not more than \(larger.text) before it", at: node,
      hint: "waves are cumulative: each names what has moved after it")
  }

  /// Where nothing applies, a merge starts all the upgrades of what it moves, and a wave that can't be in flight whole never is.
  ///
  /// - Parameter nodes: Where the waves are written; empty where they are the stage's.
  private mutating func checkRoom(_ nodes: [YAMLNode], _ maxInFlight: YAMLNode?, _ title: String, _ stage: Stage) {
    guard !stage.applies, let room = stage.maxInFlight else { return }
    var before: Share = .count(0)
    for (index, wave) in stage.waves.enumerated() {
      defer { before = wave.to }
      guard case .count(let now) = wave.to, case .count(let earlier) = before, now - earlier > room,
        let node = index < nodes.count ? nodes[index] : maxInFlight
      else { continue }
      report(
        "wave \(index + 1) of \(title) starts \(now - earlier) upgrades at once, more than maxInFlight \(room)", at: node,
        hint: "make the wave smaller, raise maxInFlight, or give the stage an apply, which waits for room")
      return
    }
  }
}

extension Share {
  /// As a policy says it.
  fileprivate var text: String {
    switch self {
    case .count(let count): "\(count)"
    case .percent(let percent): percent == Double(Int(percent)) ? "\(Int(percent))%" : "\(percent)%"
    }
  }
}
