import HTTP
import Host
import Kubernetes

/// One thing that a cluster is asked.
enum ClusterQuestion: Sendable {
  case version
  case readyz
  case nodes
  /// nil: of all namespaces.
  case pods(namespace: String?)
  case workloads(WorkloadRow.Kind, namespace: String?)
  case apiServices

  /// All but the version's, those with the longest answers first.
  static func all(namespaces: [String]) -> [ClusterQuestion] {
    let places = namespaces.isEmpty ? [nil] : namespaces.map(Optional.some)
    return places.map { .pods(namespace: $0) } + [.nodes]
      + WorkloadRow.Kind.allCases.flatMap { kind in places.map { .workloads(kind, namespace: $0) } }
      + [.apiServices, .readyz]
  }

  /// Those whose answers change as soon as anything of weight happens. What goes wrong with a DaemonSet or a StatefulSet of weight
  /// shows in its pods, mostly.
  static func first(namespaces: [String]) -> [ClusterQuestion] {
    all(namespaces: namespaces).filter { question in
      switch question {
      case .pods, .nodes, .readyz, .apiServices, .workloads(.deployment, _): true
      case .version, .workloads: false
      }
    }
  }

  enum Answer: Sendable {
    case version(Answers<String>)
    case readyz(Answers<ReadyzRule>)
    case nodes(Answers<NodeRow>)
    case pods(Answers<PodRow>)
    case workloads(WorkloadRow.Kind, Answers<WorkloadRow>)
    case apiServices(Answers<APIServiceRow>)
  }

  func ask(_ client: KubernetesClient) async -> Answer {
    switch self {
    case .version: return .version(await Self.version(client))
    case .readyz: return .readyz(await Self.readyz(client))
    case .nodes:
      return .nodes(await Self.list(client, "/api/v1/nodes", \.name) { (item) throws(JSONError) in try NodeRow(&item) })
    case .pods(let namespace):
      let path = Self.path("/api/v1", namespace, "pods")
      return .pods(await Self.list(client, path, \.name) { (item) throws(JSONError) in try PodRow(&item) })
    case .workloads(let kind, let namespace):
      let path = Self.path("/apis/apps/v1", namespace, kind.plural)
      return .workloads(
        kind, await Self.list(client, path, \.name) { (item) throws(JSONError) in try WorkloadRow(kind, &item) })
    case .apiServices:
      let path = "/apis/apiregistration.k8s.io/v1/apiservices"
      return .apiServices(await Self.list(client, path, \.name) { (item) throws(JSONError) in try APIServiceRow(&item) })
    }
  }

  private static func path(_ root: String, _ namespace: String?, _ plural: String) -> String {
    namespace.map { KubernetesPath.path(root, "namespaces", $0, plural) } ?? "\(root)/\(plural)"
  }

  /// On a connection of its own: behind one address may stand several API servers.
  private static func version(_ client: KubernetesClient) async -> Answers<String> {
    do throws(KubernetesError) {
      let version = try await client.object("/version", onNewConnection: true) { (reader) throws(JSONError) in
        var version = ""
        try reader.object { (reader, key) throws(JSONError) in
          if key == "gitVersion" { version = try reader.word() }
        }
        return version
      }
      if version.isEmpty { throw KubernetesError(.malformed, "cannot GET /version: the answer has no gitVersion") }
      return Answers([version])
    } catch { return Answers(errors: [error]) }
  }

  private static func readyz(_ client: KubernetesClient) async -> Answers<ReadyzRule> {
    do throws(KubernetesError) {
      let response = try await client.status(of: "/readyz", query: [("verbose", "")])
      return Answers([try ReadyzRule(status: response.status, body: response.body)])
    } catch { return Answers(errors: [error]) }
  }

  private static func list<Row: Sendable>(
    _ client: KubernetesClient, _ path: String, _ name: @Sendable (Row) -> String,
    _ read: @Sendable (inout JSONReader) throws(JSONError) -> Row
  ) async -> Answers<Row> {
    do throws(KubernetesError) {
      let list = try await client.list(path, read)
      if list.items.contains(where: { name($0).isEmpty }) {
        throw KubernetesError(.malformed, "cannot GET \(path): an item has no name")
      }
      var answers = Answers(list.items)
      answers.date = list.date
      return answers
    } catch { return Answers(errors: [error]) }
  }
}
