import FakeKubernetes
import Foundation
import Promotion
import TestSupport
import Testing

@testable import Fleet
@testable import Observing

@Suite("The chart of a Helm release")
struct HelmTests {
  private static let settings = ObserveSettings.helm(namespace: "prod", release: "web")

  /// Helm's record of a revision, as its own library writes it.
  private static func record(chart: String, status: String = "deployed", isPlain: Bool = false) throws -> String {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      {"name":"web","info":{"first_deployed":"2026-01-01T00:00:00Z","status":"\(status)","description":"x"},
       "chart":{"metadata":{"name":"web","version":"\(chart)","appVersion":"9.9.9"},"templates":[{"name":"a","data":"e30="}]},
       "manifest":"---\\nkind: Service\\n","version":3,"namespace":"prod"}
      """, to: "record")
    return try Command.check(["sh", "-c", "\(isPlain ? "cat" : "gzip -c") record | base64 -w0"], in: folder.path)
  }

  private static func revision(_ number: Int, _ chart: String, _ status: String = "deployed") throws -> FakeSecret {
    .helmRelease("web", namespace: "prod", revision: number, status: status, record: try record(chart: chart, status: status))
  }

  private func sample(_ secrets: [FakeSecret]) async throws -> Sample {
    try await ReaderFixture { $0.secrets = secrets }.sample(Self.settings)
  }

  @Test("The newest deployed revision tells, by the number of revisions and not their text")
  func deployed() async throws {
    let secrets = [
      try Self.revision(9, "1.2.0", "superseded"), try Self.revision(10, "1.3.0+build.7"),
      try Self.revision(8, "1.1.0", "failed"),
    ]
    #expect(try await sample(secrets) == .version("1.3.0+build.7"))
  }

  @Test("Records of other releases, other namespaces and other kinds of Secrets are none of it")
  func others() async throws {
    var stranger = try Self.revision(7, "7.0.0")
    stranger.type = "Opaque"
    let secrets = [
      try Self.revision(1, "1.0.0"), stranger,
      .helmRelease("web", namespace: "other", revision: 5, record: try Self.record(chart: "5.0.0")),
      .helmRelease("web-2", namespace: "prod", revision: 6, record: try Self.record(chart: "6.0.0")),
    ]
    #expect(try await sample(secrets) == .version("1.0.0"))
  }

  @Test("A record that is not compressed is read too")
  func plain() async throws {
    let record = try Self.record(chart: "1.0.0", isPlain: true)
    #expect(try await sample([.helmRelease("web", namespace: "prod", revision: 1, record: record)]) == .version("1.0.0"))
  }

  @Test(
    "A newer revision that failed or is under way is a finding, under the name of what it tried",
    arguments: ["failed", "pending-upgrade", "pending-rollback"])
  func failed(status: String) async throws {
    let sample = try await sample([try Self.revision(3, "1.2.0"), try Self.revision(4, "1.3.0", status)])
    let finding = Finding(
      .component("api"), source: "helm prod/web", key: "helm prod/web 1.3.0 \(status)",
      text: "revision 4 of release prod/web, chart version 1.3.0, is \(status)")
    #expect(sample == Sample(versions: ["api": Version("1.2.0")], findings: [finding]))
  }

  @Test("Of a first install that failed, its own chart is what is there, with the finding")
  func failedInstall() async throws {
    let sample = try await sample([try Self.revision(1, "1.0.0", "failed")])
    #expect(sample.versions == ["api": Version("1.0.0")])
    #expect(sample.findings.map(\.key) == ["helm prod/web 1.0.0 failed"])
  }

  @Test("Any other status is a gap", arguments: ["uninstalled", "uninstalling", "unknown", ""])
  func other(status: String) async throws {
    let sample = try await sample([try Self.revision(1, "1.0.0"), try Self.revision(2, "1.0.0", status)])
    #expect(sample == .gap("helm prod/web", "revision 2 of release prod/web is \(status.isEmpty ? "in no status" : status)"))
  }

  @Test(
    "A record that cannot be read is a gap, whatever an older one says",
    arguments: [
      ("%%%", "its record is not base64 twice over"), ("H4sIAAAAAAAAA0vMKU", "its record is not base64 twice over"),
      ("H4sIAAAAAAAAA8vMKUvM", "its record is damaged"), ("bm90IEpTT04=", "its record is not JSON at 1:1"),
      ("e30=", "its record names no version of the chart"),
    ])
  func damaged(record: String, why: String) async throws {
    let broken = FakeSecret.helmRelease("web", namespace: "prod", revision: 2, record: record)
    let sample = try await sample([try Self.revision(1, "1.0.0"), broken])
    #expect(sample == .gap("helm prod/web", "revision 2 of release prod/web cannot be read: \(why)"))
  }

  @Test("A record that would unpack to more than memory should hold is not unpacked")
  func bomb() async throws {
    let folder = try TemporaryFolder()
    let record = try Command.check(["sh", "-c", "head -c 40000000 /dev/zero | gzip -9 -c | base64 -w0"], in: folder.path)
    let sample = try await sample([.helmRelease("web", namespace: "prod", revision: 2, record: record)])
    #expect(
      sample == .gap("helm prod/web", "revision 2 of release prod/web cannot be read: its record unpacks to more than 32 MiB"))
  }

  // MARK: Labels

  private func labelled(_ charts: [String?], forbidden: Bool = false) async throws -> Sample {
    let fixture = try ReaderFixture { cluster in
      for (index, chart) in charts.enumerated() {
        let kinds = FakeWorkload.Kind.allCases
        var workload = FakeWorkload(kinds[index % kinds.count], "w\(index)", namespace: "prod")
        workload.metadata.labels["app.kubernetes.io/instance"] = "web"
        workload.metadata.labels["helm.sh/chart"] = chart
        cluster.add(workload)
      }
      var stranger = FakeWorkload(.deployment, "stranger", namespace: "prod")
      stranger.metadata.labels = ["app.kubernetes.io/instance": "web-2", "helm.sh/chart": "web-9.0.0"]
      cluster.add(stranger)
      if forbidden { cluster.fail("/api/v1/namespaces/prod/secrets", .status(403)) }
    }
    return try await fixture.sample(Self.settings)
  }

  @Test("Without a record, or the right to read it, the label of the workloads tells", arguments: [true, false])
  func label(forbidden: Bool) async throws {
    #expect(try await labelled(["web-1.2.3_7", "web-1.2.3_7", nil], forbidden: forbidden) == .version("1.2.3+7"))
  }

  @Test("Labels that disagree are a gap that names them")
  func disagreeing() async throws {
    #expect(
      try await labelled(["web-1.2.3", "web-1.2.4"])
        == .gap("helm prod/web", "Helm has no record of it, and its workloads are of several charts: web-1.2.3, web-1.2.4"))
  }

  @Test("A release of which there is nothing is a gap, never a success")
  func absent() async throws {
    let sample = try await labelled([nil])
    #expect(sample.versions.isEmpty && sample.findings.isEmpty)
    #expect(sample.gaps.map(\.source) == ["helm prod/web"])
    #expect(sample.gaps.first?.text.hasPrefix("there is no release prod/web: Helm has no record of it") == true)
  }

  @Test("Where the records cannot be told, nothing else is asked", arguments: [500, 401, 429])
  func unread(status: Int) async throws {
    let fixture = try ReaderFixture { cluster in
      cluster.secrets = [.helmRelease("web", namespace: "prod", revision: 1, record: "")]
      cluster.fail("/api/v1/namespaces/prod/secrets", .status(status, ["Retry-After": "3600"]))
    }
    let sample = try await fixture.sample(Self.settings)
    #expect(sample.versions.isEmpty && sample.gaps.count == 1 && sample.gaps[0].text.contains("HTTP \(status)"))
    #expect(fixture.server.requests(ReaderFixture.name).allSatisfy { $0.path.hasSuffix("/secrets") })
  }

  @Test("A name that could alter the question is not asked for", arguments: ["web,status=deployed", "", "Web", "a b"])
  func name(release: String) async throws {
    let fixture = try ReaderFixture()
    let sample = try await fixture.sample(.helm(namespace: "prod", release: release))
    #expect(sample.gaps.map(\.text) == ["\(release) can be no release's name"])
    #expect(fixture.server.requests(ReaderFixture.name).isEmpty)
  }

  @Test(
    "The version is found behind a chart's name, whatever hyphens both have",
    arguments: [
      ("web-1.2.3", "1.2.3"), ("cert-manager-v1.14.0", "v1.14.0"), ("my-2-chart-1.0.0", "1.0.0"),
      ("web-1.2.0-rc.1", "1.2.0-rc.1"), ("web-1.2.0-alpha-2.0.0", "1.2.0-alpha-2.0.0"), ("web-1.0.0_build-5", "1.0.0+build-5"),
      ("web-2-1.14.0-rc.1_x", "1.14.0-rc.1+x"), ("web-1.2", "1.2"), ("web-7", "7"), ("web", nil), ("web-", nil),
      ("web-x.y.z", nil),
      ("web-1.2.3.4", nil), (String(repeating: "a", count: 56) + "-1.2.3", nil),
      (String(repeating: "a", count: 55) + "-1.2.3", "1.2.3"),
    ] as [(String, String?)])
  func chartLabel(label: String, version: String?) { #expect(ChartLabel.version(label) == version) }
}
