import Foundation
import TestSupport
import Testing

@Suite("L5 single, L10 restartable: runs at the same time")
struct ConcurrencyTests {
  @Test(arguments: [2, 4])
  func `several runs at once come to the same end as one, with one start of each upgrade`(_ count: Int) throws {
    let journey = try KillTests.journey.get()
    let world = try World(copyOf: journey.before[0])
    for round in journey.before.indices {
      let runs = try (0..<count).map { _ in try world.start("run") }
      for run in runs {
        let done = try run.wait()
        #expect(done.status == 0, "round \(round): \(done.output)\(done.errors)")
      }
      try world.advance(Story.apart)
    }
    var end = try EndState(world)
    // A round that lost all its races says so and leaves the rest to the next.
    for _ in 0..<2 where end != journey.end {
      try world.check("run")
      try world.advance(Story.apart)
      end = try EndState(world)
    }
    let difference = end.difference(from: journey.end)
    #expect(difference == nil, "\(difference ?? "")")
    #expect(end.upgrades == journey.end.upgrades)
  }

  /// One run has looked at the clusters and is about to write; meanwhile another, later or in the same second, has seen one
  /// of them sick and has written that (trap 11).
  @Test(arguments: [0, 60])
  func `a slow run does not write healthy over what another saw later (trap 11)`(_ later: Int) throws {
    let world = try World(copyOf: try KillTests.journey.get().before[1])
    try Command.check(["mkfifo", "reached", "goOn"], in: world.path)
    // The answer is there, and held back.
    let held = """
      #!/bin/sh
      set -eu
      answer=$("$WORLD/scripts/observe.real" "$1")
      if [ "$1" = d1 ] && [ -n "${HELD:-}" ]; then : > "$WORLD/reached"; read -r _ < "$WORLD/goOn"; fi
      printf '%s' "$answer"

      """
    try Command.check(["mv", "scripts/observe", "scripts/observe.real"], in: world.path)
    try Command.check(["chmod", "+x", try world.folder.write(held, to: "scripts/observe")])
    let slow = try world.start("run", "--only", "check", environment: ["HELD": "1"])
    try Command.check(["timeout", "60", "cat", "reached"], in: world.path)
    try world.mark("d1", "sick")
    try world.advance(later)
    try world.check("run", "--only", "check")
    #expect(try Self.health(of: "d1", world) == false)
    try Command.check(["timeout", "60", "sh", "-c", "echo > goOn"], in: world.path)
    let done = try slow.wait()
    #expect(done.status == 0, "\(done.output)\(done.errors)")
    #expect(try Self.health(of: "d1", world) == false)
    #expect(!(try world.hasQualified("dev", "1.0.0")))
    _ = try world.git("fsck", "--no-dangling", "--strict")
  }

  /// What the ledger says of a cluster.
  private static func health(of cluster: String, _ world: World) throws -> Bool? {
    let files = try world.git("ls-tree", "-r", "--name-only", "sluice-ledger", "world/clusters/").split(separator: "\n")
    let path = files.first { $0.hasSuffix("/\(cluster).json") }
    let text = try world.git("show", "sluice-ledger:\(try #require(path))")
    let record = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return record?["healthy"] as? Bool
  }
}
