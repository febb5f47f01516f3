package import HTTP
package import Host

/// Asks one cluster's API.
///
/// Shares its `HTTPClient`, and with it connections and limits, with the clients of other clusters.
package final class KubernetesClient: Sendable {
  package let access: ClusterAccess
  private let http: HTTPClient
  private let environment: [String: String]
  private let timeout: Duration
  private let now: @Sendable () -> Int

  static let bodyLimit = 32 << 20

  /// - Parameters:
  ///   - environment: what credential plugins inherit.
  ///   - timeout: of one request with its second attempt; and, apart from that, of one run of a plugin.
  package convenience init(_ access: ClusterAccess, http: HTTPClient, environment: [String: String], timeout: Duration) {
    self.init(access, http: http, environment: environment, timeout: timeout, now: { HostClock().now() })
  }

  /// - Parameter now: seconds since 1970.
  init(
    _ access: ClusterAccess, http: HTTPClient, environment: [String: String], timeout: Duration,
    now: @escaping @Sendable () -> Int
  ) {
    self.access = access
    self.http = http
    self.environment = environment
    self.timeout = timeout
    self.now = now
  }

  /// Asks for a path like `/api/v1/nodes`, and reads JSON.
  ///
  /// Redirects are not followed. On a 401 the credentials are read anew, once.
  /// - Parameter onNewConnection: behind one address may stand several API servers, and a connection stays with one.
  /// - Returns: an answer whose status is 200 and whose body begins as a JSON object does.
  package func get(
    _ path: String, query: [(name: String, value: String)] = [], onNewConnection: Bool = false
  ) async throws(KubernetesError) -> HTTPResponse {
    let (response, attached) = try await send(path, query, onNewConnection, limit: Self.bodyLimit)
    guard response.status == 200 else { throw refusal(response, path, attached) }
    try checkJSON(response, path)
    return response
  }

  /// Asks as `get` does, and gives what came, of whatever status and form: for `/readyz`, which answers in words. A page
  /// that somebody in between shows has a status too.
  package func status(
    of path: String, query: [(name: String, value: String)] = [], onNewConnection: Bool = false
  ) async throws(KubernetesError) -> HTTPResponse {
    try await send(path, query, onNewConnection, limit: 1 << 20).response
  }

  /// Asks as `get` does, and reads the object that came.
  package func object<Value>(
    _ path: String, query: [(name: String, value: String)] = [], onNewConnection: Bool = false,
    _ read: (inout JSONReader) throws(JSONError) -> Value
  ) async throws(KubernetesError) -> Value {
    let response = try await get(path, query: query, onNewConnection: onNewConnection)
    do { return try JSONReader.document(response.body, read) } catch { throw malformed(path, error) }
  }

  // MARK: Asking

  /// What a request showed of us.
  struct Attached: Sendable {
    var authorization: Secret?
    var certificate: HTTPConnection.PEM?
    var key: HTTPConnection.PEM?
    var secrets: [Secret] = []
    /// Has the credentials read anew by the next request; nil where they cannot change.
    var refuse: (@Sendable () async -> Void)?
  }

  private func send(
    _ path: String, _ query: [(name: String, value: String)], _ onNewConnection: Bool, limit: Int
  ) async throws(KubernetesError) -> (response: HTTPResponse, attached: Attached) {
    var request = try request(path, query)
    request.usesNewConnection = onNewConnection
    request.limits.body = limit
    let start = ContinuousClock.now
    let first = try await attached()
    let answer = try await send(request, first, path)
    guard answer.status == 401, let refuse = first.refuse else { return (answer, first) }
    await refuse()
    let second = try await attached()
    guard second.authorization != first.authorization || second.certificate != first.certificate || second.key != first.key else {
      return (answer, second)
    }
    // What is left of the time; a plugin's run has its own.
    request.timing.deadline = max(.milliseconds(100), timeout - (ContinuousClock.now - start))
    return (try await send(request, second, path), second)
  }

  private func request(
    _ path: String, _ query: [(name: String, value: String)]
  ) throws(KubernetesError) -> HTTPRequest {
    let prefix = access.server.target.prefix { $0 != "?" }
    let text = "\(access.server.origin)\(prefix.last == "/" ? prefix.dropLast() : prefix)\(path)\(KubernetesPath.query(query))"
    let url: HTTPURL
    do { url = try HTTPURL(text) } catch {
      throw KubernetesError(.configuration, "\(context(path)): the address: \(error.message)", hint: error.hint)
    }
    var request = HTTPRequest(.get, url, headers: ["Accept": "application/json"])
    for (name, value) in access.impersonation { request.headers.append(name, value) }
    request.connection = access.connection
    request.acceptsCompression = access.acceptsCompression
    request.redirects = 0
    request.retry.attempts = 2
    request.timing.attempt = timeout
    request.timing.deadline = timeout
    return request
  }

  private func send(
    _ request: HTTPRequest, _ attached: Attached, _ path: String
  ) async throws(KubernetesError) -> HTTPResponse {
    var request = request
    if let authorization = attached.authorization {
      request.headers.append("Authorization", authorization.reveal(), isSecret: true)
    }
    if let certificate = attached.certificate {
      request.connection.certificate = certificate
      request.connection.key = attached.key
    }
    do { return try await http.send(request) } catch {
      let message = Redactor(secrets: attached.secrets).redact(error.message)
      let kind: KubernetesError.Kind = error.kind == .tooLarge ? .tooLarge : .unreachable(error.kind)
      throw KubernetesError(kind, "\(context(path)): \(OneLine.text(message, limit: 500))", hint: error.hint)
    }
  }

  private func attached() async throws(KubernetesError) -> Attached {
    func bearer(_ token: Secret) -> Secret { Secret("Bearer " + token.reveal()) }
    switch access.credentials {
    case .none: return Attached()
    case .token(let token): return Attached(authorization: bearer(token), secrets: [token])
    case .tokenFile(let file):
      let (token, reading) = try file.token(now: now())
      return Attached(authorization: bearer(token), secrets: [token]) { file.refuse(reading: reading) }
    case .basic(let user, let password):
      let pair = Secret(Base64.encode(Array("\(user):\(password.reveal())".utf8)))
      return Attached(authorization: Secret("Basic " + pair.reveal()), secrets: [pair, password])
    case .plugin(let session):
      let current = try await session.credential(environment, timeout: timeout, now: now())
      let credential = current.credential
      return Attached(
        authorization: credential.token.map(bearer), certificate: credential.certificate.map { .bytes($0) },
        key: credential.key.map { .bytes(Array($0.reveal().utf8)) }, secrets: credential.secrets
      ) { await session.refuse(run: current.run) }
    }
  }
}
