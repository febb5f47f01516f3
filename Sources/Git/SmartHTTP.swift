import HTTP
import Host
import Synchronization

/// Speaks git's protocol over HTTP with the server of one repository. It knows nothing of objects.
final class SmartHTTP: Sendable {
  enum Service: String {
    case upload = "git-upload-pack"
    case receive = "git-receive-pack"
  }

  let url: HTTPURL
  let access: HTTPAccess

  private struct State: Sendable {
    var server: SmartServer?
    /// Whether the server was asked about itself in this run.
    var isDiscovered = false
    var areCredentialsKnown = false
    var credentials: HTTPAccess.Credentials?
  }

  private let state: Mutex<State>

  /// - Parameter server: what an earlier run found out.
  init(_ url: HTTPURL, _ access: HTTPAccess, server: SmartServer?) {
    self.url = url
    self.access = access
    state = Mutex(State(server: server))
  }

  var server: SmartServer? { state.withLock(\.server) }
  var isDiscovered: Bool { state.withLock(\.isDiscovered) }

  func found(_ server: SmartServer) {
    state.withLock {
      $0.server = server
      $0.isDiscovered = true
    }
  }

  // MARK: Requests

  func request(
    _ method: HTTPRequest.Method, _ base: String, _ path: String, body: HTTPRequest.Body = .none
  ) throws(GitError) -> HTTPRequest {
    do throws(HTTPError) {
      var request = HTTPRequest(method, try HTTPURL(base + "/" + path), body: body)
      // Only of the first question redirects are followed, here: a POST would lose its body, or its meaning.
      request.redirects = 0
      request.connection = access.connection
      request.limits.body = 256 << 20
      return request
    } catch { throw failure(error) }
  }

  func post(
    _ service: Service, _ base: String, _ body: [UInt8], isVersion2: Bool = false
  ) throws(GitError) -> HTTPRequest {
    var request = try request(.post, base, service.rawValue, body: .bytes(body))
    request.headers.append("Content-Type", "application/x-\(service.rawValue)-request")
    request.headers.append("Accept", "application/x-\(service.rawValue)-result")
    if isVersion2 { request.headers.append("Git-Protocol", "version=2") }
    return request
  }

  nonisolated(nonsending) func send(_ request: HTTPRequest) async throws(GitError) -> HTTPResponse {
    try await authorized(request) { (request) async throws(HTTPError) in
      let response = try await self.access.client.send(request)
      return (response.head, response)
    }
  }

  nonisolated(nonsending) func stream(_ request: HTTPRequest) async throws(GitError) -> HTTPStream {
    try await authorized(request) { (request) async throws(HTTPError) in
      let stream = try await self.access.client.stream(request)
      return (stream.head, stream)
    }
  }

  /// Asks with credentials, and once more with others where those are refused.
  private nonisolated(nonsending) func authorized<Answer: Sendable>(
    _ request: HTTPRequest, _ ask: @Sendable (HTTPRequest) async throws(HTTPError) -> (HTTPHead, Answer)
  ) async throws(GitError) -> Answer {
    var request = request
    var isSecond = false
    while true {
      let credentials = try await credentials(for: request.url, refused: isSecond)
      if let credentials {
        request.headers.set("Authorization", "Basic " + Self.pair(credentials), isSecret: true)
      }
      let head: HTTPHead
      let answer: Answer
      do throws(HTTPError) { (head, answer) = try await ask(request) } catch { throw failure(error) }
      guard head.status == 401 else { return answer }
      guard credentials != nil, !isSecond else { throw unauthorized(request.url, areGiven: credentials != nil) }
      isSecond = true
    }
  }

  var credentials: HTTPAccess.Credentials? { state.withLock(\.credentials) }

  static func pair(_ credentials: HTTPAccess.Credentials) -> String {
    Base64.encode(Array("\(credentials.user):\(credentials.password.reveal())".utf8))
  }

  private nonisolated(nonsending) func credentials(
    for url: HTTPURL, refused: Bool
  ) async throws(GitError) -> HTTPAccess.Credentials? {
    // What belongs to the address is for nobody to whom it redirects.
    guard let provider = access.credentials, url.origin == self.url.origin else { return nil }
    if !refused, let known = state.withLock({ $0.areCredentialsKnown ? .some($0.credentials) : nil }) { return known }
    let credentials = try await provider(refused)
    if let credentials {
      guard url.isSecure || url.origin.isLoopback else {
        throw GitError(
          .refused, context, "credentials are not sent over http, where others can read them", hint: "use https://")
      }
      guard !credentials.user.utf8.contains(UInt8(ascii: ":")) else {
        throw GitError(.invalid, context, "a user's name can't hold a colon")
      }
    }
    state.withLock {
      $0.areCredentialsKnown = true
      $0.credentials = credentials
    }
    return credentials
  }
}
