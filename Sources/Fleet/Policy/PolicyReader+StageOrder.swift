import Promotion
import YAML

extension PolicyReader {
  mutating func checkNames(_ stages: [ReadStage]) {
    var seen: Set<StageName> = []
    for stage in stages where !seen.insert(stage.promotion.name).inserted {
      report(
        Problem("stage \"\(stage.promotion.name)\" is defined twice", at: stage.settings.place, hint: "give one another name"))
    }
  }

  mutating func checkAfter(_ stages: [ReadStage]) {
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

  /// A hold names the stage that it was in: two stages with one old name, or a new stage with it, would both have it.
  mutating func checkWas(_ stages: [ReadStage]) {
    var owner: [StageName: StageName] = [:]
    for stage in stages {
      for (name, node) in stage.was where checkName(name, "stage", at: node) {
        if stages.contains(where: { $0.promotion.name == name }) {
          report("stage \(name) is still there, and in was of stage \(stage.promotion.name)", at: node, hint: "remove it")
        } else if let other = owner.updateValue(stage.promotion.name, forKey: name) {
          let words =
            other == stage.promotion.name
            ? "twice in was of stage \(other)" : "in was of two stages, \(other) and \(stage.promotion.name)"
          report("stage \(name) is \(words)", at: node, hint: "remove one")
        }
      }
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
