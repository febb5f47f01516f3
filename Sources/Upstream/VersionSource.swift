/// A version as its source publishes it.
package struct PublishedVersion: Sendable, Hashable {
  /// What stands in for `{version}` in the source's pattern, as it is written there.
  package var text: String
  /// When the source says that it was published, in seconds since 1970.
  package var date: Int?
  /// Its place in the source's own order, the oldest first; nil where the source has none.
  package var index: Int?
  /// The source says that it must not be used any more.
  package var withdrawn: Bool

  package init(_ text: String, date: Int? = nil, index: Int? = nil, withdrawn: Bool = false) {
    self.text = text
    self.date = date
    self.index = index
    self.withdrawn = withdrawn
  }
}

/// Where new versions of a component come from.
package protocol VersionSource: Sendable {
  /// All that the source has now, each once.
  func versions() async throws(UpstreamError) -> [PublishedVersion]
}

/// A source that could not be asked, or whose setting makes no sense.
package struct UpstreamError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// No answer, or a refusal: what was seen before stays true.
    case unavailable
    /// The setting is wrong; asking again won't help.
    case invalid
  }

  package let kind: Kind
  package let message: String
  /// The exit code of sysexits that says the same.
  package let exitCode: Int32

  package init(_ kind: Kind, _ message: String, exitCode: Int32) {
    self.kind = kind
    self.message = message
    self.exitCode = exitCode
  }

  package var description: String { message }
}
