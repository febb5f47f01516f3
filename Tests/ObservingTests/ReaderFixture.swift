import FakeKubernetes
import Foundation
import HTTP
import Kubernetes
import Promotion
import TestSupport

@testable import Fleet
@testable import Observing

/// Testing has a type of the same name.
typealias Expectation = Fleet.Expectation

/// One cluster of the fake API, and readers that ask it.
struct ReaderFixture: Sendable {
  static let name = "prod-1"

  let server: FakeServer
  let folder: TemporaryFolder
  let client: KubernetesClient
  let means: ObservingMeans
  let target = ObservationTarget(cluster: "eu-1", values: ["tier": "prod"])

  init(_ change: (inout FakeCluster) -> Void = { _ in }) throws {
    server = try FakeServer()
    folder = try TemporaryFolder()
    var cluster = FakeCluster(apiServers: ["v1.31.4"])
    change(&cluster)
    try server.add(Self.name, cluster)
    let file = try folder.write(server.kubeconfig(for: [Self.name]), to: "kubeconfig")
    try folder.write(FakeAuthority.shared.ca, to: "ca.pem")
    try folder.write(server.token(Self.name) + "\n", to: "token")
    client = try Self.client(file)
    means = Self.means(folder.path)
  }

  static func client(_ kubeconfig: String) throws -> KubernetesClient {
    let access = try Kubeconfig.load(file: kubeconfig, environment: [:]).access(context: nil)
    return KubernetesClient(access, http: HTTPClient(), environment: [:], timeout: .seconds(60))
  }

  static func means(
    _ folder: String?, environment: [String: String] = ["PATH": "/usr/bin:/bin"], secrets: Set<String> = []
  ) -> ObservingMeans {
    ObservingMeans(http: HTTPClient(), environment: environment, secretVariables: secrets, folder: folder)
  }

  /// What is read of the component `api`.
  func sample(_ settings: ObserveSettings, _ pattern: String? = nil) async throws -> Sample {
    let reader = ComponentReader("api", settings, pattern: try pattern.map { try ValuePattern($0) }, means: means)
    return await reader.sample(target, client)
  }
}

extension Sample {
  /// What a reader says when all it has is the version.
  static func version(_ text: String) -> Sample { Sample(versions: ["api": Version(text)]) }
  static func gap(_ source: String, _ text: String) -> Sample {
    Sample(gaps: [Gap(.component("api"), source: source, text: text)])
  }
}

extension HTTPSettings {
  static func of(_ url: String, token: SecretPlace? = nil, ca: String? = nil, timeout: Duration = .seconds(60)) -> HTTPSettings {
    HTTPSettings(url: url, token: token, ca: ca, timeout: timeout)
  }
}
