/// The difference of two texts for people, as `diff -u` prints it.
package enum UnifiedDiff {
  private static let context = 3

  /// Empty where the texts are equal.
  package static func text(old: [UInt8], new: [UInt8], name: String) -> String {
    guard old != new else { return "" }
    let left = lines(old)
    let right = lines(new)
    var result = "--- a/\(name)\n+++ b/\(name)\n"
    for hunk in hunks(changes(left, right), left.count) { result += print(hunk, left, right) }
    return result
  }

  /// Lines of the old text replaced by lines of the new one.
  private struct Change {
    var old: Range<Int>
    var new: Range<Int>
  }

  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    var start = 0
    for at in bytes.indices where bytes[at] == .lineFeed {
      result.append(bytes[start...at])
      start = at + 1
    }
    if start < bytes.count { result.append(bytes[start...]) }
    return result
  }

  private static func changes(_ left: [ArraySlice<UInt8>], _ right: [ArraySlice<UInt8>]) -> [Change] {
    var removed = Set<Int>()
    var inserted = Set<Int>()
    for change in right.difference(from: left) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var result: [Change] = []
    var (i, j) = (0, 0)
    while i < left.count || j < right.count {
      let (fromOld, fromNew) = (i, j)
      while removed.contains(i) { i += 1 }
      while inserted.contains(j) { j += 1 }
      if i > fromOld || j > fromNew {
        result.append(Change(old: fromOld..<i, new: fromNew..<j))
      } else {
        i += 1
        j += 1
      }
    }
    return result
  }

  /// Changes that are so near that their contexts touch.
  private static func hunks(_ changes: [Change], _ count: Int) -> [[Change]] {
    var result: [[Change]] = []
    for change in changes {
      if let last = result.last?.last, change.old.lowerBound - last.old.upperBound <= 2 * context {
        result[result.count - 1].append(change)
      } else {
        result.append([change])
      }
    }
    return result
  }

  private static func print(
    _ hunk: [Change], _ left: [ArraySlice<UInt8>], _ right: [ArraySlice<UInt8>]
  ) -> String {
    guard let first = hunk.first, let last = hunk.last else { return "" }
    let start = max(0, first.old.lowerBound - context)
    let end = min(left.count, last.old.upperBound + context)
    let newStart = first.new.lowerBound - (first.old.lowerBound - start)
    let newEnd = last.new.upperBound + (end - last.old.upperBound)
    var result = "@@ -\(range(start..<end)) +\(range(newStart..<newEnd)) @@\n"
    var at = start
    for change in hunk {
      for line in left[at..<change.old.lowerBound] { result += print(" ", line) }
      for line in left[change.old] { result += print("-", line) }
      for line in right[change.new] { result += print("+", line) }
      at = change.old.upperBound
    }
    for line in left[at..<end] { result += print(" ", line) }
    return result
  }

  private static func range(_ lines: Range<Int>) -> String {
    let start = lines.isEmpty ? lines.lowerBound : lines.lowerBound + 1
    return lines.count == 1 ? "\(start)" : "\(start),\(lines.count)"
  }

  private static func print(_ sign: String, _ line: ArraySlice<UInt8>) -> String {
    let text = sign + String(decoding: line, as: UTF8.self)
    return line.last == .lineFeed ? text : text + "\n\\ No newline at end of file\n"
  }
}
