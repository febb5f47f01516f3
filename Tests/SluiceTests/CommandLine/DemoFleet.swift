import Foundation
import TestSupport
import Testing

/// The repository's own demo, policies/demo, with a clock that only the test moves: what scripts/demo shows, without waiting.
struct DemoFleet {
  static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  let folder: TemporaryFolder
  private var path: String { folder.path }

  init() throws {
    folder = try TemporaryFolder()
    let path = folder.path
    try Command.check(["cp", "-RL", Self.checkout + "/policies/demo/.", path])
    for name in ["fleet", "automation"] {
      try Command.check(["git", "init", "-q", "--bare", "-b", "main", "\(path)/\(name).git"])
    }
    let git = ["git", "-C", path + "/fleet"]
    try Command.check(["git", "init", "-q", "-b", "main", path + "/fleet"])
    try Command.check(git + ["add", "-A"])
    try Command.check(git + ["commit", "-q", "-m", "The fleet"])
    try Command.check(git + ["push", "-q", path + "/fleet.git", "main"])
    try setClock(1_772_460_000)  // 2026-03-02 14:00:00 UTC
    for cluster in try Command.check(git + ["ls-files", "clusters"]).split(separator: "\n") {
      let name = (String(cluster) as NSString).lastPathComponent.replacing(".yaml", with: "")
      try Command.check([path + "/scripts/upgrade", name], environment: environment.merging(Self.atFirst) { $1 })
    }
    try release("1.0.0")
  }

  private static let atFirst = ["SLUICE_VERSION_KUBERNETES": "1.31.3", "SLUICE_VERSION_AUTOMATION": "1.0.0"]

  private var environment: [String: String] {
    [
      "SLUICE_POLICY": path + "/policy.yaml", "SLUICE_CACHE": path + "/cache", "SLUICE_CLOCK": path + "/clock",
      "DEMO_CLUSTERS": path + "/clusters", "USER": "dana",
    ]
  }

  private func setClock(_ seconds: Int) throws {
    try folder.write("\(seconds)\n", to: "clock")
    try FileManager.default.createDirectory(atPath: path + "/clusters", withIntermediateDirectories: true)
  }

  func release(_ version: String) throws {
    let git = ["git", "-C", path + "/automation.git"]
    let tree = try Command.check(git + ["hash-object", "-t", "tree", "-w", "/dev/null"]).trimmed
    let commit = try Command.check(git + ["commit-tree", "-m", "Release \(version)", tree]).trimmed
    try Command.check(git + ["tag", "v\(version)", commit])
  }

  @discardableResult
  func sluice(_ arguments: String...) throws -> String {
    try Command.check([Binary.path] + arguments, in: path, environment: environment)
  }

  /// A run as cron would start it, three seconds after the one before: longer than the demo's soaks.
  func run() throws {
    try sluice("run")
    try setClock(try #require(Int(try folder.text("clock").trimmed)) + 3)
  }
}
