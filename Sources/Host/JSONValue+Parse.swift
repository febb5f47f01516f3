extension JSONValue {
  /// Reads one value, with nothing but white space around it, as RFC 8259 has it and no more: no comments, no trailing
  /// commas, no repeated keys, no lone surrogates, UTF-8 only.
  package init(
    parsing bytes: [UInt8], maximumDepth: Int = 64, maximumSize: Int = 64 << 20
  ) throws(JSONError) {
    self = try JSONReader.document(bytes, maximumDepth: maximumDepth, maximumSize: maximumSize) {
      (reader) throws(JSONError) in try reader.value()
    }
  }
}

extension JSONReader {
  /// Reads whatever comes next, whole.
  package mutating func value() throws(JSONError) -> JSONValue {
    switch peek {
    case UInt8(ascii: "{"):
      // Growing from one makes a whole parse half as slow again.
      var fields = [String: JSONValue](minimumCapacity: 6)
      try object { (reader, key, start) throws(JSONError) in
        guard fields.updateValue(try reader.value(), forKey: key) == nil else {
          throw reader.error("the key \"\(key)\" stands twice", at: start)
        }
      }
      return .object(fields)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try array { (reader) throws(JSONError) in elements.append(try reader.value()) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try text())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    case UInt8(ascii: "t") where take("true"): return .bool(true)
    case UInt8(ascii: "f") where take("false"): return .bool(false)
    case UInt8(ascii: "n") where take("null"): return .null
    default: throw unexpected("a value")
    }
  }
}
