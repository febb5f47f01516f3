import Promotion

/// How a group's versions are named to people: `kubernetes 1.31.4`, `platform (kubernetes 1.31.4, automation 2.0)`.
struct TupleText {
  let group: GroupName
  /// The group's components in its own order.
  let components: [ComponentName]

  init(group: GroupName, components: [ComponentName]) {
    self.group = group
    self.components = components
  }

  init(_ group: GroupName, in policy: Policy) {
    self.init(group: group, components: policy.group(group)?.components ?? [])
  }

  /// Component and version in the group's order; a component that the policy no longer knows comes last.
  func parts(_ tuple: VersionTuple) -> [(component: ComponentName, version: Version)] {
    let known = components.filter { tuple[$0] != nil }
    let others = tuple.versions.keys.filter { !components.contains($0) }.sorted()
    return (known + others).compactMap { name in tuple[name].map { (name, $0) } }
  }

  /// With the group's name, so that it can stand alone in a sentence.
  func name(_ tuple: VersionTuple) -> String {
    if tuple.isEmpty { return "\(PlainText.line(group)) (nothing)" }
    return isAlone(tuple) ? pairs(tuple) : "\(PlainText.line(group)) (\(pairs(tuple)))"
  }

  /// Where the group was named already: `1.31.4`, or `kubernetes 1.31.4, automation 2.0`.
  func versions(_ tuple: VersionTuple) -> String {
    let parts = parts(tuple)
    if parts.isEmpty { return "nothing" }
    return isAlone(tuple) ? Self.version(parts[0].version) : pairs(tuple)
  }

  /// Where clusters come from: in brackets where several tuples of several components would run into one another.
  func origins(_ tuples: [VersionTuple], limit: Int = 3) -> String {
    let needsBrackets = tuples.count > 1 && components.count > 1
    return ListText.joined(tuples.map { needsBrackets ? "(\(versions($0)))" : versions($0) }, limit: limit)
  }

  /// As `VersionTuple.text(in:)` has it, made plain: for columns.
  func cell(_ tuple: VersionTuple) -> String {
    if tuple.isEmpty { return "-" }
    if isAlone(tuple) { return versions(tuple) }
    return parts(tuple).map { "\(PlainText.line($0.component))=\(Self.version($0.version))" }.joined(separator: ",")
  }

  func json(_ tuple: VersionTuple) -> JSONOutput {
    .object(parts(tuple).map { (name: $0.component, value: .string($0.version.text)) })
  }

  /// What of a cluster's versions is the group's.
  func part(of versions: [ComponentName: Version]) -> VersionTuple {
    VersionTuple(versions.filter { components.contains($0.key) })
  }

  static func version(_ version: Version) -> String { PlainText.line(version.text, limit: 100) }

  /// Whether the group is one component that bears the group's name.
  private func isAlone(_ tuple: VersionTuple) -> Bool {
    tuple.versions.count == 1 && components.count <= 1 && tuple[group] != nil
  }

  private func pairs(_ tuple: VersionTuple) -> String {
    let pairs = parts(tuple).map { "\(PlainText.line($0.component)) \(Self.version($0.version))" }
    return pairs.count <= 7 ? pairs.joined(separator: ", ") : ListText.joined(pairs, limit: 6)
  }
}
