package import Host
package import Promotion

/// What is wrong with a record, in words.
package struct MalformedRecord: Error, Sendable, Equatable {
  package let why: String
}

/// The members of one JSON object of a record, read and written by name.
///
/// Writing starts from the members that were there, so those that this program does not know survive.
package struct Members: Sendable {
  package internal(set) var values: [String: JSONValue]

  package init(_ values: [String: JSONValue] = [:]) { self.values = values }
}

// MARK: Reading

extension Members {
  package func value(_ name: String) -> JSONValue? {
    guard let value = values[name], value != .null else { return nil }
    return value
  }

  private func required<T>(
    _ name: String, _ read: (String) throws(MalformedRecord) -> T?
  ) throws(MalformedRecord) -> T {
    guard let value = try read(name) else { throw MalformedRecord(why: "'\(name)' is missing") }
    return value
  }

  private func wrong(_ name: String, _ expected: String) -> MalformedRecord {
    MalformedRecord(why: "'\(name)' is not \(expected)")
  }

  package func optionalText(_ name: String) throws(MalformedRecord) -> String? {
    guard let value = value(name) else { return nil }
    guard case .string(let text) = value else { throw wrong(name, "a text") }
    return text
  }

  package func text(_ name: String) throws(MalformedRecord) -> String { try required(name, optionalText) }

  package func optionalNumber(_ name: String) throws(MalformedRecord) -> Int? {
    guard let value = value(name) else { return nil }
    guard let number = value.integer else { throw wrong(name, "a whole number") }
    return number
  }

  package func number(_ name: String) throws(MalformedRecord) -> Int { try required(name, optionalNumber) }

  package func optionalFlag(_ name: String) throws(MalformedRecord) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .bool(let flag) = value else { throw wrong(name, "true or false") }
    return flag
  }

  package func flag(_ name: String) throws(MalformedRecord) -> Bool { try required(name, optionalFlag) }

  package func optionalMoment(_ name: String) throws(MalformedRecord) -> Timestamp? {
    guard let text = try optionalText(name) else { return nil }
    guard let seconds = RFC3339.seconds(text) else { throw wrong(name, "a time like 2026-01-31T12:00:00Z") }
    return Timestamp(seconds: seconds)
  }

  package func moment(_ name: String) throws(MalformedRecord) -> Timestamp { try required(name, optionalMoment) }

  package func choice<T: RawRepresentable>(_ name: String, _ type: T.Type = T.self) throws(MalformedRecord) -> T
  where T.RawValue == String {
    let text = try text(name)
    guard let value = T(rawValue: text) else { throw MalformedRecord(why: "'\(name)' has the unknown value '\(text)'") }
    return value
  }

  package func texts(_ name: String) throws(MalformedRecord) -> [String] {
    try list(name) { (value) throws(MalformedRecord) in
      guard case .string(let text) = value else { throw wrong(name, "a list of texts") }
      return text
    }
  }

  package func numbers(_ name: String) throws(MalformedRecord) -> [Int] {
    try list(name) { (value) throws(MalformedRecord) in
      guard let number = value.integer else { throw wrong(name, "a list of whole numbers") }
      return number
    }
  }

  package func list<T>(
    _ name: String, _ read: (JSONValue) throws(MalformedRecord) -> T
  ) throws(MalformedRecord) -> [T] {
    guard let value = value(name) else { return [] }
    guard case .array(let elements) = value else { throw wrong(name, "a list") }
    var result: [T] = []
    result.reserveCapacity(elements.count)
    for element in elements { result.append(try read(element)) }
    return result
  }

  package func objects<T>(
    _ name: String, _ read: (Members) throws(MalformedRecord) -> T
  ) throws(MalformedRecord) -> [T] {
    try list(name) { (value) throws(MalformedRecord) in
      guard case .object(let members) = value else { throw wrong(name, "a list of objects") }
      return try read(Members(members))
    }
  }

  package func map<T>(
    _ name: String, _ read: (JSONValue) throws(MalformedRecord) -> T
  ) throws(MalformedRecord) -> [String: T] {
    guard let value = value(name) else { return [:] }
    guard case .object(let members) = value else { throw wrong(name, "an object") }
    var result: [String: T] = [:]
    result.reserveCapacity(members.count)
    for (key, member) in members { result[key] = try read(member) }
    return result
  }

  package func objectMap<T>(
    _ name: String, _ read: (Members) throws(MalformedRecord) -> T
  ) throws(MalformedRecord) -> [String: T] {
    try map(name) { (value) throws(MalformedRecord) in
      guard case .object(let members) = value else { throw wrong(name, "an object of objects") }
      return try read(Members(members))
    }
  }

  package func versions(_ name: String) throws(MalformedRecord) -> [ComponentName: Version] {
    try map(name) { (value) throws(MalformedRecord) in try Self.version(value, name) }
  }

  private static func version(_ value: JSONValue, _ name: String) throws(MalformedRecord) -> Version {
    guard case .string(let text) = value else { throw MalformedRecord(why: "'\(name)' holds a version that is no text") }
    return Version(text)
  }

  /// A moment, or null, for each name.
  package func optionalMoments(_ name: String) throws(MalformedRecord) -> [String: Timestamp?] {
    try map(name) { (value) throws(MalformedRecord) -> Timestamp? in
      if value.isNull { return nil }
      return try Members([name: value]).moment(name)
    }
  }

  package func tuple(_ name: String) throws(MalformedRecord) -> VersionTuple {
    guard value(name) != nil else { throw MalformedRecord(why: "'\(name)' is missing") }
    return VersionTuple(try versions(name))
  }

  package func tuples(_ name: String) throws(MalformedRecord) -> [String: VersionTuple] {
    try map(name) { (value) throws(MalformedRecord) in
      guard case .object(let members) = value else { throw wrong(name, "an object of objects") }
      var versions: [ComponentName: Version] = [:]
      for (component, version) in members { versions[component] = try Self.version(version, name) }
      return VersionTuple(versions)
    }
  }
}
