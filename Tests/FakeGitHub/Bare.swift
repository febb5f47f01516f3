import Foundation
import TestSupport

/// A bare repository, read and written by git itself.
final class Bare {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  struct Signature: Equatable {
    var name: String
    var email: String
    var seconds: Int

    var text: String { "\(name) <\(email)> \(seconds) +0000" }
  }

  struct Commit {
    var id: String
    var tree: String
    var parents: [String]
    var author: Signature
    var committer: Signature
    var message: String
    var isSigned: Bool
  }

  let path: String
  let refs: RefFiles
  private var objects: Child?
  private var commits: [String: Commit] = [:]
  private var ranges: [String: [String]] = [:]
  private var merges: [String: String?] = [:]
  private var ancestors: [String: Bool] = [:]
  private var bases: [String: String?] = [:]
  private var differences: [String: (added: Int, deleted: Int, files: [String])] = [:]

  init(_ path: String) {
    self.path = path
    refs = RefFiles(path)
  }

  private func git(_ arguments: [String], input: [UInt8] = []) throws -> (status: Int32, output: String) {
    let done = try Child.run(["git", "-C", path] + arguments, input: input)
    return (done.status, String(decoding: done.output, as: UTF8.self))
  }

  private func check(_ arguments: [String], input: [UInt8] = []) throws -> String {
    let done = try git(arguments, input: input)
    guard done.status == 0 else {
      throw Failure(description: "git \(arguments.joined(separator: " ")): status \(done.status)")
    }
    return done.output.trimmingCharacters(in: .newlines)
  }

  // MARK: Reading

  func branch(_ name: String) -> String? { refs.read("refs/heads/" + name) }

  /// Type and content of an object; nil where there is none.
  func object(_ id: String) throws -> (kind: String, bytes: [UInt8])? {
    if objects == nil { objects = try Child(["git", "-C", path, "cat-file", "--batch"]) }
    guard let objects, !id.contains("\n") else { return nil }
    try objects.write(Array((id + "\n").utf8))
    let words = (objects.line() ?? "").split(separator: " ")
    guard words.count == 3, let size = Int(words[2]), let bytes = objects.bytes(size), objects.bytes(1) != nil else { return nil }
    return (String(words[1]), bytes)
  }

  /// By an id, whole.
  func commit(_ id: String) throws -> Commit? {
    if let known = commits[id] { return known }
    guard id.count == 40, id.allSatisfy(\.isHexDigit), let object = try object(id), object.kind == "commit" else { return nil }
    let commit = Self.commit(id, String(decoding: object.bytes, as: UTF8.self))
    commits[id] = commit
    return commit
  }

  private static func commit(_ id: String, _ text: String) -> Commit {
    let end = text.range(of: "\n\n")
    var commit = Commit(
      id: id, tree: "", parents: [], author: signature(""), committer: signature(""),
      message: end.map { String(text[$0.upperBound...]) } ?? "", isSigned: false)
    for line in text[..<(end?.lowerBound ?? text.endIndex)].split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2 else { continue }
      switch words[0] {
      case "tree": commit.tree = words[1]
      case "parent": commit.parents.append(words[1])
      case "author": commit.author = signature(words[1])
      case "committer": commit.committer = signature(words[1])
      case "gpgsig": commit.isSigned = true
      default: break
      }
    }
    return commit
  }

  private static func signature(_ text: String) -> Signature {
    guard let open = text.firstIndex(of: "<"), let close = text.lastIndex(of: ">"), open < close else {
      return Signature(name: text, email: "", seconds: 0)
    }
    let seconds = text[text.index(after: close)...].split(separator: " ").first.flatMap { Int($0) } ?? 0
    return Signature(
      name: text[..<open].trimmingCharacters(in: .whitespaces), email: String(text[text.index(after: open)..<close]),
      seconds: seconds)
  }

  /// Commits of `head` that are not in `base`, oldest first.
  func commits(in head: String, notIn base: String) throws -> [String] {
    if base == head { return [] }
    let key = base + ".." + head
    if let known = ranges[key] { return known }
    let found = try check(["rev-list", "--topo-order", "--reverse", head, "^" + base]).split(separator: "\n").map(String.init)
    ranges[key] = found
    return found
  }

  func isAncestor(_ old: String, of new: String) throws -> Bool {
    if old == new { return true }
    if let known = ancestors[old + new] { return known }
    let answer = try git(["merge-base", "--is-ancestor", old, new]).status == 0
    ancestors[old + new] = answer
    return answer
  }

  func mergeBase(_ one: String, _ other: String) throws -> String? {
    if let known = bases[one + other] { return known }
    let done = try git(["merge-base", one, other])
    let found = done.status == 0 ? done.output.trimmingCharacters(in: .newlines) : nil
    bases[one + other] = found
    return found
  }

  /// Additions, deletions and files between the two.
  func changes(_ base: String, _ head: String) throws -> (added: Int, deleted: Int, files: [String]) {
    if let known = differences[base + head] { return known }
    let lines = try check(["diff", "--numstat", "--no-renames", base, head]).split(separator: "\n")
    var sums = (added: 0, deleted: 0, files: [String]())
    for line in lines {
      let words = line.split(separator: "\t", maxSplits: 2)
      guard words.count == 3 else { continue }
      sums.added += Int(words[0]) ?? 0
      sums.deleted += Int(words[1]) ?? 0
      sums.files.append(String(words[2]))
    }
    differences[base + head] = sums
    return sums
  }

  /// A file's blob.
  func file(_ path: String, at commit: String) throws -> [UInt8]? { try object("\(commit):\(path)").map(\.bytes) }

  // MARK: Writing

  /// The tree of the merge of two commits; nil: they conflict.
  func mergedTree(_ ours: String, _ theirs: String) throws -> String? {
    if let known = merges[ours + theirs] { return known }
    let done = try git(["merge-tree", "--write-tree", "--no-messages", ours, theirs])
    guard done.status <= 1 else { throw Failure(description: "git merge-tree: status \(done.status)") }
    let tree = done.status == 0 ? done.output.split(separator: "\n").first.map(String.init) : nil
    merges[ours + theirs] = tree
    return tree
  }

  func write(_ tree: String, parents: [String], author: Signature, committer: Signature, message: String) throws -> String {
    let text =
      "tree \(tree)\n" + parents.map { "parent \($0)\n" }.joined() + "author \(author.text)\ncommitter \(committer.text)\n\n"
      + message + (message.hasSuffix("\n") ? "" : "\n")
    return try check(["hash-object", "-t", "commit", "-w", "--stdin"], input: Array(text.utf8))
  }

  /// The tree of what changed from `old` to `new`, applied to `base`; nil: it conflicts.
  ///
  /// git 2.39 merges trees only by a base that it finds itself: two commits that nothing names have that one for parent.
  func appliedTree(from old: Commit, to new: Commit, onto base: Commit) throws -> String? {
    let nobody = Signature(name: "fake", email: "fake@example.test", seconds: 0)
    let ours = try write(base.tree, parents: [old.id], author: nobody, committer: nobody, message: "ours")
    let theirs = try write(new.tree, parents: [old.id], author: nobody, committer: nobody, message: "theirs")
    return try mergedTree(ours, theirs)
  }

  /// One commit to import: files written, or (nil) taken out.
  struct Import {
    var branch: String
    var parent: String?
    var signature: Signature
    var message: String
    var files: [String: String?]
  }

  /// Writes commits and moves their branches, which must not have moved since their parents; all in one process.
  ///
  /// - Returns: the commits; nil when a branch is not where it was.
  func commit(_ imports: [Import]) throws -> [String]? {
    var text: [UInt8] = []
    for (place, one) in imports.enumerated() {
      text += "commit refs/heads/\(one.branch)\nmark :\(place + 1)\nauthor \(one.signature.text)\n".utf8
      text += "committer \(one.signature.text)\ndata \(one.message.utf8.count + 1)\n\(one.message)\n".utf8
      if let parent = one.parent { text += "from \(parent)\n".utf8 }
      for (name, file) in one.files.sorted(by: { $0.key < $1.key }) {
        guard let file else {
          text += "D \(name)\n".utf8
          continue
        }
        text += "M 100644 inline \(name)\ndata \(file.utf8.count)\n\(file)\n".utf8
      }
      text += "\nget-mark :\(place + 1)\n".utf8
    }
    let done = try git(["fast-import", "--quiet", "--date-format=raw"], input: text)
    let found = done.output.split(separator: "\n").map(String.init)
    return done.status == 0 && found.count == imports.count ? found : nil
  }

  /// Moves references all or none; false: another was faster, or one is not what it was.
  ///
  /// - Parameter changes: nil as the new value deletes, nil as the old one says that there was none.
  func move(_ changes: [(name: String, old: String?, new: String?)]) throws -> Bool {
    let zero = String(repeating: "0", count: 40)
    let lines = changes.map { change in
      change.new.map { "update \(change.name) \($0) \(change.old ?? zero)\n" } ?? "delete \(change.name) \(change.old ?? zero)\n"
    }
    return try git(["update-ref", "--stdin"], input: Array(lines.joined().utf8)).status == 0
  }
}
