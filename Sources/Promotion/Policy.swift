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

package enum Share: Sendable, Equatable {
  case percent(Double)
  case count(Int)
}

package struct Stage: Sendable, Equatable {
  package var name: StageName
  package var after: [StageName]
  package var soak: Duration
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

  package enum Follow: String, Sendable, Equatable { case qualified, latest }

  package init(
    name: StageName, after: [StageName] = [], soak: Duration = .seconds(3600), atLeast: Share = .percent(100),
    deadline: Duration = .seconds(7200), maxUnhealthy: Share = .count(0), gates: [GateName] = ["yaml", "resolve"],
    approvals: Int = 1, follow: Follow = .qualified, replaceAfter: Duration = .seconds(86400), applies: Bool = false,
    maxInFlight: Int? = nil
  ) {
    self.name = name
    self.after = after
    self.soak = soak
    self.atLeast = atLeast
    self.deadline = deadline
    self.maxUnhealthy = maxUnhealthy
    self.gates = gates
    self.approvals = approvals
    self.follow = follow
    self.replaceAfter = replaceAfter
    self.applies = applies
    self.maxInFlight = maxInFlight
  }
}
