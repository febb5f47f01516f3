package import Promotion

/// What bars versions from a stage or from some of its clusters, and why. It stays when it is released, so that its cause never
/// holds again.
package struct HoldRecord: LedgerRecord {
  package static let kind = RecordKind.holds

  package var hold: Hold

  package init(_ hold: Hold) { self.hold = hold }

  package var subject: String { hold.id }

  package init(from members: Members) throws(MalformedRecord) {
    let bar: Hold.Bar =
      if members.value("above") != nil {
        .above(try members.tuple("above"), upTo: try members.tuple("upTo"))
      } else {
        .exactly(try members.tuple("exactly"))
      }
    let clusters = try members.texts("clusters")
    hold = Hold(
      id: try members.text("id"), slot: try members.slot(), bar: bar,
      scope: try members.choice("scope", Scope.self) == .stage ? .stage : .clusters(Set(clusters)),
      cause: try Self.cause(members), at: try members.optionalMoment("at"), taken: try Self.taken(members),
      release: try Self.release(members))
  }

  private enum Scope: String { case stage, clusters }

  private static func cause(_ members: Members) throws(MalformedRecord) -> Hold.Cause {
    let by = try members.text("by")
    if let commit = try members.optionalText("commit") { return .commit(commit, by: by) }
    if let number = try members.optionalNumber("request") { return .closedRequest(number, by: by) }
    return .manual(by: by, reason: try members.optionalText("reason"))
  }

  private static func taken(_ members: Members) throws(MalformedRecord) -> [ClusterName: Hold.Taken] {
    let to = try members.tuples("to")
    var taken: [ClusterName: Hold.Taken] = [:]
    for (cluster, from) in try members.tuples("from") {
      guard let to = to[cluster] else { throw MalformedRecord(why: "'to' lacks \(cluster)") }
      taken[cluster] = Hold.Taken(from: from, to: to)
    }
    return taken
  }

  private static func release(_ members: Members) throws(MalformedRecord) -> Hold.Release? {
    guard let by = try members.optionalText("releasedBy") else { return nil }
    if let commit = try members.optionalText("undoneBy") { return .undone(commit: commit, by: by) }
    return .person(by, at: try members.moment("releasedAt"), reason: try members.optionalText("releaseReason"))
  }

  package func write(to members: inout Members) {
    members.set("id", hold.id)
    members.set(hold.slot)
    switch hold.bar {
    case .exactly(let tuple): members.set("exactly", tuple)
    case .above(let low, let high):
      members.set("above", low)
      members.set("upTo", high)
    }
    switch hold.scope {
    case .stage: members.set("scope", Scope.stage.rawValue)
    case .clusters(let names):
      members.set("scope", Scope.clusters.rawValue)
      members.set("clusters", names.sorted())
    }
    members.set("at", hold.at)
    members.set("from", hold.taken.mapValues(\.from))
    members.set("to", hold.taken.mapValues(\.to))
    writeCause(to: &members)
    writeRelease(to: &members)
  }

  private func writeCause(to members: inout Members) {
    switch hold.cause {
    case .commit(let commit, let by):
      members.set("commit", commit)
      members.set("by", by)
    case .closedRequest(let number, let by):
      members.set("request", number)
      members.set("by", by)
    case .manual(let by, let reason):
      members.set("by", by)
      members.set("reason", reason)
    }
  }

  private func writeRelease(to members: inout Members) {
    switch hold.release {
    case nil:
      members.set("releasedBy", String?.none)
    case .undone(let commit, let by)?:
      members.set("undoneBy", commit)
      members.set("releasedBy", by)
    case .person(let by, let at, let reason)?:
      members.set("releasedBy", by)
      members.set("releasedAt", at)
      members.set("releaseReason", reason)
    }
  }
}
