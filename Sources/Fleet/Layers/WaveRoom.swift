import Promotion

/// Waves that can never be in flight whole, as this fleet is: where nothing applies, a merge starts all that it moves.
///
/// The planner moves such a wave in parts, so it is told and is no error. What the policy alone shows is one.
struct WaveRoom {
  let policy: PolicyFile
  let clusters: [ResolvedCluster]

  var notes: [Problem] {
    zip(policy.promotion.stages, policy.stages).flatMap { stage, settings in
      policy.promotion.groups.compactMap { group in
        let slot = Slot(stage: stage.name, group: group.name)
        return note(slot, stage.settings(for: group.name), settings.own[group.name] ?? settings.timing)
      }
    }
  }

  private func note(_ slot: Slot, _ stage: Stage, _ timing: StageSettings.Timing) -> Problem? {
    guard !stage.applies, let room = stage.maxInFlight, !timing.waves.isEmpty else { return nil }
    let count = count(in: slot)
    var before = 0
    for (index, wave) in stage.waves.enumerated() where index < timing.waves.count {
      let now = max(before, min(count, wave.to.roundedUp(of: count)))
      defer { before = now }
      guard now - before > room else { continue }
      return Problem(
        "wave \(index + 1) of stage \(slot.stage) moves \(now - before) clusters of group \(slot.group), and only \(room) may be in flight",
        at: timing.waves[index], hint: "it will move in parts; for fewer requests make maxInFlight larger or the wave smaller")
    }
    return nil
  }

  /// Pinned clusters don't move.
  private func count(in slot: Slot) -> Int {
    let components = policy.promotion.group(slot.group)?.components ?? []
    return clusters.count { cluster in
      cluster.stages[slot.group] == slot.stage && !components.contains { cluster.components[$0]?.isPinned ?? false }
    }
  }
}
