/// `{name}` in the arguments of a command. Braces around anything else are text.
package enum Placeholders {
  package enum Replaced {
    case text(String)
    case unknown(String)
  }

  /// Each placeholder gives way to its value once; braces within a value are text.
  package static func replaced(in argument: String, with values: [String: String]) -> Replaced {
    var result = ""
    var rest = argument[...]
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      let name = rest[rest.index(after: open)...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
      guard !name.isEmpty, name.endIndex < rest.endIndex, rest[name.endIndex] == "}" else {
        result += "{"
        rest = rest[rest.index(after: open)...]
        continue
      }
      guard let value = values[String(name)] else { return .unknown(String(name)) }
      result += value
      rest = rest[rest.index(after: name.endIndex)...]
    }
    return .text(result + rest)
  }
}
