// Names are checked where they are read (Fleet); here they are text.
package typealias ClusterName = String
package typealias ComponentName = String
package typealias GroupName = String
package typealias StageName = String
package typealias GateName = String

/// A stage and a group: at most one promotion is open in it.
package struct Slot: Hashable, Comparable, Sendable, Codable {
  package let stage: StageName
  package let group: GroupName

  package init(stage: StageName, group: GroupName) {
    self.stage = stage
    self.group = group
  }

  /// Slots are asked for all the time, and their names are short.
  package func hash(into hasher: inout Hasher) { hasher.combine(stableHash(stage) &+ 31 &* stableHash(group)) }

  package static func < (a: Slot, b: Slot) -> Bool { (a.stage, a.group) < (b.stage, b.group) }
}
