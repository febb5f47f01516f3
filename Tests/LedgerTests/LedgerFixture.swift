import Git
import Ledger
import Promotion
import TestSupport

/// A real bare repository, and stores on its ledger. The time stands still.
struct LedgerFixture {
  static let now = 1_790_000_000

  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/config.git"
    try Command.check(["git", "init", "--quiet", "--bare", "--initial-branch=main", path])
  }

  func repository() async throws -> Repository {
    try await Repository.open(try RemoteLocation(path, relativeTo: "/"))
  }

  /// A store with an open repository of its own, as another process would have.
  func store(policy: String = "demo", tries: Int = 20) async throws -> LedgerStore {
    LedgerStore(repository: try await repository(), policy: policy, tries: tries, clock: { Self.now })
  }

  @discardableResult
  func git(_ arguments: String...) throws -> String {
    try Command.check(
      ["git", "-C", path] + arguments,
      environment: ["GIT_AUTHOR_DATE": "\(Self.now) +0000", "GIT_COMMITTER_DATE": "\(Self.now) +0000"])
  }

  func tip() throws -> String {
    try git("for-each-ref", "--format=%(objectname)", "refs/heads/sluice-ledger").trimmed
  }

  func commits() throws -> Int { Int(try git("rev-list", "--count", "sluice-ledger").trimmed) ?? -1 }

  func text(_ file: String) throws -> String { try git("show", "sluice-ledger:\(file)") }

  /// Writes a file into the ledger behind the program's back, as a person with git would.
  func overwrite(_ file: String, _ text: String) throws {
    let copy = folder.path + "/work"
    try Command.check(["rm", "-rf", copy])
    try Command.check(["git", "clone", "--quiet", "--branch=sluice-ledger", path, copy])
    try folder.write(text, to: "work/" + file)
    try Command.check(["git", "-C", copy, "add", "--all"])
    try Command.check(["git", "-C", copy, "commit", "--quiet", "--message=By hand"])
    try Command.check(["git", "-C", copy, "push", "--quiet", "origin", "sluice-ledger"])
  }
}

extension String {
  var trimmed: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

func at(_ seconds: Int) -> Timestamp { Timestamp(seconds: LedgerFixture.now + seconds) }

func tuple(_ versions: [String: String]) -> VersionTuple { VersionTuple(versions.mapValues { Version($0) }) }

/// A cluster with one group, read once.
func cluster(_ name: String, healthy: Bool = true, at seconds: Int = 0, version: String = "1.0.0") -> RecordedCluster {
  let reading = Reading(
    versions: ["api": Version(version)],
    groups: ["api": GroupHealth(healthy: healthy, reasons: healthy ? [] : ["pods crash"], since: at(seconds))],
    last: at(seconds))
  let desired = DesiredTuple(tuple: tuple(["api": version]), since: at(-60))
  return RecordedCluster(
    cluster: name, record: ClusterRecord(reading: reading, desired: ["api": desired], first: at(-600)), at: at(seconds),
    known: true)
}
