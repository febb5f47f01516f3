package import HTTP
import YAML

/// Why a cluster could not be asked, or did not answer what was asked.
package struct KubernetesError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, Equatable {
    /// A kubeconfig, or what a pod is given, that cannot be used as it is written.
    case configuration
    /// A token, certificate or plugin that gives nothing to ask with.
    case credentials
    /// 401, also after the credentials were read anew.
    case unauthorized
    case forbidden
    case notFound
    /// 429 for longer than is waited.
    case throttled
    /// 410: what the request continues is no longer known.
    case expired
    /// Another status that refuses.
    case refused(Int)
    /// 5xx.
    case unavailable(Int)
    /// There was no answer.
    case unreachable(HTTPError.Kind)
    case redirected
    case notJSON
    /// JSON that breaks off, or is not what was asked for.
    case malformed
    case tooLarge
  }

  package var kind: Kind
  /// What was being done, or the place in a file, and why it failed. One line, no secrets.
  package var message: String
  package var hint: String?

  package init(_ kind: Kind, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  package var description: String { message + (hint.map { ", hint: \($0)" } ?? "") }

  /// A kubeconfig's fault, with file, line and column.
  init(_ error: YAMLError) {
    var bare = error
    bare.hint = nil
    self.init(.configuration, bare.description, hint: error.hint)
  }
}
