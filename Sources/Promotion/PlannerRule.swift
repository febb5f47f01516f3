/// The rules of deciding, each of which can be switched off.
///
/// Only the tests of the tests do that: they show that every rule is missed when it is gone. Nothing that a user reaches can.
package enum PlannerRule: String, CaseIterable, Sendable {
  // What may be started
  /// L1: a later stage starts only what has qualified in those before.
  case provenBefore
  /// L1: nor what has failed in one of them since.
  case notFailedBefore
  /// L2, trap 1: what a person took back in a stage is not started there.
  case heldIsBarred
  /// L2: nor in the stages after it.
  case followersAreBarred
  /// Trap 16: nor on the clusters that alone were taken back.
  case clustersAreBarred
  /// Trap 10: a released cause never holds again.
  case releasedStaysReleased
  /// Trap 32: a hold on one component of a group bars every tuple with it.
  case partsAreBarred
  /// Trap 33: holds of a stage's former names are its own.
  case formerNamesHold
  /// Trap 33: holds of a stage that nobody knows bar all stages.
  case unknownStageBarsAll
  /// Trap 33: holds of a group that is gone stay with its components.
  case goneGroupHolds
  case withdrawnStaysOut
  case minimumAgeCounts
  case requirementsCount
  /// Nothing goes back by itself.
  case neverBack
  /// Trap 30: what has no place in the order is never moved.
  case unorderedStays
  /// Trap 24: a version that nobody admits does not lead its stage.
  case frontIsAdmitted
  /// Trap 25: one minor at a time.
  case stepIsReachable
  /// Trap 25: a stage with followers leaves a minor only when it has qualified there.
  case minorIsLeavable
  /// Trap 25: those that can't reach the front go by what they can reach.
  case laggardsStepAlone

  // What replaces what
  /// Trap 2: what is approved keeps the slot.
  case approvedSticks
  /// Trap 3: so does what is too young to have been read.
  case youngSticks
  /// Trap 3: a stage takes a newer version only when it is through with its own.
  case takingNeedsFreedom
  /// Trap 22: being through means that nobody is behind.
  case completeBeforeNext
  /// Trap 28: what is red keeps nothing.
  case redGivesWay
  /// Trap 29: beneath a label or a person's commit nothing is swapped.
  case personsMarkKeeps
  case objectionRefuses
  /// Trap 34: while the forge is silent nothing is replaced.
  case silentForgeWaits

  // How far at once
  /// Trap 4: what a failed version degraded does not count against its replacement.
  case degradedAreCured
  /// Trap 4: and goes first.
  case degradedGoFirst
  /// Trap 5: too few left is a failure too.
  case tooFewLeftIsFailure
  /// Trap 5: what failed goes no further.
  case failedGoesNoFurther
  /// Trap 6: too many unhealthy ones stop the stage.
  case unhealthyStop
  /// Traps 6 and 7: what lands is planned again at the tip.
  case mergePlansAgain
  /// A wave waits until the one before has settled.
  case wavesSettle
  /// Trap 23: newcomers come last, and nobody waits for them.
  case joinersComeLast
  /// L7: no more upgrades at once than there is room for.
  case roomCounts
  /// L8, trap 27: no upgrade starts outside its window or in a freeze.
  case windowsCount
  case stopsCount

  // What readings say
  /// L11, traps 12 and 13: what nobody has read for long is unknown.
  case silenceIsUnknown
  /// Trap 15: a reading from before the value was desired says nothing of it.
  case readingsSinceDesired
  /// Trap 34: a deadline runs only while somebody looks.
  case deadlineIsWatched
  /// Trap 21: all of none is not enough.
  case someoneQualifies
  /// Trap 23: who is ahead does not count.
  case aheadDoesNotCount
  /// Trap 32: versions that ran apart prove nothing of each other.
  case ranTogether

  // Taking back
  /// Trap 14: what desires something held is offered to go back.
  case takeBackIsOffered
  /// `onFailure: revert`.
  case failureIsTakenBack
  /// Trap 8: closing a take-back means "not again".
  case declinedStays
  /// What can't go back is not asked to.
  case strandedStays
  /// The first promotion after a take-back needs a person.
  case approvalAfterTakeBack
  /// Trap 18: each commit back is a cause.
  case backwardHolds
  /// Trap 19: what lies between is held too.
  case betweenIsHeld
  /// Trap 16: one person's pin is not the stage's.
  case scopeOfSomeClusters
  /// Trap 16: all of one landed commit are the stage's.
  case scopeOfOneCommit
  /// Trap 17: what one commit brings back whole is undone.
  case undoingLifts
  /// Trap 17: a part of it is not.
  case undoingIsWhole
  /// Trap 17: in its own stage only.
  case undoingIsInPlace
  /// Trap 7: a promotion that lands undoes nothing.
  case promotionLiftsNothing
  /// Trap 20: what moves between stages takes nothing back.
  case movesStayInTheirSlot
}

extension Situation {
  func keeps(_ rule: PlannerRule) -> Bool { without.isEmpty || !without.contains(rule) }

  /// The situation as it is for a planner that does not know some of the rules: those that are settings are not set.
  func relaxed() -> Situation {
    if without.isEmpty { return self }
    var relaxed = self
    if !keeps(.releasedStaysReleased) { for index in holds.indices { relaxed.holds[index].release = nil } }
    if !keeps(.stopsCount) { relaxed.stops = [] }
    if !keeps(.windowsCount) { relaxed.calendars = [:] }
    if !keeps(.declinedStays) { relaxed.declined = [] }
    if !keeps(.joinersComeLast) { relaxed.rollouts = [:] }
    if !keeps(.redGivesWay) { relaxed.red = [:] }
    if !keeps(.silentForgeWaits) { relaxed.unreadableSlots = false }
    if !keeps(.silenceIsUnknown) { relaxed.policy.maxGap = .seconds(1 << 40) }
    for slot in open.keys {
      if !keeps(.redGivesWay) { relaxed.open[slot]?.red = [] }
      if !keeps(.personsMarkKeeps) { relaxed.open[slot]?.heldByPerson = nil }
      if !keeps(.objectionRefuses) { relaxed.open[slot]?.isObjected = false }
    }
    if !keeps(.withdrawnStaysOut) {
      relaxed.seen = seen.mapValues {
        $0.map { SeenVersion(version: $0.version, date: $0.date, first: $0.first, index: $0.index) }
      }
    }
    for index in policy.components.indices {
      if !keeps(.minimumAgeCounts) { relaxed.policy.components[index].minimumAge = .zero }
      if !keeps(.requirementsCount) { relaxed.policy.components[index].requires = [] }
      if !keeps(.strandedStays) { relaxed.policy.components[index].goesBack = .always }
      if !keeps(.stepIsReachable) { relaxed.policy.components[index].step = .any }
    }
    for index in policy.stages.indices {
      relax(&relaxed.policy.stages[index])
      for group in policy.stages[index].own.keys { relax(&relaxed.policy.stages[index].own[group]!) }  // its own key
    }
    return relaxed
  }

  private func relax(_ stage: inout Stage) {
    if !keeps(.youngSticks) { stage.replaceAfter = .zero }
    if !keeps(.takingNeedsFreedom) { stage.follow = .latest }
    if !keeps(.roomCounts) { stage.maxInFlight = nil }
    if !keeps(.approvalAfterTakeBack) { stage.afterTakeBack = .auto }
    if !keeps(.formerNamesHold) { stage.was = [] }
  }
}
