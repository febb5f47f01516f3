import Git
import Ledger
import Promotion
import Synchronization
import TestSupport
import Testing

@Suite("L10: writers that race")
struct LedgerRaceTests {
  @Test("Trap 11: who wanted to write healthy sees the degraded that another wrote meanwhile, and does not")
  func redecided() async throws {
    let fixture = try LedgerFixture()
    let (slow, fast) = (try await fixture.store(), try await fixture.store())
    try await slow.update("Start") { _ in [.put(cluster("dev-1", healthy: true, at: 0))] }
    let degraded = cluster("dev-1", healthy: false, at: 120)
    let healthy = cluster("dev-1", healthy: true, at: 60)
    let seen = Mutex<[RecordedCluster?]>([])
    let end = try await slow.update("Slow") { snapshot in
      let present = try await snapshot.one(RecordedCluster.self, "dev-1")
      if seen.withLock({
        $0.append(present); return $0.count
      }) == 1 {
        try await fast.update("Fast") { _ in [.put(degraded)] }
      }
      // An older reading never replaces a newer one.
      guard let last = present?.record.reading?.last, last < at(60) else { return [] }
      return [.put(healthy)]
    }
    #expect(seen.withLock { $0 } == [cluster("dev-1"), degraded])
    #expect(try await end.one(RecordedCluster.self, "dev-1") == degraded)
    #expect(try fixture.git("log", "--format=%s", "sluice-ledger").trimmed == "Fast\nStart")
  }

  @Test("Four writers at once, 25 subjects each: nothing is lost")
  func fourWriters() async throws {
    let fixture = try LedgerFixture()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 1...4 {
        group.addTask {
          let store = try await fixture.store(tries: 100)
          for number in 1...25 {
            try await store.update("Write") { _ in [.put(cluster("cluster-\(writer)-\(number)"))] }
          }
        }
      }
      try await group.waitForAll()
    }
    let records = try await fixture.store().load().all(RecordedCluster.self)
    #expect(records.values.count == 100)
    #expect(records.damaged.isEmpty)
    #expect(try fixture.commits() == 100)
    #expect(try fixture.git("rev-list", "--min-parents=2", "sluice-ledger").isEmpty)
  }

  @Test("Writers of one record at once: each adds to what the others wrote")
  func oneRecord() async throws {
    let fixture = try LedgerFixture()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 1...4 {
        group.addTask {
          let store = try await fixture.store(tries: 100)
          try await store.update("Add") { snapshot in
            var record = try await snapshot.one(TipRecord.self, "b") ?? TipRecord(branch: "b", commits: [], at: at(0))
            record.commits.append("\(writer)")
            return [.put(record)]
          }
        }
      }
      try await group.waitForAll()
    }
    let record = try await fixture.store().load().one(TipRecord.self, "b")
    #expect(record?.commits.sorted() == ["1", "2", "3", "4"])
  }

  @Test("Of two that claim the same, in the same second and with the same words, one learns that it lost")
  func twins() async throws {
    let fixture = try LedgerFixture()
    let (a, b) = (try await fixture.store(), try await fixture.store())
    let calls = Mutex(0)
    try await a.update("Beat") { snapshot in
      let isFirst = calls.withLock {
        $0 += 1; return $0 == 1
      }
      if isFirst { try await b.update("Beat") { _ in [.put(cluster("dev-1"))] } }
      return [.put(cluster("dev-1"))]
    }
    #expect(calls.withLock { $0 } == 2)
    #expect(try fixture.commits() == 1)
  }

  @Test("A writer that always loses gives up in the end, and says to try later")
  func contended() async throws {
    let fixture = try LedgerFixture()
    let (slow, fast) = (try await fixture.store(tries: 3), try await fixture.store())
    let calls = Mutex(0)
    let error = await #expect(throws: LedgerError.self) {
      try await slow.update("Slow") { _ in
        let call = calls.withLock {
          $0 += 1; return $0
        }
        try await fast.update("Fast") { _ in [.put(cluster("fast-\(call)"))] }
        return [.put(cluster("slow"))]
      }
    }
    #expect(calls.withLock { $0 } == 3)
    #expect(error?.exitCode == 75)
    #expect(try await fixture.store().load().all(RecordedCluster.self).values.keys.sorted() == ["fast-1", "fast-2", "fast-3"])
  }

  @Test("An error of the decision goes through, and nothing is written")
  func decisionFails() async throws {
    struct Refusal: Error {}
    let fixture = try LedgerFixture()
    await #expect(throws: Refusal.self) { try await fixture.store().update("Fail") { _ in throw Refusal() } }
    #expect(try fixture.tip().isEmpty)
  }

  @Test("What the server refuses is an error with its words")
  func refused() async throws {
    let fixture = try LedgerFixture()
    let blob = try fixture.git("mktree").trimmed
    let commit = try fixture.git("commit-tree", "-m", "In the way", blob).trimmed
    try fixture.git("update-ref", "refs/heads/sluice-ledger/in-the-way", commit)
    let error = await #expect(throws: LedgerError.self) {
      try await fixture.store(tries: 2).update("First") { _ in [.put(cluster("dev-1"))] }
    }
    #expect(error?.description.contains("sluice-ledger") == true)
    if case .contended? = error { Issue.record("a refusal was taken for a race") }
  }
}

@Suite("Trap 34: a ledger that went backwards")
struct LedgerRewoundTests {
  private func history(_ fixture: LedgerFixture) async throws -> [ObjectID] {
    let store = try await fixture.store()
    var tips: [ObjectID] = []
    for number in 1...3 {
      tips.append(try #require(try await store.update("Step") { _ in [.put(cluster("dev-\(number)"))] }.tip))
    }
    return tips
  }

  private func refusal(_ fixture: LedgerFixture, trailers: [ObjectID]) async throws -> LedgerError? {
    let store = try await fixture.store()
    let snapshot = try await store.load()
    do {
      try await store.verify(snapshot, trailers: trailers)
      return nil
    } catch { return error }
  }

  @Test("A ledger that descends from what the base was decided on is the right one")
  func descends() async throws {
    let fixture = try LedgerFixture()
    let tips = try await history(fixture)
    for tip in tips { #expect(try await refusal(fixture, trailers: [tip]) == nil) }
    #expect(try await refusal(fixture, trailers: []) == nil)
  }

  @Test("A ledger that was wound back is refused with what to type")
  func rewound() async throws {
    let fixture = try LedgerFixture()
    let tips = try await history(fixture)
    try fixture.git("update-ref", "refs/heads/sluice-ledger", tips[0].hex)
    let error = try await refusal(fixture, trailers: [tips[2]])
    guard case .rewound("sluice-ledger", tips[0], tips[2])? = error else {
      Issue.record("expected rewound, got \(String(describing: error))")
      return
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("sluice ledger rebuild") == true)
  }

  @Test("So is one whose history does not hold the commit at all, even when nobody holds it any more")
  func anotherHistory() async throws {
    let fixture = try LedgerFixture()
    _ = try await history(fixture)
    let foreign = try #require(ObjectID(hex: String(repeating: "12", count: 20)))
    guard case .rewound? = try await refusal(fixture, trailers: [foreign]) else {
      Issue.record("expected rewound")
      return
    }
  }

  @Test("A missing ledger is the first run only while the base names none")
  func missing() async throws {
    let fixture = try LedgerFixture()
    #expect(try await refusal(fixture, trailers: []) == nil)
    let tips = try await history(fixture)
    try fixture.git("update-ref", "-d", "refs/heads/sluice-ledger")
    guard case .missing("sluice-ledger", tips[2])? = try await refusal(fixture, trailers: [tips[2]]) else {
      Issue.record("expected missing")
      return
    }
  }
}
