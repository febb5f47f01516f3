import CCurl

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Why one attempt gave no answer, before it is known whether another is made.
struct Failure: Error, Sendable {
  var kind: HTTPError.Kind
  var message: String
  var hint: String?
  /// Another attempt may fare better.
  var isPassing = false

  init(_ kind: HTTPError.Kind, _ message: String, hint: String? = nil, isPassing: Bool = false) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.isPassing = isPassing
  }

  static let cancelled = Failure(.cancelled, "the task was cancelled")
  static let closed = Failure(.closed, "the client was closed")
  static let deadline = Failure(.deadline, "its time is over")

  func error(_ request: HTTPRequest, attempts: Int) -> HTTPError {
    let tried = attempts > 1 ? " (\(attempts) attempts)" : ""
    return HTTPError(
      kind, "cannot \(request.method.rawValue) \(request.shownURL)", request.redacted(message) + tried, hint: hint)
  }
}

/// What libcurl knows of a transfer that failed.
struct CurlFacts {
  var code: CURLcode
  /// libcurl's own words, empty when it has none.
  var words: String
  var systemError: Int
  var isConnected: Bool
  var verifyResult: Int
}

extension Failure {
  init(_ facts: CurlFacts, _ transfer: Transfer) {
    let request = transfer.request
    let place = request.url.origin.authority
    let words = facts.words.isEmpty ? String(cString: curl_easy_strerror(facts.code)) : facts.words
    switch facts.code {
    case CURLE_COULDNT_RESOLVE_HOST:
      self.init(
        .unresolved, "no address is known for \(request.url.origin.host)", hint: "check the name, and this machine's DNS",
        isPassing: true)
    case CURLE_COULDNT_RESOLVE_PROXY:
      self.init(.proxy, "no address is known for the proxy", hint: "check the proxy's name", isPassing: true)
    case CURLE_COULDNT_CONNECT:
      let why = facts.systemError == 0 ? words : String(cString: strerror(Int32(facts.systemError)))
      self.init(.unreachable, "no connection to \(place): \(why)", isPassing: true)
    case CURLE_PROXY: self.init(.proxy, words, hint: "check the proxy's address and password")
    case CURLE_OPERATION_TIMEDOUT: self = Self.timeOut(facts, transfer, words)
    case CURLE_GOT_NOTHING:
      self.init(.interrupted, "the server closed the connection without an answer", isPassing: true)
    case CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND:
      self.init(.interrupted, "the connection ended before the answer did: \(words)", isPassing: true)
    case CURLE_RECV_ERROR: self = Self.received(facts, words)
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY:
      self.init(.malformed, "what \(place) sends is not HTTP", hint: "check the address and its port")
    case CURLE_BAD_CONTENT_ENCODING:
      self.init(.malformed, "the compressed body is damaged")
    case CURLE_OUT_OF_MEMORY where !transfer.receiving.isHeadComplete:
      self.init(.tooLarge, "a header line is longer than is taken")
    // CURLE_TOO_LARGE, of libcurl 8.6 and later.
    case CURLcode(rawValue: 100): self.init(.tooLarge, "a header line is longer than is taken")
    case CURLE_SSL_CERTPROBLEM:
      self.init(.tls, "the client's certificate or key cannot be used: \(words)", hint: "both must be PEM, and belong together")
    case CURLE_SSL_CACERT_BADFILE:
      self.init(.tls, "the authorities' certificates cannot be read: \(words)", hint: "they must be PEM")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR: self = Self.untrusted(facts, request, words)
    case CURLE_SSL_CONNECT_ERROR: self = Self.handshake(facts, words, place)
    default: self.init(.interrupted, words)
    }
  }

  private static func timeOut(_ facts: CurlFacts, _ transfer: Transfer, _ words: String) -> Failure {
    let timing = transfer.request.timing
    if words.hasPrefix("Operation too slow") {
      return Failure(
        .timedOut, "fewer than \(timing.slowBytes) bytes a second came for \(timing.slowness.shortText)", isPassing: true)
    }
    if !facts.isConnected {
      return transfer.endsWithDeadline && timing.connect > transfer.timeLimit ?? timing.connect
        ? .deadline : Failure(.timedOut, "no connection within \(timing.connect.shortText)", isPassing: true)
    }
    return transfer.endsWithDeadline
      ? .deadline
      : Failure(.timedOut, "no whole answer within \((transfer.timeLimit ?? .zero).shortText)", isPassing: true)
  }

  private static func received(_ facts: CurlFacts, _ words: String) -> Failure {
    if words.contains("chunked") || words.contains("Content-Length") { return Failure(.malformed, words) }
    if words.contains("CONNECT") {
      return Failure(.proxy, "the proxy refuses: \(words)", hint: "check the proxy's address and password")
    }
    if words.contains("alert") || words.contains("SSL routines") { return handshake(facts, words, "the server") }
    return Failure(.interrupted, "the connection ended before the answer did: \(words)", isPassing: true)
  }

  private static func untrusted(_ facts: CurlFacts, _ request: HTTPRequest, _ words: String) -> Failure {
    let name = request.connection.serverName ?? request.url.origin.host
    // X509_V_ERR_*, in numbers that OpenSSL has never changed.
    switch facts.verifyResult {
    case 9: return Failure(.tls, "the server's certificate is not valid yet", hint: "check this machine's clock")
    case 10: return Failure(.tls, "the server's certificate has expired", hint: "renew it; or check this machine's clock")
    case 2, 18, 19, 20, 21:
      return Failure(
        .tls, "the server's certificate is signed by no authority that is trusted here",
        hint: "give the certificate of the authority that signed it")
    case 23: return Failure(.tls, "the server's certificate was revoked")
    default:
      if words.contains("subject name") || facts.verifyResult == 62 || facts.verifyResult == 64 {
        return Failure(
          .tls, "the server's certificate is for other names than \(name)",
          hint: "check the address; a name that only the certificate has can be given as the server's name")
      }
      return Failure(.tls, "the server's certificate is refused: \(words)")
    }
  }

  private static func handshake(_ facts: CurlFacts, _ words: String, _ place: String) -> Failure {
    if words.contains("certificate required") || words.contains("handshake failure") {
      return Failure(.tls, "\(place) wants a client certificate: \(words)", hint: "give one that its authority has signed")
    }
    if words.contains("alert") { return Failure(.tls, "\(place) refuses the connection: \(words)") }
    if words.contains("wrong version number") || words.contains("packet length too long") {
      return Failure(.tls, "\(place) does not speak TLS", hint: "is it http:// on this port?")
    }
    let isReset = facts.systemError != 0 || words.contains("SYSCALL") || words.contains("reset")
    return Failure(isReset ? .interrupted : .tls, "no TLS with \(place): \(words)", isPassing: isReset)
  }
}

extension Duration {
  /// `1.5 s`, `20 ms`.
  var shortText: String {
    let milliseconds = self.milliseconds
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
  }

  var milliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(clamping: seconds) &* 1000 &+ Int(attoseconds / 1_000_000_000_000_000)
  }
}
