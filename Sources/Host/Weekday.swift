/// A day of the week.
package enum Weekday: String, Sendable, CaseIterable {
  case sunday = "sun"
  case monday = "mon"
  case tuesday = "tue"
  case wednesday = "wed"
  case thursday = "thu"
  case friday = "fri"
  case saturday = "sat"

  /// That of a day counted from 1970-01-01, which was a Thursday.
  init(day: Int) { self = Self.allCases[WallTime.floorDivide(day + 4, 7).remainder] }

  /// From Sunday, 0.
  var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// From one day through another, over the week's end where that comes first.
  package static func days(from first: Weekday, through last: Weekday) -> Set<Weekday> {
    Set((0...(last.number - first.number + 7) % 7).map { allCases[(first.number + $0) % 7] })
  }
}
