import Fleet
import Git
import Ledger
import Promotion
package import Report
import Upstream

/// Which versions exist, and since when.
package struct DiscoverJob: Job {
  package let workspace: Workspace

  package var onlyObserves: Bool { true }

  package init(_ workspace: Workspace) { self.workspace = workspace }

  package struct Plan: JobPlan {
    /// What each source answered.
    var answers: [ComponentName: [PublishedVersion]]
    var news: [Event]
    package var isEmpty: Bool { news.isEmpty }
    package var preview: [Event] { news }
  }

  package struct Observation: Sendable {
    var answers: [ComponentName: [PublishedVersion]] = [:]
    var recorded: [ComponentName: [SeenVersion]] = [:]
    var now: Timestamp
  }

  /// A source that does not answer takes nothing away: what was seen stays, and the others go on.
  package func observe() async throws -> Observation {
    var observation = Observation(now: workspace.clock())
    let ledger = try await workspace.ledger.load()
    try await HistoryView.verify(workspace, ledger)
    observation.recorded = try await Self.recorded(ledger)
    for component in workspace.policy.components {
      guard let upstream = component.upstream else { continue }
      do throws(UpstreamError) {
        let source = try Self.source(upstream, folder: workspace.policy.folder, http: workspace.http)
        observation.answers[component.name] = try await source.versions()
      } catch {
        workspace.report(.warning("\(component.name): \(error)"))
        workspace.fail(error.exitCode)
      }
    }
    return observation
  }

  package func plan(for observation: Observation) -> Plan {
    let merged = Self.merged(observation.answers, over: observation.recorded, now: observation.now)
    return Plan(answers: observation.answers, news: Self.news(merged, over: observation.recorded))
  }

  package func perform(_ plan: Plan) async throws -> Bool {
    let now = workspace.clock()
    try await workspace.ledger.update("Discover versions") { ledger in
      let recorded = try await Self.recorded(ledger)
      return Self.merged(plan.answers, over: recorded, now: now).map { .put(VersionsRecord(component: $0.key, seen: $0.value)) }
    }
    plan.news.forEach(workspace.report)
    return false
  }

  private static func recorded(_ ledger: LedgerSnapshot) async throws(LedgerError) -> [ComponentName: [SeenVersion]] {
    try await ledger.all(VersionsRecord.self).values.mapValues(\.seen)
  }

  private static func merged(
    _ answers: [ComponentName: [PublishedVersion]], over recorded: [ComponentName: [SeenVersion]], now: Timestamp
  ) -> [ComponentName: [SeenVersion]] {
    var merged: [ComponentName: [SeenVersion]] = [:]
    for (component, answer) in answers {
      merged[component] = SeenVersions.merge(previous: recorded[component] ?? [], answer: answer, now: now)
    }
    return merged.filter { $0.value != recorded[$0.key] ?? [] }
  }

  private static func news(
    _ merged: [ComponentName: [SeenVersion]], over recorded: [ComponentName: [SeenVersion]]
  ) -> [Event] {
    merged.sorted { $0.key < $1.key }.flatMap { component, seen in
      let before = Dictionary((recorded[component] ?? []).map { ($0.version, $0.withdrawn) }) { first, _ in first }
      let new = seen.map(\.version).filter { before[$0] == nil }
      let withdrawn = seen.filter { $0.withdrawn && before[$0.version] != true }.map(\.version)
      return (new.isEmpty ? [] : [Event.discovered(component, new)])
        + (withdrawn.isEmpty ? [] : [Event.withdrawn(component, withdrawn)])
    }
  }

  static func source(_ upstream: UpstreamSettings, folder: String, http: HTTPAccess?) throws(UpstreamError) -> any VersionSource {
    switch upstream {
    case .gitTags(let url, let tag): try GitTagsSource(url: url, relativeTo: folder, tag: tag, http: http)
    case .list(let versions): ListSource(versions)
    }
  }
}
