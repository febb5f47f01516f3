/// Reads JSON step by step, and makes values of what is wanted alone: a list of Kubernetes objects is megabytes, of which a
/// check needs some words.
///
/// What is skipped is held to the grammar too, but for what stands within its strings and for repeated keys.
package struct JSONReader: Sendable {
  let bytes: [UInt8]
  let maximumDepth: Int
  var index = 0
  private var depth = 0

  private init(_ bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  /// Reads the one value that a text holds; `read` must read or skip it.
  package static func document<Result>(
    _ bytes: [UInt8], maximumDepth: Int = 64, maximumSize: Int = 64 << 20,
    _ read: (inout JSONReader) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    guard bytes.count <= maximumSize else {
      throw JSONError(line: 1, column: 1, message: "it has \(bytes.count) bytes, more than the \(maximumSize) allowed")
    }
    var reader = JSONReader(bytes, maximumDepth: maximumDepth)
    reader.skipSpace()
    let result = try read(&reader)
    reader.skipSpace()
    guard reader.index == bytes.count else { throw reader.unexpected("the end") }
    return result
  }

  // MARK: What comes next

  /// Reads an object, field by field; a value that `field` leaves unread is skipped. Null has no fields.
  package mutating func object(
    _ field: (inout JSONReader, String) throws(JSONError) -> Void
  ) throws(JSONError) {
    if isNull { return try skip() }
    try object { (reader, key, _) throws(JSONError) in
      let start = reader.index
      try field(&reader, key)
      if reader.index == start { try reader.skip() }
    }
  }

  /// Reads a list, element by element; one that `element` leaves unread is skipped. Null has no elements.
  package mutating func list(_ element: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
    if isNull { return try skip() }
    try array { (reader) throws(JSONError) in
      let start = reader.index
      try element(&reader)
      if reader.index == start { try reader.skip() }
    }
  }

  /// - Returns: nil for null.
  package mutating func string() throws(JSONError) -> String? {
    if isNull {
      try skip()
      return nil
    }
    guard peek == UInt8(ascii: "\"") else { throw unexpected("a string") }
    return try text()
  }

  /// - Returns: nil for null, and for a number that is not whole or does not fit.
  package mutating func integer() throws(JSONError) -> Int? {
    if isNull {
      try skip()
      return nil
    }
    switch peek {
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return Int(try number())
    default: throw unexpected("a number")
    }
  }

  /// - Returns: nil for null.
  package mutating func bool() throws(JSONError) -> Bool? {
    switch peek {
    case UInt8(ascii: "t") where take("true"): return true
    case UInt8(ascii: "f") where take("false"): return false
    case UInt8(ascii: "n") where take("null"): return nil
    default: throw unexpected("true or false")
    }
  }

  package var isNull: Bool { peek == UInt8(ascii: "n") }
  package var isObject: Bool { peek == UInt8(ascii: "{") }
  package var isText: Bool { peek == UInt8(ascii: "\"") }

  /// Passes over whatever comes next.
  package mutating func skip() throws(JSONError) {
    switch peek {
    case UInt8(ascii: "{"):
      try members { (reader) throws(JSONError) in
        try reader.skipText()
        try reader.passColon()
        try reader.skip()
      }
    case UInt8(ascii: "["): try array { (reader) throws(JSONError) in try reader.skip() }
    case UInt8(ascii: "\""): try skipText()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try skipNumber()
    case UInt8(ascii: "t") where take("true"): break
    case UInt8(ascii: "f") where take("false"): break
    case UInt8(ascii: "n") where take("null"): break
    default: throw unexpected("a value")
    }
  }

  // MARK: Containers

  /// - Parameter field: gets the key and its place, and must read the value.
  mutating func object(
    _ field: (inout JSONReader, String, Int) throws(JSONError) -> Void
  ) throws(JSONError) {
    try members { (reader) throws(JSONError) in
      let start = reader.index
      let key = try reader.text()
      try reader.passColon()
      try field(&reader, key, start)
    }
  }

  /// - Parameter member: must read the key, the colon and the value.
  private mutating func members(_ member: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
    guard peek == UInt8(ascii: "{") else { throw unexpected("an object") }
    try enter()
    if !take(UInt8(ascii: "}")) {
      while true {
        guard peek == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
        try member(&self)
        skipSpace()
        if take(UInt8(ascii: "}")) { break }
        guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
        skipSpace()
      }
    }
    depth -= 1
  }

  private mutating func passColon() throws(JSONError) {
    skipSpace()
    guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
    skipSpace()
  }

  mutating func array(_ element: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
    guard peek == UInt8(ascii: "[") else { throw unexpected("a list") }
    try enter()
    if !take(UInt8(ascii: "]")) {
      while true {
        try element(&self)
        skipSpace()
        if take(UInt8(ascii: "]")) { break }
        guard take(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
        skipSpace()
      }
    }
    depth -= 1
  }

  private mutating func enter() throws(JSONError) {
    guard depth < maximumDepth else { throw error("nested more than \(maximumDepth) levels deep") }
    depth += 1
    index += 1
    skipSpace()
  }
}
