import Host
package import Promotion

package typealias WindowName = String

/// Hours of the week in which upgrades may start.
package struct WindowSettings: Sendable {
  package var name: WindowName
  package var place: Place
  var hours: WeeklyHours
}

/// A time in which no upgrade starts.
package struct FreezeSettings: Sendable, Equatable {
  package var interval: Interval
  /// nil: all.
  package var stages: [StageName]?
  package var reason: String?
  package var place: Place
}

extension PolicyFile {
  /// The calendar of every slot, as far as needed to say at a moment when what is shut opens: through the last freeze and the
  /// week after it, and two years at most.
  package func calendars(at now: Timestamp) -> [Slot: StageCalendar] {
    let thaw = freezes.map(\.interval.until).max() ?? now
    return calendars(from: now, until: min(max(thaw, now) + .seconds(15 * 86_400), now + .seconds(730 * 86_400)))
  }

  /// The calendar of every slot, with the windows that have a moment in a span.
  package func calendars(from: Timestamp, until: Timestamp) -> [Slot: StageCalendar] {
    var intervals: [WindowName: [Interval]] = [:]
    let used = Set(stages.flatMap { [$0.timing] + $0.own.values }.flatMap(\.windows))
    for window in windows where used.contains(window.name) {
      intervals[window.name] = window.hours.spans(in: from.seconds..<max(from, until).seconds).map {
        Interval(from: Timestamp(seconds: $0.lowerBound), until: Timestamp(seconds: $0.upperBound))
      }
    }
    var calendars: [Slot: StageCalendar] = [:]
    for stage in stages {
      let freezes = freezes.filter { $0.stages?.contains(stage.name) ?? true }.map {
        StageCalendar.Freeze($0.interval, reason: $0.reason)
      }
      for group in promotion.groups {
        let windows = stage.windows(for: group.name)
        calendars[Slot(stage: stage.name, group: group.name)] = StageCalendar(
          windows: windows.isEmpty ? nil : windows.flatMap { intervals[$0] ?? [] }, freezes: freezes, knownUntil: until)
      }
    }
    return calendars
  }
}
