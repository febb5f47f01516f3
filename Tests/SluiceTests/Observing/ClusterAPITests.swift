import FakeKubernetes
import Foundation
import TestSupport
import Testing

/// Clusters asked through their own API by the built binary, over real TLS, with a kubeconfig.
@Suite struct `Clusters that say themselves how they are` {
  @Test func `a version goes on only when the clusters have proved it, step by step`() throws {
    let it = try APIWorld()
    let world = it.world
    try it.check(times: 8)
    #expect(try world.hasQualified("dev", "1.31.4") && world.hasQualified("prod", "1.31.4"))
    try world.release("1.32.1")
    try world.check("run")
    #expect(try world.desired("dev") == "1.32.1")
    it.upgrade("d1", to: "1.32.1")
    let script = try #require(UpgradeScript.all.first { $0.name == "nodes one by one" })
    it.server.update("d2") { $0 = script.start }
    for step in script.steps {
      it.server.update("d2", step.change)
      try world.check("run")
      try world.advance(600)
      #expect(try !world.hasQualified("dev", "1.32.1"), "after \(step.what)")
      #expect(try world.desired("prod") == "1.31.4")
    }
    // One good sample more, and the soak.
    for _ in 0..<3 {
      try world.check("run")
      try world.advance(300)
    }
    #expect(try world.hasQualified("dev", "1.32.1"))
    #expect(try world.runs(atMost: 2) { try world.desired("prod") == "1.32.1" } != nil)
  }

  @Test func `a managed cluster's version counts as far as the policy says`() throws {
    var plan = APIWorld.Plan()
    plan.version = "1.31"
    plan.part = "minor"
    let it = try APIWorld(plan)
    for cluster in ["d1", "d2", "p1"] { it.upgrade(cluster, to: "1.31.4-eks-7f9249a") }
    try it.check(times: 8)
    #expect(try it.version("d1", of: "app") == "1.31" && it.world.hasQualified("dev", "1.31"))
  }

  @Test func `as many good samples in a row as asked for make a cluster healthy`() throws {
    var plan = APIWorld.Plan()
    plan.health = "{passes: 3}"
    let it = try APIWorld(plan)
    try it.check()
    #expect(try it.isHealthy("d1") == false && it.reasons("d1") == ["good in 1 of 3 samples"])
    try it.check()
    it.server.update("d2") { $0.cordon("worker-1") }
    try it.check()
    #expect(try it.isHealthy("d1") == true && it.isHealthy("d2") == false)
    #expect(try it.reasons("d2").contains { $0.contains("worker-1") })
    it.server.update("d2") { $0.uncordon("worker-1") }
    try it.check(times: 2)
    #expect(try it.isHealthy("d2") == false)
    try it.check()
    #expect(try it.isHealthy("d2") == true)
  }

  @Test func `what was broken before the version came does not count, what breaks with it does`() throws {
    let it = try APIWorld()
    try it.check(times: 8)
    it.server.update("d1") { $0.setAvailable("v1beta1.metrics.k8s.io", false) }
    try it.check()
    #expect(try it.isHealthy("d1") == false)
    try it.world.release("1.31.5")
    try it.world.check("run")
    for cluster in ["d1", "d2"] { it.upgrade(cluster, to: "1.31.5") }
    it.server.update("d2") { $0.setAvailable("v1beta1.metrics.k8s.io", false) }
    try it.check(times: 3)
    #expect(try it.isHealthy("d1") == true)
    #expect(try it.isHealthy("d2") == false)
    #expect(try it.reasons("d2").contains { $0.contains("v1beta1.metrics.k8s.io") })
  }

  @Test func `what can't be read is unknown: the soak goes on for maxGap and no longer, and others are not touched`() throws {
    let it = try APIWorld()
    try it.check(times: 3)
    let since = try it.since("d1")
    it.server.update("d1") { $0.fail("/api/v1/nodes", .status(500)) }
    let said = try it.check()
    #expect(said.contains("d1: can't be read") && said.contains("/api/v1/nodes") && said.contains("500"))
    #expect(!said.contains("d2: can't be read"))
    try it.check(times: 10)
    #expect(try it.world.hasQualified("prod", "1.31.4") && !it.world.hasQualified("dev", "1.31.4"))
    it.server.update("d1") { $0.heal() }
    try it.check(times: 2)
    #expect(try it.since("d1") == since, "a gap below maxGap breaks no soak")
    #expect(try it.world.hasQualified("dev", "1.31.4"))
    it.server.update("d1") { $0.fail("/", .reset) }
    try it.check(times: 7, apart: 600)
    it.server.update("d1") { $0.heal() }
    try it.check(times: 2)
    #expect(try it.since("d1") != since, "a gap above maxGap does")
  }

  @Test func `a check where nothing changed writes nothing, and its heartbeat when that is due`() throws {
    let it = try APIWorld()
    try it.check(times: 10)
    let commits = try it.world.ledgerCommits()
    // The last heartbeat was written somewhere in these ten minutes; the next is due a quarter of an hour after it.
    try it.world.advance(900)
    try it.check()
    #expect(try it.world.ledgerCommits() == commits + 1)
    #expect(try it.lastChanged().allSatisfy { $0.contains("/heartbeats/") })
    try it.check(times: 10)
    #expect(try it.world.ledgerCommits() == commits + 1)
  }

  @Test func `what is settled and qualified is glanced at between heartbeats, and looked at whole where a glance shows anything`()
    throws
  {
    let it = try APIWorld()
    try it.check(times: 9)
    #expect(try it.world.hasQualified("dev", "1.31.4"))
    try it.world.advance(900)
    /// The requests of one check, by cluster.
    func asked() throws -> [Int] {
      for cluster in ["d1", "d2", "p1"] { it.server.forgetRequests(cluster) }
      try it.check()
      return ["d1", "d2", "p1"].map { it.server.requests($0).count }
    }
    #expect(try asked() == [9, 9, 9], "a heartbeat is due")
    #expect(try asked() == [6, 6, 6])
    it.server.update("d2") { $0.cordon("worker-1") }
    #expect(try asked() == [6, 15, 6])
    #expect(try it.isHealthy("d2") == false)
    it.server.update("d2") { $0.uncordon("worker-1") }
    #expect(try asked() == [6, 9, 6], "nobody glances at what is not well")
    try it.check(times: 8)
    it.server.update("d1") { $0.fail("/api/v1/nodes", .status(500)) }
    _ = try asked()
    #expect(try it.isHealthy("d1") == true && it.check().contains("d1: can't be read"))
    // A rollout that fails is seen by the next whole look at the latest.
    it.server.update("p1") { $0.change("kube-proxy", image: "registry.k8s.io/kube-proxy:v1.31.5") }
    #expect(try asked()[2] == 6)
    #expect(try it.isHealthy("p1") == true)
    try it.world.advance(900)
    try it.check()
    #expect(try it.isHealthy("p1") == false)
  }

  @Test func `requests are told one a line when asked for, and no secret is ever`() throws {
    let it = try APIWorld()
    let run = try it.world.sluice("check", "-v")
    #expect(run.status == 0)
    let all = run.output + run.errors
    for path in ["/version", "/readyz", "/api/v1/nodes", "/apis/apps/v1/namespaces/kube-system/deployments"] {
      #expect(
        run.errors.split(separator: "\n").contains { $0.contains("GET") && $0.contains(path) && $0.contains("200") }, "\(path)")
    }
    #expect(run.errors.split(separator: "\n").count == it.server.requestCount)
    for cluster in ["d1", "d2", "p1"] { #expect(!all.contains(it.server.token(cluster))) }
    let quiet = try it.world.sluice("check")
    #expect(!quiet.errors.contains("GET"))
  }

  @Test(arguments: [
    (FakeCluster.Certificate.expired, "expired"), (.wrongName, "other names"), (.stranger, "no authority"),
  ])
  func `a certificate that is not right is unknown, in clear words`(_ certificate: FakeCluster.Certificate, _ words: String)
    throws
  {
    let it = try APIWorld()
    it.server.update("d1") { $0.certificate = certificate }
    let said = try it.check()
    #expect(said.contains("d1: can't be read") && said.contains(words), "\(said)")
    #expect(!said.contains("d2: can't be read"))
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "there is no script(1) to make a terminal"))
  func `how far it is shows on a terminal, and nowhere else`() throws {
    let it = try APIWorld()
    let seen = try Command.run(
      ["/usr/bin/script", "-qec", "'\(Binary.path)' check", "/dev/null"], in: it.world.path,
      environment: it.world.environment.merging(["TERM": "xterm"]) { $1 })
    #expect(seen.output.contains("checked 1 of 3 clusters") && seen.output.contains("checked 3 of 3 clusters\r\u{1B}[K"))
    let piped = try it.world.sluice("check")
    #expect(piped.status == 0 && !(piped.output + piped.errors).contains("checked"))
  }

  @Test func `what keeps all clusters from being read is said of some, and counted`() throws {
    var plan = APIWorld.Plan()
    plan.tiers = [("dev", (1...9).map { "d\($0)" })]
    let it = try APIWorld(plan)
    try Command.check(["mv", "kubeconfig", "gone"], in: it.world.path)
    let said = try it.check().split(separator: "\n")
    #expect(said.count { $0.contains(": can't be read: ") && $0.contains("kubeconfig") } == 3)
    #expect(said.count { $0.contains("6 more clusters can't be read for the same reason: ") } == 1)
    // Each of them is unknown all the same.
    #expect(try (1...9).allSatisfy { try it.record("d\($0)")["known"] as? Bool == false })
  }

  @Test func `a context that is not there names those that are, and a cluster that leaves the config is forgotten`() throws {
    let it = try APIWorld()
    try it.world.commit("A new cluster") { try $0.write("name: d9\ntier: dev\n", to: "clusters/d9.yaml") }
    let said = try it.check()
    #expect(said.contains("d9: can't be read") && said.contains("context"))
    try it.check(times: 8)
    #expect(try !it.world.hasQualified("dev", "1.31.4"), "a cluster that nobody could read proves nothing")
    try it.world.commit("No new cluster") { try Command.check(["rm", "clusters/d9.yaml"], in: $0.path) }
    #expect(try !it.check(times: 2).contains("d9"))
    #expect(try it.world.hasQualified("dev", "1.31.4"))
  }
}
