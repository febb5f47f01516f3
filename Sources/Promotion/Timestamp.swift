/// A moment: whole seconds since 1970 in UTC. The core never reads a clock; every moment is an argument.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
  package var seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.seconds < b.seconds }

  /// Later by a duration; a part of a second counts as a whole one, so that nothing is ever early.
  package static func + (moment: Timestamp, length: Duration) -> Timestamp {
    let parts = length.components
    return Timestamp(seconds: moment.seconds + Int(parts.seconds) + (parts.attoseconds > 0 ? 1 : 0))
  }

  package static func - (a: Timestamp, b: Timestamp) -> Duration { .seconds(a.seconds - b.seconds) }
}
