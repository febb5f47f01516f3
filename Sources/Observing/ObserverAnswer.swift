import Host
import Promotion

/// Reads what an observer printed: `{"versions": {…}, "healthy": true, "reasons": […], "groups": {…}}`.
///
/// Strict, because a reading decides what is promoted: whatever has another shape is unknown, and the reason names the
/// field. Null stands for "could not tell", as tools like jq print it. Reasons are only shown, so those that are too long
/// are cut, not refused.
struct ObserverAnswer {
  private static let longestVersion = 256

  static func observation(_ output: [UInt8]) -> Observation {
    guard output.contains(where: { !$0.isSpace }) else { return .unknown("the observer printed nothing") }
    do throws(Wrong) {
      let answer: JSONValue
      do throws(JSONError) { answer = try JSONValue(parsing: output, maximumDepth: 16) } catch {
        throw Wrong("is not JSON at \(error)")
      }
      guard let fields = answer.object else { throw Wrong("is \(answer.kind), not an object") }
      try check(fields, known: ["versions", "healthy", "reasons", "groups"], in: "")
      guard let versions = fields["versions"] else { throw Wrong("has no \"versions\"") }
      return .known(
        versions: try self.versions(versions), healthy: try healthy(fields["healthy"], in: ""),
        reasons: try reasons(fields["reasons"], in: ""), groups: try groups(fields["groups"]))
    } catch {
      return .unknown("the observer's answer \(error.what)")
    }
  }

  /// What is wrong with the answer, as the end of a sentence.
  private struct Wrong: Error {
    let what: String
    init(_ what: String) { self.what = what }
  }

  private static func versions(_ value: JSONValue) throws(Wrong) -> [ComponentName: Version] {
    guard let fields = value.object else { throw Wrong("has \(value.kind) for \"versions\", not an object") }
    var versions: [ComponentName: Version] = [:]
    for (component, value) in fields.sorted(by: { $0.key < $1.key }) where !value.isNull {
      let name = shown(component)
      guard let text = value.string else {
        throw Wrong("has \(value.kind) for the version of \(name), not a string, hint: put it in quotes")
      }
      guard !text.isEmpty else { throw Wrong("has an empty version of \(name)") }
      guard text.utf8.count <= longestVersion else {
        throw Wrong("has a version of \(name) with \(text.utf8.count) bytes, more than \(longestVersion)")
      }
      guard !text.unicodeScalars.contains(where: \.isControl) else {
        throw Wrong("has a control character in the version of \(name)")
      }
      versions[component] = Version(text)
    }
    return versions
  }

  private static func groups(_ value: JSONValue?) throws(Wrong) -> [GroupName: GroupObservation] {
    guard let value, !value.isNull else { return [:] }
    guard let fields = value.object else { throw Wrong("has \(value.kind) for \"groups\", not an object") }
    var groups: [GroupName: GroupObservation] = [:]
    for (group, value) in fields.sorted(by: { $0.key < $1.key }) {
      let place = " of group \(shown(group))"
      guard let fields = value.object else { throw Wrong("has \(value.kind) for group \(shown(group)), not an object") }
      try check(fields, known: ["healthy", "reasons"], in: place)
      groups[group] = GroupObservation(
        healthy: try healthy(fields["healthy"], in: place), reasons: try reasons(fields["reasons"], in: place))
    }
    return groups
  }

  private static func healthy(_ value: JSONValue?, in place: String) throws(Wrong) -> Bool? {
    guard let value, !value.isNull else { return nil }
    guard let healthy = value.bool else { throw Wrong("has \(value.kind) for \"healthy\"\(place), not true or false") }
    return healthy
  }

  private static func reasons(_ value: JSONValue?, in place: String) throws(Wrong) -> [String] {
    guard let value, !value.isNull else { return [] }
    guard let texts = value.strings else { throw Wrong("has no list of strings for \"reasons\"\(place)") }
    return texts.prefix(20).map { OneLine.text($0, limit: 500) }
  }

  /// A misspelt `healthy` must not pass for a missing one.
  private static func check(_ fields: [String: JSONValue], known: [String], in place: String) throws(Wrong) {
    guard let stranger = fields.keys.filter({ !known.contains($0) }).min() else { return }
    let names = known.map { "\"\($0)\"" }.joined(separator: ", ")
    throw Wrong("has an unknown field \"\(shown(stranger))\"\(place), hint: it may have \(names)")
  }

  private static func shown(_ name: String) -> String { OneLine.text(name, limit: 80) }
}

extension UInt8 {
  fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
