extension Planner {
  /// How `a` stands to `b` on the components that `a` has; nil: `b` lacks one of them, or they are unordered or crossed.
  ///
  /// Versions equal in order that are not the same (`1.2.3`, `1.2.3+7`) are unordered: none ever replaces the other by itself.
  package func relation(_ a: VersionTuple, _ b: VersionTuple) -> Order? {
    if a.versions.count == 1, b.versions.count == 1, let x = a.versions.first, let y = b.versions.first {
      return x.key != y.key ? nil : x.value == y.value ? .equal : order(x.value, y.value, of: x.key)
    }
    var result = Order.equal
    for (component, version) in a.versions {
      guard let other = b[component] else { return nil }
      if version == other { continue }
      guard let order = order(version, other, of: component) else { return nil }
      if result != .equal, result != order { return nil }
      result = order
    }
    return result
  }

  /// nil: unordered, or equal in order without being the same.
  private func order(_ a: Version, _ b: Version, of component: ComponentName) -> Order? {
    let order = ordering.compare(a, b, of: component)
    if situation.keeps(.unorderedStays) { return order == .equal ? nil : order }
    return order == nil || order == .equal ? (a.text < b.text ? .less : .greater) : order
  }

  func isLess(_ a: VersionTuple, _ b: VersionTuple) -> Bool { relation(a, b) == .less }

  func isAtMost(_ a: VersionTuple, _ b: VersionTuple) -> Bool {
    let order = relation(a, b)
    return order == .less || order == .equal
  }

  /// By the components in the group's order: a linear order that agrees with the componentwise one.
  func precedes(_ a: VersionTuple, _ b: VersionTuple, _ roster: Roster) -> Bool {
    for component in roster.components {
      guard let x = a[component], let y = b[component], x != y else { continue }
      switch ordering.compare(x, y, of: component) {
      case .less?: return true
      case .greater?: return false
      default: continue
      }
    }
    if a.versions.count != b.versions.count { return a.versions.count < b.versions.count }
    return a.text(in: roster.components) < b.text(in: roster.components)
  }

  func greatest(_ tuples: some Sequence<VersionTuple>, _ roster: Roster) -> VersionTuple? {
    tuples.max { precedes($0, $1, roster) }
  }

  /// DETAILS, step: the same major, and at most one minor further.
  func step(_ from: VersionTuple, _ to: VersionTuple) -> Bool { missingStep(from, to) == nil }

  /// The minor that must come in between.
  func missingStep(_ from: VersionTuple, _ to: VersionTuple) -> String? {
    for (component, version) in from.versions.sorted(by: { $0.key < $1.key }) where stepping.contains(component) {
      guard let next = to[component], next != version else { continue }
      guard let a = ordering.semantic(version, of: component)?.minor, let b = ordering.semantic(next, of: component)?.minor
      else { continue }
      if a.major != b.major { return "\(component) \(a.major).x to \(b.major).x is a major step, by hand only" }
      if b.minor > a.minor + 1 { return "\(component) \(a.major).\(a.minor + 1)" }
    }
    return nil
  }

  /// A stage that others follow leaves a minor only when a version of it has qualified there (trap 25); only where `step: minor`.
  func leavable(_ roster: Roster, _ from: VersionTuple, _ to: VersionTuple) -> Bool { unleavable(roster, from, to) == nil }

  /// The minor that can't be left yet.
  func unleavable(_ roster: Roster, _ from: VersionTuple, _ to: VersionTuple) -> String? {
    if !situation.keeps(.minorIsLeavable) || stepping.isDisjoint(with: roster.components)
      || situation.policy.followers(of: roster.stage.name).isEmpty
    {
      return nil
    }
    for (component, version) in from.versions.sorted(by: { $0.key < $1.key }) where stepping.contains(component) {
      guard let next = to[component], let minor = ordering.semantic(version, of: component)?.minor,
        ordering.semantic(next, of: component)?.minor != minor
      else { continue }
      let hasQualified = qualified(roster).contains { tuple in
        tuple[component].flatMap { ordering.semantic($0, of: component)?.minor } == minor
      }
      if !hasQualified { return "\(component) \(minor)" }
    }
    return nil
  }
}
