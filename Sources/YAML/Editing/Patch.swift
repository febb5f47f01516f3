/// Bytes that take the place of others.
struct Patch {
  var range: Range<Int>
  var bytes: [UInt8]

  init(_ range: Range<Int>, _ bytes: [UInt8]) {
    self.range = range
    self.bytes = bytes
  }

  init(at offset: Int, _ bytes: [UInt8]) { self.init(offset..<offset, bytes) }
}

/// The patches of a file, in any order; what is put in at one place keeps its order.
struct Patches {
  private var all: [Patch] = []
  private var removals: [Range<Int>] = []

  mutating func add(_ patches: [Patch]) { all += patches }
  /// Ranges that may touch or overlap one another.
  mutating func remove(_ ranges: [Range<Int>]) { removals += ranges }

  func applied(to storage: Storage) throws(YAMLError) -> [UInt8] {
    let bytes = storage.bytes
    let sorted = (all + mergedRemovals(bytes).map { Patch($0, []) }).enumerated().sorted {
      // What is put in before a range comes before it.
      ($0.element.range.lowerBound, $0.element.range.upperBound, $0.offset)
        < ($1.element.range.lowerBound, $1.element.range.upperBound, $1.offset)
    }.map(\.element)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + sorted.reduce(0) { $0 + $1.bytes.count })
    var at = 0
    for patch in sorted {
      guard patch.range.lowerBound >= at else {
        throw storage.error(at: patch.range.lowerBound, "two edits overlap here", hint: "make them one after the other")
      }
      result += bytes[at..<patch.range.lowerBound]
      result += patch.bytes
      at = patch.range.upperBound
    }
    return result + bytes[at...]
  }

  /// The removed ranges as a union. Where whole lines at the end of a file without a final line break go, the break before
  /// them goes too, so that there is none afterwards either.
  private func mergedRemovals(_ bytes: [UInt8]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for range in removals.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
      if let last = result.last, range.lowerBound <= last.upperBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    if let last = result.last, last.upperBound == bytes.count, let end = bytes.last, !end.isBreak,
      SourceText.lineStart(last.lowerBound, in: bytes) == last.lowerBound
    {
      result[result.count - 1] = SourceText.beforeBreak(last.lowerBound, in: bytes)..<last.upperBound
    }
    return result
  }
}
