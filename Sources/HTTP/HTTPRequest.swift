/// One question to a server, with all that bounds its answer.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  /// What is sent along.
  package enum Body: Sendable {
    case none
    case bytes([UInt8])
    /// Chunks until nil, asked for as the server takes them. Nobody can ask twice, so such a request is sent once.
    case stream(length: Int?, next: @Sendable () async throws -> [UInt8]?)
  }

  /// What the conditional cache of the client does for a GET.
  package enum CacheUse: Sendable, Hashable {
    case none
    /// Answers are kept apart by credential: by a digest of the secret headers, or by this name for one that changes
    /// (a token of an hour, of an installation that stays).
    case conditional(identity: String?)
  }

  package var method: Method
  package var url: HTTPURL
  package var headers: HTTPHeaders
  package var body: Body
  /// May be sent again when nobody knows whether it arrived.
  package var isRepeatable: Bool
  package var connection = HTTPConnection()
  package var limits = HTTPLimits()
  package var timing = HTTPTimeLimits()
  package var retry = HTTPRetry()
  /// How many redirects are followed. Other than GET and HEAD only where 307 and 308 say so; 0: none, the answer is given as it is.
  package var redirects = 5
  package var acceptsCompression = true
  /// On a connection of its own making: behind one address may stand several servers, and a connection stays with one.
  package var usesNewConnection = false
  package var cache = CacheUse.none
  /// The path is the secret (an incoming webhook): only the origin is shown.
  package var hidesPath = false
  /// The client's cache asks with it whether what it keeps still holds.
  var asksForCache = false

  package init(_ method: Method = .get, _ url: HTTPURL, headers: HTTPHeaders = HTTPHeaders(), body: Body = .none) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    isRepeatable = method == .get || method == .head
  }

  /// The address as people may see it.
  package var shownURL: String { hidesPath ? "\(url.origin)/…" : "\(url)" }

  /// Whether it can be sent again at all.
  var canRepeat: Bool {
    if case .stream = body { return false }
    return isRepeatable
  }

  var hasBody: Bool {
    if case .none = body { return method == .post || method == .put || method == .patch }
    return true
  }

  /// Takes out of a text what must not be seen.
  func redacted(_ text: String) -> String {
    var text = text
    for secret in headers.secrets.flatMap({ Self.needles($0) }) { text = text.replacing(secret, with: "***") }
    if hidesPath { text = text.replacing(url.target, with: "/…") }
    return text
  }

  /// A header's value, and its parts without a scheme: `Bearer abc` is found as `abc` too.
  private static func needles(_ value: String) -> [String] {
    ([value] + value.split(separator: " ").dropFirst().map(String.init)).filter { $0.utf8.count >= 4 }
  }
}
