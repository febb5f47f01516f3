import CGit

extension Store {
  /// A commit; a tag is followed.
  func commit(_ id: ObjectID) throws(GitError) -> Commit {
    let commit = try commitObject(id)
    let pointer = commit.pointer
    guard let name = ObjectID(git_commit_id(pointer)), let tree = ObjectID(git_commit_tree_id(pointer)) else {
      throw GitError(.damaged, "cannot read the commit \(id) of \(self.name)", "it has no tree")
    }
    let parents = (0..<git_commit_parentcount(pointer)).compactMap { ObjectID(git_commit_parent_id(pointer, $0)) }
    return Commit(
      id: name, tree: tree, parents: parents,
      message: git_commit_message(pointer).map { String(cString: $0) } ?? "",
      author: Signature(git_commit_author(pointer)), committer: Signature(git_commit_committer(pointer)))
  }

  private func commitObject(_ id: ObjectID) throws(GitError) -> Owned {
    let context = "cannot read the commit \(id) of \(name)"
    var raw = id.raw
    let object = try make(git_object_free, context) { git_object_lookup(&$0, repository, &raw, GIT_OBJECT_ANY) }
    if git_object_type(object.pointer) == GIT_OBJECT_COMMIT { return object }
    return try make(git_object_free, context) { git_object_peel(&$0, object.pointer, GIT_OBJECT_COMMIT) }
  }

  func date(of id: ObjectID) throws(GitError) -> Int {
    var raw = id.raw
    let object = try make(git_object_free, "cannot read \(id) of \(name)") {
      git_object_lookup(&$0, repository, &raw, GIT_OBJECT_ANY)
    }
    if git_object_type(object.pointer) == GIT_OBJECT_TAG, let tagger = git_tag_tagger(object.pointer) {
      return Int(tagger.pointee.when.time)
    }
    return try commit(id).committer.seconds
  }

  func firstParentHistory(from: ObjectID, until: ObjectID?, limit: Int?) throws(GitError) -> [Commit] {
    var result: [Commit] = []
    var next: ObjectID? = from
    while let id = next, id != until, result.count < limit ?? .max {
      let commit: Commit
      do throws(GitError) { commit = try self.commit(id) } catch {
        // A parent that is not there is damage; the start may just be wrong.
        guard error.kind == .notFound, !result.isEmpty else { throw error }
        throw GitError(.damaged, error.context, error.message, hint: "look at it with: git fsck")
      }
      result.append(commit)
      next = commit.parents.first
    }
    return result
  }

  func isAncestor(_ ancestor: ObjectID, of descendant: ObjectID) throws(GitError) -> Bool {
    if ancestor == descendant { return true }
    var (a, d) = (ancestor.raw, descendant.raw)
    let code = git_graph_descendant_of(repository, &d, &a)
    return try check(code, "cannot compare \(ancestor) with \(descendant) of \(name)") == 1
  }

  func mergeBase(_ a: ObjectID, _ b: ObjectID) throws(GitError) -> ObjectID? {
    var (result, first, second) = (git_oid(), a.raw, b.raw)
    let code = git_merge_base(&result, repository, &first, &second)
    if code >= 0 { return ObjectID(result) }
    let error = LibGit2.error(code) { "cannot find the merge base of \(a) and \(b) of \(name)" }
    // The same answer for "nothing in common" and "no such commit".
    _ = try commit(a)
    _ = try commit(b)
    guard code == GIT_ENOTFOUND.rawValue else { throw error }
    return nil
  }

  func merge(ours: ObjectID, theirs: ObjectID) throws(GitError) -> MergeOutcome {
    let context = "cannot merge \(theirs) into \(ours) of \(name)"
    guard let base = try mergeBase(ours, theirs) else {
      throw GitError(.invalid, context, "they have no commit in common")
    }
    if base == theirs { return .upToDate }
    if base == ours { return .fastForward }
    var options = git_merge_options()
    try check(sluice_git_merge_options(&options), context)
    // No search for renames, which is the default: a rename on one side must not move what the other side wrote.
    options.flags = 0
    let our = try commitObject(ours)
    let their = try commitObject(theirs)
    let index = try make(git_index_free, context) {
      git_merge_commits(&$0, repository, our.pointer, their.pointer, &options)
    }
    if git_index_has_conflicts(index.pointer) != 0 { return .conflict(try conflicts(index.pointer, context)) }
    var tree = git_oid()
    try check(git_index_write_tree_to(&tree, index.pointer, repository), context)
    made(ObjectID(tree))
    return .clean(tree: ObjectID(tree))
  }

  /// The files that a merge of two commits has to read: those that both sides changed, on either side and before.
  func filesToMerge(ours: ObjectID, theirs: ObjectID) throws(GitError) -> [ObjectID] {
    let bases = try mergeBases(ours, theirs)
    guard let base = bases.first, base != ours, base != theirs else { return [] }
    if bases.count == 1 {
      let changed = try fileChanges(base, ours)
      return try fileChanges(base, theirs).flatMap { path, change in
        guard let our = changed[path], our.new != change.new else { return [ObjectID?]() }
        return [change.old, our.new, change.new]
      }.compactMap { $0 }
    }
    // The bases are merged with each other first, and so may theirs be: whatever differs may be read.
    var others = Set(bases + [theirs])
    var waiting = [(bases[0], bases[1])]
    while let (a, b) = waiting.popLast(), others.count < 32 {
      let more = try mergeBases(a, b)
      others.formUnion(more)
      if more.count > 1 { waiting.append((more[0], more[1])) }
    }
    var files: [ObjectID] = []
    for other in others { files += try fileChanges(ours, other).values.flatMap { [$0.old, $0.new] }.compactMap { $0 } }
    return files
  }

  private func mergeBases(_ a: ObjectID, _ b: ObjectID) throws(GitError) -> [ObjectID] {
    var (bases, first, second) = (git_oidarray(), a.raw, b.raw)
    let code = git_merge_bases(&bases, repository, &first, &second)
    if code == GIT_ENOTFOUND.rawValue { return [] }
    try check(code, "cannot find the merge bases of \(a) and \(b) of \(name)")
    defer { git_oidarray_dispose(&bases) }
    return (0..<bases.count).map { ObjectID(bases.ids[$0]) }
  }

  private func conflicts(_ index: OpaquePointer, _ context: String) throws(GitError) -> [String] {
    let iterator = try make(git_index_conflict_iterator_free, context) {
      git_index_conflict_iterator_new(&$0, index)
    }
    var paths: Set<[UInt8]> = []
    while true {
      var sides: (UnsafePointer<git_index_entry>?, UnsafePointer<git_index_entry>?, UnsafePointer<git_index_entry>?)
      sides = (nil, nil, nil)
      let code = git_index_conflict_next(&sides.0, &sides.1, &sides.2, iterator.pointer)
      if code == GIT_ITEROVER.rawValue { break }
      try check(code, context)
      for side in [sides.0, sides.1, sides.2] {
        if let path = side?.pointee.path { paths.insert(String(cString: path).utf8.map { $0 }) }
      }
    }
    return paths.sorted { $0.lexicographicallyPrecedes($1) }.map { TreeEntry.text($0) }
  }

  /// The text of a commit, ready to be signed.
  func commitText(
    tree: ObjectID, parents: [ObjectID], message: String, author: Signature, committer: Signature
  ) throws(GitError) -> String {
    func line(_ who: Signature) throws(GitError) -> String {
      for (part, what) in [(who.name, "name"), (who.email, "email")] {
        guard !part.isEmpty, !part.utf8.contains(where: { $0 < 32 || $0 == 60 || $0 == 62 || $0 == 127 }) else {
          throw GitError(
            .invalid, "cannot write a commit by \(who.name) <\(who.email)>",
            "the \(what) is empty or has <, > or control characters")
        }
      }
      let minutes = abs(who.offset)
      let digits = String(minutes / 60 * 100 + minutes % 60)
      let zone = (who.offset < 0 ? "-" : "+") + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      return "\(who.name) <\(who.email)> \(who.seconds) \(zone)"
    }
    guard !message.utf8.contains(0) else { throw GitError(.invalid, "cannot write a commit", "its message has a NUL") }
    try require(tree, GIT_OBJECT_TREE, "tree")
    for parent in parents { try require(parent, GIT_OBJECT_COMMIT, "commit") }
    var text = "tree \(tree)\n"
    for parent in parents { text += "parent \(parent)\n" }
    text += "author \(try line(author))\ncommitter \(try line(committer))\n\n\(message)"
    return text
  }

  /// libgit2 itself looks at what an object names only when all of it has to be here, files too.
  private func require(_ id: ObjectID, _ type: git_object_t, _ what: String) throws(GitError) {
    let context = "cannot write a commit of \(name)"
    var (count, found, raw) = (0, GIT_OBJECT_INVALID, id.raw)
    try check(git_odb_read_header(&count, &found, odb, &raw), context)
    guard found == type else { throw GitError(.invalid, context, "\(id) is no \(what)") }
  }

  /// Writes a commit of this text into memory.
  func writeCommit(_ text: String, signature: String?) throws(GitError) -> ObjectID {
    var raw = git_oid()
    let code = git_commit_create_with_signature(&raw, repository, text, signature, signature == nil ? nil : "gpgsig")
    try check(code, "cannot write a commit of \(name)")
    made(ObjectID(raw))
    return ObjectID(raw)
  }
}

extension Signature {
  init(_ raw: UnsafePointer<git_signature>?) {
    self.init(
      name: raw?.pointee.name.map { String(cString: $0) } ?? "",
      email: raw?.pointee.email.map { String(cString: $0) } ?? "",
      seconds: Int(raw?.pointee.when.time ?? 0), offset: Int(raw?.pointee.when.offset ?? 0))
  }
}
