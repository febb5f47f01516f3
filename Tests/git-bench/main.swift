import Foundation
import Git
import HTTP
import TestSupport

// What scripts/bench-http times: one run against a repository over http, as a process of its own, like git's.

let usage = "usage: git-bench quiet|fetch|push|first URL CACHE, or git-bench make COMMITS FILES BYTES"

/// A history for `git fast-import`: files whose bytes can't be compressed, and commits that each change one.
func make(commits: Int, files: Int, bytes: Int) {
  var random = Seeded(42)
  func put(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
  func content() -> Data { Data((0..<bytes / 8).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }) }
  func file(_ number: Int) {
    put("M 100644 inline clusters/region-\(number % 100)/cluster-\(number).yaml\ndata \(bytes / 8 * 8)\n")
    FileHandle.standardOutput.write(content())
    put("\n")
  }
  for number in 0..<commits {
    put("commit refs/heads/main\ncommitter Bench <bench@localhost> \(1_700_000_000 + number) +0000\ndata 6\nchange\n")
    if number == 0 { for file_ in 0..<files { file(file_) } } else { file(Int.random(in: 0..<files, using: &random)) }
    put("\n")
  }
}

func milliseconds(since start: ContinuousClock.Instant) -> String {
  let (seconds, attoseconds) = (ContinuousClock.now - start).components
  return String(format: "%.1f", Double(seconds) * 1000 + Double(attoseconds) / 1e15)
}

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.count == 4, arguments[0] == "make", let commits = Int(arguments[1]), let files = Int(arguments[2]),
  let bytes = Int(arguments[3])
{
  make(commits: commits, files: files, bytes: bytes)
  exit(0)
}
guard arguments.count == 3 else {
  print(usage)
  exit(64)
}

let bench = Signature(name: "bench", email: "bench@localhost", seconds: 1_700_000_000)
let start = ContinuousClock.now
let repository = try await Repository.open(
  try RemoteLocation(arguments[1], relativeTo: "/"), cache: arguments[2], http: HTTPAccess(client: HTTPClient()))
await repository.watch(["refs/heads/main", "refs/heads/sluice-ledger", "refs/heads/sluice/"])
let references = try await repository.fetch(prefixes: ["refs/heads/main"])
guard let tip = references["refs/heads/main"] else {
  print("no main")
  exit(1)
}
switch arguments[0] {
case "quiet": break
case "fetch":
  // The file that the last commit changed.
  let commit = try await repository.commit(tip)
  if let parent = commit.parents.first {
    _ = try await repository.blobs(try await repository.diff(parent, tip).compactMap(\.new))
  }
case "first":
  let files = try await repository.files(in: tip)
  print("commits and trees: \(milliseconds(since: start)) ms")
  _ = try await repository.blobs(files.prefix(1000).map(\.id))
case "push":
  let path = "clusters/region-1/cluster-1.yaml"
  let tree = try await repository.writeTree(base: tip, changes: [path: .write(Array("\(UUID())\n".utf8))])
  let commit = try await repository.writeCommit(
    tree: tree, parents: [tip], message: "bench\n", author: bench, committer: bench)
  print("asked, made: \(milliseconds(since: start)) ms")
  let outcomes = try await repository.push([RefUpdate("refs/heads/main", from: tip, to: commit)])
  guard outcomes == [.updated] else {
    print("\(outcomes)")
    exit(1)
  }
default:
  print(usage)
  exit(64)
}
print("in the process: \(milliseconds(since: start)) ms")
