import Host
package import Promotion

extension Members {
  private mutating func put(_ name: String, _ value: JSONValue?) { values[name] = value }

  package mutating func set(_ name: String, _ text: String?) { put(name, text.map { .string($0) }) }
  package mutating func set(_ name: String, _ number: Int?) { put(name, number.map { .integer($0) }) }
  package mutating func set(_ name: String, _ flag: Bool?) { put(name, flag.map { .bool($0) }) }
  package mutating func set(_ name: String, _ moment: Timestamp?) {
    put(name, moment.map { .string(RFC3339.text(seconds: $0.seconds)) })
  }
  package mutating func set(_ name: String, _ texts: [String]) { put(name, .array(texts.map { .string($0) })) }
  package mutating func set(_ name: String, _ numbers: [Int]) { put(name, .array(numbers.map { .integer($0) })) }
  package mutating func set(_ name: String, _ versions: [ComponentName: Version]) {
    put(name, .object(versions.mapValues { .string($0.text) }))
  }
  package mutating func set(_ name: String, _ moments: [String: Timestamp?]) {
    put(name, .object(moments.mapValues { $0.map { .string(RFC3339.text(seconds: $0.seconds)) } ?? .null }))
  }
  package mutating func set(_ name: String, _ tuple: VersionTuple) { set(name, tuple.versions) }
  package mutating func set(_ name: String, _ tuples: [String: VersionTuple]) {
    put(name, .object(tuples.mapValues { .object($0.versions.mapValues { .string($0.text) }) }))
  }

  package mutating func set(_ name: String, object: Members?) { put(name, object.map { .object($0.values) }) }

  package mutating func set(_ name: String, numbers: [String: Int]) {
    put(name, numbers.isEmpty ? nil : .object(numbers.mapValues { .integer($0) }))
  }

  /// Sets a list of objects that are known as a whole; an empty one is left out.
  package mutating func set<T>(_ name: String, list objects: [T], _ write: (inout Members, T) -> Void) {
    put(name, objects.isEmpty ? nil : Self.list(objects, write))
  }

  /// Sets an object of such lists.
  package mutating func set<T>(_ name: String, lists: [String: [T]], _ write: (inout Members, T) -> Void) {
    put(name, lists.isEmpty ? nil : .object(lists.mapValues { Self.list($0, write) }))
  }

  private static func list<T>(_ objects: [T], _ write: (inout Members, T) -> Void) -> JSONValue {
    .array(
      objects.map { object in
        var members = Members()
        write(&members, object)
        return .object(members.values)
      })
  }

  /// Sets an object of objects; each starts from the one that stood under its key.
  package mutating func set<T>(_ name: String, objects: [String: T], _ write: (T, inout Members) -> Void) {
    let old = values[name]?.object ?? [:]
    var result: [String: JSONValue] = [:]
    for (key, object) in objects {
      var members = Members(old[key]?.object ?? [:])
      write(object, &members)
      result[key] = .object(members.values)
    }
    put(name, .object(result))
  }

  /// Sets a list of objects; each starts from the one that had the same text in its member `identity`.
  package mutating func set<T>(
    _ name: String, list objects: [T], identity: String, _ write: (T, inout Members) -> Void
  ) {
    var old: [String: [String: JSONValue]] = [:]
    for element in values[name]?.array ?? [] {
      if let key = element[identity]?.string { old[key] = element.object }
    }
    put(
      name,
      .array(
        objects.map { object in
          var fresh = Members()
          write(object, &fresh)
          guard let present = fresh.values[identity]?.string.flatMap({ old[$0] }) else { return .object(fresh.values) }
          var members = Members(present)
          write(object, &members)
          return .object(members.values)
        }))
  }
}
