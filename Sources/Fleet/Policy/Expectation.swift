/// What a number must be: `< 0.01`.
package struct Expectation: Sendable, Hashable {
  package enum Comparison: String, Sendable, CaseIterable {
    case atMost = "<="
    case atLeast = ">="
    case equal = "=="
    case different = "!="
    case less = "<"
    case more = ">"
  }

  package var comparison: Comparison
  package var value: Double

  package init(_ comparison: Comparison, _ value: Double) {
    self.comparison = comparison
    self.value = value
  }

  /// Reads a comparison and a finite decimal number, as in `< 0.01` or `>=1e3`.
  package init?(_ text: String) {
    let text = text.drop(while: \.isBlank)
    guard let comparison = Comparison.allCases.first(where: { text.hasPrefix($0.rawValue) }) else { return nil }
    var number = text.dropFirst(comparison.rawValue.count).drop(while: \.isBlank)
    while number.last?.isBlank == true { number.removeLast() }
    // Double alone would take inf, nan and hexadecimal numbers too.
    guard number.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }), let value = Double(number), value.isFinite else {
      return nil
    }
    self.init(comparison, value)
  }

  /// NaN is nothing that was expected.
  package func holds(for number: Double) -> Bool {
    switch comparison {
    case .atMost: number <= value
    case .atLeast: number >= value
    case .equal: number == value
    case .different: number != value && !number.isNaN
    case .less: number < value
    case .more: number > value
    }
  }
}

extension Expectation: CustomStringConvertible {
  package var description: String {
    let number = "\(value)"
    return "\(comparison.rawValue) \(number.hasSuffix(".0") ? String(number.dropLast(2)) : number)"
  }
}

extension Character {
  fileprivate var isBlank: Bool { self == " " || self == "\t" }
}
