import Promotion

/// What `sluice status` shows: a line for each stage and group, then one for each cluster and component.
package struct StatusReport {
  /// A larger fleet shows only what is not settled, unless all is asked for.
  static let shownClusters = 40

  let planned: PlannedSituation

  package init(_ planned: PlannedSituation) { self.planned = planned }

  package func text(all: Bool = false) -> String {
    let now = planned.now
    let slotRows = planned.slots.map { slot in
      [
        PlainText.line(slot.stage, limit: 80), PlainText.line(slot.group, limit: 80),
        planned.fronts[slot].map(planned.tuples(slot).cell) ?? "-", next(slot), reason(slot),
      ]
    }
    let rows = clusterRows
    let isShort = !all && planned.situation.clusters.count > Self.shownClusters
    let shown = isShort ? rows.filter(\.isNotable) : rows
    var sections = [TextTable.lines([["STAGE", "GROUP", "FRONT", "NEXT", "REASON"]] + slotRows)]
    if !shown.isEmpty {
      let header = ["CLUSTER", "COMPONENT", "DESIRED", "OBSERVED", "HEALTH", "SINCE", "NEXT"]
      sections.append(TextTable.lines([header] + shown.map { $0.cells(now: now) }))
    }
    let hidden = Set(rows.map(\.cluster)).subtracting(shown.map(\.cluster)).count
    if hidden > 0 {
      let verb = hidden == 1 ? "is" : "are"
      sections.append(["\(ListText.count(hidden, "settled cluster")) \(verb) not shown; `--all` shows every cluster"])
    }
    return sections.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  package var json: JSONOutput {
    .members([
      "now": .moment(planned.now), "policy": .string(planned.policy.name),
      "slots": .array(planned.slots.map(slotJSON)), "clusters": .array(clusterRows.map(\.json)),
    ])
  }

  private func slotJSON(_ slot: Slot) -> JSONOutput {
    let tuples = planned.tuples(slot)
    let decision = planned.decisions[slot].map { DecisionText(slot: slot, policy: planned.policy, now: planned.now).json($0) }
    return .members([
      "stage": .string(slot.stage), "group": .string(slot.group), "front": planned.fronts[slot].map(tuples.json),
      "next": planned.next(slot).map(tuples.json), "request": planned.situation.open[slot]?.number.map(JSONOutput.number),
      "decision": decision,
    ])
  }

  private func next(_ slot: Slot) -> String {
    guard let tuple = planned.next(slot) else { return "-" }
    let open = planned.situation.open[slot]
    let number = open?.tuple == tuple ? open?.number.map { " (#\($0))" } ?? "" : ""
    return planned.tuples(slot).cell(tuple) + number
  }

  private func reason(_ slot: Slot) -> String {
    let text = DecisionText(slot: slot, policy: planned.policy, now: planned.now)
    guard let decision = planned.decisions[slot] else { return "not planned" }
    guard case .promote(let promotion) = decision, let open = planned.open(slot), open.open.tuple == promotion.to else {
      return text.brief(decision)
    }
    return "\(text.brief(decision)): \(open.name) \(open.state)"
  }

  private var clusterRows: [ClusterRow] {
    let byPlace = Dictionary(
      grouping: planned.situation.clusters.flatMap { cluster in
        cluster.stages.map { (slot: Slot(stage: $0.value, group: $0.key), cluster: cluster) }
      }, by: \.slot)
    let others = Set(byPlace.keys).subtracting(planned.slots).sorted()
    return (planned.slots + others).flatMap { slot in
      (byPlace[slot] ?? []).map(\.cluster).sorted { $0.name < $1.name }.flatMap { rows($0, slot) }
    }
  }

  private func rows(_ cluster: ClusterState, _ slot: Slot) -> [ClusterRow] {
    let standing = planned.standings[slot.group]?[cluster.name]
    let reading = cluster.reading
    return (planned.policy.group(slot.group)?.components ?? []).compactMap { component in
      guard let desired = cluster.desired[component] else { return nil }
      return ClusterRow(
        cluster: cluster.name, slot: slot, component: component, desired: desired,
        observed: reading?.versions[component], standing: standing,
        health: planned.health(cluster, slot.group), since: since(standing, reading, slot.group),
        reasons: reading?.groups[slot.group]?.reasons ?? [], mark: planned.mark(cluster, slot.group),
        next: next(cluster, slot, component), request: request(cluster, slot))
    }
  }

  /// Where a cluster goes: the version of the promotion that moves it.
  private func next(_ cluster: ClusterState, _ slot: Slot, _ component: ComponentName) -> Version? {
    let next: Version? =
      if case .promote(let promotion) = planned.decisions[slot], promotion.from[cluster.name] != nil {
        promotion.to[component]
      } else if let open = planned.situation.open[slot], open.clusters.contains(cluster.name) {
        open.tuple[component]
      } else {
        nil
      }
    return next == cluster.desired[component] ? nil : next
  }

  private func since(_ standing: Standing?, _ reading: Reading?, _ group: GroupName) -> Timestamp? {
    switch standing {
    case .settled(let since, _, _), .upgrading(let since), .degraded(let since, _): since
    case .unknown(let last): last
    case nil: reading?.groups[group]?.since
    }
  }

  private func request(_ cluster: ClusterState, _ slot: Slot) -> Int? {
    guard let open = planned.situation.open[slot], open.clusters.contains(cluster.name), open.tuple == planned.next(slot)
    else { return nil }
    return open.number
  }
}

/// One component in one cluster.
private struct ClusterRow {
  let cluster: ClusterName
  let slot: Slot
  let component: ComponentName
  let desired: Version
  let observed: Version?
  /// nil: it does not count.
  let standing: Standing?
  let health: String
  /// Since when it is so; for an unknown one, when it was last read.
  let since: Timestamp?
  let reasons: [String]
  let mark: String?
  let next: Version?
  let request: Int?

  /// What a person must see in a fleet of any size: what is not settled, or has no standing since it is pinned or paused.
  var isNotable: Bool { !(standing?.isSettled ?? false) }

  func cells(now: Timestamp) -> [String] {
    [
      PlainText.line(cluster, limit: 80), PlainText.line(component, limit: 80), TupleText.version(desired),
      observed.map(TupleText.version) ?? "unknown", health,
      since.map { TimeText.age($0, now: now) } ?? "-", mark ?? nextText(now),
    ]
  }

  private func nextText(_ now: Timestamp) -> String {
    if let next { return TupleText.version(next) + (request.map { " (#\($0))" } ?? "") }
    switch standing {
    case .settled(_, let soakedAt, false):
      return soakedAt > now ? "soaks for \(TimeText.age(now, now: soakedAt)) more" : "soaked at its next reading"
    case .settled: return "-"
    case .upgrading, .degraded: return observed == desired ? "to settle" : "upgrade to \(TupleText.version(desired))"
    case .unknown: return "to be read"
    case nil: return "-"
    }
  }

  var json: JSONOutput {
    .members([
      "cluster": .string(cluster), "stage": .string(slot.stage), "group": .string(slot.group),
      "component": .string(component), "desired": .string(desired.text), "observed": observed.map { .string($0.text) },
      "health": .string(health), "since": since.map(JSONOutput.moment), "reasons": .strings(reasons),
      "mark": mark.map(JSONOutput.string), "next": next.map { .string($0.text) }, "request": request.map(JSONOutput.number),
    ])
  }
}
