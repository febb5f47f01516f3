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
package struct VersionTuple: Hashable, Sendable, Codable {
  package var versions: [ComponentName: Version]

  package init(_ versions: [ComponentName: Version]) { self.versions = versions }
  package var isEmpty: Bool { versions.isEmpty }
  package subscript(component: ComponentName) -> Version? { versions[component] }

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
