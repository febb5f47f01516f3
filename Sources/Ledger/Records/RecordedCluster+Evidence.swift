import Host
import Promotion

extension Evidence {
  init(from members: Members) throws(MalformedRecord) {
    self.init()
    failures = try Self.failures(members, "failures")
    silences = try Self.failures(members, "silences")
    passes = try members.map("passes") { (value) throws(MalformedRecord) in
      guard let count = value.integer else { throw MalformedRecord(why: "'passes' holds what is no whole number") }
      return count
    }
    for (group, value) in try members.map("baseline", { (value) throws(MalformedRecord) in value }) {
      baseline[group] = try Self.failures(Members(["baseline": value]), "baseline")
    }
  }

  private static func failures(_ members: Members, _ name: String) throws(MalformedRecord) -> Set<Failure> {
    Set(
      try members.objects(name) { (failure) throws(MalformedRecord) in
        Failure(
          try failure.optionalText("component").map { .component($0) } ?? .cluster, source: try failure.text("source"),
          key: try failure.text("key"), count: try failure.optionalNumber("count") ?? 1)
      })
  }

  func write(to members: inout Members) {
    Self.write(failures, "failures", to: &members)
    Self.write(silences, "silences", to: &members)
    members.set("passes", numbers: passes)
    members.set("baseline", lists: baseline.mapValues(Self.sorted)) { $1.write(to: &$0) }
  }

  private static func write(_ failures: Set<Failure>, _ name: String, to members: inout Members) {
    members.set(name, list: sorted(failures)) { $1.write(to: &$0) }
  }

  private static func sorted(_ failures: Set<Failure>) -> [Failure] {
    failures.sorted { ($0.component ?? "", $0.source, $0.key) < ($1.component ?? "", $1.source, $1.key) }
  }
}

extension Members {
  mutating func set(_ name: String, _ evidence: Evidence) {
    var members = Members()
    evidence.write(to: &members)
    set(name, object: evidence.isEmpty ? nil : members)
  }
}

extension Evidence.Failure {
  fileprivate var component: ComponentName? {
    if case .component(let name) = scope { name } else { nil }
  }

  fileprivate func write(to members: inout Members) {
    members.set("component", component)
    members.set("source", source)
    members.set("key", key)
    members.set("count", count == 1 ? nil : count)
  }
}
