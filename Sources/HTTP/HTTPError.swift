/// What kept a request from having an answer. A status, of whatever number, is an answer and no error.
package struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable, CaseIterable {
    /// A request or a setting that makes no sense.
    case invalid
    /// The host's name is unknown.
    case unresolved
    /// Nobody listens, or the way there is closed.
    case unreachable
    /// The proxy refuses or fails.
    case proxy
    /// The other side is not who it should be, or does not accept who we are.
    case tls
    /// A time limit: of connecting, of an attempt, of slowness.
    case timedOut
    /// The time for all attempts is over.
    case deadline
    /// The connection ended before the answer did.
    case interrupted
    /// What came is not HTTP.
    case malformed
    /// More than the limit: of the body or the headers.
    case tooLarge
    /// A redirect that is not followed.
    case redirect
    /// Whoever makes the request's body failed.
    case body
    /// The task was cancelled.
    case cancelled
    /// The client was closed.
    case closed
  }

  package var kind: Kind
  /// What was being done: "cannot GET https://host/path".
  package var context: String
  /// Why not.
  package var message: String
  package var hint: String?

  package init(_ kind: Kind, _ context: String, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.context = context
    self.message = message
    self.hint = hint
  }

  package var description: String {
    let text = "\(context): \(message)"
    return hint.map { "\(text), hint: \($0)" } ?? text
  }

  /// The exit code of sysexits that says the same.
  package var exitCode: Int32 {
    switch kind {
    case .invalid: 65
    case .unresolved, .unreachable, .proxy, .tls, .malformed, .tooLarge, .redirect: 69
    case .timedOut, .deadline, .interrupted, .cancelled: 75
    case .body: 1
    case .closed: 70
    }
  }
}
