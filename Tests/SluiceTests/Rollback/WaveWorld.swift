import Foundation
import TestSupport
import Testing

/// A world whose prod moves in three waves: one cluster, three, all six.
struct WaveWorld {
  let world: World
  static let prod = ["p1", "p2", "p3", "p4", "p5", "p6"]
  static let sizes = [1, 3, 6]

  init(more: String = "", approvals: Int = 0, movable: Bool = false) throws {
    world = try World(
      World.Plan(
        tiers: [("dev", ["d1"]), ("prod", Self.prod)],
        stageSettings: ["prod": "merge: {approvals: \(approvals)}\nwaves: [{to: 1}, {to: 50%}, {to: 100%}]\n"], more: more,
        movable: movable))
    try world.begin()
  }

  /// The clusters of prod that the base gives a version, by what git says and not sluice.
  func desiring(_ version: String, at commit: String = "main") throws -> Set<String> {
    let tier = try world.file("tiers/prod.yaml", at: commit)
    var found: Set<String> = []
    for cluster in Self.prod {
      let own = try world.file("clusters/\(cluster).yaml", at: commit)
      if (own.contains("app:") ? own : tier).contains(version) { found.insert(cluster) }
    }
    return found
  }

  /// Runs until so many clusters of prod desire the version and run it.
  func reach(_ version: String, count: Int, atMost limit: Int = 20) throws {
    let reached = try world.runs(atMost: limit) {
      try desiring(version).count == count && desiring(version).allSatisfy { try world.cluster($0) == version }
    }
    let there = try desiring(version)
    let why = try world.check("explain", "prod")
    try #require(reached != nil, "\(there.sorted()) desire \(version): \(why)")
  }

  /// The merge commits of prod's promotions of a version, oldest first.
  func merges(_ version: String) throws -> [String] {
    try world.git("log", "--first-parent", "--reverse", "--format=%H %s", "main").split(separator: "\n").filter {
      $0.contains("Promote app to \(version) in prod")
    }.map { String($0.prefix(40)) }
  }

  /// The number of the request that a merge landed.
  func number(of merge: String) throws -> Int {
    let subject = try world.git("log", "-1", "--format=%s", merge)
    return try #require(Int(subject.drop { $0 != "#" }.dropFirst().prefix { $0.isNumber }))
  }

  /// The open take-back of prod.
  func takeBack() throws -> [String: Any]? { try open("take-back") }

  /// The open consolidation of prod.
  func consolidation() throws -> [String: Any]? { try open("consolidate") }

  private func open(_ kind: String) throws -> [String: Any]? {
    try world.requests().first { $0["state"] as? String == "open" && ($0["branch"] as? String)?.contains("/\(kind)/") == true }
  }

  /// How many promotions there were, open or not.
  func promotions() throws -> Int {
    try world.requests().count { ($0["branch"] as? String)?.hasPrefix("sluice/world/promote/") == true }
  }

  /// Whether no cluster of prod has a version of its own.
  func isTidy() throws -> Bool { try Self.prod.allSatisfy { try !world.file("clusters/\($0).yaml").contains("app:") } }

  /// How many overrides of prod the ledger knows to be Sluice's.
  func recordedOverrides() throws -> Int {
    try world.git("ls-tree", "-r", "--name-only", "sluice-ledger").split(separator: "\n").count { $0.contains("/overrides/") }
  }

  /// How people take a merge back.
  enum Style: String, CaseIterable, Sendable { case button, gitRevert, squash, byHand }

  func revert(_ merge: String, _ style: Style) throws {
    switch style {
    case .button:
      let number = try number(of: merge)
      try world.check("forge", "revert", "\(number)", "--as", "eve")
      let title = "Revert \"\(try world.title(number))\""
      let request = try #require(try world.requests().first { $0["title"] as? String == title })
      #expect((request["branch"] as? String)?.hasPrefix("revert-\(number)-") == true)
      try world.check("forge", "merge", "\(try #require(request["number"] as? Int))", "--as", "eve")
    case .gitRevert:
      try world.commit("unused") { work in
        try Command.check(["git", "-C", work.path, "revert", "--no-commit", "-m", "1", merge])
      }
    case .squash:
      // What a squash merge leaves: other words, no trace of the commit.
      try world.commit("Things to do (#99)") { work in
        try Command.check(["git", "-C", work.path, "revert", "--no-commit", "-m", "1", merge])
        try work.write("a note\n", to: "NOTES.md")
      }
    case .byHand:
      let before = try desiring("1.1.0", at: merge).subtracting(try desiring("1.1.0", at: "\(merge)^1"))
      try world.commit("hm") { work in
        if try work.text("tiers/prod.yaml") != world.file("tiers/prod.yaml", at: "\(merge)^1") {
          try work.write(world.file("tiers/prod.yaml", at: "\(merge)^1"), to: "tiers/prod.yaml")
        }
        for cluster in before {
          try work.write(world.file("clusters/\(cluster).yaml", at: "\(merge)^1"), to: "clusters/\(cluster).yaml")
        }
      }
    }
  }
}
