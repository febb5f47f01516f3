import Foundation
import TestSupport
import Testing

@Suite("Trap 33: two policies on one repository")
struct TwoPoliciesTests {
  /// `world` promotes `app`, and `other` promotes `lib` in the same clusters and files.
  private static func world() throws -> World {
    let world = try World(World.Plan(tiers: [("dev", ["d1"]), ("prod", ["p1", "p2"])]))
    try world.addLib("1.0.0")
    try world.changePolicy("groups: {pair: [app, lib]}\n", "")
    let lines = try world.folder.text("policy.yaml").split(separator: "\n", omittingEmptySubsequences: false)
    func without(_ component: Substring) throws -> String {
      let start = try #require(lines.firstIndex(of: component))
      return (lines[..<start] + lines[(start + 3)...]).joined(separator: "\n")
    }
    try world.folder.write(try without("  lib:"), to: "policy.yaml")
    let other = try without("  app:").replacingOccurrences(of: "name: world", with: "name: other")
    try world.folder.write(other, to: "other.yaml")
    let upgrade = """
      #!/bin/sh
      set -eu
      [ -z "${SLUICE_VERSION_APP-}" ] || printf '%s' "$SLUICE_VERSION_APP" > "$WORLD/clusters/$1.version"
      [ -z "${SLUICE_VERSION_LIB-}" ] || printf '%s' "$SLUICE_VERSION_LIB" > "$WORLD/clusters/$1.lib"

      """
    try world.folder.write(upgrade, to: "scripts/upgrade")
    try world.releaseLib("1.0.0")
    try world.release("1.0.0")
    try Self.run(world, times: 2)
    return world
  }

  private static func other(_ world: World, _ arguments: String...) throws -> String {
    let policy = ["SLUICE_POLICY": world.path + "/other.yaml"]
    return try Command.check([Binary.path] + arguments, in: world.path, environment: world.environment.merging(policy) { $1 })
  }

  /// Both policies' runs, at once.
  private static func run(_ world: World, times: Int) throws {
    for _ in 0..<times {
      let other = try world.start("run", environment: ["SLUICE_POLICY": world.path + "/other.yaml"])
      let own = try world.start("run")
      for run in [own, other] {
        let done = try run.wait()
        #expect([0, 75].contains(done.status), "\(done.output)\(done.errors)")
      }
      try world.advance(60)
    }
  }

  private static func open(_ world: World) throws -> [String] {
    try world.requests().filter { $0["state"] as? String == "open" }.compactMap { $0["branch"] as? String }.sorted()
  }

  @Test func `each promotes its own, and a take-back in one holds nothing in the other`() throws {
    let world = try Self.world()
    try world.release("1.1.0")
    try world.releaseLib("2.0.0")
    for _ in 0..<6 where try Self.open(world).count < 2 { try Self.run(world, times: 1) }
    #expect(try Self.open(world) == ["sluice/other/promote/prod/lib", "sluice/world/promote/prod/app"])
    for request in try world.requests() where request["state"] as? String == "open" {
      try world.check("forge", "approve", "\(request["number"] as? Int ?? 0)", "--as", "dana")
    }
    try Self.run(world, times: 3)
    // The first to land moved the base under the second, in the same file: it is written anew, and asks again.
    for request in try world.requests() where request["state"] as? String == "open" {
      try world.check("forge", "approve", "\(request["number"] as? Int ?? 0)", "--as", "dana")
    }
    try Self.run(world, times: 3)
    #expect(try world.tuple("prod") == ["app": "1.1.0", "lib": "2.0.0"])
    try world.commit("Take it back by hand") { work in
      let text = try work.text("tiers/prod.yaml")
      try work.write(text.replacingOccurrences(of: "1.1.0", with: "1.0.0"), to: "tiers/prod.yaml")
    }
    let count = try world.requests().count
    try Self.run(world, times: 3)
    #expect(try world.requests().count == count)
    #expect(try world.tuple("prod") == ["app": "1.0.0", "lib": "2.0.0"])
    #expect(try world.holds().count == 1)
    let others = try JSONSerialization.jsonObject(with: Data(Self.other(world, "hold", "list", "--format", "json").utf8))
    #expect(((others as? [String: Any])?["holds"] as? [Any])?.isEmpty == true)
    // A stop in one stops nothing in the other.
    try world.check("stop")
    try world.release("1.2.0")
    try world.releaseLib("2.1.0")
    try Self.run(world, times: 2)
    #expect(try world.tuple("dev") == ["app": "1.1.0", "lib": "2.1.0"])
  }
}
