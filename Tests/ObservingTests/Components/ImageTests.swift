import FakeKubernetes
import Foundation
import Promotion
import Testing

@testable import Fleet
@testable import Observing

private let digest = "sha256:" + String(repeating: "ab", count: 32)

@Suite("The image of a workload")
struct ImageTests {
  @Test(
    "An image's tag and digest are told apart from its registry",
    arguments: [
      ("api:1.2", "1.2"), ("ghcr.io/acme/api:1.2", "1.2"), ("localhost:5000/acme/api:1.2", "1.2"), ("host:5000/api", nil),
      ("api", nil), ("api:", nil), ("api:1.2@\(digest)", "1.2@\(digest)"), ("host:5000/api@\(digest)", digest),
      ("api:v1.2.3-rc.1_2", "v1.2.3-rc.1_2"),
    ] as [(String, String?)])
  func reference(image: String, version: String?) { #expect(ImageReference(image).version == version) }

  @Test(
    "A pattern of whole names is sought in the name, any other in the tag and digest",
    arguments: [
      ("ghcr.io/vendor/api:v1.2", "v{version}", .version(Version("1.2"))),
      ("ghcr.io/vendor/api:1.2", "v{version}", .absent),
      ("ghcr.io/acme/api:1.2@\(digest)", "ghcr.io/acme/api:{version}@{digest}", .version(Version("1.2@\(digest)"))),
      ("ghcr.io/acme/api:1.2@\(digest)", "acme/api:{version}", .version(Version("1.2"))),
      ("mirror.local/ghcr.io/acme/api:1.2", "ghcr.io/acme/api:{version}", .version(Version("1.2"))),
      ("ghcr.io/other/api:1.2", "acme/api:{version}", .absent),
      ("api:1.2@\(digest)", "{version}@{digest}", .version(Version("1.2@\(digest)"))),
      ("api:1.2", "{version}@{digest}", .absent), ("api:1.2-slim", "{version}-slim", .version(Version("1.2"))),
    ] as [(String, String, VersionText.Reading)])
  func pattern(image: String, pattern: String, reading: VersionText.Reading) throws {
    #expect(ImageReference.version(in: image, try ValuePattern(pattern)) == reading)
  }

  private static func fixture(_ containers: [(String, String)], _ kind: FakeWorkload.Kind = .deployment) throws -> ReaderFixture {
    try ReaderFixture { cluster in
      cluster.nodes = [FakeNode("n1", version: "v1.31.4")]
      cluster.add(
        FakeWorkload(kind, "api", namespace: "prod", replicas: 2, containers: containers.map { FakeContainer($0.0, image: $0.1) })
      )
    }
  }

  private func place(
    _ kind: ObserveSettings.WorkloadPlace.Kind = .deployment, namespace: String = "prod", container: String? = nil
  ) -> ObserveSettings {
    .image(ObserveSettings.WorkloadPlace(namespace: namespace, kind: kind, name: "api", container: container))
  }

  @Test(
    "Each kind of workload is read, the namespace for each cluster its own",
    arguments: zip(FakeWorkload.Kind.allCases, ObserveSettings.WorkloadPlace.Kind.allCases))
  func kinds(made: FakeWorkload.Kind, kind: ObserveSettings.WorkloadPlace.Kind) async throws {
    let fixture = try Self.fixture([("main", "host:5000/acme/api:1.2@\(digest)")], made)
    #expect(try await fixture.sample(place(kind, namespace: "{tier}")) == .version("1.2@\(digest)"))
  }

  @Test(
    "The container is the one that is named, the only one, or the one named as the workload",
    arguments: [
      ([("x", "api:1")], nil, "1"), ([("x", "proxy:1"), ("api", "api:2")], nil, "2"),
      ([("x", "proxy:1"), ("api", "api:2")], "x", "1"), ([("x", "proxy:1"), ("tier-prod", "api:2")], "tier-{tier}", "2"),
    ] as [([(String, String)], String?, String)])
  func container(containers: [(String, String)], name: String?, version: String) async throws {
    #expect(try await Self.fixture(containers).sample(place(container: name)) == .version(version))
  }

  @Test(
    "What is not certain is a gap that says why",
    arguments: [
      (
        [("x", "a:1"), ("y", "b:2")], nil, nil,
        "the deployment prod/api has more than one container, hint: name one with container: (it has x, y)"
      ),
      ([("x", "a:1")], "z", nil, "the deployment prod/api has no container z (it has x)"),
      ([("x", "acme/api")], nil, nil, "the image acme/api has neither a tag nor a digest"),
      ([("x", "acme/api:1")], nil, "other:{version}", "the image acme/api:1 does not hold other:{version}"),
      ([("x", "")], nil, nil, "the container x of the deployment prod/api has no image"),
      ([("x", "a:1")], "{region}", nil, "{region} needs {region}, which has no value here"),
    ] as [([(String, String)], String?, String?, String)])
  func uncertain(containers: [(String, String)], name: String?, pattern: String?, why: String) async throws {
    let sample = try await Self.fixture(containers).sample(place(container: name), pattern)
    #expect(sample == .gap("image prod/api", why))
  }

  @Test(
    "A workload that is absent, forbidden or not told is a gap",
    arguments: [
      (nil, "there is no deployment prod/api"), (.status(403), "HTTP 403"), (.status(500), "HTTP 500"),
      (.html, "not JSON"), (.truncated, "the deployment prod/api cannot be read at"), (.reset, "cannot GET /apis/apps/v1"),
      (.redirect("https://login.example/"), "redirected to https://login.example"),
    ] as [(FakeFault.Kind?, String)])
  func unread(fault: FakeFault.Kind?, why: String) async throws {
    let fixture = try Self.fixture([("api", "api:1")])
    fixture.server.update(ReaderFixture.name) { cluster in
      if let fault { cluster.fail("/apis/apps/v1", fault) } else { cluster.workloads = [] }
    }
    let sample = try await fixture.sample(place())
    #expect(sample.versions.isEmpty && sample.findings.isEmpty && sample.gaps.count == 1)
    #expect(sample.gaps[0].source == "image prod/api" && sample.gaps[0].scope == .component("api"))
    #expect(sample.gaps[0].text.contains(why))
  }

  // MARK: Its rollout

  /// What is said of a workload with three replicas whose template is of version 2.
  private func rollout(
    _ kind: FakeWorkload.Kind, replicas: Int = 3, _ change: @escaping (inout FakeWorkload) -> Void
  ) async throws -> Sample {
    let fixture = try ReaderFixture { cluster in
      cluster.nodes = (0..<replicas).map { FakeNode("n\($0)", version: "v1.31.4") }
      cluster.add(
        FakeWorkload(kind, "api", namespace: "prod", replicas: replicas, containers: [FakeContainer("api", image: "api:2")]))
      change(&cluster.workloads[0])
    }
    let settings = ObserveSettings.WorkloadPlace.Kind.allCases[try #require(FakeWorkload.Kind.allCases.firstIndex(of: kind))]
    return try await fixture.sample(place(settings))
  }

  /// A workload that is not rolled out.
  struct Step: Sendable {
    var kind: FakeWorkload.Kind
    var what: String
    var change: @Sendable (inout FakeWorkload) -> Void

    init(_ kind: FakeWorkload.Kind, _ what: String, _ change: @escaping @Sendable (inout FakeWorkload) -> Void) {
      (self.kind, self.what, self.change) = (kind, what, change)
    }

    static let notObserved = "its newest form has not been observed"
    static let byHand = "the others wait to be deleted"
  }

  static let steps: [Step] = [
    Step(.deployment, Step.notObserved) { $0.metadata.generation = 2 },
    Step(.deployment, Step.notObserved) { $0.status = nil },
    Step(.deployment, "1 of 3 replicas are updated") { $0.status?.updated = 1 },
    Step(.deployment, "0 of 3 replicas are updated") { $0.status?.updated = nil },
    Step(.deployment, "2 old replicas have yet to go") { $0.status?.replicas = 5 },
    Step(.deployment, "2 of 3 updated replicas are available") { $0.status?.available = 2 },
    Step(.deployment, "its progress deadline is exceeded") { $0.status?.progressing = "ProgressDeadlineExceeded" },
    Step(.daemonSet, "2 of 3 pods are updated") { $0.status?.updated = 2 },
    Step(.daemonSet, "0 of 3 pods are available") { $0.status?.available = nil },
    Step(.daemonSet, "1 of 3 pods are updated, \(Step.byHand)") {
      $0.strategy = .onDelete
      $0.status?.updated = 1
    },
    Step(.daemonSet, Step.notObserved) {
      $0.strategy = .onDelete
      $0.metadata.generation = 7
    },
    Step(.statefulSet, "2 of 3 pods are ready") { $0.status?.ready = 2 },
    Step(.statefulSet, "0 of 3 pods are updated, \(Step.byHand)") {
      $0.strategy = .onDelete
      $0.status?.updated = nil
    },
    Step(.statefulSet, "2 of 3 pods are ready") {
      $0.strategy = .onDelete
      $0.status?.ready = 2
    },
    Step(.statefulSet, "0 of 1 pods are updated") {
      $0.strategy = .rollingUpdate(partition: 2)
      $0.status?.updated = 0
    },
    Step(.statefulSet, "1 of 3 pods are updated, its partition keeps the others") {
      $0.strategy = .rollingUpdate(partition: 2)
      $0.status?.updated = 1
    },
    Step(.statefulSet, "3 of 3 pods are updated") {
      $0.strategy = .bareRollingUpdate
      $0.status?.currentRevision = "api-old"
    },
  ]

  @Test("While it is not rolled out there is a finding of this version beside it", arguments: steps)
  func underWay(step: Step) async throws {
    let sample = try await rollout(step.kind, step.change)
    let names: [FakeWorkload.Kind: (String, String)] = [
      .deployment: ("deployment", "deployment"), .daemonSet: ("daemonSet", "daemon set"),
      .statefulSet: ("statefulSet", "stateful set"),
    ]
    let (raw, words) = try #require(names[step.kind])
    let finding = Finding(
      .component("api"), source: "image prod/api", key: "rollout \(raw)/prod/api 2", text: "the \(words) prod/api: \(step.what)")
    #expect(sample == Sample(versions: ["api": Version("2")], findings: [finding]))
  }

  @Test("Replaced by hand, it runs once all pods are new", arguments: [FakeWorkload.Kind.daemonSet, .statefulSet])
  func byHand(kind: FakeWorkload.Kind) async throws {
    #expect(try await rollout(kind) { $0.strategy = .onDelete } == .version("2"))
  }

  @Test(
    "A workload without pods runs nothing",
    arguments: zip(FakeWorkload.Kind.allCases, ["deployment", "daemon set", "stateful set"]))
  func nothing(kind: FakeWorkload.Kind, words: String) async throws {
    let sample = try await rollout(kind, replicas: 0) { _ in }
    #expect(sample == .gap("image prod/api", "the \(words) prod/api is to have no pods: nothing runs"))
  }

  @Test("Without a way to the cluster's API there is nothing to read")
  func noClient() async throws {
    let fixture = try ReaderFixture()
    let reader = ComponentReader("api", place(), pattern: nil, means: fixture.means)
    #expect(
      await reader.sample(fixture.target, nil)
        == .gap("image prod/api", "the policy's connect: leads to no API of a cluster to read it from"))
  }
}
