import Foundation
import TestSupport
import Testing

/// Walks the tree of commands as the binary itself gives it, so that a new command can't be forgotten.
@Suite("Help")
struct HelpTests {
  private static func commands(_ node: [String: Any], _ path: [String] = []) -> [[String]] {
    let children = (node["subcommands"] as? [[String: Any]] ?? []).filter { $0["commandName"] as? String != "help" }
    return [path] + children.flatMap { commands($0, path + [$0["commandName"] as? String ?? "?"]) }
  }

  private static func tree() throws -> [String: Any] {
    let dump = try Command.check([Binary.path, "--experimental-dump-help"])
    let json = try JSONSerialization.jsonObject(with: Data(dump.utf8)) as? [String: Any]
    return try #require(json?["command"] as? [String: Any])
  }

  @Test func `every command has a help that reads well`() throws {
    let commands = Self.commands(try Self.tree())
    #expect(commands.count > 25)
    var text = ""
    for command in commands {
      let help = try Command.run([Binary.path] + command + ["--help"], environment: ["COLUMNS": "100"])
      #expect(help.status == 0 && help.errors.isEmpty)
      text += "$ \((["sluice"] + command + ["--help"]).joined(separator: " "))\n\(help.output)\n"
    }
    expectGolden(text, "help.txt")
  }

  /// An argument without help is a puzzle. (The parser's own --help and --version have theirs.)
  @Test func `every command, argument and option says what it is for`() throws {
    func check(_ node: [String: Any], _ path: String) {
      let children = (node["subcommands"] as? [[String: Any]] ?? []).filter { $0["commandName"] as? String != "help" }
      let name = path + (node["commandName"] as? String ?? "?")
      #expect((node["abstract"] as? String)?.isEmpty == false, "\(name)")
      for argument in node["arguments"] as? [[String: Any]] ?? [] where argument["shouldDisplay"] as? Bool == true {
        #expect((argument["abstract"] as? String)?.isEmpty == false, "\(name) \(argument["valueName"] ?? "")")
      }
      for child in children { check(child, name + " ") }
    }
    check(try Self.tree(), "")
  }

  @Test func `sluice alone shows the help, and knows its version`() throws {
    let alone = try Command.run([Binary.path])
    let asked = try Command.run([Binary.path, "--help"])
    #expect(alone.status == 0 && alone.output == asked.output)
    #expect(try Command.check([Binary.path, "--version"]).trimmed.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+/) != nil)
  }
}
