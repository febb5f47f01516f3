import Host

/// A query with placeholders, for one cluster.
///
/// A value is data wherever it stands: within quotes it is escaped, within those of a regular expression it stands for itself,
/// and elsewhere it may only be a part of a name or a number.
enum PromQL {
  static func query(_ template: String, for target: ObservationTarget) throws(NoAnswer) -> String {
    let values = target.placeholders
    return try Placeholders.replaced(in: template) { (name, before) throws(NoAnswer) in
      // How often, in a regular expression: `[0-9]{3}`.
      if name.allSatisfy(\.isNumber) { return "{\(name)}" }
      guard let value = values[name] else { throw NoAnswer("its query needs {\(name)}, which has no value here") }
      guard let text = fitting(value, place(after: before)) else {
        throw NoAnswer("its query cannot have \"\(OneLine.text(value, limit: 80))\" for {\(name)} where it stands")
      }
      return text
    }
  }

  private enum Place {
    case words
    case string(quote: UInt8, isPattern: Bool)
  }

  /// Where a text ends that is the beginning of a query.
  private static func place(after text: String) -> Place {
    var place = Place.words
    var before: [UInt8] = []
    var bytes = text.utf8.makeIterator()
    while let byte = bytes.next() {
      switch place {
      case .words:
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
          place = .string(quote: byte, isPattern: before.suffix(2) == Array("=~".utf8) || before.suffix(2) == Array("!~".utf8))
        case UInt8(ascii: "#"): while let next = bytes.next(), next != 0x0A {}
        case 0x20, 0x09, 0x0A, 0x0D: break
        default: before.append(byte)
        }
      case .string(let quote, _):
        if byte == quote {
          place = .words
          before.append(byte)
        } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "`") {
          _ = bytes.next()
        }
      }
    }
    return place
  }

  private static func fitting(_ value: String, _ place: Place) -> String? {
    switch place {
    case .words: return !value.isEmpty && value.utf8.allSatisfy(\.isOfName) ? value : nil
    case .string(let quote, let isPattern):
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
      let text = isPattern ? escaped(value, #"\.+*?()|[]{}^$"#) : value
      if quote == UInt8(ascii: "`") { return text.utf8.contains(quote) ? nil : text }
      return escaped(text, "\\" + String(Unicode.Scalar(quote)))
    }
  }

  private static func escaped(_ text: String, _ special: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if special.unicodeScalars.contains(scalar) { result.append("\\") }
      result.append(scalar)
    }
    return String(result)
  }
}

extension UInt8 {
  fileprivate var isOfName: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "_:.".utf8.contains(self)
    }
  }
}
