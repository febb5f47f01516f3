/// The newest that a stage desires and may desire.
struct Front: Sendable {
  let tuple: VersionTuple
  let isAdmitted: Bool
}

extension Planner {
  /// The newest admitted tuple that a cluster desires; where none is admitted, the newest below what is admitted.
  package func front(_ slot: Slot) -> VersionTuple? { rosters[slot].flatMap { front($0)?.tuple } }

  /// Tuples with all of the stage's components come before those that lack some: a part has no say over the rest.
  func front(_ roster: Roster) -> Front? {
    let all = roster.candidates
    if !situation.keeps(.frontIsAdmitted) {
      return greatest(all, roster).map { Front(tuple: $0, isAdmitted: admitted(roster.slot, $0)) }
    }
    let whole = all.filter { $0.versions.count == roster.shape.count }
    for tuples in whole.count == all.count ? [all] : [whole, all] {
      if let best = greatest(tuples.filter { admitted(roster.slot, $0) }, roster) {
        return Front(tuple: best, isAdmitted: true)
      }
      if let best = greatest(tuples.filter { isBelowAdmitted(roster, $0) }, roster) {
        return Front(tuple: best, isAdmitted: false)
      }
    }
    return nil
  }

  /// Whether the stage may take a newer version.
  package func free(_ slot: Slot) -> Bool {
    guard let roster = rosters[slot], let front = front(roster) else { return false }
    return free(roster, front)
  }

  func free(_ roster: Roster, _ front: Front) -> Bool {
    let slot = roster.slot
    return !front.isAdmitted || isHeld(slot, front.tuple) || isRed(slot, front.tuple) || !failures(roster).isEmpty
      || isHopeless(roster, front.tuple)
      || (hasQualified(slot, front.tuple) && (complete(slot, front.tuple) || !situation.keeps(.completeBeforeNext)))
  }

  /// Whether a required gate of the tuple's own promotion failed (trap 28).
  func isRed(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    if let open = situation.open[slot], open.tuple == tuple { return !open.red.isEmpty }
    return situation.red[slot]?.contains(tuple) == true
  }

  /// `follow: latest` gives a stage the permission that others have only when free; replacing needs the same one (trap 3).
  func mayTake(_ roster: Roster, _ front: Front) -> Bool { roster.stage.follow == .latest || free(roster, front) }

  package enum Stickiness: Sendable, Equatable {
    case approved
    /// It is too young to be replaced, until then.
    case young(until: Timestamp)
  }

  /// Whether the open promotion keeps the slot's target, and by what. The one place where that is decided (trap 2).
  package func sticky(_ slot: Slot) -> Stickiness? {
    guard let roster = rosters[slot], let front = front(roster) else { return nil }
    return sticky(roster, front)
  }

  /// What could not be taken now is not kept either: below a version that failed here (bumped by hand, say) a promotion cures
  /// nobody, could never land, and would keep the slot from the one that does cure. Nor what the front can't step to any more
  /// (it was taken back since, say), nor the front itself where it can't qualify.
  func sticky(_ roster: Roster, _ front: Front) -> Stickiness? {
    let slot = roster.slot
    guard let open = situation.open[slot], open.red.isEmpty, admissible(slot, open.tuple), !failed(slot, open.tuple),
      isAtMost(front.tuple, open.tuple),
      open.tuple == front.tuple
        ? !isHopeless(roster, front.tuple) : mayTake(roster, front) && isReachable(roster, front.tuple, open.tuple),
      failures(roster).allSatisfy({ isLess($0, open.tuple) })
    else { return nil }
    return permission(roster, open)
  }

  private func isReachable(_ roster: Roster, _ front: VersionTuple, _ tuple: VersionTuple) -> Bool {
    step(front, tuple) && leavable(roster, front, tuple) && unmet(roster, tuple).isEmpty
  }

  /// Whether as many people approve of its present head as must, and nobody objects.
  package func isApproved(_ slot: Slot, _ open: OpenPromotion) -> Bool {
    !open.isObjected && open.approvals >= neededApprovals(slot, open.tuple)
  }

  /// What keeps an open promotion from being replaced.
  func permission(_ roster: Roster, _ open: OpenPromotion) -> Stickiness? {
    if situation.keeps(.approvedSticks), isApproved(roster.slot, open) { return .approved }
    let end = open.openedAt + roster.stage.replaceAfter
    return situation.now < end ? .young(until: end) : nil
  }
}
