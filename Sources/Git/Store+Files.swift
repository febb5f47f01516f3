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
    extendLifetime(object)
    try requireWhole(tree, id)
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
    extendLifetime(object)
    try requireWhole(tree, id)
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

  // MARK: Bytes

  /// A tree that another tree names: where it is missing, the repository is damaged.
  func folderObject(_ id: ObjectID) throws(GitError) -> Owned {
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

  static func tree(_ object: borrowing Owned) -> RawTree {
    RawTree(UnsafeRawBufferPointer(start: git_odb_object_data(object.pointer), count: git_odb_object_size(object.pointer)))
  }

  func requireWhole(_ tree: RawTree, _ id: ObjectID) throws(GitError) {
    if tree.isMalformed { throw GitError(.damaged, "cannot read the tree \(id) of \(name)", "its bytes are no tree") }
  }
}

extension GitError {
  /// A folder that a tree names is not there: damage, whereas the tree asked for may just be wrong.
  var asMissingFolder: GitError {
    kind == .notFound ? GitError(.damaged, context, message, hint: "look at it with: git fsck") : self
  }
}
