/// What is known of a tree's paths without listing it, or by its listing.
struct KnownFiles: Sendable {
  private let all: [String: ContentID]
  /// What is there of paths that an earlier tree's clusters read, and of those that changed since; nil: `all` is all.
  private let some: [String: ContentID?]?

  init(all: [String: ContentID]) {
    self.all = all
    some = nil
  }

  /// A tree by what differs from an earlier one: every path that is not told of is what it was.
  ///
  /// - Parameter clusters: of the earlier tree; what they read was there, or was not.
  init(_ changes: [String: Snapshot.Change], since clusters: [ResolvedCluster]) {
    all = [:]
    var some: [String: ContentID?] = [:]
    some.reserveCapacity(clusters.count + changes.count)
    for cluster in clusters {
      for file in cluster.layers { some.updateValue(file.content, forKey: file.path) }
      for file in cluster.files.values { some.updateValue(file.content, forKey: file.path) }
    }
    for (path, change) in changes { some.updateValue(change.new, forKey: path) }
    self.some = some
  }

  /// What a path names; the inner nil: nothing, the outer: that is not known.
  func content(_ path: String) -> ContentID?? {
    if let some { return some[path] }
    return .some(all[path])
  }

  /// Every path, where all are known.
  var paths: some Sequence<String> { all.keys }
}
