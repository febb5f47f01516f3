package enum Order: Sendable, Equatable { case less, equal, greater }

/// The order of each component's versions, under a policy and what the sources have published.
package struct Ordering: Sendable {
  /// One for each component, in the policy's order.
  private let shelves: [VersionShelf]

  /// Where a version stands.
  enum Key: Sendable {
    case semantic(SemanticVersion)
    case natural(String)
    /// The source's place; versions that share one are ordered by their dates, where both have one (trap 30).
    case seen(index: Int, date: Timestamp?)

    /// nil: unordered.
    func compare(_ other: Key) -> Order? {
      switch (self, other) {
      case (.semantic(let x), .semantic(let y)): return x.compare(y)
      case (.natural(let x), .natural(let y)): return NaturalText.compare(x, y)
      case (.seen(let place, let date), .seen(let otherPlace, let otherDate)):
        if place != otherPlace { return place < otherPlace ? .less : .greater }
        guard let date, let otherDate, date != otherDate else { return nil }
        return date < otherDate ? .less : .greater
      default: return nil
      }
    }
  }

  /// - Parameter others: versions to have at hand besides those that were published: desired, qualified.
  package init(
    policy: Policy, seen: [ComponentName: [SeenVersion]], others: [ComponentName: Set<Version>] = [:]
  ) {
    shelves = policy.components.map { component in
      VersionShelf(component, seen: seen[component.name] ?? [], others: others[component.name] ?? [])
    }
  }

  func shelf(_ component: ComponentName) -> VersionShelf? { shelves.first { $0.component == component } }

  /// nil: unordered. `equal` is equal in order, which is not yet the same version: `1.2.3` and `1.2.3+7`.
  package func compare(_ a: Version, _ b: Version, of component: ComponentName) -> Order? {
    if a == b { return .equal }
    return shelf(component)?.compare(a, b)
  }

  /// Whether the version has a place in its component's order at all.
  package func isOrdered(_ version: Version, of component: ComponentName) -> Bool { shelf(component)?.key(version) != nil }

  /// nil where versions have no numbers.
  func semantic(_ version: Version, of component: ComponentName) -> SemanticVersion? {
    guard let shelf = shelf(component) else { return SemanticVersion(version.text) }
    if case .semantic(let read)? = shelf.key(version) { return read }
    if case .semver = shelf.order { return nil }
    return SemanticVersion(version.text)
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
