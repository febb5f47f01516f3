package import HTTP
package import Host

/// How repositories over https are reached, and who asks.
package struct HTTPAccess: Sendable {
  /// Who asks: a user and a password (most often a token), sent as Basic authentication.
  package struct Credentials: Sendable {
    package var user: String
    package var password: Secret

    package init(user: String, password: Secret) {
      self.user = user
      self.password = password
    }
  }

  /// Gives the credentials; nil: nobody in particular. With `refused` those given last were refused, and are read anew.
  package typealias Provider = @Sendable (_ refused: Bool) async throws(GitError) -> Credentials?

  package var client: HTTPClient
  /// Proxy, authorities, client certificate.
  package var connection: HTTPConnection
  package var credentials: Provider?
  /// Told of long transfers, in one line without an end; nil: nobody watches.
  package var progress: (@Sendable (String) -> Void)?

  package init(
    client: HTTPClient, connection: HTTPConnection = HTTPConnection(), credentials: Provider? = nil,
    progress: (@Sendable (String) -> Void)? = nil
  ) {
    self.client = client
    self.connection = connection
    self.credentials = credentials
    self.progress = progress
  }
}
