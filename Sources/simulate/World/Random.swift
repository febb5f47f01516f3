/// SplitMix64: the same numbers for a seed everywhere.
struct Random: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Numbers of their own for one step of a seed, so that what is drawn elsewhere changes nothing here.
  init(seed: UInt64, step: Int) {
    state = seed &+ UInt64(truncatingIfNeeded: step) &* 0xD1B5_4A32_D192_ED03
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int(next() % 100) < percent }

  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  mutating func pick<Items: RandomAccessCollection>(_ items: Items) -> Items.Element? {
    items.isEmpty ? nil : items[items.index(items.startIndex, offsetBy: Int(next() % UInt64(items.count)))]
  }
}
