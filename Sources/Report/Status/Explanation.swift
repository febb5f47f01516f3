package import Promotion

/// What `sluice explain` shows: for each slot asked for the decision and every reason; for a cluster how it stands too.
package struct Explanation {
  private let planned: PlannedSituation
  private let slots: [Slot]
  private let cluster: ClusterState?

  /// Nothing given means all of it.
  ///
  /// - Returns: nil when the policy or the fleet has nothing of these names together.
  package init?(
    _ planned: PlannedSituation, stage: StageName? = nil, group: GroupName? = nil, cluster name: ClusterName? = nil
  ) {
    let cluster = name.flatMap { name in planned.situation.clusters.first { $0.name == name } }
    if name != nil, cluster == nil { return nil }
    let slots = planned.slots.filter { slot in
      (stage ?? slot.stage) == slot.stage && (group ?? slot.group) == slot.group
        && (cluster.map { $0.stages[slot.group] == slot.stage } ?? true)
    }
    if slots.isEmpty { return nil }
    self.planned = planned
    self.slots = slots
    self.cluster = cluster
  }

  package var text: String {
    slots.map { slot in
      let state = cluster.map { clusterLines($0, slot) } ?? []
      let front = planned.fronts[slot].map { "  front: \(planned.tuples(slot).name($0))" }
      var lines = planned.decisions[slot].map(decisionText(slot).lines) ?? ["\(DecisionText.name(slot)): not planned"]
      let open = planned.open(slot).map { "  open: \($0.line)" }
      let closed = (planned.closed[slot] ?? []).map {
        "  closed: \(ReasonText(slot: slot, policy: planned.policy, now: planned.now).statement($0))"
      }
      lines.insert(contentsOf: [front, clusterCounts(slot), open].compactMap(\.self) + closed, at: 1)
      return (state + lines).joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  package var json: JSONOutput {
    .members([
      "now": .moment(planned.now), "cluster": cluster.map { .string($0.name) },
      "slots": .array(
        slots.map { slot in
          .members([
            "stage": .string(slot.stage), "group": .string(slot.group),
            "front": planned.fronts[slot].map(planned.tuples(slot).json),
            "closed": planned.closed[slot].map { .array($0.map(ReasonJSON(slot: slot, policy: planned.policy).value)) },
            "open": planned.open(slot)?.json, "decision": planned.decisions[slot].map(decisionText(slot).json),
            "state": cluster.map { clusterJSON($0, slot) },
          ])
        }),
    ])
  }

  private func decisionText(_ slot: Slot) -> DecisionText {
    DecisionText(slot: slot, policy: planned.policy, now: planned.now)
  }

  /// `  clusters: 3 settled, 1 degraded (dev-04)`; nil where the stage has none.
  private func clusterCounts(_ slot: Slot) -> String? {
    if cluster != nil { return nil }
    let clusters = planned.situation.clusters.filter { $0.stages[slot.group] == slot.stage }
    let words = Dictionary(grouping: clusters) { planned.mark($0, slot.group) ?? planned.health($0, slot.group) }
    let parts = words.sorted { ($0.key != "settled" ? 1 : 0, $0.key) < ($1.key != "settled" ? 1 : 0, $1.key) }.map {
      word, clusters in
      "\(clusters.count) \(word)" + (word == "settled" ? "" : " (\(ListText.names(clusters.map(\.name))))")
    }
    return parts.isEmpty ? nil : "  clusters: \(parts.joined(separator: ", "))"
  }

  private func clusterLines(_ cluster: ClusterState, _ slot: Slot) -> [String] {
    let now = planned.now
    let tuples = planned.tuples(slot)
    let standing = planned.standings[slot.group]?[cluster.name]
    let name = "\(PlainText.line(cluster.name, limit: 80)) \(PlainText.line(slot.group, limit: 80))"
    let since = cluster.desiredSince[slot.group].map { ", since \(TimeText.since($0, now: now))" } ?? ""
    var lines = [
      "\(name): \(planned.health(cluster, slot.group))\(soak(standing))",
      "  desired: \(tuples.versions(tuples.part(of: cluster.desired)))\(since)",
    ]
    if let reading = cluster.reading {
      let observed = tuples.versions(tuples.part(of: reading.versions))
      lines.append("  observed: \(observed), read \(TimeText.since(reading.last, now: now))")
      let known = reading.groups[slot.group]
      let word = known?.healthy.map { $0 ? "healthy" : "unhealthy" } ?? "unknown"
      lines.append("  health: \(word)\(known.map { " since \(TimeText.since($0.since, now: now))" } ?? "")")
      lines += (known?.reasons ?? []).prefix(20).map { "  because: \(PlainText.line($0, limit: 300))" }
    } else {
      lines.append("  observed: never read; `sluice check` reads it")
    }
    switch planned.mark(cluster, slot.group) {
    case "pinned": lines.append("  pinned: its value is marked `# sluice: pin`, so it is no target and is not counted")
    case "paused": lines.append("  paused: a person set it aside, so it is no target and is not counted")
    default: break
    }
    return lines
  }

  private func soak(_ standing: Standing?) -> String {
    guard case .settled(_, let soakedAt, let isSoaked) = standing else { return "" }
    if isSoaked { return " and soaked" }
    return soakedAt > planned.now
      ? ", and soaks until \(TimeText.until(soakedAt, now: planned.now))" : ", and soaked at its next reading"
  }

  private func clusterJSON(_ cluster: ClusterState, _ slot: Slot) -> JSONOutput {
    let tuples = planned.tuples(slot)
    let known = cluster.reading?.groups[slot.group]
    return .members([
      "health": .string(planned.health(cluster, slot.group)),
      "desired": tuples.json(tuples.part(of: cluster.desired)),
      "desiredSince": cluster.desiredSince[slot.group].map(JSONOutput.moment),
      "observed": cluster.reading.map { tuples.json(tuples.part(of: $0.versions)) },
      "last": cluster.reading.map { .moment($0.last) }, "healthy": known?.healthy.map(JSONOutput.bool),
      "since": known.map { .moment($0.since) }, "reasons": .strings(known?.reasons ?? []),
      "mark": planned.mark(cluster, slot.group).map(JSONOutput.string),
    ])
  }
}
