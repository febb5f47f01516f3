/// What to do in one slot now.
package enum Decision: Sendable, Equatable {
  case promote(PlannedPromotion)
  case upToDate
  /// Every reason that holds now, the one that a person should read first in front.
  case wait([Reason])
}

package struct PlannedPromotion: Sendable, Equatable {
  package var slot: Slot
  package var to: VersionTuple
  /// The clusters to move, and the tuple that each desires now.
  package var from: [ClusterName: VersionTuple]

  package init(slot: Slot, to: VersionTuple, from: [ClusterName: VersionTuple]) {
    self.slot = slot
    self.to = to
    self.from = from
  }

  package var clusters: Set<ClusterName> { Set(from.keys) }
}

/// Why a slot waits, as data. The kinds' names are stable: they are the JSON that people script against.
package struct Reason: Sendable, Equatable {
  package var kind: Kind
  /// When it ends, where that is known.
  package var until: Timestamp?

  package init(_ kind: Kind, until: Timestamp? = nil) {
    self.kind = kind
    self.until = until
  }

  package enum Kind: Sendable, Equatable {
    /// The stage has no cluster that may move (none selected, or all pinned or paused).
    case noClusters(pinned: [ClusterName], paused: [ClusterName])
    /// A newer tuple exists but has not yet qualified in an earlier stage; `stage` may be this one (its own tuple must qualify first).
    case notQualified(stage: StageName, tuple: VersionTuple, lacking: [ClusterName: Lack])
    /// Nothing was ever discovered, or nothing that `allow` admits.
    case nothingAdmitted(component: ComponentName)
    case takenBack(VersionTuple, TakenBack)
    case inFlight([ClusterName])
    case unhealthy([ClusterName])
    case failed(stage: StageName, tuple: VersionTuple, clusters: [ClusterName])
    case stopped(Stop)
    /// The version is younger than `minimumAge`.
    case minimumAge(component: ComponentName, Version)
    case requires(cluster: ClusterName, Requirement, Version)
    /// `step`: what is missing before the clusters can move on.
    case noPath(from: VersionTuple, to: VersionTuple, missing: String, clusters: [ClusterName])
    case step(stage: StageName, missing: String)
    case withdrawn(component: ComponentName, Version)
    /// A label or a commit of a person on the open promotion.
    case slotTaken(number: Int?, OpenPromotion.PersonsMark)
    /// The forge can't be read, so what is open is unknown.
    case slotUnknown
    case gateRed(number: Int?, [GateName])
    case unknown([ClusterName])
    /// An earlier stage has no cluster that counts, so nothing can qualify there.
    case emptyStage(StageName)
    /// Versions that can't be ordered against what runs.
    case unordered(component: ComponentName, [Version])
  }
}

/// What one cluster lacks of being soaked at a tuple.
package enum Lack: Sendable, Equatable {
  /// It desires another tuple.
  case desires(VersionTuple)
  case unknown(lastReading: Timestamp?)
  case upgrading(observed: [ComponentName: Version], since: Timestamp)
  case degraded(reasons: [String], since: Timestamp)
  /// Settled, and must stay so until then.
  case soaking(until: Timestamp)
}
