/// What one look at a cluster's own interfaces found, before it is judged against what was wrong already.
package struct Sample: Sendable, Equatable {
  /// One that could not be told is absent.
  package var versions: [ComponentName: Version]
  package var findings: [Finding]
  package var gaps: [Gap]

  package init(versions: [ComponentName: Version] = [:], findings: [Finding] = [], gaps: [Gap] = []) {
    self.versions = versions
    self.findings = findings
    self.gaps = gaps
  }
}

/// Whom something that was found concerns.
package enum SampleScope: Sendable, Hashable {
  /// All groups of the cluster.
  case cluster
  /// The group of this component.
  case component(ComponentName)
}

/// Something that is wrong, seen now.
package struct Finding: Sendable, Equatable {
  package var scope: SampleScope
  /// What was read: `nodes`, `probe errors`. The same as in a `Gap` where it could not be.
  package var source: String
  /// The same in every sample, so that what was wrong before an upgrade is known again after it: names what is wrong by what
  /// outlives an upgrade, as a pod by its owner. At most 200 bytes.
  package var key: String
  /// How much of it: of an owner's pods, those that are bad. More than before is worse than before.
  package var count: Int
  /// For people: one line.
  package var text: String

  package init(_ scope: SampleScope = .cluster, source: String, key: String, count: Int = 1, text: String) {
    self.scope = scope
    self.source = source
    self.key = key
    self.count = count
    self.text = text
  }
}

/// Something that could not be told.
package struct Gap: Sendable, Equatable {
  package var scope: SampleScope
  package var source: String
  /// Why: one line for people.
  package var text: String
  /// How many in a row may be borne; one more is a failure. nil: however many, it stays unknown.
  package var limit: Int?

  package init(_ scope: SampleScope = .cluster, source: String, text: String, limit: Int? = nil) {
    self.scope = scope
    self.source = source
    self.text = text
    self.limit = limit
  }
}
