import Foundation
import TestSupport
import Testing

/// Looking at a world by git alone, and at what sluice says by its JSON.
extension World {
  /// Two runs, a soak apart: the clusters were read, and every stage has qualified what it runs.
  func begin() throws {
    try release(plan.version)
    try check("run")
    try advance(60)
    try check("run")
    try advance(60)
  }

  /// As many runs as asked for, a minute apart.
  func run(times: Int, apart seconds: Int = 60) throws {
    for _ in 0..<times {
      try check("run")
      try advance(seconds)
    }
  }

  func branch(_ stage: String, _ group: String = "app") -> String { "sluice/world/promote/\(stage)/\(group)" }

  /// Where a branch points; nil: there is none.
  func tip(_ branch: String) throws -> String? {
    let found = try Command.run(["git", "-C", fleet, "rev-parse", "-q", "--verify", "refs/heads/\(branch)"])
    return found.status == 0 ? found.output.trimmed : nil
  }

  /// References that the world's people and jobs share, but for the ledger's.
  func referencesBesideLedger() throws -> String {
    try references().split(separator: "\n").filter { !$0.contains("refs/heads/sluice-ledger") }.joined(separator: "\n")
  }

  func ledgerCommits() throws -> Int { Int(try git("rev-list", "--count", "sluice-ledger").trimmed) ?? 0 }

  /// The commits of the base along first parents, oldest first.
  func baseHistory() throws -> [String] {
    try git("rev-list", "--first-parent", "--reverse", "main").split(separator: "\n").map(String.init)
  }

  /// The files that two commits differ in, with their differing lines alone: `-old`, `+new`.
  func differences(_ old: String, _ new: String) throws -> [String: [String]] {
    var lines: [String: [String]] = [:]
    var file = ""
    for line in try git("diff", "--no-color", "-U0", "--no-prefix", old, new).split(separator: "\n").map(String.init) {
      if line.hasPrefix("+++ ") || line.hasPrefix("--- ") {
        let name = String(line.dropFirst(4))
        if name != "/dev/null" { file = name }
      } else if line.hasPrefix("+") || line.hasPrefix("-") {
        lines[file, default: []].append(line)
      }
    }
    return lines
  }

  /// A file on the base.
  func file(_ path: String, at commit: String = "main") throws -> String { try git("show", "\(commit):\(path)") }

  /// What `explain` says of a stage, as data.
  func decision(_ stage: String, _ group: String = "app") throws -> [String: Any] {
    let text = try check("explain", stage, group, "--format", "json")
    let explanation = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let slots = explanation?["slots"] as? [[String: Any]]
    return try #require(slots?.first?["decision"] as? [String: Any])
  }

  /// The reasons of one kind that a stage waits for.
  func reasons(_ stage: String, _ kind: String, group: String = "app") throws -> [[String: Any]] {
    let reasons = try decision(stage, group)["reasons"] as? [[String: Any]] ?? []
    return reasons.filter { $0["kind"] as? String == kind }.compactMap { $0["data"] as? [String: Any] }
  }

  func request(_ number: Int) throws -> [String: Any] {
    try #require(try requests().first { $0["number"] as? Int == number })
  }

  /// The request's state and title at the forge.
  func state(_ number: Int) throws -> String { try request(number)["state"] as? String ?? "" }
  func title(_ number: Int) throws -> String { try request(number)["title"] as? String ?? "" }
}

/// Changing what a world is made of, after it was made.
extension World {
  /// Replaces a text of the policy file, which must be there.
  func changePolicy(_ old: String, _ new: String) throws {
    let text = try folder.text("policy.yaml")
    try #require(text.contains(old), "the policy has no \(old)")
    try folder.write(text.replacingOccurrences(of: old, with: new), to: "policy.yaml")
  }

  /// Writes a tier's version into its file, as a person does by hand.
  @discardableResult
  func bumpByHand(_ tier: String, from old: String, to new: String) throws -> String {
    try commit("Take \(tier) to \(new) by hand") { work in
      let text = try work.text("tiers/\(tier).yaml")
      try #require(text.contains("\"\(old)\""))
      try work.write(text.replacingOccurrences(of: "\"\(old)\"", with: "\"\(new)\""), to: "tiers/\(tier).yaml")
    }
  }

  /// Gives one cluster a version of its own, as a person does.
  @discardableResult
  func override(_ cluster: String, _ version: String, comment: String = "") throws -> String {
    try commit("Set \(cluster) to \(version) by hand") { work in
      let path = "clusters/\(cluster).yaml"
      let lines = try work.text(path).split(separator: "\n").filter { !$0.contains("versions:") && !$0.contains("app:") }
      let own = ["versions:", "  app: \"\(version)\"\(comment)"]
      try work.write((lines.map(String.init) + own).joined(separator: "\n") + "\n", to: path)
    }
  }

  /// Replaces what observes the clusters. `$f` is the cluster's file without its ending, `$v` what it runs.
  func observe(_ body: String) throws {
    try folder.write("#!/bin/sh\nf=\"$WORLD/clusters/$1\"\nread -r v < \"$f.version\"\n\(body)\n", to: "scripts/observe")
  }

  /// Adds a second component, `lib`, that moves with `app` as the group `pair`.
  func addLib(_ version: String) throws {
    try Command.check(["git", "init", "-q", "--bare", "-b", "main", path + "/lib.git"])
    try commit("Every cluster has lib") { work in
      for tier in plan.tiers {
        let text = try work.text("tiers/\(tier.name).yaml")
        try work.write(text + "  lib: \"\(version)\"\n", to: "tiers/\(tier.name).yaml")
      }
    }
    let lib = "  lib:\n    field: versions.lib\n    upstream: {gitTags: {url: \"\(path)/lib.git\", tag: \"v{version}\"}}\n"
    try changePolicy("connect:", lib + "groups: {pair: [app, lib]}\nconnect:")
    for cluster in plan.tiers.flatMap(\.clusters) { try folder.write(version, to: "clusters/\(cluster).lib") }
    try observe(
      """
      read -r l < "$f.lib"
      h=true
      if [ -e "$f.sick" ] || [ -e "$WORLD/bad/$v" ] || [ -e "$WORLD/bad/$v+$l" ]; then h=false; fi
      printf '{"versions":{"app":"%s","lib":"%s"},"healthy":%s,"reasons":[]}' "$v" "$l" "$h"
      """)
    try folder.write(
      """
      #!/bin/sh
      set -eu
      printf '%s %s %s\\n' "$1" "$SLUICE_VERSION_APP" "$SLUICE_VERSION_LIB" >> "$WORLD/upgrades.log"
      printf '%s' "$SLUICE_VERSION_APP" > "$WORLD/clusters/$1.version"
      printf '%s' "$SLUICE_VERSION_LIB" > "$WORLD/clusters/$1.lib"

      """, to: "scripts/upgrade")
  }

  func releaseLib(_ version: String) throws {
    let git = ["git", "-C", path + "/lib.git"]
    let tree = try Command.check(git + ["hash-object", "-t", "tree", "-w", "/dev/null"]).trimmed
    let commit = try Command.check(git + ["commit-tree", "-m", "Release \(version)", tree]).trimmed
    try Command.check(git + ["tag", "v\(version)", commit])
  }

  /// The lines of a tier's file that give versions, without quotes: `app: 1.0.0`.
  func tuple(_ tier: String, at commit: String = "main") throws -> [String: String] {
    var tuple: [String: String] = [:]
    for line in try file("tiers/\(tier).yaml", at: commit).split(separator: "\n") where line.hasPrefix("  ") {
      let parts = line.split(separator: ":")
      tuple[String(parts[0]).trimmed] = String(parts[1]).trimmed.replacingOccurrences(of: "\"", with: "")
    }
    return tuple
  }
}
