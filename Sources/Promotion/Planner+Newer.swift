extension Planner {
  /// The tuple that the stage would take next, if it may; nil: nothing newer can be started.
  package func newer(_ slot: Slot) -> VersionTuple? {
    guard let roster = rosters[slot], let front = front(roster) else { return nil }
    return newer(roster, front.tuple)
  }

  /// First stage: one candidate. Later: of those that qualify for it, the one that qualified last (DETAILS, Tuples) and is not red.
  func newer(_ roster: Roster, _ front: VersionTuple) -> VersionTuple? {
    let bad = failures(roster)
    if roster.stage.after.isEmpty {
      guard let candidate = candidate(roster, front) else { return nil }
      return isNewer(roster, front, bad, candidate) ? candidate : nil
    }
    // What is red lands nowhere: it is offered where there is nothing else.
    let newer = proven(roster).lazy.filter { self.isStartable($0) && self.isNewer(roster, front, bad, $0.tuple) }.map(\.tuple)
    return newer.first { !isRed(roster.slot, $0) } ?? newer.first
  }

  func isNewer(_ roster: Roster, _ front: VersionTuple, _ bad: [VersionTuple], _ tuple: VersionTuple) -> Bool {
    isLess(front, tuple) && bad.allSatisfy { isLess($0, tuple) } && admissible(roster.slot, tuple)
      && !failed(roster.slot, tuple)
      && step(front, tuple) && leavable(roster, front, tuple) && unmet(roster, tuple).isEmpty
  }

  /// Each component's newest admissible at or above the front that its step and requirements let through.
  ///
  /// A version that a mover's requirements bar gives way to the next older one, so that one component never stops the others.
  func candidate(_ roster: Roster, _ front: VersionTuple) -> VersionTuple? {
    var options: [ComponentName: [Version]] = [:]
    for (component, version) in front.versions {
      options[component] = steps(roster, component, from: version) + [version]
    }
    while true {
      let tuple = VersionTuple(options.compactMapValues(\.first))
      let failing = unmet(roster, tuple).map(\.component)
      // What fails is lowered; what can't go lower is not the one to move.
      guard let component = roster.components.first(where: { failing.contains($0) && (options[$0]?.count ?? 0) > 1 }) else {
        return tuple
      }
      options[component]?.removeFirst()
    }
  }

  /// The versions of a component that the stage could take next, newest first.
  func steps(_ roster: Roster, _ component: ComponentName, from version: Version) -> [Version] {
    guard situation.policy.component(component)?.hasUpstream == true else { return [] }
    let holds = (holding[roster.slot] ?? []).filter { $0.bar.top.versions.count == 1 && $0.bar.top[component] != nil }
    let admitted = catalogue.admitted(above: version, of: component)
    if holds.isEmpty, !stepping.contains(component) { return admitted }
    let here = VersionTuple([component: version])
    return admitted.filter { next in
      let there = VersionTuple([component: next])
      return step(here, there) && leavable(roster, here, there) && !holds.contains { bars($0, there) }
    }
  }

  struct Unmet {
    let component: ComponentName
    let requirement: Requirement
    let version: Version
    let cluster: ClusterName
  }

  /// One unmet requirement of each component of the tuple, over the clusters that could move to it.
  func unmet(_ roster: Roster, _ tuple: VersionTuple) -> [Unmet] {
    let demanding = demanding(roster)
    if demanding.isEmpty { return [] }
    let movers = roster.cohorts.filter { canMove(roster, $0.tuple, tuple) }.flatMap(\.units).sorted()
    return demanding.compactMap { component in
      for unit in movers {
        if let unmet = unmet(roster.units[unit], component, tuple) { return unmet }
      }
      return nil
    }
  }

  func demanding(_ roster: Roster) -> [Component] {
    roster.components.compactMap { situation.policy.component($0) }.filter { !$0.requires.isEmpty }
  }

  /// A requirement of a version to be chosen holds against the version that the other component has then: its new one if it
  /// moves too, else the desired one. A component that the cluster lacks meets nothing (L11).
  func unmet(_ unit: Roster.Unit, _ component: Component, _ tuple: VersionTuple) -> Unmet? {
    let desired = situation.clusters[unit.cluster].desired
    guard let version = tuple[component.name], let now = desired[component.name], now != version else { return nil }
    for requirement in component.requires {
      let has = desired[requirement.component]
      let other = has == nil ? nil : tuple[requirement.component] ?? has
      if let other, requirement.holds(for: other, of: requirement.component, choosing: version, component.name, ordering) {
        continue
      }
      return Unmet(component: component.name, requirement: requirement, version: version, cluster: unit.name)
    }
    return nil
  }

  /// Whether what desires `from` may go straight to `to`.
  func canMove(_ roster: Roster, _ from: VersionTuple, _ to: VersionTuple) -> Bool {
    (isLess(from, to) || !situation.keeps(.neverBack) && relation(from, to) != .equal) && step(from, to)
      && leavable(roster, from, to) && isOurs(roster, from, to)
  }
}

extension Requirement {
  /// The range for a version to be chosen, its placeholders replaced; nil: the version has no such number.
  package func text(choosing version: Version, _ numbers: SemanticVersion?) -> String? {
    var text = Substring(range)
    var result = ""
    while let open = text.firstIndex(of: "{"), let close = text[open...].firstIndex(of: "}") {
      result += text[..<open]
      switch text[text.index(after: open)..<close] {
      case "version": result += version.text
      case "minor":
        guard let numbers else { return nil }
        result += numbers.minor.description
      case "major":
        guard let numbers else { return nil }
        result += "\(numbers.numbers[0])"
      default: return nil
      }
      text = text[text.index(after: close)...]
    }
    return result + text
  }

  /// Whether the text is a range once its placeholders are replaced; asked when a policy is read.
  package func check() throws(VersionRangeError) {
    guard let text = text(choosing: Version("1.2.3"), SemanticVersion(numbers: [1, 2, 3])) else {
      throw VersionRangeError(text: range, offset: 0, expected: "{major}, {minor} or {version} as the only placeholders")
    }
    _ = try VersionRange(text)
  }

  func holds(
    for other: Version, of otherName: ComponentName, choosing version: Version, _ name: ComponentName, _ ordering: Ordering
  ) -> Bool {
    guard let text = text(choosing: version, ordering.semantic(version, of: name)), let range = try? VersionRange(text),
      let numbers = ordering.semantic(other, of: otherName)
    else { return false }
    return range.contains(numbers)
  }
}
