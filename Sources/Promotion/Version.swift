/// A version: its identity is the whole rendered value, so a tag and its digest are one version.
package struct Version: Hashable, Sendable, Codable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) { self.text = text }
  package var description: String { text }

  package init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// The versions of a group's components that move together. A component that a cluster lacks is lacking here too.
package struct VersionTuple: Sendable, Codable {
  package var versions: [ComponentName: Version]

  package init(_ versions: [ComponentName: Version]) { self.versions = versions }
  package var isEmpty: Bool { versions.isEmpty }
  package subscript(component: ComponentName) -> Version? { versions[near: component] }

  /// `1.31.4` for one component, else `kubernetes=1.31.4,automation=2.0` in the order given (a group's own order).
  package func text(in order: [ComponentName]) -> String {
    let present = order.filter { versions[$0] != nil }
    if order.count == 1, let only = present.first { return versions[only]!.text }  // present has only what is there
    return present.map { "\($0)=\(versions[$0]!.text)" }.joined(separator: ",")
  }

  package init(from decoder: any Decoder) throws {
    versions = try decoder.singleValueContainer().decode([ComponentName: Version].self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(versions)
  }
}

extension Dictionary where Key == String {
  /// What the subscript gives. Most of ours have one key, and to compare with it is cheaper than to hash.
  subscript(near key: String) -> Value? {
    if count == 1, let only = first { return only.key == key ? only.value : nil }
    return self[key]
  }
}

extension VersionTuple: Hashable {
  package static func == (a: VersionTuple, b: VersionTuple) -> Bool {
    guard a.versions.count == 1, b.versions.count == 1, let x = a.versions.first, let y = b.versions.first else {
      return a.versions == b.versions
    }
    return x.value == y.value && x.key == y.key
  }

  /// Tuples are asked for all the time: one sum, whatever the order, is cheaper than a hash for each component.
  package func hash(into hasher: inout Hasher) {
    var sum: UInt64 = 0
    for (component, version) in versions { sum &+= stableHash(version.text) ^ (stableHash(component) &* 31) }
    hasher.combine(sum)
  }
}

extension VersionTuple {
  /// Whether a cluster that desires this desires all of what `whole` says for its components.
  package func isPart(of whole: VersionTuple) -> Bool { versions.allSatisfy { whole.versions[$0] == $1 } }

  /// Whether one of the two says all that the other says: the same version, told for other components.
  func matches(_ other: VersionTuple) -> Bool { isPart(of: other) || other.isPart(of: self) }
}
