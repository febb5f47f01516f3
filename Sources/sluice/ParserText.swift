import ArgumentParser
import YAML

/// The parser's messages in the form of ours: what is wrong in lower case, then what to type.
enum ParserText {
  /// - Parameter message: the parser's whole message: `Error: …`, then lines that begin with `Help:`, `Usage:` and `See '…'`.
  static func description(_ message: String, arguments: [String]) -> String {
    let lines = message.split(separator: "\n").map(String.init)
    var what = lines.first.map { $0.hasPrefix("Error: ") ? String($0.dropFirst(7)) : $0 } ?? "wrong usage"
    var hints: [String] = []
    if let guess = what.firstRange(of: " Did you mean ") {
      hints.append("did you mean \(what[guess.upperBound...])")
      what = String(what[..<guess.lowerBound])
    } else if let name = unexpected(what), let near = nearest(name, arguments) {
      hints.append("did you mean \(near)?")
    }
    // The parser names the help that fits: `See 'sluice run --help' for more information.`
    if let see = lines.last, let start = see.firstIndex(of: "'"), let end = see.lastIndex(of: "'"), start < end {
      hints.append(String(see[see.index(after: start)..<end]))
    }
    if what.last == "." { what.removeLast() }
    let lower = what.prefix(1).lowercased() + what.dropFirst()
    return ([lower] + hints.map { "hint: \($0)" }).joined(separator: "\n")
  }

  /// The first argument that the parser did not expect.
  private static func unexpected(_ what: String) -> String? {
    let parts = what.split(separator: "'", omittingEmptySubsequences: false)
    return parts.count >= 3 && parts[0].lowercased().contains("unexpected argument") ? String(parts[1]) : nil
  }

  /// The subcommand that a word most likely means, where a subcommand stands.
  private static func nearest(_ name: String, _ arguments: [String]) -> String? {
    let path = arguments.prefix { $0 != name }.filter { !$0.hasPrefix("-") }
    var commands = names(of: Sluice.configuration)
    if let first = path.first {
      let parents: [any ParsableCommand.Type] = [ForgeCommand.self, LedgerCommand.self]
      guard let parent = parents.first(where: { $0._commandName == first }), path.count == 1 else { return nil }
      commands = names(of: parent.configuration)
    }
    return NearestNames.of(name, among: commands, limit: 1).first
  }

  private static func names(of configuration: CommandConfiguration) -> [String] {
    (configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)).map { $0._commandName }
  }
}

extension String {
  /// The first place of a text; the standard library has it only with an import that costs start-up time.
  fileprivate func firstRange(of text: String) -> Range<String.Index>? {
    indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
  }
}
