extension Planner {
  /// What has qualified in every stage before the slot's, restricted to the slot's components; the last qualified first.
  static func proofs(
    _ roster: Roster, _ situation: Situation, _ catalogue: Catalogue, _ ordering: Ordering
  ) -> [Proof] {
    let lists = roster.stage.after.map { stage in
      (situation.qualified[Slot(stage: stage, group: roster.slot.group)] ?? [])
        + (situation.keeps(.provenBefore) ? [] : unproven(stage, roster, situation))
    }
    var moments: [VersionTuple: Timestamp] = [:]
    for qualification in lists.first ?? [] {
      let tuple = roster.restrict(qualification.tuple)
      if tuple.isEmpty { continue }
      // A tuple may qualify as a part of several: it is proven since the first of them.
      var proven: Timestamp? = qualification.at
      for list in lists.dropFirst() {
        let own = list.lazy.filter { tuple.isPart(of: $0.tuple) }.map(\.at).min()
        proven = proven.flatMap { at in own.map { max(at, $0) } }
      }
      guard let proven else { continue }
      moments[tuple] = moments[tuple].map { min($0, proven) } ?? proven
    }
    return moments.map { tuple, at in
      Proof(
        tuple: tuple, at: at,
        isAllowed: tuple.versions.allSatisfy { catalogue.allows($1, of: $0) == true },
        withdrawn: tuple.versions.filter { catalogue.isWithdrawn($1, of: $0) }.keys.sorted())
    }.sorted { a, b in
      if a.at != b.at { return a.at > b.at }
      for component in roster.components {
        guard let x = a.tuple[component], let y = b.tuple[component], x != y else { continue }
        switch ordering.compare(x, y, of: component) {
        case .greater?: return true
        case .less?: return false
        default: continue
        }
      }
      return a.tuple.sortText > b.tuple.sortText
    }
  }

  /// What a stage desires, as if that proved anything.
  private static func unproven(_ stage: StageName, _ roster: Roster, _ situation: Situation) -> [Qualification] {
    situation.clusters.filter { $0.stages[roster.slot.group] == stage }.map { cluster in
      Qualification(tuple: VersionTuple(cluster.desired.filter { roster.components.contains($0.key) }), at: situation.now)
    }
  }

  /// Whether the tuple may be started in the slot, but for a take-back.
  ///
  /// First stage: published, allowed, old enough, not withdrawn. Later: qualified in every stage before, not failed there now
  /// ("P not degraded on it": DECISIONS), allowed and not withdrawn (DESIGN 7: a withdrawn version is started nowhere new).
  package func admitted(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    guard let roster = rosters[slot], !tuple.isEmpty else { return false }
    if roster.stage.after.isEmpty {
      return tuple.versions.allSatisfy { catalogue.verdict($1, of: $0) == .admitted }
    }
    guard proven(roster).contains(where: { isStartable($0) && tuple.isPart(of: $0.tuple) }) else { return false }
    return failedBefore(roster, tuple) == nil
  }

  func isStartable(_ proof: Proof) -> Bool { proof.isAllowed && proof.withdrawn.isEmpty }

  package func admissible(_ slot: Slot, _ tuple: VersionTuple) -> Bool {
    admitted(slot, tuple) && !isHeld(slot, tuple)
  }

  /// The stage before this one that has failed on the tuple.
  func failedBefore(_ roster: Roster, _ tuple: VersionTuple) -> StageName? {
    guard situation.keeps(.notFailedBefore) else { return nil }
    return roster.stage.after.first { failed(Slot(stage: $0, group: roster.slot.group), tuple) }
  }

  /// Whether something admitted is at least as new.
  func isBelowAdmitted(_ roster: Roster, _ tuple: VersionTuple) -> Bool {
    if roster.stage.after.isEmpty {
      return tuple.versions.allSatisfy { component, version in
        catalogue.verdict(version, of: component) == .admitted
          || catalogue.isBelowAdmitted(version, of: component)
      }
    }
    return proven(roster).contains {
      isStartable($0) && isAtMost(tuple, $0.tuple) && failedBefore(roster, $0.tuple) == nil
    }
  }
}
