/// What to do in one slot now.
package enum Decision: Sendable, Equatable {
  case promote(PlannedPromotion)
  case takeBack(PlannedTakeBack)
  case consolidate(PlannedConsolidation)
  case upToDate
  /// Every reason that holds now, the one that a person should read first in front.
  case wait([Reason])
}

package struct PlannedPromotion: Sendable, Equatable {
  package var slot: Slot
  package var to: VersionTuple
  /// The clusters to move, and the tuple that each desires now.
  package var from: [ClusterName: VersionTuple]
  /// The wave that these clusters belong to.
  package var wave: WavePlace
  /// Everyone whom the rollout is for, as far as known now: recorded when it starts.
  package var members: [ClusterName]

  package init(
    slot: Slot, to: VersionTuple, from: [ClusterName: VersionTuple], wave: WavePlace = WavePlace(number: 1, of: 1),
    members: [ClusterName] = []
  ) {
    self.slot = slot
    self.to = to
    self.from = from
    self.wave = wave
    self.members = members.isEmpty ? from.keys.sorted() : members
  }

  package var clusters: Set<ClusterName> { Set(from.keys) }
}

/// `wave 2 of 4`; they count from 1.
package struct WavePlace: Sendable, Hashable {
  package var number: Int
  package var of: Int

  package init(number: Int, of: Int) {
    self.number = number
    self.of = of
  }
}

/// Clusters that go back to what they desired before.
package struct PlannedTakeBack: Sendable, Equatable {
  package var slot: Slot
  package var moves: [ClusterName: Hold.Taken]
  package var because: Because
  /// Clusters at what is taken back that can't go back.
  package var stranded: [ClusterName]

  package enum Because: Sendable, Equatable {
    /// What they desire is held.
    case held([Hold])
    /// What they desire has failed in the stage, and its policy asks for this.
    case failed([VersionTuple])
  }

  package init(slot: Slot, moves: [ClusterName: Hold.Taken], because: Because, stranded: [ClusterName] = []) {
    self.slot = slot
    self.moves = moves
    self.because = because
    self.stranded = stranded
  }

  package var clusters: Set<ClusterName> { Set(moves.keys) }
}

/// A rollout that is through, and whose overrides can go: the value moves into the layer that gave the old one.
package struct PlannedConsolidation: Sendable, Equatable {
  package var slot: Slot
  package var tuple: VersionTuple
  package var clusters: [ClusterName]

  package init(slot: Slot, tuple: VersionTuple, clusters: [ClusterName]) {
    self.slot = slot
    self.tuple = tuple
    self.clusters = clusters
  }
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
    /// A person took the tuple back, here or in an earlier stage.
    case held(VersionTuple, Hold)
    /// Clusters at a held version that can't go back.
    case stranded([ClusterName], VersionTuple)
    /// The wave before must settle first.
    case wave(WavePlace, tuple: VersionTuple, lacking: [ClusterName: Lack])
    /// Upgrades may start at `until`, where that is known.
    case window
    case freeze(reason: String?)
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

/// What a branch of Sluice's does to the base.
package enum ChangeKind: String, Sendable, Hashable, CaseIterable, Comparable {
  case promote
  case takeBack = "take-back"
  case consolidate

  package static func < (a: ChangeKind, b: ChangeKind) -> Bool { a.rawValue < b.rawValue }
}
