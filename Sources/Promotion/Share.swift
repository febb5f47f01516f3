package enum Share: Sendable, Equatable {
  case percent(Double)
  case count(Int)
}

extension Share {
  /// At least so many of `count`.
  package func roundedUp(of count: Int) -> Int {
    switch self {
    case .count(let number): number
    case .percent(let share): -Int.wholes(in: -share * Double(count) / 100)
    }
  }

  /// At most so many of `count`.
  func roundedDown(of count: Int) -> Int {
    switch self {
    case .count(let number): number
    case .percent(let share): Int.wholes(in: share * Double(count) / 100)
    }
  }
}

extension Int {
  /// Rounds down, forgiving what binary fractions lose. (`rounded` would need the C library's mathematics, which nothing links.)
  fileprivate static func wholes(in number: Double) -> Int {
    let near = number + 1e-9
    let cut = Int(near)
    return Double(cut) > near ? cut - 1 : cut
  }
}
