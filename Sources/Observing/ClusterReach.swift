import Fleet
import HTTP
import Host
import Kubernetes
import Promotion
import Synchronization

/// How the API of each cluster is reached: by the contexts of kubeconfigs, or by the service account of the pod this runs in.
final class ClusterReach: Sendable {
  private let connect: ConnectSettings
  private let means: ObservingMeans
  /// Read once each: a thousand clusters may stand in one file.
  private let files = Mutex<[String: Result<Kubeconfig, KubernetesError>]>([:])

  init?(_ policy: PolicyFile, _ means: ObservingMeans) {
    guard let connect = policy.connect else { return nil }
    self.connect = connect
    self.means = means
  }

  func client(for target: ObservationTarget) -> Result<KubernetesClient, KubernetesError> {
    Result { () throws(KubernetesError) in
      KubernetesClient(
        try access(target), http: means.http, environment: means.commandEnvironment, timeout: connect.timeout)
    }
  }

  private func access(_ target: ObservationTarget) throws(KubernetesError) -> ClusterAccess {
    guard case .kubeconfig(let file, let context) = connect.way else {
      return try ClusterAccess.inCluster(environment: means.environment)
    }
    let path = try file.map { (file) throws(KubernetesError) in place(try replaced(file, target, "kubeconfig's file")) }
    let name = try context.map { (context) throws(KubernetesError) in try replaced(context, target, "context") }
    return try kubeconfig(path).access(context: name)
  }

  /// A file as people write it: from their home folder, or from the policy's.
  private func place(_ file: String) -> String {
    if file.hasPrefix("~/"), let home = means.environment["HOME"] { return home + file.dropFirst(1) }
    return means.path(file)
  }

  private func kubeconfig(_ path: String?) throws(KubernetesError) -> Kubeconfig {
    try files.withLock { files in
      if let known = files[path ?? ""] { return known }
      let read = Result { () throws(KubernetesError) in try Kubeconfig.load(file: path, environment: means.environment) }
      files[path ?? ""] = read
      return read
    }.get()
  }

  private func replaced(_ text: String, _ target: ObservationTarget, _ what: String) throws(KubernetesError) -> String {
    var values = target.values
    values["cluster"] = target.cluster
    switch Placeholders.replaced(in: text, with: values) {
    case .text(let text): return text
    case .unknown(let name):
      throw KubernetesError(.configuration, "the \(what) \(text) needs {\(name)}, which has no value here")
    }
  }
}
