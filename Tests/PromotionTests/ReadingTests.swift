import Promotion
import Testing

/// A cluster that desires app 1.0, read by check.
@Suite struct `L11 evidence: readings` {
  private let policy = Scene().policy
  private let gap = Duration.seconds(100)

  private func look(
    _ moment: Int, _ healthy: Bool?, _ version: String = "1.0", desired: String = "1.0", since: Int = 0
  ) -> Observation {
    let result = Observation.Result.known(
      versions: ["app": Version(version)], groups: ["app": ObservedHealth(healthy: healthy, reasons: ["at \(moment)"])])
    return Observation(at: at(moment), result: result, desired: ["app": DesiredTuple(tuple: app(desired), since: at(since))])
  }

  private func failed(_ moment: Int) -> Observation {
    Observation(at: at(moment), result: .failed, desired: ["app": DesiredTuple(tuple: app("1.0"), since: at(0))])
  }

  private func fold(_ looks: Observation...) -> ReadingUpdate {
    var update = ReadingUpdate(nil, looks[0], maxGap: gap, policy: policy)
    for look in looks.dropFirst() { update = ReadingUpdate(update.record, look, maxGap: gap, policy: policy) }
    return update
  }

  private func health(_ update: ReadingUpdate) -> GroupHealth? { update.record.reading?.groups["app"] }

  @Test func `only transitions are written`() {
    #expect(fold(look(10, true)).isTransition)
    #expect(!fold(look(10, true), look(60, true)).isTransition)
    #expect(fold(look(10, true), look(60, false)).isTransition)
    #expect(fold(look(10, true, "0.9"), look(60, true)).isTransition)
    #expect(fold(look(10, true), look(60, true, desired: "2.0", since: 50)).isTransition)
  }

  @Test func `trap 11: an older reading never replaces a newer one`() {
    #expect(health(fold(look(60, false), look(50, true)))?.healthy == false)
    #expect(fold(look(60, false), look(50, true)).record == fold(look(60, false)).record)
  }

  @Test func `trap 11: at a tie the worse wins, whoever writes first`() {
    #expect(health(fold(look(60, true), look(60, false)))?.healthy == false)
    #expect(health(fold(look(60, false), look(60, true)))?.healthy == false)
    #expect(fold(look(60, true), look(60, true, "0.9")).record.reading?.versions["app"] == "0.9")
    #expect(fold(look(60, true, "0.9"), look(60, true)).record.reading?.versions["app"] == "0.9")
  }

  @Test func `trap 12: a living shard says nothing of another's clusters, and what it could not read is not covered`() {
    let reading = Reading(versions: [:], groups: [:], last: at(10))
    #expect(reading.covered(by: [], cluster: "c1").last == at(10))
    #expect(reading.covered(by: [Heartbeat(at: at(60))], cluster: "c1").last == at(60))
    #expect(reading.covered(by: [Heartbeat(at: at(60), unread: ["c1": at(40)])], cluster: "c1").last == at(40))
    #expect(reading.covered(by: [Heartbeat(at: at(60), unread: ["c1": nil])], cluster: "c1").last == at(10))
  }

  @Test func `trap 13: a failed read adds nothing and breaks nothing`() {
    let update = fold(look(10, true), failed(60), look(110, true))
    #expect(health(update)?.since == at(10))
    #expect(fold(look(10, true), failed(60)).record == fold(look(10, true)).record)
    #expect(!fold(look(10, true), failed(60)).isTransition)
  }

  @Test func `trap 13: a gap above maxGap between known readings starts anew, failed reads in it or not`() {
    #expect(health(fold(look(10, true), look(110, true)))?.since == at(10))
    #expect(health(fold(look(10, true), look(111, true)))?.since == at(111))
    #expect(health(fold(look(10, true), failed(60), failed(100), look(111, true)))?.since == at(111))
    #expect(health(fold(look(10, true), look(111, true)))?.watchedSince == at(111))
    #expect(fold(look(10, true), look(111, true)).isTransition)
  }

  @Test func `trap 13: a known bad reading breaks at once`() {
    let update = fold(look(10, true), look(20, false), look(30, true))
    #expect(health(update)?.since == at(30))
    #expect(health(update)?.watchedSince == at(10))
  }

  @Test func `trap 15: a run starts anew where the desired tuple changed, even if back again`() {
    #expect(health(fold(look(10, true), look(60, true, since: 50)))?.since == at(60))
    #expect(health(fold(look(10, true), look(60, true, desired: "2.0", since: 50)))?.since == at(60))
    #expect(fold(look(10, true, since: 50), look(60, true, since: 20)).record.desired["app"]?.since == at(50))
  }

  @Test func `a group that can't be told keeps what was known, and when`() {
    let update = fold(look(10, true), look(50, nil))
    #expect(health(update)?.healthy == true)
    #expect(health(update)?.lastKnown == at(10))
    #expect(update.isTransition)
    #expect(health(fold(look(10, true), look(50, nil), look(90, true)))?.since == at(10))
    #expect(health(fold(look(10, true), look(50, nil), look(90, nil), look(130, true)))?.since == at(130))
    #expect(health(fold(look(10, nil)))?.healthy == nil)
  }

  @Test func `what was unhealthy before its version came is remembered`() {
    let update = fold(look(5, true), look(10, false), look(60, false, desired: "2.0", since: 50))
    #expect(update.record.desired["app"]?.healthyBefore == false)
    var waiting = look(70, true, desired: "2.0", since: 50)
    waiting.notStarted = ["app"]
    let later = ReadingUpdate(update.record, waiting, maxGap: gap, policy: policy)
    #expect(later.record.desired["app"]?.healthyBefore == true)
  }

  @Test func `what a version broke that never settled is not excused by it when the next one comes`() {
    let broken = [look(60, false, "2.0", desired: "2.0", since: 50), look(90, false, "3.0", desired: "3.0", since: 80)]
    #expect(fold(look(10, true), broken[0], broken[1]).record.desired["app"]?.healthyBefore == true)
    let settled = look(55, true, "2.0", desired: "2.0", since: 50)
    #expect(fold(look(10, true), settled, broken[0], broken[1]).record.desired["app"]?.healthyBefore == false)
  }

  @Test func `two records made at once merge to one, whichever is asked`() {
    let base = fold(look(10, true)).record
    func update(_ look: Observation) -> ClusterRecord { ReadingUpdate(base, look, maxGap: gap, policy: policy).record }
    let looks = [
      look(60, true), look(60, false), look(60, true, "0.9"), look(70, true), look(70, false), look(70, nil), failed(70),
      look(80, true, since: 75), look(80, true, desired: "2.0", since: 75), look(80, false, "2.0", desired: "2.0", since: 75),
      look(200, true),
    ]
    for one in looks {
      for other in looks {
        let (a, b) = (update(one), update(other))
        #expect(a.merged(with: b, policy: policy) == b.merged(with: a, policy: policy), "\(one) \(other)")
      }
      #expect(update(one).merged(with: update(one), policy: policy) == update(one))
    }
    let merged = update(look(70, true)).merged(with: update(look(60, false)), policy: policy)
    #expect(merged.reading?.groups["app"]?.healthy == true)
    #expect(merged.reading?.groups["app"]?.since == at(70))
    let tie = update(look(60, true)).merged(with: update(look(60, false)), policy: policy)
    #expect(tie.reading?.groups["app"]?.healthy == false)
  }
}

@Suite struct `Standing of a cluster` {
  private func scene(_ change: (inout ClusterState) -> Void = { _ in }) -> Planner {
    var scene = Scene()
    scene.add("c1", in: "dev", "1.0")
    scene.set("c1", change)
    return scene.planner
  }

  /// Expects the cluster's state after a change to it.
  private func check(_ state: String, _ place: SourceLocation = #_sourceLocation, _ change: (inout ClusterState) -> Void) {
    let standing = scene(change).standing("c1", group: "app")
    #expect(standing.map { String("\($0)".prefix { $0 != "(" }) } == state, sourceLocation: place)
  }

  @Test func `settled and soaked: fresh, healthy, runs what is desired, long enough by its readings`() {
    #expect(scene().settled("c1", group: "app"))
    #expect(scene().soaked("c1", group: "app"))
  }

  @Test func `unknown: no reading, one older than maxGap, a group or version not told, no known time of the desired version`() {
    check("unknown") { $0.reading = nil }
    check("settled") { $0.reading?.last = at(10_000 - 3_600) }
    check("unknown") { $0.reading?.last = at(10_000 - 3_601) }
    check("unknown") { $0.reading?.groups = [:] }
    check("unknown") { $0.reading?.groups["app"]?.healthy = nil }
    check("unknown") { $0.reading?.groups["app"]?.lastKnown = at(6_000) }
    check("unknown") { $0.reading?.versions = [:] }
    check("unknown") { $0.desiredSince = [:] }
  }

  @Test func `soak is measured to the last reading, not to now`() {
    let planner = scene {
      $0.reading?.groups["app"]?.since = at(9_850)
      $0.reading?.last = at(9_949)
    }
    #expect(planner.settled("c1", group: "app"))
    #expect(!planner.soaked("c1", group: "app"))
    #expect(planner.lack("c1", dev, app("1.0")) == .soaking(until: at(9_950)))
  }

  @Test func `trap 15: readings from before the base moved do not count`() {
    check("upgrading") { $0.desiredSince = ["app": at(10_001)] }
    let returned = scene { $0.desiredSince = ["app": at(9_950)] }
    #expect(returned.settled("c1", group: "app"))
    #expect(!returned.soaked("c1", group: "app"))
  }

  @Test func `degraded: not settled, and the deadline passed since the recorded start`() {
    check("degraded") { $0.reading?.versions = ["app": "0.9"] }
    check("degraded") { $0.reading?.groups["app"]?.healthy = false }
    func started(_ moment: Int) -> Planner {
      scene {
        $0.reading?.versions = ["app": "0.9"]
        $0.startedAt = ["app": at(moment)]
      }
    }
    #expect(started(9_801).upgrading("c1", group: "app"))
    #expect(started(9_800).degraded("c1", group: "app"))
  }

  @Test func `no deadline passes while nobody looks`() {
    let planner = scene {
      $0.reading?.versions = ["app": "0.9"]
      $0.reading?.groups["app"]?.watchedSince = at(9_900)
    }
    #expect(planner.upgrading("c1", group: "app"))
  }

  @Test func `pinned and paused clusters do not count`() {
    let pinned = scene { $0.pinned = ["app"] }
    #expect(pinned.standing("c1", group: "app") == nil)
    let paused = scene { $0.paused = true }
    #expect(paused.standing("c1", group: "app") == nil)
  }
}
