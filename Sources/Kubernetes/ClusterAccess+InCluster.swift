import HTTP
import Host

extension ClusterAccess {
  /// As the service account of the pod that this process runs in.
  ///
  /// - Parameter folder: where the account's `token`, `ca.crt` and `namespace` are mounted.
  package static func inCluster(
    environment: [String: String], folder: String = "/var/run/secrets/kubernetes.io/serviceaccount"
  ) throws(KubernetesError) -> ClusterAccess {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
      let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
    else {
      throw KubernetesError(
        .configuration, "this is not a pod of a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not both set",
        hint: "use a kubeconfig")
    }
    let server: HTTPURL
    do { server = try HTTPURL("https://" + (host.contains(":") ? "[\(host)]" : host) + ":" + port) } catch {
      throw KubernetesError(
        .configuration, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no address: \(error.message)")
    }
    for name in ["token", "ca.crt"] {
      do { _ = try AtomicFile.read("\(folder)/\(name)", limit: 1 << 20) } catch {
        throw KubernetesError(
          .configuration, "the pod's service account: \(error.message)",
          hint: "does the pod have automountServiceAccountToken: false?")
      }
    }
    var connection = HTTPConnection()
    connection.trust = .only(.file(folder + "/ca.crt"))
    connection.proxy = .environment(environment)
    return ClusterAccess(
      server: server, namespace: namespace(environment, folder), connection: connection,
      credentials: .tokenFile(TokenFile(folder + "/token", fallback: nil)))
  }

  private static func namespace(_ environment: [String: String], _ folder: String) -> String {
    if let name = environment["POD_NAMESPACE"], !name.isEmpty { return name }
    let bytes = (try? AtomicFile.read(folder + "/namespace", limit: 4096)) ?? []
    let name = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    return name.isEmpty ? "default" : name
  }
}
