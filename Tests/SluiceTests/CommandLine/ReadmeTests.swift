import FakeGitHub
import Foundation
import TestSupport
import Testing

/// What the README shows is so, and what it tells people to type works.
@Suite("README")
struct ReadmeTests {
  private struct Block {
    /// What stands behind the three backticks: `sh`, `sh no-run`, `text`.
    let kind: String
    let text: String
  }

  private static func blocks() throws -> [Block] {
    let readme = try String(contentsOfFile: DemoFleet.checkout + "/README.md", encoding: .utf8)
    let parts = readme.components(separatedBy: "\n```")
    // Outside and inside take turns; a text that ends inside has one that is not closed.
    try #require(parts.count % 2 == 1)
    return stride(from: 1, to: parts.count, by: 2).map { index in
      let lines = parts[index].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return Block(kind: String(lines[0]), text: lines.count > 1 ? String(lines[1]) : "")
    }
  }

  private static func block(_ kind: String) throws -> Block { try #require(try blocks().first { $0.kind == kind }) }

  @Test func `the two commands that do everything are exactly these, and CI runs both`() throws {
    let commands = try Self.block("sh").text.split(separator: "\n")
    #expect(commands == ["scripts/demo", "scripts/test"])
    let ci = try String(contentsOfFile: DemoFleet.checkout + "/.ci/run", encoding: .utf8)
    for command in commands { #expect(ci.contains("\nstep \(command)\n")) }
  }

  @Test func `what it tells people to type works, in its order`() throws {
    let copy = try TemporaryFolder()
    try Command.check(["cp", "-RL", DemoFleet.checkout + "/policies", copy.path])
    try copy.write("", to: ".build/debug/.keep")
    try Command.check(["ln", "-s", Binary.path, copy.path + "/.build/debug/sluice"])
    let path = (Binary.path as NSString).deletingLastPathComponent + ":" + (Command.environment["PATH"] ?? "")
    let blocks = try Self.blocks().filter { $0.kind == "sh" }.dropFirst()
    #expect(!blocks.isEmpty)
    for block in blocks {
      let done = try Command.run(["sh", "-eux", "-c", block.text], in: copy.path, environment: ["PATH": path])
      #expect(done.status == 0, "\(block.text)\(done.errors)")
    }
  }

  @Test func `the pull request on the first screen is the one that the demo shows`() throws {
    let demo = try DemoFleet()
    try demo.run()
    try demo.release("1.1.0")
    var runs = 0
    while try !demo.sluice("forge", "list").contains(" in prod") {
      try #require(runs < 20)
      runs += 1
      try demo.run()
    }
    try demo.run()
    let shown = try demo.sluice("forge", "show", "3")
    let plain = { (text: String) in text.split(separator: "\n").map { Transcript.withoutCommits(String($0)) } }
    let told = try Self.block("text").text
    #expect(plain(told) == ["$ sluice forge show 3"] + plain(shown), "the demo shows:\n\(shown)")
  }

  @Test func `the policy that it gives is valid, on a fleet as it describes`() throws {
    let world = try World()
    let policy = try Self.block("yaml").text
      .replacing(/ssh:\S*clusters.git/, with: "\(world.fleet)").replacing(
        /ssh:[^"]*automation.git/, with: "\(world.path)/app.git")
    try world.folder.write(policy, to: "policy.yaml")
    try world.commit("Regions, and the automation's version") { work in
      try work.write("versions: {automation: 1.0.0}\n", to: "defaults.yaml")
      try Command.check(["sh", "-c", "cd '\(work.path)/clusters' && mkdir eu && mv *.yaml eu/ && sed -i 's/staging/dev/' eu/*"])
    }
    #expect(try world.check("validate").contains("8 clusters; dev 6, prod 2"))
    let observe = try Self.block("json").text.trimmed
    try Command.check(["chmod", "+x", try world.folder.write("#!/bin/sh\necho '\(observe)'\n", to: "observe")])
    #expect(try world.check("run", "--dry-run").contains("runs 1.1.0"))
    #expect(try world.check("plan").contains("dev automation: "))
  }

  @Test func `the stage with waves that it gives is valid`() throws {
    let world = try World()
    let texts = try Self.blocks().filter { $0.kind == "yaml" }.map(\.text)
    try #require(texts.count == 4)
    let start = try #require(texts[0].range(of: "  - name: prod"))
    let policy = (texts[0][..<start.lowerBound] + texts[1]).replacing(/ssh:\S*clusters.git/, with: "\(world.fleet)")
      .replacing(/ssh:[^"]*automation.git/, with: "\(world.path)/app.git")
      .replacing("connect:", with: "  api: {field: versions.api}\nconnect:")
    let windows = "\nwindows:\n  business-hours: {days: mon-thu, hours: \"09:00-16:00\", zone: America/Los_Angeles}\n"
    try world.folder.write(policy + windows, to: "policy.yaml")
    try world.commit("Regions, and the versions") { work in
      try work.write("versions: {automation: 1.0.0, api: 1.0.0}\n", to: "defaults.yaml")
      try Command.check(["sh", "-c", "cd '\(work.path)/clusters' && mkdir eu && mv *.yaml eu/ && sed -i 's/staging/dev/' eu/*"])
    }
    #expect(try world.check("validate").contains("8 clusters; dev 6, prod 2"))
  }

  @Test func `the way to ask clusters themselves that it gives is valid`() throws {
    let world = try World()
    let texts = try Self.blocks().filter { $0.kind == "yaml" }.map(\.text)
    let parts = texts[0].components(separatedBy: "components:\n")
    let stages = try #require(texts[0].range(of: "stages:\n"))
    let policy = (parts[0] + texts[2] + "\n" + texts[0][stages.lowerBound...]).replacing(
      /ssh:\S*clusters.git/, with: "\(world.fleet)")
    try world.folder.write(policy, to: "policy.yaml")
    try world.commit("Regions, and the versions") { work in
      try work.write("versions: {kubernetes: 1.31.4, api: 1.0.0}\nnodes: {count: 3}\n", to: "defaults.yaml")
      try Command.check(["sh", "-c", "cd '\(work.path)/clusters' && mkdir eu && mv *.yaml eu/ && sed -i 's/staging/dev/' eu/*"])
    }
    #expect(try world.check("validate").contains("8 clusters; dev 6, prod 2"))
  }

  @Test func `the policy for GitHub that it gives is valid, and reaches a repository there`() throws {
    let world = try ForgeKind.$current.withValue(.github) { try World() }
    let texts = try Self.blocks().filter { $0.kind == "yaml" }.map(\.text)
    let forge = try #require(texts.last)
    let (fleet, prod) = (try #require(texts[0].range(of: "fleet:")), try #require(texts[0].range(of: "  - name: prod")))
    let stages = try #require(forge.range(of: "stages:\n"))
    let policy =
      ("name: clusters\n" + forge[..<stages.lowerBound] + texts[0][fleet.lowerBound..<prod.lowerBound]
      + forge[stages.upperBound...])
      .replacing(/https:\S*clusters.git/, with: try world.github.url)
      .replacing(/ssh:[^"]*automation.git/, with: "\(world.path)/app.git")
      .replacing("kind: github", with: "kind: github\n  api: \(try world.github.api)")
    try world.folder.write(policy, to: "policy.yaml")
    try world.commit("Regions, and the automation's version") { work in
      try work.write("versions: {automation: 1.0.0}\n", to: "defaults.yaml")
      try Command.check(["sh", "-c", "cd '\(work.path)/clusters' && mkdir eu && mv *.yaml eu/ && sed -i 's/staging/dev/' eu/*"])
    }
    for arguments in [["validate"], ["validate", "--forge"]] {
      let done = try Command.run(
        [Binary.path] + arguments, in: world.path, environment: world.environment.merging(["GITHUB_TOKEN": World.token]) { $1 })
      #expect(done.status == 0, "\(done.output)\(done.errors)")
    }
  }

  @Test func `every command that it names is there, and every command is named`() throws {
    let readme = try String(contentsOfFile: DemoFleet.checkout + "/README.md", encoding: .utf8)
    let dump = try Command.check([Binary.path, "--experimental-dump-help"])
    let json = try JSONSerialization.jsonObject(with: Data(dump.utf8)) as? [String: Any]
    let root = try #require(json?["command"] as? [String: Any])
    let commands = Set((root["subcommands"] as? [[String: Any]] ?? []).compactMap { $0["commandName"] as? String })
    let rows = readme.split(separator: "\n").filter { $0.hasPrefix("| `sluice ") }
    let named = Set(
      rows.flatMap { row in
        row.split(separator: "|")[0].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.compactMap {
          $0.element.split(separator: " ").first { $0 != "sluice" }.map(String.init)
        }
      })
    #expect(named == commands.subtracting(["help"]))
  }
}
