import Git
import Ledger
import Promotion
import Synchronization
import TestSupport
import Testing

@Suite("The ledger as a branch")
struct LedgerStoreTests {
  @Test("Where there is no ledger everything is absent, and the first write makes it")
  func firstWrite() async throws {
    let fixture = try LedgerFixture()
    let store = try await fixture.store()
    let empty = try await store.load()
    #expect(empty.tip == nil)
    #expect(try await empty.all(RecordedCluster.self).values.isEmpty)
    #expect(try await empty.one(RecordedCluster.self, "dev-1") == nil)
    let written = try await store.update("Record 1 reading") { _ in [.put(cluster("dev-1"))] }
    #expect(try fixture.tip() == written.tip?.hex)
    #expect(try fixture.commits() == 1)
    try fixture.git("fsck", "--strict")
  }

  @Test("A commit says what changed, whose policy it is and who made it")
  func message() async throws {
    let fixture = try LedgerFixture()
    let store = try await fixture.store()
    let qualified = QualifiedRecord(
      slot: Slot(stage: "dev", group: "platform"), tuple: tuple(["b": "2", "a": "1"]), at: at(0), clusters: [])
    try await store.update("Record readings") { _ in
      (1...14).map { .put(cluster("dev-\($0)")) } + [.put(StopRecord(Stop(stage: nil, by: "ada", at: at(0)))), .put(qualified)]
    }
    #expect(
      try fixture.git("log", "-1", "--format=%an <%ae> %at%n%B", "sluice-ledger").trimmed == """
        sluice <sluice@localhost> 1790000000
        Record readings

        clusters: dev-1, dev-10, dev-11, dev-12, dev-13, dev-14, dev-2, dev-3, dev-4, dev-5, dev-6, dev-7 and 2 more
        qualified: dev/platform a=1,b=2
        stops: everything

        Sluice-Policy: demo
        """)
    try await store.update("Resume") { _ in [.remove(StopRecord.self, nil)] }
    let message = try fixture.git("log", "-1", "--format=%B", "sluice-ledger")
    #expect(message.contains("\nstops: everything (removed)\n"))
    #expect(try fixture.git("ls-tree", "-r", "--name-only", "sluice-ledger").contains("/stops/") == false)
  }

  @Test("L12: a decision that changes nothing writes nothing", arguments: [true, false])
  func noChange(isFresh: Bool) async throws {
    let fixture = try LedgerFixture()
    let first = try await fixture.store()
    let before = try await first.update("First") { _ in [.put(cluster("dev-1"))] }
    let store = isFresh ? try await fixture.store() : first
    for changes: [LedgerChange] in [
      [], [.put(cluster("dev-1"))], [.remove(RecordedCluster.self, "dev-2")],
      [.put(cluster("dev-1", healthy: false)), .put(cluster("dev-1"))],
    ] {
      #expect(try await store.update("Again") { _ in changes }.tip == before.tip)
    }
    #expect(try fixture.tip() == before.tip?.hex)
  }

  @Test("A file that says the same in other words is left alone")
  func sameMeaning() async throws {
    let fixture = try LedgerFixture()
    let store = try await fixture.store()
    try await store.update("First") { _ in [.put(cluster("dev-1"))] }
    let file = RecordPlace.path(policy: "demo", kind: .clusters, parts: ["dev-1"])
    try fixture.overwrite(file, try fixture.text(file).replacing("\n", with: " "))
    let tip = try fixture.tip()
    #expect(try await fixture.store().update("Again") { _ in [.put(cluster("dev-1"))] }.tip?.hex == tip)
  }

  @Test("Policies on one ledger see their own records only, and their writes do not disturb one another")
  func twoPolicies() async throws {
    let fixture = try LedgerFixture()
    let (a, b) = (try await fixture.store(policy: "a"), try await fixture.store(policy: "b"))
    try await a.update("A") { _ in [.put(cluster("dev-1"))] }
    try await b.update("B") { _ in [.put(cluster("dev-1", healthy: false))] }
    #expect(try await a.load().all(RecordedCluster.self).values == ["dev-1": cluster("dev-1")])
    #expect(try await b.load().one(RecordedCluster.self, "dev-1") == cluster("dev-1", healthy: false))
  }

  @Test("A snapshot stays what it was when others write on")
  func snapshots() async throws {
    let fixture = try LedgerFixture()
    let store = try await fixture.store()
    let old = try await store.update("First") { _ in [.put(cluster("dev-1"))] }
    let new = try await store.update("Second") { _ in
      [.put(cluster("dev-2")), .remove(RecordedCluster.self, "dev-1")]
    }
    #expect(try await old.all(RecordedCluster.self).values.keys.sorted() == ["dev-1"])
    #expect(try await new.all(RecordedCluster.self).values.keys.sorted() == ["dev-2"])
    #expect(try await fixture.store().load().all(RecordedCluster.self).values.keys.sorted() == ["dev-2"])
  }

  @Test("Another reference than a branch serves too")
  func otherReference() async throws {
    let fixture = try LedgerFixture()
    let store = LedgerStore(
      repository: try await fixture.repository(), reference: "refs/sluice/ledger", policy: "demo",
      clock: { LedgerFixture.now })
    let written = try await store.update("First") { _ in [.put(cluster("dev-1"))] }
    #expect(try fixture.git("rev-parse", "refs/sluice/ledger").trimmed == written.tip?.hex)
    #expect(try fixture.tip().isEmpty)
  }

  @Test("Bytes that a memo remembers are not read from the repository, and new ones are given to it")
  func memo() async throws {
    let fixture = try LedgerFixture()
    try await fixture.store().update("First") { _ in [.put(cluster("dev-1")), .put(cluster("dev-2"))] }
    let remembered = Memory()
    func store() async throws -> LedgerStore {
      LedgerStore(
        repository: try await fixture.repository(), policy: "demo",
        memo: BlobMemo(load: { remembered.load($0) }, save: { remembered.save($0) }), clock: { LedgerFixture.now })
    }
    #expect(try await store().load().all(RecordedCluster.self).values.count == 2)
    #expect(remembered.saved == 2)
    #expect(try await store().load().all(RecordedCluster.self).values.count == 2)
    #expect(remembered.saved == 2)
  }
}

private final class Memory: Sendable {
  private let state = Mutex<(blobs: [ObjectID: [UInt8]], saved: Int)>(([:], 0))
  var saved: Int { state.withLock { $0.saved } }
  func load(_ ids: [ObjectID]) -> [ObjectID: [UInt8]] {
    state.withLock { state in state.blobs.filter { ids.contains($0.key) } }
  }
  func save(_ blobs: [ObjectID: [UInt8]]) {
    state.withLock { state in
      state.blobs.merge(blobs) { $1 }
      state.saved += blobs.count
    }
  }
}
