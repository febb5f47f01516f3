import Promotion

/// What the command line says.
struct Options: Sendable {
  enum Mode: Sendable { case seeds, shrink, schedules, mutations }

  struct Wrong: Error { let text: String }

  var mode = Mode.seeds
  var runs = 1000
  var steps = 200
  var seed: UInt64 = 1
  var jobs = 2
  /// The only steps to take; nil: all.
  var kept: Set<Int>?
  /// Clusters to leave out.
  var dropped: Set<ClusterName> = []
  var without: Set<PlannerRule> = []
  /// Print what happens.
  var isTold = false

  static func parse(_ arguments: [String]) -> Result<Options, Wrong> {
    var options = Options()
    var left = arguments[...]
    while let flag = left.popFirst() {
      switch flag {
      case "--schedules": options.mode = .schedules
      case "--mutations": options.mode = .mutations
      case "--shrink": options.mode = .shrink
      case "--tell": options.isTold = true
      default:
        guard let value = left.popFirst() else { return .failure(Wrong(text: "\(flag) needs a value")) }
        guard options.set(flag, value) else { return .failure(Wrong(text: "cannot read \(flag) \(value)")) }
      }
    }
    return .success(options)
  }

  private mutating func set(_ flag: String, _ value: String) -> Bool {
    let parts = value.split(separator: ",").map(String.init)
    switch flag {
    case "--runs": return Int(value).map { runs = $0 } != nil
    case "--steps": return Int(value).map { steps = $0 } != nil
    case "--seed": return UInt64(value).map { seed = $0 } != nil
    case "--jobs": return Int(value).map { jobs = max(1, $0) } != nil
    case "--keep": kept = Set(parts.compactMap { Int($0) })
    case "--drop": dropped = Set(parts)
    case "--without":
      without = Set(parts.compactMap { PlannerRule(rawValue: $0) })
      return without.count == parts.count
    default: return false
    }
    return true
  }

  func simulation(seed: UInt64) -> Simulation {
    Simulation(seed: seed, steps: steps, kept: kept, dropped: dropped, without: without, isTold: isTold)
  }

  /// The one command that plays a simulation again.
  static func command(_ simulation: Simulation, _ more: String = "--runs 1 --tell") -> String {
    var words = "scripts/simulate --seed \(simulation.seed) --steps \(simulation.steps) \(more)"
    if let kept = simulation.kept { words += " --keep \(kept.sorted().map(String.init).joined(separator: ","))" }
    if !simulation.dropped.isEmpty { words += " --drop \(simulation.dropped.sorted().joined(separator: ","))" }
    if !simulation.without.isEmpty { words += " --without \(simulation.without.map(\.rawValue).sorted().joined(separator: ","))" }
    return words
  }
}
