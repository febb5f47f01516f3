/// Why a fleet can't be resolved, or a change can't be made.
package enum FleetError: Error, Sendable, CustomStringConvertible {
  /// Everything that people must change, in the order of the places.
  case invalid([Problem])
  /// The repository could not be read; the error is the reader's own.
  case unreadable(any Error)

  package var problems: [Problem] {
    if case .invalid(let problems) = self { problems } else { [] }
  }

  /// One problem a line; of very many, the first ones and their number.
  package var description: String {
    switch self {
    case .invalid(let problems):
      let shown = problems.prefix(20).map(\.description)
      let rest = problems.count - shown.count
      return (shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
    case .unreadable(let error): return "\(error)"
    }
  }
}
