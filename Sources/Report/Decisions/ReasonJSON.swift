package import Promotion

/// A reason as data for scripts: `{"kind", "data", "until"?}`. Kinds and members stay as they are.
package struct ReasonJSON {
  private let tuples: TupleText
  private let policy: Policy

  package init(slot: Slot, policy: Policy) {
    tuples = TupleText(slot.group, in: policy)
    self.policy = policy
  }

  package func value(_ reason: Reason) -> JSONOutput {
    let (kind, data) = parts(reason.kind)
    return .members(["kind": .string(kind), "data": .members(data), "until": reason.until.map(JSONOutput.moment)])
  }

  private func parts(_ kind: Reason.Kind) -> (String, KeyValuePairs<String, JSONOutput?>) {
    switch kind {
    case .noClusters(let pinned, let paused):
      ("noClusters", ["pinned": .strings(pinned.sorted()), "paused": .strings(paused.sorted())])
    case .notQualified(let stage, let tuple, let lacking):
      ("notQualified", ["stage": .string(stage), "tuple": tuples.json(tuple), "lacking": lacks(lacking)])
    case .nothingAdmitted(let component): ("nothingAdmitted", ["component": .string(component)])
    case .held(let tuple, let hold):
      ("held", ["tuple": tuples.json(tuple), "hold": HoldText(hold, policy: policy, now: Timestamp(seconds: 0)).json])
    case .stranded(let clusters, let tuple): ("stranded", ["tuple": tuples.json(tuple), "clusters": .strings(clusters.sorted())])
    case .wave(let place, let tuple, let lacking):
      (
        "wave",
        [
          "wave": .number(place.number), "of": .number(place.of), "tuple": tuples.json(tuple), "lacking": lacks(lacking),
        ]
      )
    case .window: ("window", [:])
    case .freeze(let reason): ("freeze", ["reason": reason.map(JSONOutput.string)])
    case .inFlight(let clusters): ("inFlight", ["clusters": .strings(clusters.sorted())])
    case .unhealthy(let clusters): ("unhealthy", ["clusters": .strings(clusters.sorted())])
    case .failed(let stage, let tuple, let clusters):
      ("failed", ["stage": .string(stage), "tuple": tuples.json(tuple), "clusters": .strings(clusters.sorted())])
    case .stopped(let stop):
      (
        "stopped",
        [
          "stage": stop.stage.map(JSONOutput.string), "by": .string(stop.by), "at": .moment(stop.at),
          "reason": stop.reason.map(JSONOutput.string),
        ]
      )
    case .minimumAge(let component, let version): ("minimumAge", one(component, version))
    case .requires(let cluster, let requirement, let version):
      (
        "requires",
        [
          "cluster": .string(cluster), "component": .string(requirement.component), "range": .string(requirement.range),
          "version": .string(version.text),
        ]
      )
    case .noPath(let from, let to, let missing, let clusters):
      (
        "noPath",
        [
          "from": tuples.json(from), "to": tuples.json(to), "missing": .string(missing),
          "clusters": .strings(clusters.sorted()),
        ]
      )
    case .step(let stage, let missing): ("step", ["stage": .string(stage), "missing": .string(missing)])
    case .withdrawn(let component, let version): ("withdrawn", one(component, version))
    case .slotTaken(let number, .label): ("slotTaken", ["number": number.map(JSONOutput.number), "by": "label"])
    case .slotTaken(let number, .commit(let commit)):
      ("slotTaken", ["number": number.map(JSONOutput.number), "by": "commit", "commit": .string(commit)])
    case .slotUnknown: ("slotUnknown", [:])
    case .gateRed(let number, let gates):
      ("gateRed", ["number": number.map(JSONOutput.number), "gates": .strings(gates)])
    case .unknown(let clusters): ("unknown", ["clusters": .strings(clusters.sorted())])
    case .emptyStage(let stage): ("emptyStage", ["stage": .string(stage)])
    case .unordered(let component, let versions):
      ("unordered", ["component": .string(component), "versions": .strings(versions.map(\.text))])
    }
  }

  private func one(_ component: ComponentName, _ version: Version) -> KeyValuePairs<String, JSONOutput?> {
    ["component": .string(component), "version": .string(version.text)]
  }

  private func lacks(_ lacking: [ClusterName: Lack]) -> JSONOutput {
    .array(lacking.sorted { $0.key < $1.key }.map { cluster, lack in lackValue(cluster, lack) })
  }

  private func lackValue(_ cluster: ClusterName, _ lack: Lack) -> JSONOutput {
    switch lack {
    case .desires(let tuple):
      .members(["cluster": .string(cluster), "lack": "desires", "tuple": tuples.json(tuple)])
    case .unknown(let last):
      .members(["cluster": .string(cluster), "lack": "unknown", "last": last.map(JSONOutput.moment)])
    case .upgrading(let observed, let since):
      .members([
        "cluster": .string(cluster), "lack": "upgrading", "observed": tuples.json(VersionTuple(observed)),
        "since": .moment(since),
      ])
    case .degraded(let reasons, let since):
      .members([
        "cluster": .string(cluster), "lack": "degraded", "reasons": .strings(reasons), "since": .moment(since),
      ])
    case .soaking(let until): .members(["cluster": .string(cluster), "lack": "soaking", "until": .moment(until)])
    }
  }
}

extension JSONOutput {
  /// RFC 3339, UTC.
  package static func moment(_ moment: Timestamp) -> JSONOutput { .string(TimeText.machine(moment)) }
}
