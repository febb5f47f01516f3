import Host
import Promotion
import YAML

extension PolicyReader {
  mutating func windows(_ node: YAMLNode?) -> [WindowSettings] {
    guard let node, let windows = freeSection(node, "windows") else { return [] }
    return windows.entries.compactMap { entry in
      guard checkName(entry.key, "window", at: entry.keyNode) else { return nil }
      return window(entry.key, entry.value)
    }
  }

  private mutating func window(_ name: WindowName, _ node: YAMLNode) -> WindowSettings? {
    guard let section = self.section(node, "window \(name)", keys: ["days", "hours", "zone"]) else { return nil }
    let days = section["days"].map { self.days($0) } ?? Set(Weekday.allCases)
    let hours = section["hours"].map { self.hours($0) } ?? [.all]
    let zone = self.zone(section["zone"])
    if section["days"] == nil, section["hours"] == nil, section.entries.count == node.entries.count {
      report("window \(name) says neither days nor hours", at: node, hint: "write days: mon-fri, hours: \"09:00-16:00\"")
    }
    return WindowSettings(name: name, place: place(node), hours: WeeklyHours(days: days, hours: hours, zone: zone))
  }

  /// `mon-thu`, or a list of days and of such ranges.
  private mutating func days(_ node: YAMLNode) -> Set<Weekday> {
    let hint = "write like mon-fri or [mon, wed]; the days are " + Weekday.allCases.map(\.rawValue).joined(separator: ", ")
    let texts = textOrTexts(node, "days") ?? []
    if node.kind == .sequence, node.elements.isEmpty { report("days is empty", at: node, hint: hint) }
    var days: Set<Weekday> = []
    for (text, node) in texts {
      let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Weekday(rawValue: String($0)) }
      if ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1] {
        days.formUnion(Weekday.days(from: first, through: last))
      } else {
        report("\"\(text)\" is no day and no days", at: node, hint: hint)
      }
    }
    return days
  }

  private mutating func hours(_ node: YAMLNode) -> [WeeklyHours.Hours] {
    let hint = "write like \"09:00-16:00\"; \"22:00-02:00\" ends on the next day, \"00:00-24:00\" is a whole one"
    let texts = textOrTexts(node, "hours") ?? []
    if node.kind == .sequence, node.elements.isEmpty { report("hours is empty", at: node, hint: hint) }
    return texts.compactMap { text, node in
      if let hours = WeeklyHours.Hours(text) { return hours }
      report("\"\(text)\" is no span of hours", at: node, hint: hint)
      return nil
    }
  }

  // MARK: Freezes

  mutating func freezes(_ node: YAMLNode?, stages: [StageName]) -> [FreezeSettings] {
    guard let node else { return [] }
    guard node.kind == .sequence else {
      report(
        "freezes must be a list, not \(Self.describe(node))", at: node,
        hint: "write freezes: [{from: 2026-12-18, until: 2027-01-04}]")
      return []
    }
    return node.elements.compactMap { freeze($0, stages: stages) }
  }

  private mutating func freeze(_ node: YAMLNode, stages: [StageName]) -> FreezeSettings? {
    guard
      let section = self.section(
        node, "a freeze", keys: ["from", "until", "zone", "stages", "reason"],
        elsewhere: ["groups": "a freeze holds for all groups of its stages: remove it"])
    else { return nil }
    let zone = self.zone(section["zone"])
    let reason = section["reason"].flatMap { text($0, "reason") }
    let names = section["stages"].map { stageNames($0, known: stages) }
    let hint = "write from: 2026-12-18 and until: 2027-01-04, the first day that is free again"
    let from = require("from", in: section, hint: hint).flatMap { wallTime($0, "from") }
    let untilNode = require("until", in: section, hint: hint)
    let until = untilNode.flatMap { wallTime($0, "until") }
    guard let from, let until, let untilNode else { return nil }
    let interval = Interval(from: Timestamp(seconds: zone.first(from)), until: Timestamp(seconds: zone.last(until)))
    if interval.until <= interval.from {
      report("the freeze ends before it begins", at: untilNode, hint: "until is the first moment that is free again")
    }
    return FreezeSettings(interval: interval, stages: names, reason: reason, place: place(node))
  }

  private mutating func stageNames(_ node: YAMLNode, known: [StageName]) -> [StageName] {
    let names = textOrTexts(node, "stages") ?? []
    if node.kind == .sequence, node.elements.isEmpty {
      report("stages of a freeze is empty", at: node, hint: "name a stage, or remove the key: then it holds in all")
    }
    for (name, node) in names where !known.contains(name) {
      report("unknown stage \"\(name)\" in a freeze", at: node, hint: NearestName.hint(name, in: known))
    }
    return names.map(\.text)
  }

  private mutating func wallTime(_ node: YAMLNode, _ what: String) -> WallTime? {
    guard let text = self.text(node, what) else { return nil }
    if let time = WallTime(text) { return time }
    report(
      "\(what) \"\(text)\" is no date and no time", at: node,
      hint: "write like 2026-12-18 or 2026-12-18T09:00, by the clocks of zone:")
    return nil
  }

  // MARK: Zones

  /// UTC where none is given.
  private mutating func zone(_ node: YAMLNode?) -> Zone {
    guard let node, let name = text(node, "zone") else { return .utc }
    do throws(HostError) {
      return try zones.zone(name)
    } catch {
      let names = error.kind == .notFound ? zones.names : []
      if error.kind != .notFound {
        report(error.message, at: node)
      } else if names.isEmpty {
        report(
          "zone \(name) can't be read, there are no time zones in \(zones.path)", at: node, hint: "install tzdata, or set TZDIR")
      } else {
        // Short names are old ones, and mostly not what is meant.
        let name = NearestName.of(name, in: names.filter { $0.contains("/") } + ["UTC"])
        report(
          "unknown time zone \"\(node.text)\"", at: node,
          hint: name.map { "did you mean \($0)?" } ?? "write Area/City, like Europe/Berlin")
      }
      return .utc
    }
  }
}
