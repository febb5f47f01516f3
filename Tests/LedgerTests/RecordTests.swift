import Git
import Ledger
import Promotion
import Testing

@Suite("Records")
struct RecordTests {
  private static let slot = Slot(stage: "prod", group: "platform")
  private static let both = tuple(["kubernetes": "1.31.4", "automation": "2.0"])

  /// One record of each kind, with every member set.
  private static let everything: [any LedgerRecord] = [
    RecordedCluster(
      cluster: "dev-1",
      record: ClusterRecord(
        reading: Reading(
          versions: ["kubernetes": Version("1.31.4")],
          groups: [
            "platform": GroupHealth(
              healthy: false, reasons: ["node not ready"], since: at(1), watchedSince: at(0), lastKnown: at(2)),
            "api": GroupHealth(healthy: nil, since: at(3)),
          ], last: at(4)),
        desired: ["platform": DesiredTuple(tuple: both, since: at(-5), healthyBefore: false)], first: at(-9)),
      at: at(4), known: false),
    RecordedCluster(
      cluster: "sampled", record: ClusterRecord(reading: nil, desired: [:], first: at(0), evidence: evidence), at: at(0),
      known: true),
    RecordedCluster(
      cluster: "new", record: ClusterRecord(reading: nil, desired: [:], first: at(0)), at: at(0), known: false),
    VersionsRecord(
      component: "kubernetes",
      seen: [
        SeenVersion(version: Version("1.31.3"), date: at(-100), first: at(-90), index: 0, withdrawn: true),
        SeenVersion(version: Version("1.31.4"), first: at(-9), index: 1),
      ]),
    RolloutRecord(
      slot: slot, to: both, from: ["prod-1": tuple(["kubernetes": "1.31.3"])], members: ["prod-1"], waves: [1],
      startedAt: at(0), pull: 7, tip: String(repeating: "a", count: 40), state: .overtaken, red: ["e2e", "yaml"]),
    QualifiedRecord(slot: slot, tuple: both, at: at(1), ledgerTip: String(repeating: "b", count: 40), clusters: ["x"]),
    HoldRecord(
      Hold(
        id: "commit:abc:prod/platform", slot: slot, bar: .above(tuple(["kubernetes": "1"]), upTo: tuple(["kubernetes": "2"])),
        scope: .clusters(["a", "b"]), cause: .commit("abc", by: "ada"), at: at(1),
        taken: ["a": Hold.Taken(from: both, to: tuple(["kubernetes": "1"]))],
        release: .undone(commit: "def", by: "bob"))),
    HoldRecord(
      Hold(
        id: "request:7", slot: slot, bar: .exactly(tuple(["kubernetes": "2"])), cause: .closedRequest(7, by: "ada"),
        release: .person("bob", at: at(9), reason: "mended"))),
    HoldRecord(Hold(id: "manual:1", slot: slot, bar: .exactly(both), cause: .manual(by: "ada", reason: nil), at: at(3))),
    PauseRecord(cluster: "a", until: at(9), by: "ada", at: at(1), reason: "repairs"),
    GateRecord(key: "0123", gate: "resolve", result: .timedOut, at: at(1), output: "line\nline"),
    ApplyRecord(
      cluster: "prod-1", group: "platform", to: both, claimedBy: "run 1", claimedAt: at(0), leaseUntil: at(3660),
      started: at(1), ended: at(2), status: .failed, exit: 3, healthyBefore: true),
    OverrideRecord(cluster: "prod-1", component: "kubernetes", value: "1.31.4", commit: "abc"),
    HeartbeatRecord(
      Shard(1, of: 4)!, beat: Heartbeat(at: at(1), unread: ["x": at(-1), "y": nil], shard: Shard(1, of: 4)), count: 12),
    NoticeRecord(key: "failed prod/platform", at: at(1), text: "said"),
    StopRecord(Stop(stage: nil, by: "ada", at: at(1), reason: "holidays")),
    StopRecord(Stop(stage: "prod", by: "ada", at: at(1))),
    CursorRecord(branch: "main", commit: "abc", at: at(1)),
    TipRecord(branch: "sluice/demo/promote/prod/platform", commits: ["abc", "def"], at: at(1)),
  ]

  private static var evidence: Evidence {
    var evidence = Evidence()
    evidence.failures = [
      Evidence.Failure(.cluster, source: "nodes", key: "node/n1/ready", count: 1),
      Evidence.Failure(.component("api"), source: "pods", key: "pod/api", count: 3),
    ]
    evidence.silences = [Evidence.Failure(.cluster, source: "probe ping", key: "silent", count: 2)]
    evidence.passes = ["platform": 1]
    evidence.baseline = ["platform": [Evidence.Failure(.cluster, source: "nodes", key: "node/n1/ready", count: 1)], "api": []]
    return evidence
  }

  private func expectEqual<R: LedgerRecord>(_ record: R, in snapshot: LedgerSnapshot) async throws {
    #expect(try await snapshot.one(R.self, record.subject) == record)
    #expect(try await snapshot.all(R.self)[record.subject] == record)
  }

  @Test("Every kind is read as it was written, also by a process that has seen nothing yet")
  func roundTrip() async throws {
    let fixture = try LedgerFixture()
    let writer = try await fixture.store()
    let written = try await writer.update("Everything") { _ in Self.everything.map { .put($0) } }
    let read = try await fixture.store().load()
    for record in Self.everything {
      try await expectEqual(record, in: written)
      try await expectEqual(record, in: read)
    }
    #expect(Set(Self.everything.map { type(of: $0).kind }) == Set(RecordKind.allCases))
  }

  @Test("A record is readable by people: sorted keys, two spaces, a final newline, times in UTC, and its format")
  func text() async throws {
    let fixture = try LedgerFixture()
    try await fixture.store().update("Qualify") { _ in
      [.put(QualifiedRecord(slot: Self.slot, tuple: Self.both, at: at(0), clusters: ["prod-1"]))]
    }
    #expect(
      try fixture.text("demo/qualified/prod/platform/\(Self.both.digest).json") == """
        {
          "at": "2026-09-21T14:13:20Z",
          "clusters": [
            "prod-1"
          ],
          "format": 1,
          "group": "platform",
          "stage": "prod",
          "tuple": {
            "automation": "2.0",
            "kubernetes": "1.31.4"
          }
        }

        """)
  }

  @Test("Members that this program does not know survive a rewrite, at every depth")
  func unknownMembers() async throws {
    let fixture = try LedgerFixture()
    let store = try await fixture.store()
    let versions = VersionsRecord(
      component: "api", seen: [SeenVersion(version: Version("1"), first: at(0), index: 0)])
    try await store.update("First") { _ in [.put(cluster("dev-1")), .put(versions)] }
    let files = (
      RecordPlace.path(policy: "demo", kind: .clusters, parts: ["dev-1"]),
      RecordPlace.path(policy: "demo", kind: .versions, parts: ["api"])
    )
    let first = try fixture.text(files.0)
      .replacing("\"known\": true", with: "\"known\": true,\n  \"later\": {\"a\": [1.50]}")
      .replacing("\"healthy\": true,\n      \"reasons\"", with: "\"healthy\": true, \"nested\": 7,\n      \"reasons\"")
    let second = try fixture.text(files.1).replacing("\"index\": 0", with: "\"index\": 0, \"signed\": true")
    try fixture.overwrite(files.0, first)
    try fixture.overwrite(files.1, second)

    var more = versions
    more.seen.insert(SeenVersion(version: Version("0.9"), first: at(1), index: -1), at: 0)
    let changed = more
    try await store.update("Second") { _ in
      [.put(cluster("dev-1", healthy: false, at: 60)), .put(changed)]
    }
    let after = (try fixture.text(files.0), try fixture.text(files.1))
    #expect(after.0.contains("\"later\": {\n    \"a\": [\n      1.50\n    ]\n  }"))
    #expect(after.0.contains("\"nested\": 7"))
    #expect(after.0.contains("pods crash"))
    let lines = after.1.split(separator: "\n").map { $0.drop { $0 == " " } }
    let signed = try #require(lines.firstIndex(of: "\"signed\": true,"))
    #expect(lines[(signed + 1)...].first == "\"version\": \"1\"")
  }

  @Test("A newer format is refused by name, for reading and for writing over it")
  func newerFormat() async throws {
    let fixture = try LedgerFixture()
    let store = try await fixture.store()
    try await store.update("First") { _ in [.put(cluster("dev-1")), .put(cluster("dev-2"))] }
    let file = RecordPlace.path(policy: "demo", kind: .clusters, parts: ["dev-1"])
    try fixture.overwrite(file, "{\"format\": 2, \"cluster\": {\"name\": \"dev-1\"}}\n")
    let tip = try fixture.tip()
    for action: @Sendable (LedgerStore) async throws -> Void in [
      { _ = try await $0.load().all(RecordedCluster.self) },
      { _ = try await $0.load().one(RecordedCluster.self, "dev-1") },
      { try await $0.update("Write") { _ in [.put(cluster("dev-1"))] } },
      { try await $0.update("Write") { _ in [.put(cluster("dev-1"), replacesDamaged: true)] } },
      { try await $0.update("Write") { _ in [.remove(RecordedCluster.self, "dev-1", replacesDamaged: true)] } },
    ] {
      let error = await #expect(throws: LedgerError.self) { try await action(store) }
      guard case .newerFormat(file, 2, "sluice-ledger")? = error else {
        Issue.record("expected newerFormat, got \(String(describing: error))")
        continue
      }
      #expect(error?.exitCode == 65)
      #expect(error?.description.contains(file) == true)
    }
    #expect(try fixture.tip() == tip)
    // What is beside it can still be read by itself.
    #expect(try await store.load().one(RecordedCluster.self, "dev-2") == cluster("dev-2"))
  }

  @Test(
    "A file that can't be read makes its subject unknown, not absent, and is not written over unasked",
    arguments: [
      ("", "it is no JSON"), ("[1]\n", "no JSON object"), ("{\"cluster\": \"dev-1\"}\n", "'format' is missing"),
      ("{\"format\": 0}\n", "its format is 0"), ("{\"format\": \"1\"}\n", "'format' is not a whole number"),
      ("{\"format\": 1, \"cluster\": \"dev-1\"}\n", "is missing"), ("{\"format\": 1", "it is no JSON"),
    ])
  func damaged(text: String, why: String) async throws {
    let fixture = try LedgerFixture()
    let store = try await fixture.store()
    try await store.update("First") { _ in [.put(cluster("dev-1")), .put(cluster("dev-2"))] }
    let file = RecordPlace.path(policy: "demo", kind: .clusters, parts: ["dev-1"])
    try fixture.overwrite(file, text)

    let records = try await store.load().all(RecordedCluster.self)
    #expect(records["dev-1"] == nil)
    #expect(records.damage(of: "dev-1")?.contains(why) == true)
    #expect(records.damage(of: "dev-2") == nil)
    #expect(records["dev-2"] == cluster("dev-2"))
    #expect(records.damaged.keys.sorted() == [file])
    let tip = try fixture.tip()
    for action: @Sendable (LedgerStore) async throws -> Void in [
      { _ = try await $0.load().one(RecordedCluster.self, "dev-1") },
      { try await $0.update("Write") { _ in [.put(cluster("dev-1"))] } },
      { try await $0.update("Write") { _ in [.remove(RecordedCluster.self, "dev-1")] } },
    ] {
      let error = await #expect(throws: LedgerError.self) { try await action(store) }
      guard case .damaged(file, _, _)? = error else {
        Issue.record("expected damaged, got \(String(describing: error))")
        continue
      }
    }
    #expect(try fixture.tip() == tip)
    let healed = try await store.update("Replace") { _ in [.put(cluster("dev-1"), replacesDamaged: true)] }
    #expect(try await healed.all(RecordedCluster.self).damaged.isEmpty)
    #expect(try await healed.one(RecordedCluster.self, "dev-1") == cluster("dev-1"))
  }

  @Test("A record that was copied to another's place counts for neither")
  func misplaced() async throws {
    let fixture = try LedgerFixture()
    let store = try await fixture.store()
    try await store.update("First") { _ in [.put(cluster("dev-1")), .put(cluster("dev-2", healthy: false))] }
    let files = ["dev-1", "dev-2"].map { RecordPlace.path(policy: "demo", kind: .clusters, parts: [$0]) }
    try fixture.overwrite(files[1], try fixture.text(files[0]))
    let records = try await store.load().all(RecordedCluster.self)
    #expect(records["dev-1"] == cluster("dev-1"))
    #expect(records["dev-2"] == nil)
    #expect(records.damage(of: "dev-2")?.contains(files[0]) == true)
  }

  @Test("A record in a state that only a newer program knows is unknown")
  func unknownState() async throws {
    let fixture = try LedgerFixture()
    let store = try await fixture.store()
    try await store.update("First") { _ in [.put(GateRecord(key: "k", gate: "yaml", result: .passed, at: at(0)))] }
    let file = RecordPlace.path(policy: "demo", kind: .gates, parts: ["k"])
    try fixture.overwrite(file, try fixture.text(file).replacing("passed", with: "skipped"))
    let gates = try await store.load().all(GateRecord.self)
    #expect(gates["k"] == nil)
    #expect(gates.damage(of: "k") == "'result' has the unknown value 'skipped'")
  }
}
