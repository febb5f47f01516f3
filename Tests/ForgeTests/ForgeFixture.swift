import Forge
import Git
import TestSupport
import Testing

/// A real bare repository with one commit on main, and local forges in it. The time stands still.
struct ForgeFixture {
  static let now = 1_790_000_000

  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/config.git"
    try Command.check(["git", "init", "--quiet", "--bare", "--initial-branch=main", path])
    try Command.check(["git", "init", "--quiet", "--initial-branch=main", folder.path + "/work"])
    try work("remote", "add", "origin", path)
    try commit(["defaults.yaml": "version: 1\n"], on: "main")
  }

  /// A forge with an open repository of its own, as another process would have.
  func forge(tries: Int = 20) async throws -> LocalForge {
    let repository = try await Repository.open(try RemoteLocation(path, relativeTo: "/"))
    return LocalForge(repository: repository, tries: tries, clock: { Self.now })
  }

  @discardableResult
  private func work(_ arguments: String...) throws -> String {
    try Command.check(
      ["git", "-C", folder.path + "/work"] + arguments,
      environment: ["GIT_AUTHOR_DATE": "\(Self.now) +0000", "GIT_COMMITTER_DATE": "\(Self.now) +0000"])
  }

  /// Commits files on top of a branch (by default of the one itself) and pushes that; gives the commit.
  @discardableResult
  func commit(_ files: [String: String], on branch: String, from start: String? = nil) throws -> ObjectID {
    try work("fetch", "--quiet", "--prune", "origin")
    let from = start ?? branch
    if try reference("refs/heads/\(from)") != nil {
      try work("checkout", "--quiet", "-B", branch, "origin/\(from)")
    }
    for (name, text) in files { try folder.write(text, to: "work/" + name) }
    try work("add", "--all")
    try work("commit", "--quiet", "--allow-empty", "--message=Change \(files.keys.sorted().joined(separator: ", "))")
    try work("push", "--quiet", "--force", "origin", "HEAD:refs/heads/\(branch)")
    return try id(work("rev-parse", "HEAD"))
  }

  /// Merges a branch into main as a person with git does; gives the merge commit.
  func mergeByHand(_ branch: String) throws -> ObjectID {
    try work("fetch", "--quiet", "origin")
    try work("checkout", "--quiet", "-B", "main", "origin/main")
    try work("merge", "--quiet", "--no-ff", "--message=By hand", "origin/\(branch)")
    try work("push", "--quiet", "origin", "main")
    return try id(work("rev-parse", "HEAD"))
  }

  @discardableResult
  func git(_ arguments: String...) throws -> String { try Command.check(["git", "-C", path] + arguments) }

  func reference(_ name: String) throws -> ObjectID? {
    let text = try git("for-each-ref", "--format=%(objectname)", name)
    return text.isEmpty ? nil : try id(text)
  }

  func id(_ text: String) throws -> ObjectID {
    try #require(ObjectID(hex: String(text.prefix(40))))
  }

  func writes() throws -> Int {
    try reference(LocalForge.reference) == nil ? 0 : git("rev-list", LocalForge.reference).split(separator: "\n").count
  }

  func file(_ path: String) throws -> String { try git("show", "\(LocalForge.reference):\(path)") }

  static let branch = "sluice/demo/promote/prod/api"

  func proposal(_ branch: String = branch, title: String = "Promote api to 2 in prod") -> Proposal {
    Proposal(title: title, body: "Why.", base: "main", branch: branch)
  }

  /// A forge with one open request, #1, that changes a file.
  func withRequest() async throws -> (forge: LocalForge, head: ObjectID) {
    let head = try commit(["prod.yaml": "version: 2\n"], on: Self.branch, from: "main")
    let forge = try await forge()
    _ = try await forge.create(proposal())
    return (forge, head)
  }
}
