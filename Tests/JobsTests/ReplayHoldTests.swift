import Fleet
import Ledger
import Promotion
import TestSupport
import Testing

@testable import Git
@testable import Jobs

/// A recorded history, walked in memory commit by commit.
private struct ReplayedHistory {
  let policy: PolicyFile
  let history: RecordedHistory

  init(_ name: String, _ layout: String) throws {
    history = try RecordedHistory(name)
    let text = "name: replay\nrepository: {url: ./r.git}\n" + layout
    policy = try PolicyFile.read(Array(text.utf8), name: "policy.yaml", folder: "/")
  }

  /// The fleet after each step.
  func fleets() async throws -> [ResolvedFleet] {
    let reader = FleetReader(policy: policy)
    let contents = Dictionary(uniqueKeysWithValues: history.contents.map { (ContentID($0.key), $0.value) })
    var files: [String: ContentID] = [:]
    var fleets: [ResolvedFleet] = []
    for step in history.steps {
      for change in step.changes { files[change.path] = ContentID(change.blob) }
      fleets.append(try await reader.resolve(Snapshot(files: files) { ids in contents.filter { ids.contains($0.key) } }))
    }
    return fleets
  }

  func commit(_ number: Int) -> Commit {
    let step = history.steps[number]
    let person = Signature(name: "Dana", email: "dana@example.test", seconds: step.time)
    let id = Repository.blobID(of: Array("\(number)".utf8))
    return Commit(id: id, tree: id, parents: [], message: step.subject, author: person, committer: person)
  }
}

@Suite("Holds in real histories")
struct ReplayHoldTests {
  static let image =
    ImageTags.layout + """
      stages:
        - {name: integration, select: {cluster: [integration]}}
        - {name: staging, after: integration, select: {cluster: [staging]}}
        - {name: production, after: staging, select: {cluster: [production]}}
      """

  static let charts = ["binderhub", "ingress-nginx", "prometheus", "grafana", "cryptnono"]
  static let binder = """
    fleet: {clusters: [mybinder]}
    components:

    """
    + charts.map { "  \($0): {file: mybinder/Chart.yaml, field: \"dependencies.[name=\($0)].version\", allow: \">=0.0.0-0\"}\n" }
    .joined() + "stages: [{name: live, select: {}}]\n"

  @Test(
    .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)),
    arguments: [("dev-govuk-image-tags", image), ("dev-mybinder", binder)])
  func `each version that the history took back is held until the history itself brought it back`(
    _ name: String, _ layout: String
  ) async throws {
    let replay = try ReplayedHistory(name, layout)
    let fleets = try await replay.fleets()
    let steps = fleets.indices.dropFirst().map { WalkStep(commit: replay.commit($0), fleet: fleets[$0], problem: nil) }
    let walk = Walk(
      from: fleets[0], steps: steps, recorded: [:], seen: [:], policy: replay.policy.promotion, walkedAt: nil,
      now: Timestamp(seconds: 2_000_000_000))
    let ordering = Ordering(policy: replay.policy.promotion, seen: walk.seen)
    let holds = Dictionary(walk.holds.map { ($0.id, $0) }) { first, _ in first }
    var (taken, undone) = (0, 0)
    for number in fleets.indices.dropFirst() {
      for cluster in fleets[number].clusters {
        for (component, value) in cluster.components {
          guard let old = fleets[number - 1].cluster(cluster.name)?.components[component],
            ordering.compare(value.version, old.version, of: component) == .less
          else { continue }
          taken += 1
          let stage = try #require(cluster.stages[component])
          let commit = replay.commit(number).id.hex
          let hold = try #require(holds["commit:\(commit.prefix(12)):\(stage)/\(component)"], "step \(number)")
          #expect(hold.bar.bars(VersionTuple([component: old.version]), ordering) && hold.scope == .stage)
          let back = fleets.indices.dropFirst(number + 1).first { next in
            fleets[next].cluster(cluster.name)?.components[component]?.version == old.version
          }
          if back != nil { undone += 1 }
          let expected = back.map { Hold.Release.undone(commit: replay.commit($0).id.hex, by: "Dana") }
          #expect(hold.release == expected, "\(component) \(old.version) in \(stage), step \(number)")
        }
      }
    }
    print("\(name): \(taken) versions taken back, each held; \(undone) of them brought back by the history, and released then")
    #expect(taken > 0 && holds.count == taken)
  }
}
