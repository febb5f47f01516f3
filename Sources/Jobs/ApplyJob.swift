import Fleet
import Host
import Ledger
import Promotion
package import Report

/// Starts the operator's upgrade command for clusters that are behind what the base desires.
///
/// A start is claimed in the ledger before it happens: one start each, however many runs overlap. After a crash it is at least
/// once, so the command must be repeatable (trap 31).
package struct ApplyJob: Job {
  package let workspace: Workspace

  package init(_ workspace: Workspace) { self.workspace = workspace }

  /// How many upgrade commands run at once.
  private static let parallel = 16
  /// Added to a command's own time limit, twice over: for its claim, and before anybody else starts it again.
  private static let grace = Duration.seconds(60)

  package struct Start: Sendable, Equatable {
    var cluster: ClusterName
    var slot: Slot
    var from: VersionTuple
    var to: VersionTuple
    var healthyBefore: Bool?
  }

  package struct Plan: JobPlan {
    var look: Look
    var starts: [Start]
    package var isEmpty: Bool { starts.isEmpty }
    package var preview: [Event] { starts.map { .applyStarted($0.cluster, $0.slot, $0.to) } }
  }

  package func observe() async throws -> Look { try await Looker(workspace: workspace).look() }

  package func plan(for look: Look) -> Plan { Plan(look: look, starts: starts(look, look.records, now: look.now)) }

  /// The starts that are due, at most one for each cluster.
  private func starts(_ look: Look, _ records: LedgerRecords, now: Timestamp) -> [Start] {
    var busy = Set(records.applies.values.values.filter { $0.isUnderWay(at: now) }.map(\.cluster))
    var starts: [Start] = []
    for slot in look.planner.slots where workspace.policy.stage(slot.stage)?.apply != nil {
      guard !look.isStopped(slot.stage), let group = workspace.policy.promotion.group(slot.group) else { continue }
      var room = look.room(slot, records, now: now)
      let isClosed = !look.planner.closed(slot, at: now).isEmpty
      for cluster in look.situation.clusters where cluster.stages[slot.group] == slot.stage && !busy.contains(cluster.name) {
        // Nor two groups on one cluster at once, though the command for the first has ended (L7).
        guard !look.planner.isUpgrading(cluster.name, besides: slot.group),
          let start = start(cluster, slot, group, look, records, now)
        else { continue }
        // What is taken back goes at any time, and makes no room wait (L7, L8).
        if !look.isTakeBack(start) {
          if isClosed { continue }
          guard room > 0 || look.isUnderWay(cluster, slot, records) else { continue }
          room -= 1
        }
        busy.insert(cluster.name)
        starts.append(start)
      }
    }
    return starts
  }

  private func start(
    _ cluster: ClusterState, _ slot: Slot, _ group: Group, _ look: Look, _ records: LedgerRecords, _ now: Timestamp
  ) -> Start? {
    let to = cluster.desired.tuple(of: group)
    // A cluster that does not count is nobody's target, and of one that was never read nobody knows what it runs.
    guard let standing = look.planner.standing(cluster.name, group: group.name), !standing.isUnknown,
      let reading = cluster.reading, !workspace.policy.promotion.runs(reading.versions, to),
      records.applies.damage(of: ClusterPart(cluster.name, group.name)) == nil
    else { return nil }
    let since = cluster.desiredSince[group.name] ?? now
    if let last = records.applies[ClusterPart(cluster.name, group.name)], last.to == to, last.claimedAt >= since {
      // It was started already. Only a run that died with it leaves it to another.
      guard last.ended == nil, last.leaseUntil + Self.grace < now else { return nil }
    }
    return Start(
      cluster: cluster.name, slot: slot, from: reading.versions.tuple(of: group), to: to,
      healthyBefore: reading.groups[group.name]?.healthy)
  }

  package func perform(_ plan: Plan) async throws -> Bool {
    for first in stride(from: 0, to: plan.starts.count, by: Self.parallel) {
      let wanted = plan.starts[first..<min(first + Self.parallel, plan.starts.count)]
      let claimed = try await claim(Array(wanted), plan.look)
      if try await !run(claimed, plan.look) { return false }
    }
    // The clusters' other groups come next.
    return true
  }

  /// Claims the starts that are still due on the ledger as it is now.
  private func claim(_ wanted: [Start], _ look: Look) async throws -> [Start] {
    var claimed: [Start] = []
    Fault.point(.applyClaimBefore)
    try await workspace.ledger.update("Claim upgrades") { ledger in
      let now = workspace.clock()
      let records = try await LedgerRecords(ledger)
      let stops = Set(records.stops.values.values.map(\.stop.stage))
      let due = starts(look, records, now: now).filter { !stops.contains(nil) && !stops.contains($0.slot.stage) }
      claimed = wanted.filter(due.contains)
      return claimed.map { start in
        .put(
          ApplyRecord(
            cluster: start.cluster, group: start.slot.group, to: start.to, claimedBy: workspace.runName, claimedAt: now,
            leaseUntil: now + (limit(start) + Self.grace), healthyBefore: start.healthyBefore))
      }
    }
    Fault.point(.applyClaimAfter)
    return claimed
  }

  private func limit(_ start: Start) -> Duration { workspace.policy.stage(start.slot.stage)?.apply?.timeout ?? .seconds(3600) }

  /// - Returns: Whether all could be started.
  private func run(_ starts: [Start], _ look: Look) async throws -> Bool {
    let ends = await withTaskGroup(of: (Int, Event.ApplyEnd).self) { tasks in
      for (place, start) in starts.enumerated() {
        workspace.report(.applyStarted(start.cluster, start.slot, start.to))
        tasks.addTask { (place, await self.run(start, look)) }
      }
      var known: [Int: Event.ApplyEnd] = [:]
      var ends: [(Start, Event.ApplyEnd)] = []
      for await (place, end) in tasks {
        known[place] = end
        // Told in the order in which they were started, each as soon as those before it have ended.
        while ends.count < starts.count, let end = known[ends.count] {
          let start = starts[ends.count]
          workspace.report(.applyEnded(start.cluster, start.slot, start.to, end))
          ends.append((start, end))
        }
      }
      return ends
    }
    guard !ends.isEmpty else { return true }
    if ends.contains(where: { $0.1 != .accepted }) { workspace.fail(1) }
    Fault.point(.applyEndBefore)
    let now = workspace.clock()
    let runName = workspace.runName
    try await workspace.ledger.update("Record upgrades") { ledger in
      let applies = try await ledger.all(ApplyRecord.self)
      return ends.compactMap { start, end in
        let subject = ClusterPart(start.cluster, start.slot.group)
        // A claim that somebody else took over meanwhile is theirs to end.
        guard var record = applies[subject], record.claimedBy == runName, record.to == start.to else { return nil }
        // What never started is for the next run to start.
        if case .notStarted = end { return .remove(ApplyRecord.self, subject) }
        record.end(end, at: now)
        return .put(record)
      }
    }
    Fault.point(.applyEndAfter)
    return !ends.contains { if case .notStarted = $0.1 { true } else { false } }
  }

  private func run(_ start: Start, _ look: Look) async -> Event.ApplyEnd {
    guard let settings = workspace.policy.stage(start.slot.stage)?.apply, let cluster = look.fleet.cluster(start.cluster),
      let group = workspace.policy.promotion.group(start.slot.group)
    else { return .notStarted(why: "the policy no longer has it") }
    let upgrade = UpgradeCommand(workspace: workspace, settings: settings, cluster: cluster, start: start, group: group)
    Fault.point(.applyStartBefore)
    defer { Fault.point(.applyStartAfter) }
    do throws(HostError) {
      switch try await upgrade.child().run().end {
      case .exited(0): return .accepted
      case .exited(let status): return .failed(status: status)
      case .signalled(let signal): return .failed(status: 128 + signal)
      case .timedOut: return .timedOut
      }
    } catch {
      return .notStarted(why: "\(error)")
    }
  }
}

extension ApplyRecord {
  fileprivate mutating func end(_ end: Event.ApplyEnd, at now: Timestamp) {
    ended = now
    switch end {
    case .accepted: (status, exit) = (.accepted, 0)
    case .failed(let code): (status, exit) = (.failed, Int(code))
    case .timedOut: status = .timedOut
    case .notStarted: break
    }
  }
}
