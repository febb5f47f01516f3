/// Everything that decisions are made from, at one commit of the base and one moment. Values only.
package struct Situation: Sendable {
  package var now: Timestamp
  package var policy: Policy
  package var clusters: [ClusterState]
  /// What the sources have published, by component.
  package var seen: [ComponentName: [SeenVersion]]
  /// What has qualified; only grows.
  package var qualified: [Slot: [Qualification]]
  /// The rollouts that were started, by what they bring.
  package var rollouts: [Slot: [VersionTuple: Rollout]]
  /// The open promotion of each slot.
  package var open: [Slot: OpenPromotion]
  /// The open take-back of each slot.
  package var openTakeBacks: [Slot: OpenTakeBack]
  /// The open consolidation of each slot.
  package var openConsolidations: [Slot: OpenConsolidation] = [:]
  /// What was taken back, released or not.
  package var holds: [Hold]
  /// What a person does not want to have taken back: they closed the take-back's request.
  package var declined: Set<DeclinedTakeBack>
  /// Clusters in which values stand that Sluice wrote for a promotion and that could be tidied now, by slot.
  package var overrides: [Slot: Set<ClusterName>]
  package var stops: [Stop]
  /// When upgrades may start; a slot that is absent has no windows and no freezes.
  package var calendars: [Slot: StageCalendar]
  /// Slots whose open promotion could not be read: nothing is replaced there.
  package var unreadableSlots: Bool
  /// Tuples whose required gates failed when they were last tested in a slot, whether their promotion is still open or not. Were
  /// that forgotten with the promotion, a stage whose front is red would replace it by a newer one, and that by the front again.
  package var red: [Slot: Set<VersionTuple>] = [:]
  /// Rules that are switched off. Only the tests of the tests do that; nothing that a user reaches can.
  package var without: Set<PlannerRule> = []

  package init(
    now: Timestamp, policy: Policy, clusters: [ClusterState] = [], seen: [ComponentName: [SeenVersion]] = [:],
    qualified: [Slot: [Qualification]] = [:], rollouts: [Slot: [VersionTuple: Rollout]] = [:],
    open: [Slot: OpenPromotion] = [:], openTakeBacks: [Slot: OpenTakeBack] = [:], holds: [Hold] = [],
    declined: Set<DeclinedTakeBack> = [], overrides: [Slot: Set<ClusterName>] = [:], stops: [Stop] = [],
    calendars: [Slot: StageCalendar] = [:], unreadableSlots: Bool = false
  ) {
    self.now = now
    self.policy = policy
    self.clusters = clusters
    self.seen = seen
    self.qualified = qualified
    self.rollouts = rollouts
    self.open = open
    self.openTakeBacks = openTakeBacks
    self.holds = holds
    self.declined = declined
    self.overrides = overrides
    self.stops = stops
    self.calendars = calendars
    self.unreadableSlots = unreadableSlots
  }
}

/// One cluster: what the base desires of it, and what is known of what it runs.
package struct ClusterState: Sendable, Equatable {
  package var name: ClusterName
  /// The stage that it is in, by group; a group in which it has none of the components is absent.
  package var stages: [GroupName: StageName]
  /// Effective versions at the base; absent components are absent.
  package var desired: [ComponentName: Version]
  /// Components whose value is marked `# sluice: pin`.
  package var pinned: Set<ComponentName>
  package var paused: Bool
  /// Since when each group's desired tuple is what it is (`dsince`). Readings from before do not count.
  package var desiredSince: [GroupName: Timestamp]
  /// The recorded start of a group's upgrade to its desired tuple: apply's claim. Absent: `desiredSince` counts.
  package var startedAt: [GroupName: Timestamp]
  /// Whether the group was healthy in the last known reading before its upgrade started; absent: it was.
  package var healthyBefore: [GroupName: Bool]
  package var reading: Reading?
  /// When the cluster joined; nil: nobody has looked at it yet.
  package var first: Timestamp?
  /// What each group desired before, the newest first.
  package var previous: [GroupName: [VersionTuple]]

  package init(
    name: ClusterName, stages: [GroupName: StageName], desired: [ComponentName: Version],
    pinned: Set<ComponentName> = [], paused: Bool = false, desiredSince: [GroupName: Timestamp] = [:],
    startedAt: [GroupName: Timestamp] = [:], healthyBefore: [GroupName: Bool] = [:], reading: Reading? = nil,
    first: Timestamp? = nil, previous: [GroupName: [VersionTuple]] = [:]
  ) {
    self.name = name
    self.stages = stages
    self.desired = desired
    self.pinned = pinned
    self.paused = paused
    self.desiredSince = desiredSince
    self.startedAt = startedAt
    self.healthyBefore = healthyBefore
    self.reading = reading
    self.first = first
    self.previous = previous
  }
}

/// What is known of a cluster from its readings, as the ledger keeps it.
package struct Reading: Sendable, Equatable {
  /// Observed versions in the last known reading; a component that could not be told is absent (unknown).
  package var versions: [ComponentName: Version]
  package var groups: [GroupName: GroupHealth]
  /// When the last known reading was made (in the ledger: its record, or a later heartbeat that covers the cluster).
  package var last: Timestamp

  package init(versions: [ComponentName: Version], groups: [GroupName: GroupHealth], last: Timestamp) {
    self.versions = versions
    self.groups = groups
    self.last = last
  }
}

/// The health of one group in one cluster, and how long its readings have been the same.
package struct GroupHealth: Sendable, Equatable {
  /// nil: the observer did not say, so it is unknown.
  package var healthy: Bool?
  package var reasons: [String]
  /// The start of the unbroken run (gaps at most `maxGap`) of known readings with these observed versions and this health.
  package var since: Timestamp
  /// When this group was last told, where later readings of the cluster could not tell it; nil: at the reading's `last`.
  package var lastKnown: Timestamp?
  /// The start of the unbroken run (gaps at most `maxGap`) of known readings, whatever they said: a deadline counts only while
  /// somebody looked (trap 34). nil: `since`.
  package var watchedSince: Timestamp?

  package init(
    healthy: Bool?, reasons: [String] = [], since: Timestamp, watchedSince: Timestamp? = nil, lastKnown: Timestamp? = nil
  ) {
    self.healthy = healthy
    self.reasons = reasons
    self.since = since
    self.watchedSince = watchedSince
    self.lastKnown = lastKnown
  }
}

/// A version that a source has published.
package struct SeenVersion: Sendable, Equatable {
  package var version: Version
  /// When the source says that it was published.
  package var date: Timestamp?
  /// When it was first seen.
  package var first: Timestamp
  /// Its place in the source's own order; versions first met in one answer without an order share one.
  package var index: Int
  package var withdrawn: Bool

  package init(version: Version, date: Timestamp? = nil, first: Timestamp, index: Int, withdrawn: Bool = false) {
    self.version = version
    self.date = date
    self.first = first
    self.index = index
    self.withdrawn = withdrawn
  }
}

package struct Qualification: Sendable, Equatable {
  package var tuple: VersionTuple
  package var at: Timestamp

  package init(tuple: VersionTuple, at: Timestamp) {
    self.tuple = tuple
    self.at = at
  }
}

/// One tuple on its way through one stage.
package struct Rollout: Sendable, Equatable {
  package var startedAt: Timestamp
  /// Who was there when it started: those that joined later come last.
  package var members: Set<ClusterName>

  package init(startedAt: Timestamp, members: Set<ClusterName>) {
    self.startedAt = startedAt
    self.members = members
  }
}

/// A slot's open promotion, as the forge and the branch show it.
package struct OpenPromotion: Sendable, Equatable {
  package var number: Int?
  package var tuple: VersionTuple
  package var clusters: Set<ClusterName>
  package var openedAt: Timestamp
  /// How many people approve of exactly its present head.
  package var approvals: Int
  /// Whether somebody objects to it.
  package var isObjected: Bool
  /// Required gates that failed on its present content.
  package var red: [GateName]
  /// A label `sluice/hold`, or a person's commit on the branch.
  package var heldByPerson: PersonsMark?

  package enum PersonsMark: Sendable, Equatable {
    case label
    case commit(String)
  }

  package init(
    number: Int?, tuple: VersionTuple, clusters: Set<ClusterName>, openedAt: Timestamp, approvals: Int = 0,
    isObjected: Bool = false, red: [GateName] = [], heldByPerson: PersonsMark? = nil
  ) {
    self.number = number
    self.tuple = tuple
    self.clusters = clusters
    self.openedAt = openedAt
    self.approvals = approvals
    self.isObjected = isObjected
    self.red = red
    self.heldByPerson = heldByPerson
  }
}

/// A slot's open take-back.
package struct OpenTakeBack: Sendable, Equatable {
  package var number: Int?
  /// What each cluster would desire.
  package var to: [ClusterName: VersionTuple]
  package var heldByPerson: OpenPromotion.PersonsMark?

  package init(number: Int?, to: [ClusterName: VersionTuple], heldByPerson: OpenPromotion.PersonsMark? = nil) {
    self.number = number
    self.to = to
    self.heldByPerson = heldByPerson
  }
}

/// A slot's open consolidation.
package struct OpenConsolidation: Sendable, Equatable {
  package var number: Int?
  package var tuple: VersionTuple
  package var heldByPerson: OpenPromotion.PersonsMark?

  package init(number: Int?, tuple: VersionTuple, heldByPerson: OpenPromotion.PersonsMark? = nil) {
    self.number = number
    self.tuple = tuple
    self.heldByPerson = heldByPerson
  }
}

/// That a cluster stays at a tuple though it is held: closing a take-back says "not again".
package struct DeclinedTakeBack: Sendable, Hashable {
  package var slot: Slot
  package var cluster: ClusterName
  package var tuple: VersionTuple

  package init(slot: Slot, cluster: ClusterName, tuple: VersionTuple) {
    self.slot = slot
    self.cluster = cluster
    self.tuple = tuple
  }
}

/// Nothing moves in a stage (or, without one, anywhere) until a person resumes it.
package struct Stop: Sendable, Equatable {
  package var stage: StageName?
  package var by: String
  package var at: Timestamp
  package var reason: String?

  package init(stage: StageName?, by: String, at: Timestamp, reason: String? = nil) {
    self.stage = stage
    self.by = by
    self.at = at
    self.reason = reason
  }
}
