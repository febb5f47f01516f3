import FakeKubernetes
import HTTP
import Kubernetes
import Promotion
import Synchronization
import TestSupport

@testable import Fleet
@testable import Observing

/// Clusters of the fake API, and what looks at them.
final class ClusterFixture: Sendable {
  let server: FakeServer
  private let folder: TemporaryFolder
  private let http = HTTPClient()
  /// When all that the fake tells of has happened: `2026-02-17T10:44:37Z`.
  static let lastChange = 1_771_325_077

  init(_ clusters: [String: FakeCluster]) throws {
    folder = try TemporaryFolder()
    let clock = Clock()
    self.clock = clock
    server = try FakeServer(clock: { clock.now })
    for (name, cluster) in clusters { try server.add(name, cluster) }
  }

  /// The clusters' own.
  let clock: Clock

  final class Clock: Sendable {
    private let seconds = Mutex(ClusterFixture.lastChange + 3600)
    var now: Int { seconds.withLock { $0 } }
    func set(sinceLastChange: Int) { seconds.withLock { $0 = ClusterFixture.lastChange + sinceLastChange } }
  }

  func client(_ name: String, timeout: Duration = .seconds(120)) throws -> KubernetesClient {
    let file = try folder.write(server.kubeconfig(for: [name]), to: "kubeconfig-\(name)")
    let access = try Kubeconfig.load(file: file, environment: [:]).access(context: name)
    return KubernetesClient(access, http: http, environment: [:], timeout: timeout)
  }

  static let component = "kubernetes"

  static func health(
    nodes: Int? = nil, _ change: (inout HealthSettings.Kubernetes) -> Void = { _ in }
  ) -> KubernetesHealth {
    var settings = HealthSettings.Kubernetes()
    settings.reads = 3
    change(&settings)
    return KubernetesHealth(settings, nodes: nodes, component: component, sinceLast: nil)
  }
}

extension Sample {
  /// Whether nothing is wrong, nothing unknown, and this version runs.
  func isClean(_ version: String) -> Bool {
    findings.isEmpty && gaps.isEmpty && versions[ClusterFixture.component] == Version(version)
  }
}
