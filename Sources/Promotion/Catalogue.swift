/// What the sources have published, judged by the policy at one moment. Each version is judged when it is asked of.
struct Catalogue: Sendable {
  enum Verdict: Sendable, Equatable { case admitted, young(until: Timestamp), withdrawn, disallowed }

  /// One for each component.
  private let entries: [Entry]
  private let now: Timestamp

  fileprivate struct Entry {
    let component: Component
    let shelf: VersionShelf
    /// Where `allow` is an expression, of all that may be asked of; nil: it is cheap to judge.
    let matching: [Version: Bool]?
    /// What the first stages desire of a component without a source: that exists.
    let desired: Set<Version>
  }

  /// - Parameter desired: what the first stages desire; nothing older is matched, since nothing goes back by itself.
  /// - Parameter others: further versions that are asked of; itself asked for only where it takes long to judge.
  init(
    _ situation: Situation, ordering: Ordering, desired: [ComponentName: Set<Version>],
    others: () -> [ComponentName: Set<Version>]
  ) {
    now = situation.now
    let isSlow = situation.policy.components.contains { if case .pattern? = $0.allow { true } else { false } }
    let others = isSlow ? others() : [:]
    entries = situation.policy.components.compactMap { component in
      guard let shelf = ordering.shelf(component.name) else { return nil }
      let own = desired[component.name] ?? []
      return Entry(
        component: component, shelf: shelf,
        matching: Self.matching(component, shelf, own, others[component.name] ?? []),
        desired: component.hasUpstream ? [] : own)
    }
  }

  /// nil: not published.
  func verdict(_ version: Version, of component: ComponentName) -> Verdict? {
    guard let entry = entry(component) else { return nil }
    if let place = entry.shelf.place(version), let seen = place.seen { return verdict(seen, place.key, entry) }
    if let seen = entry.shelf.seen(version) { return verdict(seen, nil, entry) }
    guard entry.desired.contains(version) else { return nil }
    // What the first stage desires exists; its age is not known, so it is not old (DETAILS, Age).
    if entry.allows(version) == false { return .disallowed }
    let age = entry.component.minimumAge
    return age == .zero ? .admitted : .young(until: now + age)
  }

  func isWithdrawn(_ version: Version, of component: ComponentName) -> Bool {
    entry(component)?.shelf.seen(version)?.withdrawn ?? false
  }

  /// nil: nobody asked of it.
  func allows(_ version: Version, of component: ComponentName) -> Bool? { entry(component)?.allows(version) }

  /// The published versions above one, newest first; of those equal in order, the one published last.
  func above(_ version: Version, of component: ComponentName) -> [Version] {
    entry(component)?.shelf.above(version).map(\.version) ?? []
  }

  /// The admitted among the published versions above one, newest first.
  func admitted(above version: Version, of component: ComponentName) -> [Version] {
    guard let entry = entry(component) else { return [] }
    return entry.shelf.above(version).filter { isAdmitted($0, entry) }.map(\.version)
  }

  /// Whether something admitted is above the version.
  func isBelowAdmitted(_ version: Version, of component: ComponentName) -> Bool {
    guard let entry = entry(component) else { return false }
    return entry.shelf.above(version).contains { isAdmitted($0, entry) }
  }

  /// Whether nothing was ever published that `allow` admits.
  func isEmpty(_ component: ComponentName) -> Bool {
    guard let entry = entry(component) else { return true }
    // What is older than all that is desired was not matched; that there is such a version says enough.
    return !entry.shelf.seen.contains { entry.allows($0.version) ?? true } && !entry.desired.contains { entry.allows($0) ?? true }
  }

  private func entry(_ component: ComponentName) -> Entry? { entries.first { $0.component.name == component } }

  private func isAdmitted(_ place: VersionShelf.Place, _ entry: Entry) -> Bool {
    place.seen.map { verdict($0, place.key, entry) == .admitted } ?? false
  }

  private func verdict(_ one: SeenVersion, _ key: Ordering.Key?, _ entry: Entry) -> Verdict? {
    guard let allows = entry.allows(one.version, key) else { return nil }
    if !allows { return .disallowed }
    if one.withdrawn { return .withdrawn }
    let age = entry.component.minimumAge
    if age == .zero { return .admitted }
    let old = (one.date ?? one.first) + age
    return now < old ? .young(until: old) : .admitted
  }

  /// The expression is compiled once for all.
  private static func matching(
    _ component: Component, _ shelf: VersionShelf, _ desired: Set<Version>, _ others: Set<Version>
  ) -> [Version: Bool]? {
    guard case .pattern(let source)? = component.allow else { return nil }
    let pattern = VersionPattern.compile(source)
    var matching: [Version: Bool] = [:]
    let lowest = lowest(desired, shelf)
    let newer = shelf.seen.lazy.map(\.version).filter { version in lowest.map { shelf.compare(version, $0) != .less } ?? true }
    for version in Array(newer) + others + desired where matching[version] == nil {
      matching[version] = pattern.map { VersionPattern.matches(version, $0) } ?? false
    }
    return matching
  }

  private static func lowest(_ desired: Set<Version>, _ shelf: VersionShelf) -> Version? {
    var lowest: Version?
    for version in desired.sorted(by: { $0.text < $1.text }) where shelf.key(version) != nil {
      if let best = lowest, shelf.compare(version, best) != .less { continue }
      lowest = version
    }
    return lowest
  }
}

extension Catalogue.Entry {
  /// nil: older than anything that may be asked of.
  func allows(_ version: Version, _ key: Ordering.Key? = nil) -> Bool? {
    if let matching { return matching[version] }
    switch component.allow {
    case .range(let range)?: return semantic(version, key).map { range.contains($0) } ?? false
    case .pattern?: return nil
    case nil:
      guard case .semver = component.order else { return true }
      return semantic(version, key)?.prerelease.isEmpty ?? false
    }
  }

  private func semantic(_ version: Version, _ key: Ordering.Key?) -> SemanticVersion? {
    if case .semantic(let read)? = key ?? shelf.key(version) { return read }
    if case .semver = shelf.order { return nil }
    return SemanticVersion(version.text)
  }
}
