/// Text from outside, made fit for one line of ours.
package enum OneLine {
  /// - Parameter limit: in Unicode scalars; what is cut ends with `…`.
  package static func text(_ text: String, limit: Int) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(limit) { scalars.append(scalar.isControl ? " " : scalar) }
    return text.unicodeScalars.count > limit ? String(scalars) + "…" : String(scalars)
  }
}

extension Unicode.Scalar {
  /// Also what separates lines or turns the direction of writing, so that a text can't pretend to be another.
  package var isControl: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    }
  }
}
