import Git
import Host

/// The members of a JSON object of the local forge, read by name; errors name the file.
struct ForgeFile {
  let members: [String: JSONValue]
  let path: String

  private init(members: [String: JSONValue], path: String) {
    self.members = members
    self.path = path
  }

  init(_ bytes: [UInt8], path: String, newest: Int) throws(ForgeError) {
    let value: JSONValue
    do { value = try JSONValue(parsing: bytes) } catch { throw .damaged(file: path, why: "it is no JSON (\(error))") }
    guard case .object(let members) = value else { throw .damaged(file: path, why: "it is no JSON object") }
    self.init(members: members, path: path)
    let format = try number("format")
    guard format >= 1 else { throw wrong("its format is \(format)") }
    guard format <= newest else { throw .newerFormat(file: path, format: format) }
  }

  private func wrong(_ why: String) -> ForgeError { .damaged(file: path, why: why) }

  private func required<T>(_ name: String, _ value: T?) throws(ForgeError) -> T {
    guard let value else { throw wrong("'\(name)' is missing") }
    return value
  }

  func number(_ name: String) throws(ForgeError) -> Int {
    guard let number = members[name]?.integer else { throw wrong("'\(name)' is not a whole number") }
    return number
  }

  func optionalText(_ name: String) throws(ForgeError) -> String? {
    guard let value = members[name], value != .null else { return nil }
    guard case .string(let text) = value else { throw wrong("'\(name)' is not a text") }
    return text
  }

  func text(_ name: String) throws(ForgeError) -> String { try required(name, optionalText(name)) }

  func optionalCommit(_ name: String) throws(ForgeError) -> ObjectID? {
    guard let text = try optionalText(name) else { return nil }
    guard let id = ObjectID(hex: text) else { throw wrong("'\(name)' is not a commit id") }
    return id
  }

  func commit(_ name: String) throws(ForgeError) -> ObjectID { try required(name, optionalCommit(name)) }

  func optionalMoment(_ name: String) throws(ForgeError) -> Int? {
    guard let text = try optionalText(name) else { return nil }
    guard let seconds = RFC3339.seconds(text) else { throw wrong("'\(name)' is not a time like 2026-01-31T12:00:00Z") }
    return seconds
  }

  func moment(_ name: String) throws(ForgeError) -> Int { try required(name, optionalMoment(name)) }

  func choice<T: RawRepresentable>(_ name: String, _ type: T.Type = T.self) throws(ForgeError) -> T
  where T.RawValue == String {
    let text = try text(name)
    guard let value = T(rawValue: text) else { throw wrong("'\(name)' has the unknown value '\(text)'") }
    return value
  }

  private func list(_ name: String) throws(ForgeError) -> [JSONValue] {
    guard let value = members[name], value != .null else { return [] }
    guard case .array(let elements) = value else { throw wrong("'\(name)' is not a list") }
    return elements
  }

  func texts(_ name: String) throws(ForgeError) -> [String] {
    var result: [String] = []
    for element in try list(name) {
      guard case .string(let text) = element else { throw wrong("'\(name)' is not a list of texts") }
      result.append(text)
    }
    return result
  }

  func objects<T>(_ name: String, _ read: (ForgeFile) throws(ForgeError) -> T) throws(ForgeError) -> [T] {
    var result: [T] = []
    for element in try list(name) { result.append(try read(object(element, name))) }
    return result
  }

  func objectMap(_ name: String) throws(ForgeError) -> [String: ForgeFile] {
    guard case .object(let values)? = members[name] else { throw wrong("'\(name)' is not an object") }
    var result: [String: ForgeFile] = [:]
    for (key, value) in values { result[key] = try object(value, name) }
    return result
  }

  private func object(_ value: JSONValue, _ name: String) throws(ForgeError) -> ForgeFile {
    guard case .object(let members) = value else { throw wrong("'\(name)' holds something that is no object") }
    return ForgeFile(members: members, path: path)
  }
}
