package import Promotion

/// One tuple going through one stage.
package struct RolloutRecord: LedgerRecord {
  package static let kind = RecordKind.rollouts

  package var slot: Slot
  package var to: VersionTuple
  /// What each cluster desired before it was moved.
  package var from: [ClusterName: VersionTuple]
  package var members: [ClusterName]
  /// The cumulative sizes of its waves.
  package var waves: [Int]
  package var startedAt: Timestamp
  /// The number of its newest pull request, and the branch's tip there.
  package var pull: Int?
  package var tip: String?
  package var state: State
  /// The gates that failed when its promotion was last tested.
  package var red: [GateName]

  package enum State: String, Sendable, Equatable { case moving, qualified, failed, held, overtaken }

  package init(
    slot: Slot, to: VersionTuple, from: [ClusterName: VersionTuple], members: [ClusterName], waves: [Int],
    startedAt: Timestamp, pull: Int? = nil, tip: String? = nil, state: State = .moving, red: [GateName] = []
  ) {
    self.slot = slot
    self.to = to
    self.from = from
    self.members = members
    self.waves = waves
    self.startedAt = startedAt
    self.pull = pull
    self.tip = tip
    self.state = state
    self.red = red
  }

  package var subject: SlotTuple { SlotTuple(slot, to) }

  package init(from members: Members) throws(MalformedRecord) {
    slot = try members.slot()
    to = try members.tuple("to")
    from = try members.tuples("from")
    self.members = try members.texts("members")
    waves = try members.numbers("waves")
    startedAt = try members.moment("startedAt")
    pull = try members.optionalNumber("pull")
    tip = try members.optionalText("tip")
    state = try members.choice("state")
    red = try members.texts("red")
  }

  package func write(to members: inout Members) {
    members.set(slot)
    members.set("to", to)
    members.set("from", from)
    members.set("members", self.members)
    members.set("waves", waves)
    members.set("startedAt", startedAt)
    members.set("pull", pull)
    members.set("tip", tip)
    members.set("state", state.rawValue)
    if red.isEmpty { members.set("red", String?.none) } else { members.set("red", red) }
  }
}

extension Members {
  func slot() throws(MalformedRecord) -> Slot { Slot(stage: try text("stage"), group: try text("group")) }

  mutating func set(_ slot: Slot) {
    set("stage", slot.stage)
    set("group", slot.group)
  }
}
