/// What a server answered, before its body.
package struct HTTPHead: Sendable, Hashable {
  package enum Version: String, Sendable {
    case http1 = "HTTP/1.1"
    case http2 = "HTTP/2"
  }

  package var status: Int
  package var headers: HTTPHeaders
  package var version: Version
  /// Where the answer came from, after redirects.
  package var url: HTTPURL

  package var isSuccess: Bool { (200..<300).contains(status) }
}

/// A whole answer.
package struct HTTPResponse: Sendable, Hashable {
  package var head: HTTPHead
  package var body: [UInt8]
  /// The body was kept from an earlier run; the server said that it is still right (304), and `head` says 200.
  package var isFromCache = false

  package var status: Int { head.status }
  package var headers: HTTPHeaders { head.headers }
  package var isSuccess: Bool { head.isSuccess }
  package var text: String { String(decoding: body, as: UTF8.self) }
}

/// What a server says of how much it still answers. Facts only; who asks decides.
package struct HTTPRateLimit: Sendable, Hashable {
  /// Of the window: `X-RateLimit-*` (GitHub, Gitea) or `RateLimit-*` (GitLab).
  package var limit: Int?
  package var remaining: Int?
  /// Seconds since 1970 when the window ends.
  package var reset: Int?
  package var resource: String?
  /// Seconds to wait, from `Retry-After`.
  package var retryAfter: Int?
}

extension HTTPHead {
  /// - Parameter now: seconds since 1970, for a `Retry-After` that is a date.
  package func rateLimit(now: Int) -> HTTPRateLimit {
    func number(_ name: String) -> Int? {
      (headers["x-ratelimit-" + name] ?? headers["ratelimit-" + name]).flatMap { Int($0) }
    }
    return HTTPRateLimit(
      limit: number("limit"), remaining: number("remaining"), reset: number("reset"),
      resource: headers["x-ratelimit-resource"], retryAfter: headers["retry-after"].flatMap { RetryAfter.seconds($0, now: now) })
  }
}
