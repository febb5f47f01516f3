import Promotion

/// What a slot's open promotion waits for, in words.
struct OpenText {
  let open: OpenPromotion
  let isApproved: Bool
  let tuples: TupleText

  /// `#12`, or how it is called before it has a number.
  var name: String { open.number.map { "#\($0)" } ?? "a branch without a pull request" }

  /// `#12 (kubernetes 1.31.4, automation 2.1) on 5 clusters waits for approval`.
  var line: String {
    "\(name) (\(tuples.versions(open.tuple))) on \(ListText.count(open.clusters.count, "cluster")) \(state)"
  }

  /// The first thing that it waits for.
  var state: String {
    switch open.heldByPerson {
    case .label?: return "is held by its label"
    case .commit?: return "has a person's commit"
    case nil: break
    }
    if !open.red.isEmpty { return "has a failed gate (\(ListText.names(open.red)))" }
    return isApproved ? "merges when its gates have passed" : "waits for approval"
  }

  var json: JSONOutput {
    .members([
      "number": open.number.map(JSONOutput.number), "to": tuples.json(open.tuple),
      "clusters": .strings(open.clusters.sorted()), "approved": .bool(isApproved), "red": .strings(open.red.sorted()),
    ])
  }
}
