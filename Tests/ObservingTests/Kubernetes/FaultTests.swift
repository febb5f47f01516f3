import FakeKubernetes
import Promotion
import Testing

@testable import Observing

@Suite("Unknown is never success: a cluster's API that answers wrongly")
struct FaultTests {
  static let endpoints = [
    "/version", "/readyz", "/api/v1/nodes", "/api/v1/namespaces/kube-system/pods",
    "/apis/apps/v1/namespaces/kube-system/deployments", "/apis/apps/v1/namespaces/kube-system/daemonsets",
    "/apis/apps/v1/namespaces/kube-system/statefulsets", "/apis/apiregistration.k8s.io/v1/apiservices",
  ]

  struct Fault: Sendable, CustomStringConvertible {
    let kind: FakeFault.Kind
    /// One of them must be said.
    let reasons: [String]
    var timeout = Duration.seconds(120)
    var description: String { "\(kind)" }
  }

  static let faults: [Fault] = [
    Fault(kind: .hang, reasons: ["no answer", "time"], timeout: .seconds(8)), Fault(kind: .reset, reasons: ["reset"]),
    Fault(kind: .close, reasons: ["closed", "ended", "Empty"]), Fault(kind: .status(401), reasons: ["401"]),
    Fault(kind: .status(403), reasons: ["403"]), Fault(kind: .status(429, ["Retry-After": "1"]), reasons: ["429"]),
    Fault(kind: .status(500), reasons: ["500"]), Fault(kind: .html, reasons: ["HTML", "not an API server's"]),
    Fault(
      kind: .truncated, reasons: ["the text ends", "without its closing quote", "not an API server's", "is not as it should be"]),
    Fault(kind: .cutOff, reasons: ["ended", "broke", "closed", "before"]), Fault(kind: .huge(50 << 20), reasons: ["larger than"]),
    Fault(kind: .redirect("https://127.0.0.1:9/login"), reasons: ["redirected"]),
  ]

  @Test("Each endpoint in turn: not clean, the endpoint and the reason named, other clusters unaffected", arguments: faults)
  func endpoint(_ fault: Fault) async throws {
    let well = FakeCluster.healthy(version: "v1.31.4")
    var clusters = ["well": well]
    for (index, path) in Self.endpoints.enumerated() {
      var cluster = well
      cluster.fail(path, fault.kind)
      clusters["c\(index)"] = cluster
    }
    let fixture = try ClusterFixture(clusters)
    var samples: [String: Sample] = [:]
    try await withThrowingTaskGroup(of: (String, Sample).self) { tasks in
      for name in clusters.keys {
        let client = try fixture.client(name, timeout: name == "well" ? .seconds(120) : fault.timeout)
        tasks.addTask { (name, await ClusterFixture.health().sample(client)) }
      }
      for try await (name, sample) in tasks { samples[name] = sample }
    }
    #expect(samples["well"]?.isClean("v1.31.4") == true, "\(samples["well"]!)")
    for (index, path) in Self.endpoints.enumerated() {
      let sample = try #require(samples["c\(index)"])
      let gap = sample.gaps.first { $0.text.contains(path) }
      #expect(fault.reasons.contains { gap?.text.contains($0) == true }, "\(path): \(sample)")
      #expect(!sample.isClean("v1.31.4"))
      #expect(sample.findings.isEmpty)
      #expect(sample.gaps.allSatisfy { $0.limit == nil && $0.text.count <= 301 && !$0.text.contains("token-") })
      #expect((sample.versions.isEmpty) == (path == "/version"))
    }
  }

  @Test("A cluster that refuses who asks is asked no more, and says so once")
  func unauthorized() async throws {
    var cluster = FakeCluster.healthy(version: "v1.31.4")
    cluster.fail("/", .status(401))
    let fixture = try ClusterFixture(["c": cluster])
    let sample = await ClusterFixture.health().sample(try fixture.client("c"))
    #expect(sample.gaps.map(\.source) == ["kubernetes"] && sample.versions.isEmpty && sample.findings.isEmpty)
    #expect(fixture.server.requests("c").allSatisfy { $0.path == "/version" })
  }

  @Test("A cluster in which nothing may be read says so once")
  func forbidden() async throws {
    var cluster = FakeCluster.healthy(version: "v1.31.4")
    cluster.fail("/", .status(403))
    let fixture = try ClusterFixture(["c": cluster])
    let sample = await ClusterFixture.health().sample(try fixture.client("c"))
    #expect(sample.gaps.map(\.source) == ["kubernetes"], "\(sample)")
    #expect(sample.gaps.first?.text.hasPrefix("nothing could be read: cannot GET /version: HTTP 403") == true)
  }

  @Test("TLS that fails is one gap in clear words", arguments: FakeCluster.Certificate.allCases.filter { $0 != .good })
  func tls(_ certificate: FakeCluster.Certificate) async throws {
    var cluster = FakeCluster.healthy(version: "v1.31.4")
    cluster.certificate = certificate
    let fixture = try ClusterFixture(["c": cluster])
    let sample = await ClusterFixture.health().sample(try fixture.client("c"))
    #expect(sample.gaps.map(\.source) == ["kubernetes"])
    #expect(sample.gaps.first?.text.contains("certificate") == true, "\(sample.gaps)")
    #expect(fixture.server.requests("c").isEmpty)
  }

  @Test("A cluster where nobody listens is one gap")
  func nobody() async throws {
    let fixture = try ClusterFixture(["c": .healthy(version: "v1.31.4")])
    let client = try fixture.client("c")
    fixture.server.stop()
    let sample = await ClusterFixture.health().sample(client)
    #expect(sample.gaps.map(\.source) == ["kubernetes"], "\(sample)")
  }
}
