import CGit

extension Store {
  func files(in tree: ObjectID, under prefixes: [String]) throws(GitError) -> [FileEntry] {
    var result: [FileEntry] = []
    let wanted = prefixes.map { $0.utf8.split(separator: UInt8(ascii: "/")).map(Array.init) }
    var path: [UInt8] = []
    try list(try treeID(of: tree), &path, wanted, into: &result)
    return result
  }

  /// Lists a folder. Git's order of trees is the order of whole paths by their bytes already.
  private func list(
    _ id: ObjectID, _ path: inout [UInt8], _ wanted: [[[UInt8]]], into result: inout [FileEntry]
  ) throws(GitError) {
    let all = wanted.contains { $0.isEmpty }
    let object = try folderObject(id)
    var tree = Self.tree(object)
    while let entry = tree.next() {
      let below =
        all ? Self.everything : wanted.compactMap { $0.first?.elementsEqual(entry.name) == true ? Array($0.dropFirst()) : nil }
      guard !below.isEmpty else { continue }
      let length = path.count
      path.append(contentsOf: entry.name)
      if entry.isFolder {
        path.append(UInt8(ascii: "/"))
        try list(entry.id, &path, below, into: &result)
      } else if all || below.contains(where: \.isEmpty) {
        result.append(FileEntry(path: TreeEntry.text(path), id: entry.id, mode: entry.fileMode))
      }
      path.removeLast(path.count - length)
    }
    try check(tree, id)
  }

  /// The files of a tree that `isNamed` takes the paths of, as lines of path, tab and id; links among them, submodules not.
  ///
  /// No path becomes a text on the way: of ten thousand files that is most of the time.
  func lines(of tree: ObjectID, where isNamed: (UnsafeBufferPointer<UInt8>) -> Bool) throws(GitError) -> [UInt8] {
    var result: [UInt8] = []
    var path: [UInt8] = []
    try lines(of: try treeID(of: tree), &path, isNamed, into: &result)
    return result
  }

  private func lines(
    of id: ObjectID, _ path: inout [UInt8], _ isNamed: (UnsafeBufferPointer<UInt8>) -> Bool,
    into result: inout [UInt8]
  ) throws(GitError) {
    let object = try folderObject(id)
    var tree = Self.tree(object)
    while let entry = tree.next() {
      let length = path.count
      path.append(contentsOf: entry.name)
      if entry.isFolder {
        path.append(UInt8(ascii: "/"))
        try lines(of: entry.id, &path, isNamed, into: &result)
      } else if entry.fileMode != .submodule {
        if path.contains(where: { $0 >= 0x80 }) {
          let text = Array(TreeEntry.text(path).utf8)
          if text.withUnsafeBufferPointer(isNamed) { Self.add(text, entry.id, to: &result) }
        } else if path.withUnsafeBufferPointer(isNamed) {
          Self.add(path, entry.id, to: &result)
        }
      }
      path.removeLast(path.count - length)
    }
    try check(tree, id)
  }

  private static func add(_ path: [UInt8], _ id: ObjectID, to result: inout [UInt8]) {
    result += path
    result.append(UInt8(ascii: "\t"))
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { digits in
      digits.initialize(repeating: 0)
      id.writeHex(to: digits)
      result += digits
    }
    result.append(UInt8(ascii: "\n"))
  }

  private static let everything: [[[UInt8]]] = [[]]

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
    if let old { try check(left, old) }
    if let new { try check(right, new) }
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

  // MARK: Bytes

  /// A tree that another tree names: where it is missing, the repository is damaged.
  private func folderObject(_ id: ObjectID) throws(GitError) -> Owned {
    var raw = id.raw
    let object: Owned
    do throws(GitError) {
      object = try make(git_odb_object_free, "cannot read \(id) of \(name)") { git_odb_read(&$0, odb, &raw) }
    } catch { throw error.asMissingFolder }
    guard git_odb_object_type(object.pointer) == GIT_OBJECT_TREE else {
      throw GitError(.invalid, "cannot read the tree \(id) of \(name)", "it is no tree")
    }
    return object
  }

  private static func tree(_ object: borrowing Owned) -> RawTree {
    RawTree(UnsafeRawBufferPointer(start: git_odb_object_data(object.pointer), count: git_odb_object_size(object.pointer)))
  }

  private func check(_ tree: RawTree, _ id: ObjectID) throws(GitError) {
    if tree.isMalformed { throw GitError(.damaged, "cannot read the tree \(id) of \(name)", "its bytes are no tree") }
  }
}

/// An object that is held as long as somebody may look into it.
private final class SharedObject {
  let object: Owned
  init(_ object: consuming Owned) { self.object = object }
}

extension GitError {
  /// A folder that a tree names is not there: damage, whereas the tree asked for may just be wrong.
  var asMissingFolder: GitError {
    kind == .notFound ? GitError(.damaged, context, message, hint: "look at it with: git fsck") : self
  }
}
