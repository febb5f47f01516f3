import Synchronization

/// One tree of the config repository: the regular files that it has, and how to read them.
///
/// Nothing is listed before somebody asks: of two trees that differ little, the difference is much less than either.
package struct Snapshot: Sendable {
  package typealias Read = @Sendable ([ContentID]) async throws -> [ContentID: [UInt8]]
  /// Makes contents readable that are going to be read.
  package typealias Bring = @Sendable ([ContentID]) async throws -> Void
  package typealias List = @Sendable () async throws -> [String: ContentID]
  /// What differs from an earlier tree, by path; nil where that can't be told.
  package typealias Compare = @Sendable (_ earlier: ContentID) async throws -> [String: Change]?

  /// What a path named in the earlier tree and names in this one; nil: no regular file.
  package struct Change: Sendable, Equatable {
    package let old: ContentID?
    package let new: ContentID?

    package init(old: ContentID?, new: ContentID?) {
      self.old = old
      self.new = new
    }
  }

  /// The tree's own id where there is one: equal ids mean equal files.
  package let tree: ContentID?
  /// Reads contents by id, several at a time; absent ids are absent in what it gives.
  package let read: Read
  /// Told of all that will be read before it is, batch by batch: what is far away comes in one trip.
  let bring: Bring
  private let listing: Listing
  private let compare: Compare

  /// Listed once, by whoever needs it first.
  private final class Listing: Sendable {
    let list: List
    let files = Mutex<[String: ContentID]?>(nil)

    init(list: @escaping List) { self.list = list }
  }

  package init(
    tree: ContentID?, bring: @escaping Bring = { _ in }, list: @escaping List, compare: @escaping Compare, read: @escaping Read
  ) {
    self.tree = tree
    self.read = read
    self.bring = bring
    self.compare = compare
    listing = Listing(list: list)
  }

  /// A tree whose files are known.
  package init(files: [String: ContentID], tree: ContentID? = nil, read: @escaping Read) {
    self.init(tree: tree, list: { files }, compare: { _ in nil }, read: read)
  }

  /// The names of all its files.
  package func files() async throws(FleetError) -> [String: ContentID] {
    if let known = listing.files.withLock({ $0 }) { return known }
    do {
      let files = try await listing.list()
      listing.files.withLock { $0 = files }
      return files
    } catch {
      throw .unreadable(error)
    }
  }

  /// What differs from an earlier tree; nil where only listing both can tell.
  func changes(since earlier: ContentID?) async throws(FleetError) -> [String: Change]? {
    guard let tree, let earlier else { return nil }
    if tree == earlier { return [:] }
    do { return try await compare(earlier) } catch { throw .unreadable(error) }
  }

  /// What differs from an earlier tree, however it takes to find out.
  func everyChange(since earlier: Snapshot) async throws(FleetError) -> [String: Change] {
    if let changes = try await changes(since: earlier.tree) { return changes }
    let (old, new) = (try await earlier.files(), try await files())
    var changes: [String: Change] = [:]
    for (path, content) in new where old[path] != content { changes[path] = Change(old: old[path], new: content) }
    for (path, content) in old where new[path] == nil { changes[path] = Change(old: content, new: nil) }
    return changes
  }

  /// Equal trees, or equal files where the trees are not named.
  func isSame(as other: Snapshot) async throws(FleetError) -> Bool {
    if let tree, let otherTree = other.tree { return tree == otherTree }
    return try await files() == other.files()
  }

  /// Reads contents; an error of the reader is kept as it is.
  func contents(of ids: [ContentID]) async throws(FleetError) -> [ContentID: [UInt8]] {
    do {
      return try await read(ids)
    } catch {
      throw FleetError.unreadable(error)
    }
  }
}
