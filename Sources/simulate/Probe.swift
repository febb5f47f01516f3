import Promotion

/// Directed worlds for what chance hardly ever meets. Each says whether something is wrong without some rules.
enum Probe {
  typealias Test = @Sendable (Set<PlannerRule>) -> Bool

  static let all: [(name: String, isWrong: Test)] = []
}
