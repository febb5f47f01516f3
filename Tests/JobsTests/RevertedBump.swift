import Foundation
import Promotion
import TestSupport
import YAML

/// A bump of a real repository and the commit that took it back, as the corpus has them.
struct RevertedBump: Sendable {
  struct Key: Sendable {
    let path: FieldPath
    let old: String
    let new: String
    /// Both are releases in the sense of semantic versions, so that these order them.
    let isSemantic: Bool

    /// One that is newer than both.
    var next: String {
      if isSemantic { return (new.hasPrefix("v") ? "v" : "") + "99999.0.0" }
      return Int(new) != nil ? "99999999" : new + "-next"
    }

    var isForward: Bool {
      guard isSemantic, let a = SemanticVersion(old), let b = SemanticVersion(new) else { return true }
      return a.numbers.lexicographicallyPrecedes(b.numbers)
    }
  }

  let name: String
  let style: String
  let keys: [Key]
  /// The contents of the file before and after the bump, and before and after the revert.
  let states: [[UInt8]]

  /// Whether every version went forward in the declared order.
  var isForward: Bool { keys.allSatisfy(\.isForward) }

  static func all() throws -> [RevertedBump] {
    let lines = try Corpus.lines("reverts-dev.jsonl").map { try JSONSerialization.jsonObject(with: $0) as? [String: Any] ?? [:] }
    let names = ["bump_before", "bump_after", "revert_before", "revert_after"]
    let blobs = try Corpus.blobs("dev/blobs", Set(lines.flatMap { line in names.compactMap { line[$0] as? String } }))
    return lines.enumerated().map { number, line in
      let keys = (line["keys"] as? [[String: Any]] ?? []).map { key -> Key in
        let steps = (key["keypath"] as? [Any] ?? []).map { step -> FieldPath.Step in
          if let index = step as? Int { return .index(index) }
          return .key(step as? String ?? "")
        }
        let (old, new) = (key["bump_old"] as? String ?? "", key["bump_new"] as? String ?? "")
        let isSemantic = [old, new].allSatisfy { SemanticVersion($0)?.prerelease.isEmpty == true }
        return Key(path: FieldPath(steps: steps), old: old, new: new, isSemantic: isSemantic)
      }
      return RevertedBump(
        name: "\(number) \(line["repo"] as? String ?? "") \(line["path"] as? String ?? "")",
        style: line["style"] as? String ?? "",
        keys: keys, states: names.map { blobs[line[$0] as? String ?? ""] ?? [] })
    }
  }

  /// A policy with one stage of one cluster, whose components move together.
  func policy(_ repository: String, withNext: Bool) -> String {
    var text = """
      name: reverts
      repository: {url: "\(repository)", branch: main}
      fleet: {clusters: [only], layers: []}
      components:

      """
    for (number, key) in keys.enumerated() {
      // What has no order of its own (a digest, a file's address) was published as the versions beside it were.
      let versions = (isForward ? [key.old, key.new] : [key.new, key.old]) + (withNext ? [key.next] : [])
      text += """
          k\(number):
            file: config
            field: \(Self.quoted(key.path.description))
            order: \(key.isSemantic ? "semver" : "seen")
            upstream: {list: [\(versions.map(Self.quoted).joined(separator: ", "))]}

        """
    }
    let names = keys.indices.map { "k\($0)" }.joined(separator: ", ")
    if keys.count > 1 { text += "groups: {all: [\(names)]}\n" }
    return text + "stages:\n  - {name: live, select: {}, follow: latest, merge: {approvals: 0}}\n"
  }

  private static func quoted(_ text: String) -> String {
    let data = (try? JSONSerialization.data(withJSONObject: [text], options: [.withoutEscapingSlashes])) ?? Data()
    return String(decoding: data.dropFirst().dropLast(), as: UTF8.self)
  }
}
