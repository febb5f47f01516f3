import HTTP
import Host

/// One question to the API: what it asks, and in words what for.
struct GitHubCall: Sendable {
  var method: HTTPRequest.Method = .get
  /// Below the API's address; its parts are encoded.
  var path: String
  var query: [(name: String, value: String)] = []
  var body: JSONValue?
  /// `list pull requests`: for messages.
  var verb: String
  /// What a 304 would confirm is good enough. False: the answer is to be made anew.
  var isConditional = true
  /// A later page, in place of path and query.
  var page: HTTPURL?

  var isWrite: Bool { method != .get }

  static func get(_ path: String, _ query: KeyValuePairs<String, String> = [:], verb: String) -> GitHubCall {
    GitHubCall(path: path, query: query.map { ($0.key, $0.value) }, verb: verb)
  }

  static func write(_ method: HTTPRequest.Method, _ path: String, _ body: JSONValue?, verb: String) -> GitHubCall {
    GitHubCall(method: method, path: path, body: body, verb: verb, isConditional: false)
  }

  /// A part of a path, or a value of a query, that can't be taken for more than one.
  static func encoded(_ text: String) -> String {
    let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~".utf8
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if plain.contains(byte) {
        bytes.append(byte)
      } else {
        bytes.append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? digit + 0x30 : digit - 10 + 0x41) }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Sends calls as they are: no lane, no limits, no second try.
struct GitHubWire: Sendable {
  let settings: GitHubSettings
  let http: HTTPClient

  /// - Parameter identity: under which name answers are kept; nil: under a digest of the authorization.
  func send(_ call: GitHubCall, authorization: Secret, identity: String?) async throws(HTTPError) -> HTTPResponse {
    var request = HTTPRequest(call.method, try url(call))
    request.headers = ["Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"]
    request.headers.append("Authorization", "Bearer " + authorization.reveal(), isSecret: true)
    if let body = call.body {
      request.headers.append("Content-Type", "application/json")
      request.body = .bytes(body.serialized())
    }
    request.connection = settings.connection
    request.limits.body = 32 << 20
    request.timing.deadline = .seconds(180)
    // How long to wait is decided with the words of the answer.
    request.retry.longestRetryAfter = .zero
    if call.method == .get && call.isConditional { request.cache = .conditional(identity: identity) }
    return try await http.send(request)
  }

  private func url(_ call: GitHubCall) throws(HTTPError) -> HTTPURL {
    if let page = call.page { return page }
    var text = settings.api.text
    while text.hasSuffix("/") { text.removeLast() }
    text += call.path
    if !call.query.isEmpty {
      text += "?" + call.query.map { "\($0.name)=\(GitHubCall.encoded($0.value))" }.joined(separator: "&")
    }
    return try HTTPURL(text)
  }
}
