package import Promotion

/// A hold in words: what it bars, who caused it and how, and what ends it.
package struct HoldText {
  private let hold: Hold
  private let policy: Policy
  private let now: Timestamp
  private let tuples: TupleText

  package init(_ hold: Hold, policy: Policy, now: Timestamp) {
    self.hold = hold
    self.policy = policy
    self.now = now
    tuples = TupleText(hold.slot.group, in: policy)
  }

  /// `kubernetes 1.31.4 is held: ann moved it back in commit 3f786850e387 at …`.
  package var line: String { "\(what) \(place): \(cause)" }

  /// `kubernetes 1.31.4 is held no more: …`.
  package var released: String {
    switch hold.release {
    case .undone(let commit, let by)?:
      "\(what) is released: \(plain(by)) brought it back in commit \(plain(String(commit.prefix(12))))"
    case .person(let by, _, let reason)?: "\(what) is released: by \(plain(by))\(reason.map { " (\(plain($0)))" } ?? "")"
    case nil: "\(what) is released"
    }
  }

  /// The versions that are barred: `kubernetes 1.31.4`, or `kubernetes 1.31.4 and what lies above 1.31.2`.
  package var what: String {
    switch hold.bar {
    case .exactly(let tuple): tuples.name(tuple)
    case .above(let low, let high):
      "\(tuples.name(high)) and what lies above \(tuples.versions(low))"
    }
  }

  private var place: String {
    let isOne = if case .exactly = hold.bar { true } else { false }
    return switch hold.scope {
    case .stage: isOne ? "is held" : "are held"
    case .clusters(let names): "\(isOne ? "is" : "are") held on \(ListText.names(names.sorted()))"
    }
  }

  /// Who took it back, and how.
  package var cause: String {
    let moment = hold.at.map { " at \(TimeText.people($0))" } ?? ""
    return switch hold.cause {
    case .closedRequest(let number, let by): "\(plain(by)) closed #\(number) unmerged\(moment)"
    case .commit(let commit, let by): "\(plain(by)) moved it back in commit \(plain(String(commit.prefix(12))))\(moment)"
    case .manual(let by, let reason): "\(plain(by)) held it\(moment)\(reason.map { " (\(plain($0)))" } ?? "")"
    }
  }

  /// What a person can do about it.
  var advice: String {
    let release = "`sluice hold release \(plain(hold.id))`"
    return switch hold.cause {
    case .closedRequest(let number, _): "reopen #\(number) or \(release) to let it go on, or release a newer version"
    case .commit: "undo that commit or \(release) to let it go on, or release a newer version"
    case .manual: "\(release) lets it go on"
    }
  }

  package var json: JSONOutput {
    let (kind, number, commit, by, reason): (String, Int?, String?, String, String?) =
      switch hold.cause {
      case .closedRequest(let number, let by): ("closedRequest", number, nil, by, nil)
      case .commit(let commit, let by): ("commit", nil, commit, by, nil)
      case .manual(let by, let reason): ("manual", nil, nil, by, reason)
      }
    let (above, upTo): (VersionTuple?, VersionTuple) =
      switch hold.bar {
      case .exactly(let tuple): (nil, tuple)
      case .above(let low, let high): (low, high)
      }
    let clusters: [ClusterName]? = if case .clusters(let names) = hold.scope { names.sorted() } else { nil }
    return .members([
      "id": .string(hold.id), "stage": .string(hold.slot.stage), "group": .string(hold.slot.group),
      "above": above.map(tuples.json), "upTo": tuples.json(upTo), "clusters": clusters.map(JSONOutput.strings),
      "cause": .string(kind), "number": number.map(JSONOutput.number), "commit": commit.map(JSONOutput.string),
      "by": .string(by), "at": hold.at.map(JSONOutput.moment), "reason": reason.map(JSONOutput.string), "released": releaseJSON,
    ])
  }

  private var releaseJSON: JSONOutput? {
    switch hold.release {
    case nil: nil
    case .undone(let commit, let by)?: .members(["by": .string(by), "commit": .string(commit)])
    case .person(let by, let at, let reason)?:
      .members(["by": .string(by), "at": .moment(at), "reason": reason.map(JSONOutput.string)])
    }
  }

  private func plain(_ text: String) -> String { PlainText.line(text, limit: 160) }
}
