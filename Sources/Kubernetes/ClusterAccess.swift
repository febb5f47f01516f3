package import HTTP
import Host

/// How one cluster's API is reached, and as whom: a context of a kubeconfig, or what a pod is given. Prints no secret.
package struct ClusterAccess: Sendable {
  /// Its path comes before each path of the API.
  package let server: HTTPURL
  package let namespace: String?
  let connection: HTTPConnection
  let acceptsCompression: Bool
  let credentials: Credentials
  /// Headers that ask to be taken for another, in their order.
  let impersonation: [(name: String, value: String)]

  /// What the cluster is asked with. Over http nothing of it is sent.
  enum Credentials: Sendable {
    /// At most a client's certificate, which the connection has.
    case none
    case token(Secret)
    /// Read again and again, since it changes.
    case tokenFile(TokenFile)
    case basic(user: String, password: Secret)
    case plugin(ExecSession)
  }

  init(
    server: HTTPURL, namespace: String?, connection: HTTPConnection, acceptsCompression: Bool = true,
    credentials: Credentials, impersonation: [(name: String, value: String)] = []
  ) {
    self.server = server
    self.namespace = namespace
    self.connection = connection
    self.acceptsCompression = acceptsCompression
    self.credentials = credentials
    self.impersonation = impersonation
  }
}

extension ClusterAccess: CustomStringConvertible, CustomReflectable {
  package var description: String { "the cluster at \(server)" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
