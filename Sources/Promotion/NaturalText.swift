/// Text in which runs of digits compare as numbers of any length, and the rest byte by byte.
package enum NaturalText {
  package static func compare(_ a: String, _ b: String) -> Order {
    var (x, y) = (a.utf8[...], b.utf8[...])
    while let first = x.first, let second = y.first {
      if isDigit(first), isDigit(second) {
        let (left, right) = (x.prefix(while: isDigit), y.prefix(while: isDigit))
        let order = compareDigits(left, right)
        if order != .equal { return order }
        x = x[left.endIndex...]
        y = y[right.endIndex...]
      } else {
        if first != second { return first < second ? .less : .greater }
        x.removeFirst()
        y.removeFirst()
      }
    }
    return x.isEmpty == y.isEmpty ? .equal : x.isEmpty ? .less : .greater
  }

  static func compareDigits(_ a: Substring.UTF8View, _ b: Substring.UTF8View) -> Order {
    let (x, y) = (a.drop { $0 == UInt8(ascii: "0") }, b.drop { $0 == UInt8(ascii: "0") })
    if x.count != y.count { return x.count < y.count ? .less : .greater }
    return compareBytes(x, y)
  }

  static func compareBytes(_ a: some Sequence<UInt8>, _ b: some Sequence<UInt8>) -> Order {
    if a.elementsEqual(b) { return .equal }
    return a.lexicographicallyPrecedes(b) ? .less : .greater
  }

  static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}
