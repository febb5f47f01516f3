import Fleet
import Ledger
package import Promotion
import Report
import YAML

extension Workspace {
  /// Every hold that there is, the oldest first, and the clusters that people set aside.
  package func holds() async throws -> (holds: [Hold], setAside: [PausedCluster]) {
    let look = try await Looker(workspace: self).look()
    let holds = look.situation.holds.sorted {
      ($0.at ?? Timestamp(seconds: 0), $0.id) < ($1.at ?? Timestamp(seconds: 0), $1.id)
    }
    let now = clock()
    let paused = look.records.pauses.values.values.filter { $0.holds(at: now) }.sorted { $0.cluster < $1.cluster }
    return (holds, paused.map { PausedCluster(cluster: $0.cluster, until: $0.until, by: $0.by, at: $0.at, reason: $0.reason) })
  }

  /// A cluster that a person paused, or without an end pinned.
  package struct PausedCluster: Sendable, Equatable {
    package let cluster: ClusterName
    package let until: Timestamp?
    package let by: String
    package let at: Timestamp
    package let reason: String?
  }

  /// Bars a version from a stage and those after it.
  ///
  /// - Parameter version: `1.31.4`, or `kubernetes=1.31.4,automation=2.0`; a part of a group is enough.
  package func addHold(_ stage: StageName, _ group: GroupName, _ version: String, by name: String, reason: String?) async throws {
    let slot = try slot(stage, group)
    let tuple = try tuple(version, of: slot.group)
    let hold = Hold(
      id: "manual:\(stage)/\(group):\(tuple.digest)", slot: slot, bar: .exactly(tuple), cause: .manual(by: name, reason: reason),
      at: clock())
    try await write(hold, "Hold in \(stage)")
    report(.held(hold))
  }

  /// Lifts a cause for good, by its id.
  package func releaseHold(_ id: String, by name: String, reason: String?) async throws {
    let look = try await Looker(workspace: self).look()
    guard var hold = look.situation.holds.first(where: { $0.id == id }) else {
      let known = look.situation.holds.filter(\.isActive).map(\.id).sorted()
      throw JobError.unknownName(kind: "hold", name: id, known: known)
    }
    guard hold.isActive else {
      report(.warning("\(id) is released already"))
      return
    }
    hold.release = .person(name, at: clock(), reason: reason)
    try await write(hold, "Release a hold in \(hold.slot.stage)")
    report(.released(hold))
  }

  /// Takes back what a stage desires of a group, all waves: holds it, and opens the pull request that takes it back.
  package func rollBack(_ stage: StageName, _ group: GroupName, by name: String, reason: String?) async throws {
    let slot = try slot(stage, group)
    let look = try await Looker(workspace: self).look()
    guard let front = look.planner.front(slot) ?? look.newestDesired(slot) else {
      throw JobError.invalidSetting("\(stage) desires nothing of \(group)", hint: "`sluice status` shows what it has")
    }
    // Where it is held and still not offered, somebody closed the take-back: this says that it is wanted after all.
    let isOffered = if case .takeBack = look.planner.decide(slot) { true } else { false }
    if !isOffered {
      let hold = Hold(
        id: "rollback:\(stage)/\(group):\(front.digest):\(clock().seconds)", slot: slot, bar: .exactly(front),
        cause: .manual(by: name, reason: reason ?? "rollback"), at: clock())
      try await write(hold, "Roll back in \(stage)")
      report(.held(hold))
    }
    if isDryRun { return }
    try await BumpJob(self).run()
    try await ProposeJob(self).run()
    let now = try await Looker(workspace: self).look()
    if case .wait(let reasons) = now.planner.decide(slot) { report(.waiting(slot, reasons)) }
  }

  /// Sets a cluster aside: until a date, or without one for good.
  package func pause(_ cluster: ClusterName, until: Timestamp?, by name: String, reason: String?) async throws {
    try await check(cluster)
    let now = clock()
    if let until, until <= now {
      throw JobError.invalidSetting(
        "\(cluster) can't be paused until a time that has passed", hint: "--until 3d, or a later date")
    }
    let record = PauseRecord(cluster: cluster, until: until, by: name, at: now, reason: reason)
    if !isDryRun { try await ledger.update("Set \(cluster) aside") { _ in [.put(record, replacesDamaged: true)] } }
    report(.paused(cluster, by: name, until: until))
  }

  package func unpause(_ cluster: ClusterName, by name: String) async throws {
    guard try await ledger.load().one(PauseRecord.self, cluster) != nil else {
      report(.warning("\(cluster) is not paused"))
      return
    }
    if !isDryRun {
      try await ledger.update("Take \(cluster) in again") { _ in [.remove(PauseRecord.self, cluster, replacesDamaged: true)] }
    }
    report(.unpaused(cluster, by: name))
  }

  private func write(_ hold: Hold, _ subject: String) async throws {
    if isDryRun { return }
    try await ledger.update(subject) { _ in [.put(HoldRecord(hold))] }
  }

  private func check(_ cluster: ClusterName) async throws {
    let known = try await baseFleet().clusters.map(\.name)
    if !known.contains(cluster) {
      let near = NearestNames.of(cluster, among: known)
      throw JobError.unknownName(kind: "cluster", name: cluster, known: near.isEmpty ? Array(known.prefix(8)) : near)
    }
  }

  private func slot(_ stage: StageName, _ group: GroupName) throws -> Slot {
    let stages = policy.promotion.stages.map(\.name), groups = policy.promotion.groups.map(\.name)
    if !stages.contains(stage) { throw JobError.unknownName(kind: "stage", name: stage, known: stages) }
    if !groups.contains(group) { throw JobError.unknownName(kind: "group", name: group, known: groups) }
    return Slot(stage: stage, group: group)
  }

  private func tuple(_ text: String, of name: GroupName) throws -> VersionTuple {
    let components = policy.promotion.group(name)?.components ?? []
    guard text.contains("=") else {
      guard components.count == 1, !text.isEmpty else {
        throw JobError.invalidSetting(
          "\"\(text)\" does not say which component of \(name) it is of",
          hint: "write \(components.map { "\($0)=VERSION" }.joined(separator: ",")), or a part of it")
      }
      return VersionTuple([components[0]: Version(text)])
    }
    var versions: [ComponentName: Version] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2, !sides[1].isEmpty else {
        throw JobError.invalidSetting("\"\(part)\" is not component=version", hint: "like \(components[0])=1.2.3")
      }
      guard components.contains(sides[0]) else {
        throw JobError.unknownName(kind: "component of \(name)", name: sides[0], known: components)
      }
      versions[sides[0]] = Version(sides[1])
    }
    return VersionTuple(versions)
  }
}

extension Look {
  /// The tuple that most clusters of a slot desire.
  fileprivate func newestDesired(_ slot: Slot) -> VersionTuple? {
    guard let group = situation.policy.group(slot.group) else { return nil }
    let tuples = situation.clusters.filter { $0.stages[slot.group] == slot.stage }.map { $0.desired.tuple(of: group) }
    return tuples.isEmpty ? nil : PlannedChange.most(tuples)
  }
}
