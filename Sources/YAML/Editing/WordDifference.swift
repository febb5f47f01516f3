/// The words that differ between two texts, so that the line folds between the others can stay as they are.
enum WordDifference {
  /// What must be replaced in a range of `old` to make it `new`, in order.
  static func parts(of old: [UInt8], _ range: Range<Int>, with new: [UInt8]) -> [(range: Range<Int>, with: [UInt8])] {
    let before = words(old[range])
    let after = words(new[...])
    var removed = Set<Int>()
    var inserted = Set<Int>()
    for change in after.difference(from: before) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var result: [(range: Range<Int>, with: [UInt8])] = []
    var (i, j, at) = (0, 0, range.lowerBound)
    while i < before.count || j < after.count {
      let start = at
      var text: [UInt8] = []
      while removed.contains(i) {
        at += before[i].count
        i += 1
      }
      while inserted.contains(j) {
        text += after[j]
        j += 1
      }
      if at > start || !text.isEmpty {
        result.append(trimmed(old, start..<at, text))
      } else {
        at += before[i].count
        i += 1
        j += 1
      }
    }
    return result
  }

  /// Without the characters that are equal at both ends.
  private static func trimmed(
    _ old: [UInt8], _ range: Range<Int>, _ new: [UInt8]
  ) -> (range: Range<Int>, with: [UInt8]) {
    func isInside(_ text: [UInt8], _ at: Int) -> Bool { at < text.count && text[at] & 0xC0 == 0x80 }
    let limit = min(range.count, new.count)
    var start = 0
    while start < limit, old[range.lowerBound + start] == new[start] { start += 1 }
    while start > 0, isInside(old, range.lowerBound + start) || isInside(new, start) { start -= 1 }
    var end = 0
    while end < limit - start, old[range.upperBound - 1 - end] == new[new.count - 1 - end] { end += 1 }
    while end > 0, isInside(old, range.upperBound - end) { end -= 1 }
    return (range.lowerBound + start..<range.upperBound - end, Array(new[start..<new.count - end]))
  }

  /// Runs of letters and digits; runs of white space; single bytes of anything else.
  private static func words(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    var start = text.startIndex
    while start < text.endIndex {
      let kind = kind(text[start])
      var end = start + 1
      while end < text.endIndex, kind > 0, self.kind(text[end]) == kind { end += 1 }
      result.append(text[start..<end])
      start = end
    }
    return result
  }

  private static func kind(_ byte: UInt8) -> Int {
    if byte.isDigit || byte >= 0x80 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A { return 1 }
    return byte.isWhite ? 2 : 0
  }
}
