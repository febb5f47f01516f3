/// `{name}` in the arguments of a command. Braces around anything else are text.
package enum Placeholders {
  package enum Replaced {
    case text(String)
    case unknown(String)
  }

  /// Each placeholder gives way to its value once; braces within a value are text.
  package static func replaced(in argument: String, with values: [String: String]) -> Replaced {
    struct Unknown: Error { let name: String }
    do throws(Unknown) {
      return .text(
        try replaced(in: argument) { (name, _) throws(Unknown) in
          guard let value = values[name] else { throw Unknown(name: name) }
          return value
        })
    } catch {
      return .unknown(error.name)
    }
  }

  /// The same where a value is written otherwise from place to place, as in an address.
  /// - Parameter value: what stands for this name after the text before it, which is as it will be.
  package static func replaced<Failure>(
    in text: String, _ value: (_ name: String, _ before: String) throws(Failure) -> String
  ) throws(Failure) -> String {
    var result = ""
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      let name = rest[rest.index(after: open)...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
      guard !name.isEmpty, name.endIndex < rest.endIndex, rest[name.endIndex] == "}" else {
        result += "{"
        rest = rest[rest.index(after: open)...]
        continue
      }
      result += try value(String(name), result)
      rest = rest[rest.index(after: name.endIndex)...]
    }
    return result + rest
  }
}
