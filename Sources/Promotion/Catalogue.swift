/// What the sources have published, judged by the policy at one moment.
struct Catalogue: Sendable {
  enum Verdict: Sendable, Equatable { case admitted, young(until: Timestamp), withdrawn, disallowed }

  private var published: [ComponentName: [Version]] = [:]
  /// Components of which something is published that is older than all that is desired.
  private var hasOlder: Set<ComponentName> = []
  private var verdicts: [ComponentName: [Version: Verdict]] = [:]
  /// The admitted versions that nothing admitted is above.
  private var tops: [ComponentName: [Version]] = [:]
  private var withdrawn: [ComponentName: Set<Version>] = [:]
  /// By component, of versions that an earlier stage has qualified or a cluster desires.
  private var allowed: [ComponentName: [Version: Bool]] = [:]

  /// - Parameter desired: what the first stages desire; nothing older is judged, since nothing goes back by itself.
  /// - Parameter others: further versions that are asked of.
  init(
    _ situation: Situation, ordering: Ordering, desired: [ComponentName: Set<Version>],
    others: [ComponentName: Set<Version>]
  ) {
    for component in situation.policy.components {
      let name = component.name
      let rule = AllowCheck(component, ordering)
      let seen = situation.seen[name] ?? []
      withdrawn[name] = Set(seen.lazy.filter(\.withdrawn).map(\.version))
      var judged: [Version: Verdict] = [:]
      var newer: [Version] = []
      let lowest = Self.lowest(desired[name] ?? [], of: name, ordering)
      for one in seen {
        if let lowest, ordering.compare(one.version, lowest, of: name) == .less {
          hasOlder.insert(name)
          continue
        }
        judged[one.version] = Self.verdict(one, component, rule, situation.now)
        newer.append(one.version)
      }
      for version in desired[name] ?? [] where judged[version] == nil && !component.hasUpstream {
        // What the first stage desires exists; its age is not known, so it is not old (DETAILS, Age).
        let isOld = component.minimumAge == .zero
        judged[version] =
          !rule.allows(version) ? .disallowed : isOld ? .admitted : .young(until: situation.now + component.minimumAge)
      }
      published[name] = newer
      tops[name] = Self.tops(newer.filter { judged[$0] == .admitted }, of: name, ordering)
      verdicts[name] = judged
      var admits: [Version: Bool] = [:]
      for version in others[name] ?? [] { admits[version] = rule.allows(version) }
      allowed[name] = admits
    }
  }

  /// nil: not published.
  func verdict(_ version: Version, of component: ComponentName) -> Verdict? { verdicts[component]?[version] }

  func isWithdrawn(_ version: Version, of component: ComponentName) -> Bool { withdrawn[component]?.contains(version) ?? false }

  func allows(_ version: Version, of component: ComponentName) -> Bool { allowed[component]?[version] ?? false }

  func isJudged(_ version: Version, of component: ComponentName) -> Bool { allowed[component]?[version] != nil }

  /// The published versions above one, newest first; of those equal in order, the one published last.
  func above(_ version: Version, of component: ComponentName, _ ordering: Ordering) -> [Version] {
    let above = (published[component] ?? []).enumerated().filter {
      ordering.compare($0.element, version, of: component) == .greater
    }
    return above.sorted { a, b in
      switch ordering.compare(a.element, b.element, of: component) {
      case .greater?: true
      case .less?: false
      default: a.offset != b.offset ? a.offset > b.offset : a.element.text < b.element.text
      }
    }.map(\.element)
  }

  /// Whether something admitted is above the version.
  func isBelowAdmitted(_ version: Version, of component: ComponentName, _ ordering: Ordering) -> Bool {
    (tops[component] ?? []).contains { ordering.compare(version, $0, of: component) == .less }
  }

  /// Whether nothing was ever published that `allow` admits.
  func isEmpty(_ component: ComponentName) -> Bool {
    !hasOlder.contains(component) && !(verdicts[component]?.values.contains { $0 != .disallowed } ?? false)
  }

  private static func verdict(_ one: SeenVersion, _ component: Component, _ rule: AllowCheck, _ now: Timestamp) -> Verdict {
    if !rule.allows(one.version) { return .disallowed }
    if one.withdrawn { return .withdrawn }
    let old = (one.date ?? one.first) + component.minimumAge
    return component.minimumAge > .zero && now < old ? .young(until: old) : .admitted
  }

  private static func tops(_ versions: [Version], of component: ComponentName, _ ordering: Ordering) -> [Version] {
    var tops: [Version] = []
    for version in versions {
      switch tops.first.map({ ordering.compare($0, version, of: component) }) {
      case nil, .less??: tops = [version]
      case .greater??: continue
      case .equal??, .some(nil): tops.append(version)
      }
    }
    return tops
  }

  private static func lowest(_ desired: Set<Version>, of component: ComponentName, _ ordering: Ordering) -> Version? {
    var lowest: Version?
    for version in desired.sorted(by: { $0.text < $1.text }) {
      guard ordering.isOrdered(version, of: component) else { continue }
      if let best = lowest, ordering.compare(version, best, of: component) != .less { continue }
      lowest = version
    }
    return lowest
  }
}

/// `allow:` of one component, its expression compiled once.
private struct AllowCheck {
  private let component: Component
  private let ordering: Ordering
  private let pattern: Regex<AnyRegexOutput>?

  init(_ component: Component, _ ordering: Ordering) {
    self.component = component
    self.ordering = ordering
    if case .pattern(let source)? = component.allow { pattern = VersionPattern.compile(source) } else { pattern = nil }
  }

  func allows(_ version: Version) -> Bool {
    switch component.allow {
    case .range(let range)?: return ordering.semantic(version, of: component.name).map { range.contains($0) } ?? false
    case .pattern?: return pattern.map { VersionPattern.matches(version, $0) } ?? false
    case nil:
      guard case .semver = component.order else { return true }
      return ordering.semantic(version, of: component.name)?.prerelease.isEmpty ?? false
    }
  }
}
