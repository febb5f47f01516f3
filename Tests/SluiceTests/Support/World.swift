import FakeGitHub
import Foundation
import Synchronization
import TestSupport
import Testing

/// A small world of its own: a config repository, a repository whose tags are releases, clusters that are files, a policy, and
/// a clock that only the test moves. Everything in it is real: git, processes, files; nothing is shared with another world.
final class World: Sendable {
  let folder: TemporaryFolder
  var path: String { folder.path }
  var fleet: String { path + "/fleet.git" }

  /// What a world is made of. The default: four clusters in dev, two in staging, two in prod; one component `app`.
  struct Plan: Sendable {
    var tiers: [(name: String, clusters: [String])] = [
      ("dev", ["d1", "d2", "d3", "d4"]), ("staging", ["s1", "s2"]), ("prod", ["p1", "p2"]),
    ]
    var version = "1.0.0"
    /// Added to the policy under each stage, by stage; `{approvals}` of prod is 1 unless given here.
    var stageSettings: [String: String] = [:]
    var soak = "1m"
    var deadline = "10m"
    /// More lines of the policy's top level.
    var more = ""
    var applies = true
    /// Whether the policy names nothing by its whole path, so that a copy of the world is a world (`World(copyOf:)`).
    var movable = false
  }

  let plan: Plan
  /// Where its pull requests are; nil: in the repository itself.
  let hub: FakeGitHub?
  /// The story itself puts a secret into a file.
  let holdsSecrets = Atomic<Bool>(false)

  /// - Parameter certificate: of a GitHub behind TLS; it is on one then.
  init(_ plan: Plan = Plan(), github certificate: FakeCertificate? = nil) throws {
    self.plan = plan
    folder = try TemporaryFolder()
    let isOnGitHub = ForgeKind.current == .github || certificate != nil
    hub = isOnGitHub ? try Self.makeHub(folder.path, certificate) : nil
    try writeFleet()
    try writeScripts()
    try folder.write(policy(), to: "policy.yaml")
    try setClock(1_750_000_000)
    try Command.check(["git", "init", "-q", "--bare", "-b", "main", path + "/app.git"])
    for tier in plan.tiers { for cluster in tier.clusters { try setCluster(cluster, version: plan.version) } }
  }

  /// The same world in a folder of its own, as it is now; of a movable one, or of one on a forge where no request is yet.
  init(copyOf other: World) throws {
    plan = other.plan
    folder = try TemporaryFolder()
    try Command.check(["cp", "-a", other.path + "/.", folder.path])
    hub = other.hub == nil ? nil : try Self.makeHub(folder.path)
    if hub != nil { try folder.write(policy(), to: "policy.yaml") }
  }

  /// Whatever the story was: no byte that was written in it is a secret.
  deinit {
    guard hub != nil, !holdsSecrets.load(ordering: .relaxed) else { return }
    hub?.stop()
    do {
      let leaks = try leaks()
      if !leaks.isEmpty { Issue.record("a secret is in \(leaks.joined(separator: ", ")) of a world on GitHub") }
    } catch { Issue.record(error, "the world could not be searched for secrets") }
  }

  // MARK: Making

  private func writeFleet() throws {
    if hub == nil { try Command.check(["git", "init", "-q", "--bare", "-b", "main", fleet]) }
    try commit("The fleet") { work in
      try work.write(
        "# what every cluster has\nversions:\n  app: \(plan.version)   # the application\nregion: eu\n", to: "defaults.yaml")
      for tier in plan.tiers {
        try work.write("# \(tier.name)\nversions:\n  app: \"\(plan.version)\"\n", to: "tiers/\(tier.name).yaml")
        for cluster in tier.clusters {
          try work.write("name: \(cluster)\ntier: \(tier.name)\n", to: "clusters/\(cluster).yaml")
        }
      }
    }
  }

  private func writeScripts() throws {
    let observe = """
      #!/bin/sh
      set -eu
      f="$WORLD/clusters/$1"
      [ -e "$f.silent" ] && exit 1
      read -r v < "$f.version" || [ -n "$v" ]
      if [ -e "$f.sick" ] || [ -e "$WORLD/bad/$v" ]; then h=false; r='"sick"'; else h=true; r=''; fi
      printf '{"versions":{"app":"%s"},"healthy":%s,"reasons":[%s]}' "$v" "$h" "$r"

      """
    let upgrade = """
      #!/bin/sh
      set -eu
      printf '%s %s\\n' "$1" "$SLUICE_VERSION_APP" >> "$WORLD/upgrades.log"
      [ -e "$WORLD/clusters/$1.stuck" ] && exit 0
      printf '%s' "$SLUICE_VERSION_APP" > "$WORLD/clusters/$1.version.new"
      mv "$WORLD/clusters/$1.version.new" "$WORLD/clusters/$1.version"

      """
    for (name, text) in [("observe", observe), ("upgrade", upgrade)] {
      try Command.check(["chmod", "+x", try folder.write(text, to: "scripts/\(name)")])
    }
    try folder.write("", to: "clusters/.keep")
    try folder.write("", to: "bad/.keep")
  }

  func policy() -> String {
    // Relative paths count from the policy's folder.
    let path = plan.movable ? "." : path
    var text = """
      name: world
      repository: {url: "\(hub?.url ?? "\(path)/fleet.git")", branch: main}
      forge: \(hub.map { "{kind: github, api: \"\($0.api)\", credentials: {token: {env: FORGE_TOKEN}}}" } ?? "{kind: local}")
      fleet:
        clusters: clusters/{cluster}.yaml
        layers: [defaults.yaml, "tiers/{tier}.yaml", "clusters/{cluster}.yaml"]
      components:
        app:
          field: versions.app
          upstream: {gitTags: {url: "\(path)/app.git", tag: "v{version}"}}
      connect: {run: ["\(path)/scripts/observe", "{cluster}"], timeout: 20s}
      stages:

      """
    for (index, tier) in plan.tiers.enumerated() {
      text += "  - name: \(tier.name)\n    select: {tier: \(tier.name)}\n    soak: \(plan.soak)\n    deadline: \(plan.deadline)\n"
      if index > 0 { text += "    after: \(plan.tiers[index - 1].name)\n" }
      if plan.applies { text += "    apply: {run: [\"\(path)/scripts/upgrade\", \"{cluster}\"], timeout: 1m}\n" }
      let settings = plan.stageSettings[tier.name] ?? "merge: {approvals: \(tier.name == "prod" ? 1 : 0)}"
      text += settings.split(separator: "\n").map { "    \($0)\n" }.joined()
    }
    return text + plan.more
  }

  // MARK: Acting on the world

  /// Releases a version: a tag in the application's repository.
  func release(_ version: String) throws {
    let git = ["git", "-C", path + "/app.git"]
    let tree = try Command.check(git + ["hash-object", "-t", "tree", "-w", "/dev/null"]).trimmed
    let commit = try Command.check(git + ["commit-tree", "-m", "Release \(version)", tree]).trimmed
    try Command.check(git + ["tag", "v\(version)", commit])
  }

  /// Makes a commit on the base branch as a person does, from a work tree.
  @discardableResult
  func commit(_ message: String, branch: String = "main", _ change: (TemporaryFolder) throws -> Void) throws -> String {
    let work = try TemporaryFolder()
    let exists = try Command.run(["git", "-C", fleet, "rev-parse", "--verify", "-q", "refs/heads/\(branch)"]).status == 0
    try Command.check(["git", "init", "-q", "-b", branch, work.path])
    if exists { try Command.check(["git", "-C", work.path, "pull", "-q", fleet, branch]) }
    try change(work)
    try Command.check(["git", "-C", work.path, "add", "-A"])
    try Command.check(["git", "-C", work.path, "commit", "-q", "-m", message])
    try Command.check(["git", "-C", work.path, "push", "-q", pushAddress, branch])
    return try Command.check(["git", "-C", work.path, "rev-parse", "HEAD"]).trimmed
  }

  /// Over a forge's own git, as people do.
  private var pushAddress: String {
    guard let hub, hub.url.hasPrefix("http:") else { return fleet }
    return hub.url(of: "person")
  }

  func setClock(_ seconds: Int) throws { try folder.write("\(seconds)\n", to: "clock") }
  var clock: Int { get throws { Int(try folder.text("clock").trimmed) ?? 0 } }
  func advance(_ seconds: Int) throws { try setClock(try clock + seconds) }

  func setCluster(_ name: String, version: String) throws { try folder.write(version, to: "clusters/\(name).version") }
  func cluster(_ name: String) throws -> String { try folder.text("clusters/\(name).version") }
  /// `sick`: unhealthy; `silent`: its observer fails; `stuck`: an upgrade does nothing.
  func mark(_ cluster: String, _ mark: String) throws { try folder.write("", to: "clusters/\(cluster).\(mark)") }
  func unmark(_ cluster: String, _ mark: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/clusters/\(cluster).\(mark)")
  }
  /// A version that makes every cluster that runs it unhealthy.
  func makeBad(_ version: String) throws { try folder.write("", to: "bad/\(version)") }

  // MARK: Running

  var environment: [String: String] {
    [
      "WORLD": path, "SLUICE_POLICY": path + "/policy.yaml", "SLUICE_CACHE": path + "/cache", "SLUICE_CLOCK": path + "/clock",
      "USER": "dana", "FORGE_TOKEN": Self.token,
      // Programs of its own come first.
      "PATH": "\(path)/bin:\(Command.environment["PATH"] ?? "")",
    ]
  }

  @discardableResult
  func sluice(_ arguments: String..., environment more: [String: String] = [:]) throws -> Command {
    try Command.run([Binary.path] + arguments, in: path, environment: environment.merging(more) { $1 })
  }

  /// A run that must succeed; gives what it printed.
  @discardableResult
  func check(_ arguments: String...) throws -> String {
    if let hub, arguments.first == "forge" { return try hub.act(arguments, in: self) }
    return try Command.check([Binary.path] + arguments, in: path, environment: environment)
  }

  func start(_ arguments: String..., environment more: [String: String] = [:]) throws -> Running {
    try Command.start([Binary.path] + arguments, in: path, environment: environment.merging(more) { $1 })
  }

  /// Runs the chain as cron would, a minute apart, until a condition holds.
  ///
  /// - Returns: How many runs that took; nil when it did not hold within `limit` runs.
  @discardableResult
  func runs(atMost limit: Int = 30, apart seconds: Int = 60, until condition: () throws -> Bool) throws -> Int? {
    for count in 0..<limit {
      if try condition() { return count }
      try check("run")
      try advance(seconds)
    }
    return try condition() ? limit : nil
  }

  // MARK: Looking, at git and at the clusters rather than at what sluice says

  func git(_ arguments: String...) throws -> String { try Command.check(["git", "-C", fleet] + arguments) }

  /// The version that a tier's file gives on the base.
  func desired(_ tier: String) throws -> String {
    let text = try git("show", "main:tiers/\(tier).yaml")
    return text.split(separator: "\n").first { $0.contains("app:") }?.split(separator: "\"").dropFirst().first.map(String.init)
      ?? ""
  }

  /// Whether every cluster of a tier runs a version.
  func runs(_ tier: String, _ version: String) throws -> Bool {
    try (plan.tiers.first { $0.name == tier }?.clusters ?? []).allSatisfy { try cluster($0) == version }
  }

  /// Whether the ledger says that a version qualified in a stage.
  func hasQualified(_ stage: String, _ version: String) throws -> Bool {
    let files = try Command.run([
      "git", "-C", fleet, "grep", "-l", "-F", "\"\(version)\"", "sluice-ledger", "--", "world/qualified/\(stage)",
    ])
    return files.status == 0
  }

  /// Every reference and where it points, in order.
  func references() throws -> String { try git("for-each-ref", "--format=%(refname) %(objectname)") }

  /// The forge's requests, by number, as JSON objects.
  func requests() throws -> [[String: Any]] {
    if let hub { return hub.listed }
    let text = try check("forge", "list", "--all", "--format", "json")
    return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
  }

  /// The number of the open request of a stage.
  func openRequest(_ stage: String) throws -> Int? {
    try requests().first { $0["state"] as? String == "open" && ($0["branch"] as? String)?.contains("/\(stage)/") == true }?[
      "number"] as? Int
  }

  /// The upgrade commands that were started, in order: `cluster version`.
  func upgrades() throws -> [String] {
    guard FileManager.default.fileExists(atPath: path + "/upgrades.log") else { return [] }
    return try folder.text("upgrades.log").split(separator: "\n").map(String.init)
  }
}

extension String {
  var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
