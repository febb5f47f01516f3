/// Versions written down in the policy, oldest first: `upstream: {list: [1.0.0, 1.1.0]}`.
package struct ListSource: VersionSource {
  private let texts: [String]

  package init(_ texts: [String]) { self.texts = texts }

  package func versions() async throws(UpstreamError) -> [PublishedVersion] {
    var met: Set<String> = []
    return texts.enumerated().compactMap { place, text in
      met.insert(text).inserted ? PublishedVersion(text, index: place) : nil
    }
  }
}
