package enum Order: Sendable, Equatable { case less, equal, greater }

/// The order of each component's versions, under a policy and what the sources have published.
package struct Ordering: Sendable {
  private let orders: [ComponentName: VersionOrder]
  private let keys: [ComponentName: [Version: Key]]

  /// Where a version stands.
  enum Key: Sendable {
    case semantic(SemanticVersion)
    case natural(String)
    /// The source's place; versions that share one are ordered by their dates, where both have one (trap 30).
    case seen(index: Int, date: Timestamp?)
  }

  /// - Parameter others: versions to have at hand besides those that were published: desired, qualified.
  package init(
    policy: Policy, seen: [ComponentName: [SeenVersion]], others: [ComponentName: Set<Version>] = [:]
  ) {
    var orders: [ComponentName: VersionOrder] = [:]
    var keys: [ComponentName: [Version: Key]] = [:]
    for component in policy.components {
      var known: [Version: Key] = [:]
      let published = seen[component.name] ?? []
      let reader = KeyReader(order: component.order)
      for one in published { known[one.version] = reader.key(one.version, seen: one) }
      for other in others[component.name] ?? [] where known[other] == nil { known[other] = reader.key(other, seen: nil) }
      orders[component.name] = component.order
      keys[component.name] = known
    }
    self.orders = orders
    self.keys = keys
  }

  /// nil: unordered. `equal` is equal in order, which is not yet the same version: `1.2.3` and `1.2.3+7`.
  package func compare(_ a: Version, _ b: Version, of component: ComponentName) -> Order? {
    if a == b { return .equal }
    switch (key(a, component), key(b, component)) {
    case (.semantic(let x)?, .semantic(let y)?): return x.compare(y)
    case (.natural(let x)?, .natural(let y)?): return NaturalText.compare(x, y)
    case (.seen(let place, let date)?, .seen(let otherPlace, let otherDate)?):
      if place != otherPlace { return place < otherPlace ? .less : .greater }
      guard let date, let otherDate, date != otherDate else { return nil }
      return date < otherDate ? .less : .greater
    default: return nil
    }
  }

  /// Whether the version has a place in its component's order at all.
  package func isOrdered(_ version: Version, of component: ComponentName) -> Bool { key(version, component) != nil }

  /// nil where versions have no numbers.
  func semantic(_ version: Version, of component: ComponentName) -> SemanticVersion? {
    if case .semantic(let read)? = key(version, component) { return read }
    if case .semver? = orders[component] { return nil }
    return SemanticVersion(version.text)
  }

  private func key(_ version: Version, _ component: ComponentName) -> Key? {
    if let known = keys[component]?[version] { return known }
    guard let order = orders[component] else { return nil }
    return KeyReader(order: order).key(version, seen: nil)
  }

  /// Whether a cluster that runs `observed` runs what is desired. Semantic versions ignore one leading v and what follows
  /// `+`; nothing else is ignored, and with no other order anything.
  package static func runs(observed: Version, desired: Version, order: VersionOrder) -> Bool {
    if observed == desired { return true }
    guard case .semver = order else { return false }
    func core(_ version: Version) -> Substring {
      let text = version.text.hasPrefix("v") ? version.text.dropFirst() : version.text[...]
      return text.prefix { $0 != "+" }
    }
    return core(observed) == core(desired)
  }
}

/// Reads keys of one component, its expression compiled once.
private struct KeyReader {
  let order: VersionOrder
  private let splitter: Regex<AnyRegexOutput>?

  init(order: VersionOrder) {
    self.order = order
    if case .semver(let suffix?) = order { splitter = VersionPattern.splitter(suffix: suffix) } else { splitter = nil }
  }

  func key(_ version: Version, seen: SeenVersion?) -> Ordering.Key? {
    switch order {
    case .semver:
      if let splitter, let parts = VersionPattern.split(version, splitter),
        let read = SemanticVersion(parts.base, suffix: parts.suffix)
      {
        return .semantic(read)
      }
      return SemanticVersion(version.text).map(Ordering.Key.semantic)
    case .natural: return .natural(version.text)
    case .seen: return seen.map { .seen(index: $0.index, date: $0.date) }
    }
  }
}
