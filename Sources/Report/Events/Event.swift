package import Promotion

/// Something that a job did, or found: what `sluice run` prints a line of.
package enum Event: Sendable, Equatable {
  case discovered(ComponentName, [Version])
  case withdrawn(ComponentName, [Version])
  /// A cluster's state changed for a group.
  case observed(Observation)
  /// A cluster could not be read.
  case unread(ClusterName, why: String)
  case qualified(Slot, VersionTuple, clusters: Int)
  /// Versions are barred from now on.
  case held(Hold)
  /// A cause bars no more.
  case released(Hold)
  /// A promotion's branch was written.
  case pushed(Slot, VersionTuple, clusters: Int, branch: String, commit: String, kind: ChangeKind = .promote)
  case branchRemoved(Slot, branch: String)
  case opened(number: Int, Slot, VersionTuple, kind: ChangeKind = .promote)
  /// A pull request's text or head was brought up to date.
  case updated(number: Int, Slot, VersionTuple, kind: ChangeKind = .promote)
  case closed(number: Int, Slot, VersionTuple, ClosingReason, kind: ChangeKind = .promote)
  case gate(number: Int?, Slot, GateName, passed: Bool, detail: String)
  case merged(number: Int?, Slot, VersionTuple, commit: String, kind: ChangeKind = .promote)
  case notMerged(number: Int?, Slot, VersionTuple, [MergeObstacle], kind: ChangeKind = .promote)
  /// What landed is not the tree that was tested.
  case landedUntested(
    number: Int, Slot, VersionTuple, commit: String, tested: String, landed: String, kind: ChangeKind = .promote)
  /// The forge does not merge a request, in its own words.
  case mergeRefused(number: Int, Slot, VersionTuple, MergeRefusal, words: String, kind: ChangeKind = .promote)
  /// The status `sluice/promotion` was set on a request's head.
  case promotionStatus(number: Int, Slot, PromotionStatusText.State, description: String)
  /// A label asks to run gates again.
  case retest(number: Int, Slot, gates: Int)
  /// A person told the forge to merge the request by itself, which goes past windows and freezes.
  case mergesByItself(number: Int, Slot)
  case applyStarted(ClusterName, Slot, VersionTuple)
  case applyEnded(ClusterName, Slot, VersionTuple, ApplyEnd)
  case waiting(Slot, [Reason])
  case stopped(StageName?, by: String)
  case resumed(StageName?, by: String)
  case paused(ClusterName, by: String, until: Timestamp?)
  case unpaused(ClusterName, by: String)
  /// Something that a person should know and that nothing was done about.
  case warning(String)

  package struct Observation: Sendable, Equatable {
    package var cluster: ClusterName
    package var group: GroupName
    /// nil: never read before.
    package var before: ClusterHealth?
    package var now: ClusterHealth
    package var runs: VersionTuple
    package var reasons: [String]

    package init(
      cluster: ClusterName, group: GroupName, before: ClusterHealth?, now: ClusterHealth, runs: VersionTuple,
      reasons: [String] = []
    ) {
      self.cluster = cluster
      self.group = group
      self.before = before
      self.now = now
      self.runs = runs
      self.reasons = reasons
    }
  }

  /// Why Sluice itself closed a pull request.
  package enum ClosingReason: Sendable, Equatable {
    case superseded(by: VersionTuple)
    /// The plan promotes it nowhere any more.
    case moot(OpenTreatment.Moot)
    /// A take-back or a consolidation of which nothing is left to do.
    case nothingLeft
    case because(String)
  }

  /// What keeps a promotion from landing.
  package enum MergeObstacle: Sendable, Equatable {
    case approvals(given: Int, needed: Int)
    /// These gates have not passed on what would land.
    case gates([GateName])
    /// What would land conflicts with the base in these files.
    case conflict([String])
    /// What the plan, made again, says of it.
    case plan(MergeVerdict)
    case because(String)
  }

  package enum ApplyEnd: Sendable, Equatable {
    case accepted
    case failed(status: Int32)
    case timedOut
    case notStarted(why: String)
  }
}
