extension Store {
  /// The files that differ between two trees, links and submodules among them, sorted by path.
  func diff(_ old: ObjectID?, _ new: ObjectID?) throws(GitError) -> [FileChange] {
    try compare(old, new).changes.filter { $0.isChanged }.sorted { $0.path.lexicographicallyPrecedes($1.path) }
      .map { FileChange(path: TreeEntry.text($0.path), old: $0.old?.id, new: $0.new?.id) }
  }

  /// The regular files that differ in content, or are one in one tree only; nil where the paths don't tell them apart for certain.
  func regularChanges(_ old: ObjectID, _ new: ObjectID) throws(GitError) -> [FileChange]? {
    // An earlier tree may be gone for good reasons: that is no damage.
    guard has(old) else { return nil }
    let difference = try compare(old, new)
    guard difference.isSorted else { return nil }
    var result: [FileChange] = []
    result.reserveCapacity(difference.changes.count)
    for change in difference.changes {
      // A name that is no text stands as an escape, and an accent may be written in two ways that are one to Swift: either may be
      // another file's name too.
      guard change.path.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\\") }) else { return nil }
      let (old, new) = (change.old?.regular, change.new?.regular)
      if old != new { result.append(FileChange(path: String(decoding: change.path, as: UTF8.self), old: old, new: new)) }
    }
    return result
  }

  /// The files that differ between two trees, by the bytes of their paths; submodules, which have no content here, are none.
  func fileChanges(_ old: ObjectID, _ new: ObjectID) throws(GitError) -> [[UInt8]: (old: ObjectID?, new: ObjectID?)] {
    func content(_ file: Difference.File?) -> ObjectID? {
      file.flatMap { TreeEntry.fileMode($0.mode) == .submodule ? nil : $0.id }
    }
    let changes = try compare(old, new).changes.lazy.filter(\.isChanged).map { ($0.path, (content($0.old), content($0.new))) }
    // A file and a folder of one name are two changes.
    return Dictionary(changes, uniquingKeysWith: { ($0.0 ?? $1.0, $0.1 ?? $1.1) })
  }

  /// What differs between two trees; folders that are the same are not entered.
  private struct Difference {
    struct File {
      let id: ObjectID
      let mode: UInt32
      let isRegular: Bool
      var regular: ObjectID? { isRegular ? id : nil }
    }

    struct Change {
      let path: [UInt8]
      let old: File?
      let new: File?
      var isChanged: Bool { old?.id != new?.id || old?.mode != new?.mode }
    }

    var changes: [Change] = []
    /// Whether every folder's entries came in git's order.
    var isSorted = true
  }

  private func compare(_ old: ObjectID?, _ new: ObjectID?) throws(GitError) -> Difference {
    var result = Difference()
    let old = try old.map { id throws(GitError) in try treeID(of: id) }
    let new = try new.map { id throws(GitError) in try treeID(of: id) }
    var path: [UInt8] = []
    try compare(old, new, &path, into: &result)
    return result
  }

  private func compare(
    _ old: ObjectID?, _ new: ObjectID?, _ path: inout [UInt8], into result: inout Difference
  ) throws(GitError) {
    guard old != new else { return }
    // Held until the end: the entries' names are in them.
    let before = try old.map { id throws(GitError) in SharedObject(try folderObject(id)) }
    let after = try new.map { id throws(GitError) in SharedObject(try folderObject(id)) }
    defer { withExtendedLifetime((before, after)) {} }
    var (left, right) = (
      before.map { Self.tree($0.object) } ?? RawTree(.init(start: nil, count: 0)),
      after.map { Self.tree($0.object) } ?? RawTree(.init(start: nil, count: 0))
    )
    var (a, b) = (left.next(), right.next())
    func advance(_ entry: inout RawTree.Entry?, _ tree: inout RawTree) {
      let next = tree.next()
      if let last = entry, let next, !last.precedes(next) { result.isSorted = false }
      entry = next
    }
    while a != nil || b != nil {
      switch (a, b) {
      case (let x?, let y?) where !x.precedes(y) && !y.precedes(x):
        try put(x, y, &path, into: &result)
        advance(&a, &left)
        advance(&b, &right)
      case (let x?, let y) where y.map({ x.precedes($0) }) ?? true:
        try put(x, nil, &path, into: &result)
        advance(&a, &left)
      default:
        try put(nil, b, &path, into: &result)
        advance(&b, &right)
      }
    }
    if let old { try requireWhole(left, old) }
    if let new { try requireWhole(right, new) }
  }

  /// Notes what two entries of one name and kind differ in.
  private func put(
    _ old: RawTree.Entry?, _ new: RawTree.Entry?, _ path: inout [UInt8], into result: inout Difference
  ) throws(GitError) {
    if let old, let new, old.id == new.id, old.mode == new.mode { return }
    guard let entry = old ?? new else { return }
    let length = path.count
    path.append(contentsOf: entry.name)
    if entry.isFolder {
      path.append(UInt8(ascii: "/"))
      try compare(old?.id, new?.id, &path, into: &result)
    } else {
      func file(_ entry: RawTree.Entry) -> Difference.File { .init(id: entry.id, mode: entry.mode, isRegular: entry.isRegular) }
      result.changes.append(.init(path: path, old: old.map(file), new: new.map(file)))
    }
    path.removeLast(path.count - length)
  }
}

/// An object that is held as long as somebody may look into it.
private final class SharedObject {
  let object: Owned
  init(_ object: consuming Owned) { self.object = object }
}
