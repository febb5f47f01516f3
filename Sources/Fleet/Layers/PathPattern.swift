/// A path in the repository with placeholders, like `clusters/{region}/{cluster}.yaml`.
///
/// A placeholder stands for one or more characters of one path segment, as few as make the whole path match. A final `?` says
/// that the file may be absent.
package struct PathPattern: Sendable, Hashable, CustomStringConvertible {
  package enum Part: Sendable, Hashable {
    case text(String)
    case placeholder(String)
  }

  /// Why a text is no pattern.
  package struct Malformed: Error, Sendable {
    let message: String
    let hint: String?

    init(_ message: String, hint: String? = nil) {
      self.message = message
      self.hint = hint
    }
  }

  package let description: String
  package let parts: [Part]
  package let isOptional: Bool
  /// By part: a text's bytes; none for a placeholder.
  private let literals: [[UInt8]]
  /// By part: where a placeholder of the same name stands before it.
  private let earlierOf: [Int?]

  package init(_ text: String) throws(Malformed) {
    description = text
    isOptional = text.hasSuffix("?")
    let path = isOptional ? String(text.dropLast()) : text
    try Self.check(path)
    parts = try Self.parse(path)
    literals = parts.map { part in if case .text(let text) = part { Array(text.utf8) } else { [] } }
    earlierOf = parts.indices.map { [parts] part in
      if case .placeholder = parts[part] { parts[..<part].firstIndex(of: parts[part]) } else { nil }
    }
    for (first, second) in zip(parts, parts.dropFirst()) {
      if case (.placeholder(let a), .placeholder(let b)) = (first, second) {
        throw Malformed("\"{\(a)}{\(b)}\" can't be told apart", hint: "put text between them")
      }
    }
  }

  package var placeholders: [String] {
    var names: [String] = []
    for case .placeholder(let name) in parts where !names.contains(name) { names.append(name) }
    return names
  }

  private static func check(_ path: String) throws(Malformed) {
    if path.isEmpty { throw Malformed("a path is empty", hint: "name a file of the repository") }
    if path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) { throw Malformed("a path holds a control character") }
    if path.hasPrefix("/") { throw Malformed("\"\(path)\" is absolute", hint: "paths are relative to the repository's root") }
    for segment in path.split(separator: "/", omittingEmptySubsequences: false) {
      if segment == ".." || segment == "." || segment.isEmpty {
        throw Malformed(
          "\"\(path)\" has the segment \"\(segment)\"", hint: "write the path from the repository's root, without . and ..")
      }
    }
  }

  private static func parse(_ path: String) throws(Malformed) -> [Part] {
    var parts: [Part] = []
    var rest = path[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      let inside = rest[rest.index(after: open)...]
      guard let close = inside.firstIndex(of: "}") else { throw Malformed("\"\(path)\" has { without }", hint: "write {name}") }
      let name = inside[..<close]
      if name.isEmpty || name.contains(where: { "{/ ".contains($0) }) {
        throw Malformed("\"{\(name)}\" is no placeholder", hint: "write {name}")
      }
      parts.append(.placeholder(String(name)))
      rest = inside[inside.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    return parts
  }

  package func matches(_ path: String) -> Bool {
    var path = path
    return path.withUTF8 { matches($0) }
  }

  /// - Parameter path: as UTF-8.
  package func matches(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
    guard Self.has(literals[0], path, 0) else { return false }
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: parts.count) { ends in
      ends.initialize(repeating: 0)
      return match(0, path, 0, ends)
    }
  }

  /// What the placeholders stand for in a path, or nil where it does not match.
  package func captures(in path: String) -> [String: String]? {
    var path = path
    return path.withUTF8 { bytes in
      guard Self.has(literals[0], bytes, 0) else { return nil }
      var ends = [Int](repeating: 0, count: parts.count)
      guard ends.withUnsafeMutableBufferPointer({ match(0, bytes, 0, $0) }) else { return nil }
      var values: [String: String] = [:]
      values.reserveCapacity(parts.count)
      for index in parts.indices {
        guard case .placeholder(let name) = parts[index], values[name] == nil else { continue }
        values[name] = String(decoding: bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]], as: UTF8.self)
      }
      return values
    }
  }

  /// Matches the parts from one on with the bytes from one on; `ends` gets where each part ends.
  private func match(_ part: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ ends: UnsafeMutableBufferPointer<Int>)
    -> Bool
  {
    guard part < parts.count else { return start == bytes.count }
    if !literals[part].isEmpty {
      guard Self.has(literals[part], bytes, start) else { return false }
      ends[part] = start + literals[part].count
      return match(part + 1, bytes, ends[part], ends)
    }
    let earlier = earlierOf[part]
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "/") {
      end += 1
      if part + 1 < parts.count ? !Self.has(literals[part + 1], bytes, end) : end < bytes.count { continue }
      if let earlier, !bytes[(earlier == 0 ? 0 : ends[earlier - 1])..<ends[earlier]].elementsEqual(bytes[start..<end]) {
        continue
      }
      ends[part] = end
      if match(part + 1, bytes, end, ends) { return true }
    }
    return false
  }

  private static func has(_ literal: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    guard bytes.count - start >= literal.count else { return false }
    for place in literal.indices where bytes[start + place] != literal[place] { return false }
    return true
  }

  /// The path with each placeholder's value in its place.
  package func path<Failure: Error>(_ value: (String) throws(Failure) -> String) throws(Failure) -> String {
    var path = ""
    for part in parts {
      switch part {
      case .text(let text): path += text
      case .placeholder(let name): path += try value(name)
      }
    }
    return path
  }
}
