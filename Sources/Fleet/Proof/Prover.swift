import Promotion
import YAML

/// Compares what two trees mean for the whole fleet: all effective values of every cluster, not the components' alone.
///
/// It knows nothing of edits. Both trees are resolved under one policy.
package enum Prover {
  /// Compares two trees and a promise.
  package static func prove(_ promise: Promise, from before: ResolvedFleet, to after: ResolvedFleet) async throws(FleetError)
    -> Proof
  {
    let compared = try await compared(before, after)
    return Proof(
      changes: compared.changes, violations: Verdict(promise, before, after).violations(compared.differences),
      outside: compared.outside)
  }

  /// What differs between two fleets, whatever was promised: found once, and told of each promise.
  private static func compared(
    _ before: ResolvedFleet, _ after: ResolvedFleet
  ) async throws(FleetError) -> ResolvedFleet.Compared {
    if let known = after.comparisons.with(before) { return known }
    let (differences, outside) = try await differences(from: before, to: after)
    after.parsed.forget()
    let compared = ResolvedFleet.Compared(
      differences: differences, outside: outside, changes: changes(from: before, to: after))
    after.comparisons.keep(compared, with: before)
    return compared
  }

  /// Everything that differs, in the order of the clusters' names.
  package static func differences(
    from before: ResolvedFleet, to after: ResolvedFleet
  ) async throws(FleetError) -> ([Difference], [OutsideFile]) {
    var found: [Difference] = []
    var changed: [(before: ResolvedCluster, after: ResolvedCluster)] = []
    for (old, new) in pairs(before, after) {
      guard let old else {
        if let new { found.append(.clusterAdded(new.name)) }
        continue
      }
      guard let new else {
        found.append(.clusterRemoved(old.name))
        continue
      }
      if old === new { continue }
      found += membership(old, new)
      if !old.layers.elementsEqual(new.layers, by: { $0.content == $1.content }) || old.files != new.files {
        changed.append((old, new))
      }
    }
    let comparison = ValueComparison(before: before, after: after)
    found += try await comparison.differences(changed).map { .value($0) }
    found.sort { $0.cluster < $1.cluster }
    return (found, try await outside(before, after))
  }

  /// The clusters of both by name, in the order of the names; nil where one has none of that name.
  fileprivate static func pairs(
    _ before: ResolvedFleet, _ after: ResolvedFleet
  ) -> [(old: ResolvedCluster?, new: ResolvedCluster?)] {
    var pairs: [(old: ResolvedCluster?, new: ResolvedCluster?)] = []
    pairs.reserveCapacity(before.clusters.count)
    var (i, j) = (0, 0)
    while i < before.clusters.count || j < after.clusters.count {
      let old = i < before.clusters.count ? before.clusters[i] : nil
      let new = j < after.clusters.count ? after.clusters[j] : nil
      if let old, let new, old === new || old.name == new.name {
        pairs.append((old, new))
        (i, j) = (i + 1, j + 1)
      } else if let old, new.map({ old.name < $0.name }) ?? true {
        pairs.append((old, nil))
        i += 1
      } else {
        pairs.append((nil, new))
        j += 1
      }
    }
    return pairs
  }

  private static func membership(_ old: ResolvedCluster, _ new: ResolvedCluster) -> [Difference] {
    var found: [Difference] = []
    if old.stages != new.stages {
      for group in Set(old.stages.keys).union(new.stages.keys).sorted() where old.stages[group] != new.stages[group] {
        found.append(.stage(old.name, group, from: old.stages[group], to: new.stages[group]))
      }
    }
    if old.values != new.values {
      for key in Set(old.values.keys).union(new.values.keys).sorted() where old.values[key] != new.values[key] {
        found.append(.placeholder(old.name, key, from: old.values[key], to: new.values[key]))
      }
    }
    if old.versions.pinned == new.versions.pinned { return found }
    for (component, value) in old.components.sorted(by: { $0.key < $1.key }) {
      if let other = new.components[component], other.isPinned != value.isPinned {
        found.append(.pin(old.name, component, isPinned: other.isPinned))
      }
    }
    return found
  }

  private static func outside(_ before: ResolvedFleet, _ after: ResolvedFleet) async throws(FleetError) -> [OutsideFile] {
    let changes = try await after.snapshot.everyChange(since: before.snapshot)
    if changes.isEmpty { return [] }
    // What clusters that are the same read has not changed; what the others read is most often all of it.
    var rest = Set(changes.keys)
    for (old, new) in pairs(before, after) {
      if rest.isEmpty { break }
      if old === new { continue }
      for cluster in [old, new] {
        for file in cluster?.layers ?? [] { rest.remove(file.path) }
        for file in cluster?.files.values.map(\.path) ?? [] { rest.remove(file) }
      }
    }
    return changes.filter { rest.contains($0.key) }.sorted { $0.key < $1.key }.map { path, change in
      OutsideFile(path: path, change: change.old == nil ? .added : change.new == nil ? .removed : .changed)
    }
  }

  private static func changes(from before: ResolvedFleet, to after: ResolvedFleet) -> [EffectiveChange] {
    var changes: [EffectiveChange] = []
    func compare(_ cluster: ClusterName, _ old: [ComponentName: EffectiveValue], _ new: [ComponentName: EffectiveValue]) {
      for component in before.policy.components.map(\.name) where old[component]?.version != new[component]?.version {
        changes.append(
          EffectiveChange(cluster: cluster, component: component, from: old[component]?.version, to: new[component]?.version))
      }
    }
    for (old, new) in pairs(before, after) {
      guard let cluster = old ?? new, old?.versions !== new?.versions else { continue }
      compare(cluster.name, old?.components ?? [:], new?.components ?? [:])
    }
    return changes
  }
}

/// Holds differences against a promise.
private struct Verdict {
  let promise: Promise
  let before: ResolvedFleet
  let after: ResolvedFleet

  init(_ promise: Promise, _ before: ResolvedFleet, _ after: ResolvedFleet) {
    self.promise = promise
    self.before = before
    self.after = after
  }

  func violations(_ differences: [Difference]) -> [Violation] {
    var violations: [Violation] = []
    for difference in differences {
      guard case .value(let value) = difference, let expected = expected(value) else {
        violations.append(.unpromised(difference))
        continue
      }
      if value.new != expected {
        violations.append(.wrongText(value, expected: expected))
      } else if value.wasString, !value.isString {
        violations.append(.wrongType(value))
      }
    }
    for (name, versions) in promise.moves.sorted(by: { $0.key < $1.key }) {
      for (component, version) in versions.sorted(by: { $0.key < $1.key }) {
        let actual = after.cluster(name)?.components[component]?.version
        if actual != version { violations.append(.missing(name, component, promised: version, actual: actual)) }
      }
    }
    return violations + unexplained(differences)
  }

  /// The text that a promised field must have; nil where nothing was promised of it.
  private func expected(_ difference: EffectiveDifference) -> String? {
    guard let moves = promise.moves[difference.cluster], let old = before.cluster(difference.cluster) else { return nil }
    var text: String?
    for name in difference.components {
      guard let version = moves[name], let value = old.components[name], let settings = before.policy.component(name) else {
        continue
      }
      let present = text ?? value.text
      guard let parts = VersionText.replacements(in: present, settings.value, to: version) else { return nil }
      text = VersionText.applying(parts, to: present)
    }
    return text.map { RawValue.scalar($0, .string, tag: nil).words }
  }

  /// Versions that differ unpromised where no value does: there is no such case, and this stands guard.
  private func unexplained(_ differences: [Difference]) -> [Violation] {
    let told = Set(differences.map(\.cluster))
    var violations: [Violation] = []
    for (old, new) in Prover.pairs(before, after) {
      guard let old, let new, old !== new, old.versions !== new.versions, !told.contains(new.name) else { continue }
      for (component, value) in new.components where old.components[component]?.version != value.version {
        violations.append(
          .missing(new.name, component, promised: old.components[component]?.version ?? value.version, actual: value.version))
      }
    }
    return violations
  }
}
