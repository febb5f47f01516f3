/// What the planner needs of a policy file: values only, already checked.
package struct Policy: Sendable, Equatable {
  package var name: String
  package var components: [Component]
  /// Every component is in exactly one group; a component that moves alone is a group of one with its own name.
  package var groups: [Group]
  /// In the order of the file; `after` refers to earlier or later ones without a circle.
  package var stages: [Stage]
  /// A longer gap between two known readings restarts a soak.
  package var maxGap: Duration

  package init(name: String, components: [Component], groups: [Group], stages: [Stage], maxGap: Duration = .seconds(3600)) {
    self.name = name
    self.components = components
    self.groups = groups
    self.stages = stages
    self.maxGap = maxGap
  }

  package func component(_ name: ComponentName) -> Component? { components.first { $0.name == name } }
  package func group(_ name: GroupName) -> Group? { groups.first { $0.name == name } }
  package func stage(_ name: StageName) -> Stage? { stages.first { $0.name == name } }
  /// The stage with the group's own settings.
  package func stage(_ slot: Slot) -> Stage? { stage(slot.stage)?.settings(for: slot.group) }
  /// The stages that name this one in `after`.
  package func followers(of stage: StageName) -> [Stage] { stages.filter { $0.after.contains(stage) } }
}

package struct Component: Sendable, Equatable {
  package var name: ComponentName
  package var order: VersionOrder
  /// A semver range, or a regular expression for `natural` and `seen`; nil: any release, no pre-release.
  package var allow: AllowRule?
  package var step: StepRule
  package var goesBack: GoesBack
  package var requires: [Requirement]
  package var minimumAge: Duration
  /// Without a source the first stage is never bumped, and what exists is what it desires.
  package var hasUpstream: Bool

  package init(
    name: ComponentName, order: VersionOrder = .semver(suffix: nil), allow: AllowRule? = nil, step: StepRule = .any,
    goesBack: GoesBack = .always, requires: [Requirement] = [], minimumAge: Duration = .zero, hasUpstream: Bool = true
  ) {
    self.name = name
    self.order = order
    self.allow = allow
    self.step = step
    self.goesBack = goesBack
    self.requires = requires
    self.minimumAge = minimumAge
    self.hasUpstream = hasUpstream
  }
}

package enum VersionOrder: Sendable, Equatable {
  /// Semantic versions; a leading v and 2 to 4 numbers are fine; a distributor's suffix by a pattern.
  case semver(suffix: String?)
  /// Runs of digits compare as numbers, the rest as text.
  case natural
  /// Opaque names, in the order in which the source published them or they were first seen.
  case seen
}

package enum AllowRule: Sendable, Equatable {
  case range(VersionRange)
  /// The source of a regular expression that must match the whole version.
  case pattern(String)
}

package enum StepRule: String, Sendable, Equatable { case any, minor }
package enum GoesBack: String, Sendable, Equatable { case always, patch, never }

/// Another component in the same cluster must be in a range before this one may be chosen.
package struct Requirement: Sendable, Equatable {
  package var component: ComponentName
  /// Like `>= {minor}`: `{major}`, `{minor}` (major.minor) and `{version}` are those of the version to be chosen.
  package var range: String

  package init(component: ComponentName, range: String) {
    self.component = component
    self.range = range
  }
}

package struct Group: Sendable, Equatable {
  package var name: GroupName
  package var components: [ComponentName]

  package init(name: GroupName, components: [ComponentName]) {
    self.name = name
    self.components = components
  }
}

extension [ComponentName: Version] {
  /// The versions of a group's components among these.
  package func tuple(of group: Group) -> VersionTuple { VersionTuple(filter { group.components.contains($0.key) }) }
}

/// A part of a stage that moves before the rest.
package struct Wave: Sendable, Equatable {
  /// How much of the stage has moved when the wave is through, with the waves before it.
  package var to: Share
  /// How long its clusters must stay settled before the next wave starts.
  package var soak: Duration

  package init(to: Share, soak: Duration) {
    self.to = to
    self.soak = soak
  }
}

package struct Stage: Sendable, Equatable {
  package var name: StageName
  package var after: [StageName]
  /// Cumulative; the last one is the whole stage. Never empty.
  package var waves: [Wave]
  package var atLeast: Share
  package var deadline: Duration
  package var maxUnhealthy: Share
  package var gates: [GateName]
  package var approvals: Int
  package var follow: Follow
  package var replaceAfter: Duration
  /// Whether the stage has an upgrade command. Where it has none, a merge is what starts an upgrade.
  package var applies: Bool
  package var maxInFlight: Int?
  package var afterTakeBack: AfterTakeBack
  package var onFailure: OnFailure
  /// The names that the stage had: holds of those are its own.
  package var was: [StageName]
  /// A group's own settings in this stage, whole; a group that is absent has the stage's.
  package var own: [GroupName: Stage]

  package enum Follow: String, Sendable, Equatable { case qualified, latest }
  /// Whether the first promotion after a take-back needs a person.
  package enum AfterTakeBack: String, Sendable, Equatable, CaseIterable { case approve, auto }
  /// What a failed version makes Sluice do: say so, or also offer to take it back.
  package enum OnFailure: String, Sendable, Equatable, CaseIterable { case alert, revert }

  /// - Parameter waves: nil: one, of everything.
  package init(
    name: StageName, after: [StageName] = [], soak: Duration = .seconds(3600), waves: [Wave]? = nil,
    atLeast: Share = .percent(100), deadline: Duration = .seconds(7200), maxUnhealthy: Share = .count(0),
    gates: [GateName] = ["yaml", "resolve"], approvals: Int = 1, follow: Follow = .qualified,
    replaceAfter: Duration = .seconds(86400), applies: Bool = false, maxInFlight: Int? = nil,
    afterTakeBack: AfterTakeBack = .approve, onFailure: OnFailure = .alert, was: [StageName] = [],
    own: [GroupName: Stage] = [:]
  ) {
    self.name = name
    self.after = after
    self.waves = waves ?? [Wave(to: .percent(100), soak: soak)]
    self.atLeast = atLeast
    self.deadline = deadline
    self.maxUnhealthy = maxUnhealthy
    self.gates = gates
    self.approvals = approvals
    self.follow = follow
    self.replaceAfter = replaceAfter
    self.applies = applies
    self.maxInFlight = maxInFlight
    self.afterTakeBack = afterTakeBack
    self.onFailure = onFailure
    self.was = was
    self.own = own
  }

  /// How long a cluster must stay settled on a tuple to speak for it: as long as in the last wave.
  package var soak: Duration {
    get { waves.last?.soak ?? .zero }
    set { if !waves.isEmpty { waves[waves.count - 1].soak = newValue } }
  }

  /// The stage as it is for one group.
  package func settings(for group: GroupName) -> Stage { own[group] ?? self }
}
