import Promotion
import Synchronization

/// Everything there is: the config repository, the ledger and the forge as separate stores, the clusters themselves, and an
/// oracle that knows what really happened.
struct World: Sendable {
  static let sluice = "sluice"

  var policy: Policy {
    didSet { slots = Self.slots(policy) }
  }
  var slots: [Slot]
  var calendars: [Slot: StageCalendar] = [:]
  /// Rules that are switched off.
  var without: Set<PlannerRule> = []
  var now: Int
  /// Counts whatever happens, to tell before from after.
  var tick = 0
  var commits: [BaseCommit]
  var ledger = Ledger()
  var forge = Forge()
  var isForgeSilent = false
  var upstream: [ComponentName: [Release]] = [:]
  var releases: [ComponentName: [Version: Release]] = [:]
  var machines: [ClusterName: Machine] = [:]
  /// When the first of what is under way on them is over.
  var nextEnd = 0
  var silentShards: Set<Int> = []
  /// In percent, of reads that fail.
  var unreadable = 0
  var oracle = Oracle()
  var figures = Figures()
  var violations: [Violation] = []
  /// nil: nobody wants to read it.
  var story: Story?
  var nextID = 1
  var seed: UInt64
  var foretold: Set<Promise> = []
  var memo: Look?
  /// What situations have in common while nothing of it changes.
  var common = Common()

  struct Violation: Sendable, Equatable {
    var law: String
    var what: String
    var tick: Int
  }

  var tip: Int { commits.count - 1 }
  var tree: Tree { commits[tip].tree }
  static func slots(_ policy: Policy) -> [Slot] {
    policy.stages.flatMap { stage in policy.groups.map { Slot(stage: stage.name, group: $0.name) } }
  }

  func stage(_ slot: Slot) -> Stage { policy.stage(slot) ?? policy.stages[0] }
  func group(_ slot: Slot) -> Group { policy.group(slot.group) ?? policy.groups[0] }

  /// The clusters of a stage that count, at a commit of the base; nil: at its tip.
  func counted(_ slot: Slot, at base: Int? = nil) -> [(name: ClusterName, site: Site)] {
    let crew = commits[base ?? tip].crews[slot.stage] ?? []
    let paused = ledger.paused
    return paused.isEmpty ? crew : crew.filter { !paused.contains($0.name) }
  }

  func note(_ words: @autoclosure () -> String) { story?.add("t+\(now) \(words())") }

  mutating func violate(_ law: String, _ what: String) {
    note("VIOLATION \(law): \(what)")
    violations.append(Violation(law: law, what: what, tick: tick))
  }

  mutating func makeID() -> Int {
    nextID += 1
    return nextID
  }

  static func shard(_ cluster: ClusterName) -> Int { Int(hash(cluster) % 2) }

  /// FNV-1a, so that a cluster's lot is the same in every run.
  static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}

/// What happened, in words. A world and its copies tell one story.
final class Story: Sendable {
  private let told = Mutex<[String]>([])
  var lines: [String] { told.withLock { $0 } }
  func add(_ line: String) { told.withLock { $0.append(line) } }
}

/// What is counted.
struct Figures: Sendable {
  var runs = 0
  var steps = 0
  var plans = 0
  var merges = 0
  var waves = 0
  var takeBacks = 0
  var consolidations = 0
  var holds = 0
  var crashes = 0
  var lostRaces = 0
  var upgrades = 0
  var waits = 0
  var untils = 0
  var deadEnds = 0

  static func + (a: Figures, b: Figures) -> Figures {
    var sum = a
    sum.runs += b.runs
    sum.steps += b.steps
    sum.plans += b.plans
    sum.merges += b.merges
    sum.waves += b.waves
    sum.takeBacks += b.takeBacks
    sum.consolidations += b.consolidations
    sum.holds += b.holds
    sum.crashes += b.crashes
    sum.lostRaces += b.lostRaces
    sum.upgrades += b.upgrades
    sum.waits += b.waits
    sum.untils += b.untils
    sum.deadEnds += b.deadEnds
    return sum
  }
}
