package import Git

/// The tags of a repository: `upstream: {gitTags: {url: …, tag: "v{version}"}}`. Git gives them neither dates nor an order.
package struct GitTagsSource: VersionSource {
  private static let folder = "refs/tags/"
  private let remote: RemoteLocation
  private let pattern: TagPattern
  private let credentials: SSHCredentials
  private let http: HTTPAccess?

  /// - Parameters:
  ///   - url: a path (a relative one against `folder`), `file://`, https or ssh.
  ///   - folder: where the policy file stands.
  ///   - http: how one over https is reached; nil: straight, by nobody in particular.
  /// - Throws: `UpstreamError` of kind `invalid` when the url or the pattern makes no sense.
  package init(
    url: String, relativeTo folder: String, tag: String? = nil, credentials: SSHCredentials = SSHCredentials(),
    http: HTTPAccess? = nil
  ) throws(UpstreamError) {
    do throws(GitError) { remote = try RemoteLocation(url, relativeTo: folder) } catch {
      throw UpstreamError(.invalid, "\(error)", exitCode: error.exitCode)
    }
    pattern = if let tag { try TagPattern(tag) } else { .whole }
    self.credentials = credentials
    self.http = http
  }

  package func versions() async throws(UpstreamError) -> [PublishedVersion] {
    do throws(GitError) {
      let repository = try await Repository.open(remote, credentials: credentials, http: http)
      return Self.versions(in: try await repository.references(prefixes: [Self.folder]).keys, pattern)
    } catch {
      throw UpstreamError(.unavailable, "cannot read the tags of \(remote): \(error)", exitCode: error.exitCode)
    }
  }

  /// In an advertisement `refs/tags/v1^{}` is the commit behind the annotated tag `refs/tags/v1`, not a tag: no version has
  /// those characters, so the pattern leaves it out.
  static func versions(in references: some Sequence<String>, _ pattern: TagPattern) -> [PublishedVersion] {
    let tags = references.lazy.filter { $0.hasPrefix(folder) }.map { $0.dropFirst(folder.count) }
    return tags.compactMap { pattern.version(in: String($0)) }.sorted().map { PublishedVersion($0) }
  }
}
