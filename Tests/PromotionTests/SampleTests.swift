import Testing

@testable import Promotion

/// One cluster with two groups, looked at every minute.
private struct Patient {
  var policy = Policy(
    name: "p",
    components: [Component(name: "kubernetes"), Component(name: "api")],
    groups: [Group(name: "kubernetes", components: ["kubernetes"]), Group(name: "api", components: ["api"])],
    stages: [], maxGap: .seconds(600))
  var record: ClusterRecord?
  var at = Timestamp(seconds: 1_000_000)
  var passes = 1
  var desired: [GroupName: DesiredTuple] = [:]
  var notStarted: Set<GroupName> = []
  var running: [ComponentName: Version] = [:]

  init() {
    desire("1.0.0", of: "kubernetes")
    desire("2.0.0", of: "api")
    running = ["kubernetes": Version("1.0.0"), "api": Version("2.0.0")]
  }

  mutating func desire(_ version: String, of group: GroupName) {
    desired[group] = DesiredTuple(tuple: VersionTuple([group: Version(version)]), since: at)
  }

  /// Desired and running at once.
  mutating func upgrade(_ version: String, of group: GroupName) {
    desire(version, of: group)
    running[group] = Version(version)
  }

  @discardableResult
  mutating func look(after seconds: Int = 60, _ findings: [Finding] = [], gaps: [Gap] = []) -> [GroupName: ObservedHealth] {
    at = Timestamp(seconds: at.seconds + seconds)
    let judged = SampleJudge(record, at: at, passes: passes, policy: policy).judge(
      Sample(versions: running, findings: findings, gaps: gaps),
      policy.groups.map {
        SampleJudge.Group(
          $0.name, components: $0.components, desired: desired[$0.name], isBeforeUpgrade: notStarted.contains($0.name))
      })
    let isTold = judged.health.values.contains { $0.healthy != nil }
    let observation = Observation(
      at: at, result: isTold ? .known(versions: running, groups: judged.health) : .failed, desired: desired,
      notStarted: notStarted, evidence: judged.evidence)
    record = ReadingUpdate(record, observation, maxGap: policy.maxGap, policy: policy).record
    return judged.health
  }

  func isHealthy(_ health: [GroupName: ObservedHealth]) -> [Bool?] { ["kubernetes", "api"].map { health[$0]?.healthy ?? nil } }
}

private func node(_ name: String) -> Finding {
  Finding(source: "nodes", key: "node/\(name)/ready", text: "node \(name) is not ready")
}
private func pods(_ count: Int) -> Finding {
  Finding(source: "pods", key: "pod/kube-system/dns", count: count, text: "\(count) pods of dns are not ready")
}

@Suite struct SampleTests {
  @Test("What was wrong before a version came does not count against it, what got worse does")
  func baseline() {
    var patient = Patient()
    patient.look()
    patient.look([node("n1"), pods(1)])
    patient.upgrade("1.1.0", of: "kubernetes")
    let same = patient.look([node("n1"), pods(1)])
    #expect(patient.isHealthy(same) == [true, false])
    let more = patient.look([node("n1"), pods(2)])
    #expect(patient.isHealthy(more) == [false, false])
    #expect(more["kubernetes"]?.reasons == ["2 pods of dns are not ready"])
    let other = patient.look([node("n1"), node("n2"), pods(1)])
    #expect(other["kubernetes"]?.reasons == ["node n2 is not ready"])
  }

  @Test("What was cured since must stay so, once the version has settled")
  func cured() {
    var patient = Patient()
    patient.look()
    patient.look([node("n1")])
    patient.upgrade("1.1.0", of: "kubernetes")
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == true)
    patient.look()
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == false)
  }

  @Test("A cluster that was never seen well has its faults counted")
  func strangers() {
    var patient = Patient()
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == false)
    patient.notStarted = ["kubernetes", "api"]
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == false)
  }

  @Test("A second bad version is not excused by the first one's damage")
  func secondBad() {
    var patient = Patient()
    patient.look()
    patient.upgrade("1.1.0", of: "kubernetes")
    patient.look([node("n1")])
    patient.upgrade("1.1.1", of: "kubernetes")
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == false)
    patient.upgrade("1.1.2", of: "kubernetes")
    #expect(patient.look()["kubernetes"]?.healthy == true)
  }

  @Test("What breaks while an upgrade waits is no fault of the version that waits, but of the one that runs it is")
  func waiting() {
    var patient = Patient()
    patient.look()
    patient.desire("1.1.0", of: "kubernetes")
    patient.notStarted = ["kubernetes"]
    patient.look()
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == true)
    patient.notStarted = []
    patient.running["kubernetes"] = Version("1.1.0")
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == true)
  }

  @Test("Never applied, and running what is desired: nothing is before any upgrade")
  func neverApplied() {
    var patient = Patient()
    patient.notStarted = ["api", "kubernetes"]
    patient.look()
    patient.look()
    #expect(patient.look([node("n1")])["api"]?.healthy == false)
  }

  @Test("What the version before broke, and never mended, is no excuse for one that waits")
  func waitingBehindBad() {
    var patient = Patient()
    patient.look()
    patient.upgrade("1.1.0", of: "kubernetes")
    patient.look([node("n1")])
    patient.desire("1.1.1", of: "kubernetes")
    patient.notStarted = ["kubernetes"]
    patient.look([node("n1")])
    patient.look([node("n1")])
    patient.notStarted = []
    patient.running["kubernetes"] = Version("1.1.1")
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == false)
  }

  @Test("A sample that is too old says nothing of before")
  func oldBaseline() {
    var patient = Patient()
    patient.look()
    patient.look([node("n1")])
    patient.at = Timestamp(seconds: patient.at.seconds + 3600)
    patient.upgrade("1.1.0", of: "kubernetes")
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == false)
  }

  @Test("What a sample could not tell is neither cured nor broken")
  func gaps() {
    var patient = Patient()
    patient.look()
    patient.look([node("n1")])
    patient.look(gaps: [Gap(source: "nodes", text: "no answer")])
    patient.upgrade("1.1.0", of: "kubernetes")
    #expect(patient.look([node("n1")])["kubernetes"]?.healthy == true)
    let blind = patient.look(gaps: [Gap(source: "nodes", text: "no answer")])
    #expect(patient.isHealthy(blind) == [nil, nil])
    #expect(blind["api"]?.reasons == ["no answer"])
    let seen = patient.look([pods(1)], gaps: [Gap(source: "nodes", text: "no answer")])
    #expect(patient.isHealthy(seen) == [false, false], "what is known to be bad needs no other answer")
  }

  @Test("What could not be read for the cluster leaves what it said of a component as it was")
  func clusterGaps() {
    var patient = Patient()
    let kubelet = Finding(
      .component("kubernetes"), source: "nodes", key: "node/n1/kubelet/1.0.0", text: "kubelet of n1 is behind")
    patient.look()
    patient.look([kubelet])
    patient.look(gaps: [Gap(source: "nodes", text: "no answer")])
    patient.upgrade("1.1.0", of: "kubernetes")
    #expect(patient.look([kubelet])["kubernetes"]?.healthy == true)
  }

  @Test("What concerns a component concerns its group alone")
  func scopes() {
    var patient = Patient()
    patient.look()
    let red = patient.look([Finding(.component("api"), source: "probe errors", key: "probe/errors", text: "too many")])
    #expect(patient.isHealthy(red) == [true, false])
    let blind = patient.look(gaps: [Gap(.component("api"), source: "probe errors", text: "silent")])
    #expect(patient.isHealthy(blind) == [true, nil])
  }

  @Test("As many good samples in a row as asked for, anew for each version and after each red one")
  func passes() {
    var patient = Patient()
    patient.passes = 3
    #expect(patient.look()["api"]?.reasons == ["good in 1 of 3 samples"])
    #expect(patient.look()["api"]?.healthy == false)
    #expect(patient.look()["api"]?.healthy == true)
    #expect(patient.record?.evidence == Evidence(), "nothing is kept once they are enough")
    patient.look([node("n1")])
    #expect(patient.look()["api"]?.healthy == false)
    // One that could not be told is neither good nor red.
    #expect(patient.look(gaps: [Gap(source: "nodes", text: "no answer")])["api"]?.healthy == nil)
    #expect(patient.look()["api"]?.healthy == false)
    #expect(patient.look()["api"]?.healthy == true)
    patient.upgrade("2.1.0", of: "api")
    let anew = [patient.look(), patient.look(), patient.look()].map(patient.isHealthy)
    #expect(anew == [[true, false], [true, false], [true, true]])
    // After a gap nobody knows what was between.
    #expect(patient.look(after: 3600)["api"]?.healthy == false)
    let afterGap = [patient.look(after: 3600), patient.look(), patient.look()].map { $0["api"]?.healthy ?? nil }
    #expect(afterGap == [false, false, true])
  }

  @Test("A good sample of one version is none of the next")
  func passesOfAnother() {
    var patient = Patient()
    patient.passes = 2
    patient.look()
    patient.upgrade("2.1.0", of: "api")
    #expect(patient.look()["api"]?.healthy == false)
    #expect(patient.look()["api"]?.healthy == true)
  }

  @Test("A good sample of the version before is none of the one that is awaited")
  func passesBefore() {
    var patient = Patient()
    patient.passes = 2
    patient.look()
    patient.look()
    patient.desire("2.1.0", of: "api")
    #expect(patient.look()["api"]?.healthy == true)
    #expect(patient.look()["api"]?.healthy == true)
    patient.running["api"] = Version("2.1.0")
    #expect(patient.look()["api"]?.healthy == false)
    #expect(patient.look()["api"]?.healthy == true)
  }

  @Test("A probe may be silent so many times in a row; once more is a failure")
  func silences() {
    var patient = Patient()
    patient.look()
    let silent = Gap(.component("api"), source: "probe errors", text: "no answer", limit: 2)
    var seen: [Bool?] = []
    for _ in 0..<4 { seen.append(patient.look(gaps: [silent])["api"]?.healthy ?? nil) }
    #expect(seen == [nil, nil, false, false])
    #expect(patient.look()["api"]?.healthy == true)
    #expect(patient.look(gaps: [silent])["api"]?.healthy == nil)
    // One for the whole cluster counts though nothing is told of any group.
    let all = Gap(source: "probe ping", text: "no answer", limit: 1)
    #expect(patient.isHealthy(patient.look(gaps: [all])) == [nil, nil])
    #expect(patient.isHealthy(patient.look(gaps: [all])) == [false, false])
  }

  @Test("The evidence is the newer reading's, and of two as new what excuses less")
  func merging() {
    var patient = Patient()
    patient.look()
    var mine = patient.record!
    var other = mine
    mine.evidence.failures = [Evidence.Failure(.cluster, source: "nodes", key: "a", count: 1)]
    mine.evidence.baseline = ["api": [Evidence.Failure(.cluster, source: "pods", key: "b", count: 3)]]
    mine.evidence.passes = ["api": 2]
    other.evidence.failures = [Evidence.Failure(.cluster, source: "nodes", key: "a", count: 2)]
    other.evidence.baseline = ["api": [Evidence.Failure(.cluster, source: "pods", key: "b", count: 2)], "kubernetes": []]
    let merged = mine.merged(with: other, policy: patient.policy)
    #expect(merged.evidence == other.merged(with: mine, policy: patient.policy).evidence)
    #expect(merged.evidence.failures.map(\.count) == [2])
    #expect(merged.evidence.baseline == ["api": [Evidence.Failure(.cluster, source: "pods", key: "b", count: 2)]])
    #expect(merged.evidence.passes == ["api": 0])
    other.reading?.last = Timestamp(seconds: patient.at.seconds + 1)
    #expect(mine.merged(with: other, policy: patient.policy).evidence == other.evidence)
  }

  @Test("A shard is whoever its hash says, each cluster in one")
  func shards() {
    let names = (1...1000).map { "cluster-\($0)" }
    let shards = (0..<8).compactMap { Shard($0, of: 8) }
    for name in names { #expect(shards.count { $0.contains(name) } == 1) }
    for shard in shards { #expect((90...170).contains(names.count { shard.contains($0) })) }
    #expect(Shard(name: "3-8") == Shard(3, of: 8) && Shard(name: "all") == .all)
    for name in ["8-8", "-1-8", "3", "", "a-b", "1-2-3"] { #expect(Shard(name: name) == nil) }
    var reading = Reading(versions: [:], groups: [:], last: Timestamp(seconds: 0))
    let others = shards.filter { !$0.contains("cluster-1") }.map { Heartbeat(at: Timestamp(seconds: 60), shard: $0) }
    #expect(reading.covered(by: others, cluster: "cluster-1").last == Timestamp(seconds: 0))
    reading.cover(Heartbeat(at: Timestamp(seconds: 60), shard: nil), "cluster-1")
    #expect(reading.last == Timestamp(seconds: 0))
  }
}
