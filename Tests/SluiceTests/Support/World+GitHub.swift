import FakeGitHub
import Foundation
import TestSupport

/// Worlds whose pull requests are on a fake GitHub.
extension World {
  /// What Sluice logs in with.
  static let token = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB"

  static func makeHub(_ path: String, _ certificate: FakeCertificate? = nil) throws -> FakeGitHub {
    try Command.check(["git", "init", "-q", "--bare", "-b", "main", path + "/fleet.git"])
    try Command.check(["rm", "-rf", path + "/github"])
    let hub = try FakeGitHub(folder: path + "/github", repository: "acme/fleet", bare: path + "/fleet.git", tls: certificate) {
      let text = (try? String(contentsOfFile: path + "/clock", encoding: .utf8)) ?? ""
      return Int(text.trimmed) ?? 1_750_000_000
    }
    hub.add("sluice-bot", .write, token: token, isBot: true)
    for person in ["dana", "eve", "kim"] { hub.add(person, .write) }
    hub.add("person", .write, token: "ghp_person")
    return hub
  }
}

extension World {
  /// Its GitHub, which it must have.
  var github: FakeGitHub {
    get throws {
      guard let hub else { throw Command.Failure(description: "the world is not on GitHub") }
      return hub
    }
  }

  /// The secret that a text holds, by its name.
  static func leak(_ text: String) -> String? {
    let basic = Data("x-access-token:\(token)".utf8).base64EncodedString()
    return [("the token", token), ("the token in Base64", basic)].first { text.contains($0.1) }?.0
  }

  /// Every file of the world and every object of its repositories and caches that holds a secret.
  func leaks() throws -> [String] {
    let basic = Data("x-access-token:\(Self.token)".utf8).base64EncodedString()
    let script = """
      set -eu
      grep -rlaF -e "$SECRET" -e "$BASIC" . || true
      find . -type d -name objects | while read -r objects; do
        git --git-dir="${objects%/objects}" cat-file --batch-all-objects --batch --buffer 2> /dev/null \\
          | grep -aqF -e "$SECRET" -e "$BASIC" && echo "$objects" || true
      done
      """
    let found = try Command.check(["sh", "-c", script], in: path, environment: ["SECRET": Self.token, "BASIC": basic])
    return found.split(separator: "\n").map(String.init)
  }
}

extension FakeGitHub {
  /// Its requests in the words of the local forge.
  var listed: [[String: Any]] {
    allPulls.map { pull in
      [
        "number": pull.number, "title": pull.title, "branch": pull.branch, "base": pull.base, "head": pull.head,
        "body": pull.body ?? "", "author": pull.author, "labels": pull.labels,
        "state": pull.isOpen ? "open" : pull.isMerged ? "merged" : "closed",
      ]
    }
  }

  /// Where a person pushes to.
  func url(of person: String) -> String { url.replacingOccurrences(of: "://", with: "://\(person):ghp_\(person)@") }

  /// Does what a command of the local forge would do as a person: `forge approve 3 --as dana`.
  func act(_ arguments: [String], in world: World) throws -> String {
    var words = arguments.dropFirst()
    var person = "dana"
    if let place = words.firstIndex(of: "--as") {
      person = words[words.index(after: place)]
      words.removeSubrange(place...words.index(after: place))
    }
    let parts = Array(words)
    // Whoever a story names may write.
    if pull(1) == nil || !["sluice-bot", "reader"].contains(person) { add(person, .write) }
    guard parts.count >= 2, let number = Int(parts[1]) else {
      throw Command.Failure(description: "nobody can do that on a page: \(arguments)")
    }
    switch (parts[0], parts.dropFirst(2).first) {
    case ("approve", nil): try approve(number, as: person)
    case ("request-changes", nil): try requestChanges(number, as: person)
    case ("label", let name?): try self.label(number, name, as: person)
    case ("unlabel", let name?): try unlabel(number, name, as: person)
    case ("comment", let text?): try comment(number, as: person, body: text)
    case ("merge", nil): _ = try merge(number, as: person)
    case ("revert", nil): _ = try revert(number, as: person)
    case ("close", nil): try close(number, as: person)
    case ("reopen", nil): try reopen(number, as: person)
    default: throw Command.Failure(description: "nobody can do that on a page: \(arguments)")
    }
    return ""
  }
}
