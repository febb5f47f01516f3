import CGit

extension Store {
  func tree(_ id: ObjectID) throws(GitError) -> Tree {
    let (type, bytes) = try object(id)
    guard type == GIT_OBJECT_TREE else { throw GitError(.invalid, "cannot read the tree \(id) of \(name)", "it is no tree") }
    return try Tree(bytes, id, of: name)
  }

  /// A folder that another tree names: where it is missing, the repository is damaged.
  private func folder(_ id: ObjectID) throws(GitError) -> Tree {
    do throws(GitError) { return try tree(id) } catch { throw error.asMissingFolder }
  }

  /// The tree of a commit, of a tag's commit, or the tree itself.
  func treeID(of id: ObjectID) throws(GitError) -> ObjectID {
    let context = "cannot read the tree \(id) of \(name)"
    var raw = id.raw
    let object = try make(git_object_free, context) { git_object_lookup(&$0, repository, &raw, GIT_OBJECT_ANY) }
    let tree = try make(git_object_free, context) { git_object_peel(&$0, object.pointer, GIT_OBJECT_TREE) }
    guard let id = ObjectID(git_object_id(tree.pointer)) else { throw GitError(.damaged, context, "it has no name") }
    return id
  }

  func writeTree(base: ObjectID?, changes: [String: Change]) throws(GitError) -> ObjectID {
    let edits = try TreeEdits(changes)
    let base = try base.map { id throws(GitError) in try treeID(of: id) }
    // A repository without files has a tree all the same.
    guard let id = try apply(edits, to: base, at: "") else { return try write([], as: GIT_OBJECT_TREE) }
    made(id)
    return id
  }

  /// Writes the folder anew; nil when nothing is left in it.
  private func apply(_ edits: TreeEdits, to base: ObjectID?, at path: String) throws(GitError) -> ObjectID? {
    var tree = Tree()
    if let base { tree = try folder(base) }
    var places: [[UInt8]: Int] = [:]
    for (place, entry) in tree.entries.enumerated() { places[entry.name] = place }
    var gone: Set<Int> = []
    for (name, edit) in edits.children {
      let place = places[name]
      let here = path + TreeEntry.text(name)
      switch try entry(edit, named: name, replacing: place.map { tree.entries[$0] }, at: here) {
      case nil: if let place { gone.insert(place) }
      case let entry?: if let place { tree.entries[place] = entry } else { tree.entries.append(entry) }
      }
    }
    if !gone.isEmpty { tree.entries = tree.entries.enumerated().filter { !gone.contains($0.offset) }.map(\.element) }
    return tree.entries.isEmpty ? nil : try write(tree.bytes, as: GIT_OBJECT_TREE)
  }

  private func entry(
    _ edit: TreeEdits.Edit, named name: [UInt8], replacing old: TreeEntry?, at path: String
  ) throws(GitError) -> TreeEntry? {
    func refused(_ why: String) -> GitError { GitError(.invalid, "cannot write \(path)", why) }
    switch edit {
    case .folder(let edits):
      // Files that go from where a file is were not there to begin with.
      if let old, !old.isFolder {
        if edits.onlyRemoves { return old }
        throw refused("\(path) is a file, and cannot be a folder too")
      }
      if old == nil, edits.onlyRemoves { return nil }
      guard let id = try apply(edits, to: old?.id, at: path + "/") else { return nil }
      return TreeEntry(name: name, id: id, mode: old?.mode ?? TreeEntry.folderMode)
    case .file(.remove):
      return old.flatMap { $0.isFolder ? $0 : nil }
    case .file(.write(let bytes)):
      if let old {
        if old.isFolder { throw refused("it is a folder") }
        if old.fileMode == .link { throw refused("it is a symbolic link") }
        if old.fileMode == .submodule { throw refused("it is a submodule") }
      }
      return TreeEntry(name: name, id: try write(bytes, as: GIT_OBJECT_BLOB), mode: old?.mode ?? 0o100644)
    }
  }
}

/// Changes of files, as a tree of folders.
final class TreeEdits {
  enum Edit {
    case file(Change)
    case folder(TreeEdits)
  }

  private(set) var children: [[UInt8]: Edit] = [:]
  private(set) var onlyRemoves = true

  /// - Throws: `GitError` for a path that git or a work tree could not hold.
  init(_ changes: [String: Change]) throws(GitError) {
    for (path, change) in changes {
      let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
      for part in parts {
        if let fault = Self.fault(part) { throw GitError(.invalid, "cannot write \"\(path)\"", fault) }
      }
      guard add(change, parts[...]) else {
        throw GitError(.invalid, "cannot write \"\(path)\"", "it would be a file and a folder")
      }
    }
  }

  private init() {}

  private func add(_ change: Change, _ parts: ArraySlice<[UInt8]>) -> Bool {
    guard let name = parts.first else { return false }
    if change != .remove { onlyRemoves = false }
    if parts.count == 1 {
      guard children[name] == nil else { return false }
      children[name] = .file(change)
      return true
    }
    let below: TreeEdits
    switch children[name] {
    case .file: return false
    case .folder(let edits): below = edits
    case nil: below = TreeEdits()
    }
    children[name] = .folder(below)
    return below.add(change, parts.dropFirst())
  }

  private static func fault(_ part: [UInt8]) -> String? {
    if part.isEmpty { return "a path is relative, without empty parts" }
    if part == Array(".".utf8) || part == Array("..".utf8) { return "a path holds no . or .." }
    if part.contains(where: { $0 < 32 || $0 == 127 }) { return "a path holds no control characters" }
    // Most names hold nothing that could be taken for it.
    if part.allSatisfy({ $0 < 128 && $0 != UInt8(ascii: "~") }), !part.contains(where: { $0 | 0x20 == UInt8(ascii: "g") }) {
      return nil
    }
    // Also as the file systems of macOS (which skips some characters) and Windows (which skips dots and spaces) read it.
    let scalars = String(decoding: part, as: UTF8.self).lowercased().unicodeScalars
    let lower = String(String.UnicodeScalarView(scalars.filter { !$0.properties.isDefaultIgnorableCodePoint }))
    let trimmed = lower.reversed().drop { $0 == "." || $0 == " " }.reversed()
    if String(trimmed) == ".git" || lower == "git~1" || lower.hasPrefix(".git:") || lower.hasPrefix(".git\\") {
      return "a path holds no .git"
    }
    return nil
  }
}
