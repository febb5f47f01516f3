/// Versions barred from a stage and those after it, or from some of its clusters, and why.
package struct Hold: Sendable, Equatable {
  /// Names the cause for good: what is released never holds again, whatever is found of it later (trap 10).
  package var id: String
  /// Where it was taken back.
  package var slot: Slot
  package var bar: Bar
  package var scope: Scope
  package var cause: Cause
  package var at: Timestamp?
  /// What a commit took back: from what to what, by cluster.
  package var taken: [ClusterName: Taken]
  /// nil: it holds.
  package var release: Release?

  /// Which versions are barred. It speaks of the components that it names and no others, so one on a part of a group bars every
  /// tuple with it.
  package enum Bar: Sendable, Hashable {
    case exactly(VersionTuple)
    /// Everything above the one, up to and with the other: a commit that went from W to U over V bars V too (trap 19).
    case above(VersionTuple, upTo: VersionTuple)

    /// The newest that is barred.
    package var top: VersionTuple {
      switch self {
      case .exactly(let tuple), .above(_, let tuple): tuple
      }
    }
  }

  package enum Scope: Sendable, Hashable {
    /// The stage and those that follow it.
    case stage
    case clusters(Set<ClusterName>)
  }

  package enum Cause: Sendable, Equatable {
    /// A commit of the base moved the value back.
    case commit(String, by: String)
    /// A person closed the pull request unmerged.
    case closedRequest(Int, by: String)
    /// `sluice hold add`.
    case manual(by: String, reason: String?)
  }

  package struct Taken: Sendable, Equatable {
    package var from: VersionTuple
    package var to: VersionTuple

    package init(from: VersionTuple, to: VersionTuple) {
      self.from = from
      self.to = to
    }
  }

  package enum Release: Sendable, Equatable {
    /// A commit brought back all that this had taken (trap 17).
    case undone(commit: String, by: String)
    /// `sluice hold release`.
    case person(String, at: Timestamp, reason: String?)
  }

  package init(
    id: String, slot: Slot, bar: Bar, scope: Scope = .stage, cause: Cause, at: Timestamp? = nil,
    taken: [ClusterName: Taken] = [:], release: Release? = nil
  ) {
    self.id = id
    self.slot = slot
    self.bar = bar
    self.scope = scope
    self.cause = cause
    self.at = at
    self.taken = taken
    self.release = release
  }

  package var isActive: Bool { release == nil }
}

extension Hold.Bar {
  /// Whether the tuple is barred. Of its components only those count that both name; one that no bar's component is in never is.
  package func bars(_ tuple: VersionTuple, _ ordering: Ordering) -> Bool {
    switch self {
    case .exactly(let barred): return !barred.isEmpty && barred.matches(tuple)
    case .above(let low, let high):
      let common = high.versions.keys.filter { tuple[$0] != nil }
      if common.isEmpty { return false }
      var isAbove = false
      for component in common {
        guard let version = tuple[component], let top = high[component], let bottom = low[component] else { return false }
        if version == bottom { continue }
        if version == top {
          isAbove = true
          continue
        }
        guard ordering.compare(version, bottom, of: component) == .greater else { return false }
        switch ordering.compare(version, top, of: component) {
        case .less?, .equal?: isAbove = true
        default: return false
        }
      }
      return isAbove
    }
  }
}
