import Fleet
import Promotion
import TestSupport
import Testing

@Suite("Law L3, a history that people made", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct RealHistoryTests {
  private static let policy =
    Policies.head + ImageTags.layout + """
      stages:
        - {name: integration, select: {cluster: [integration]}}
        - {name: staging, after: integration, select: {cluster: [staging]}}
        - {name: production, after: staging, select: {cluster: [production]}}
      """

  @Test func `each promotion's edit on the state before it gives the very bytes that landed`() async throws {
    let tags = try ImageTags()
    let folder = try TemporaryFolder()
    try Command.check(["git", "init", "-q", "--bare", "-b", "main", folder.path])
    try tags.history.put(tags.history.steps, on: folder.path, first: true)
    // What git itself says of the rebuilt repository: the ids are those of the bytes.
    let landed = try RecordedHistory.landed(on: folder.path)
    #expect(landed.map(\.blob) == tags.history.steps.flatMap { $0.changes.map(\.blob) })

    let reader = FleetReader(policy: try Policies.read(Self.policy))
    var files = Dictionary(uniqueKeysWithValues: landed.prefix(12).map { ($0.path, $0.blob) })
    var (forward, back, exact) = (0, 0, 0)
    for (change, landing) in zip(tags.changes, landed.dropFirst(12)) {
      try #require(change.path == landing.path)
      if change.environment != "integration" {
        if change.isForward { forward += 1 } else { back += 1 }
        if try await gives(change, from: files, tags, reader) { exact += 1 }
      }
      files[landing.path] = landing.blob
    }
    print("real history: \(forward) forward changes of staging and production and \(back) back, \(exact) written byte for byte")
    #expect((forward, back, exact) == (292, 4, 296))
  }

  /// Whether the edit that moves one cluster from a state writes the file that landed and no other, and is proven exact.
  private func gives(_ change: ImageTags.Change, from files: [String: String], _ tags: ImageTags, _ reader: FleetReader)
    async throws -> Bool
  {
    let before = try await reader.resolve(snapshot(files, tags))
    let moves = [change.environment: [change.application: Version(change.to)]]
    let made = try await ChangeSet.make(before, moves: moves)
    guard made.files == [change.path: tags.history.contents[change.blob] ?? []], made.overrides.isEmpty else { return false }
    var edited = files
    edited[change.path] = change.blob
    return try await Prover.prove(Promise(moves: moves), from: before, to: try await reader.resolve(snapshot(edited, tags)))
      .isExact
  }

  private func snapshot(_ files: [String: String], _ tags: ImageTags) -> Snapshot {
    Snapshot(files: files.mapValues { ContentID($0) }) { [contents = tags.history.contents] ids in
      Dictionary(uniqueKeysWithValues: ids.compactMap { id in contents[id.hex].map { (id, $0) } })
    }
  }
}
