/// How a server is reached and who it must be.
package struct HTTPConnection: Sendable, Hashable {
  /// PEM, from a file that is read when a connection is made, or as bytes.
  package enum PEM: Sendable, Hashable {
    case file(String)
    case bytes([UInt8])
  }

  /// Whose certificates are believed.
  package enum Trust: Sendable, Hashable {
    case system
    /// These authorities and no others.
    case only(PEM)
    /// Nobody's identity is checked. Only where a person wrote so.
    case anything
  }

  package enum Proxy: Sendable, Hashable {
    case none
    /// `http://`, `https://` or `socks5://`, with `user:password@` where the proxy wants them.
    case url(String)
    /// As `https_proxy`, `http_proxy` and `no_proxy` of this environment say.
    case environment([String: String])
  }

  package var trust = Trust.system
  /// Shown to servers that ask for it.
  package var certificate: PEM?
  package var key: PEM?
  /// The name that the certificate must be for, where it is not the address's host. Also what is asked for (SNI).
  package var serverName: String?
  package var proxy = Proxy.none

  package init() {}

  /// What may be kept for another origin: whom we believe, and the way out; nothing of who we are.
  var withoutIdentity: HTTPConnection {
    var kept = HTTPConnection()
    if case .only = trust { kept.trust = trust }
    if case .environment = proxy { kept.proxy = proxy }
    if case .url = proxy { kept.proxy = proxy }
    return kept
  }
}

extension HTTPConnection: CustomStringConvertible, CustomReflectable {
  /// Keys and proxies' passwords stay out of what is printed.
  package var description: String { "connection" + (serverName.map { " to \($0)" } ?? "") }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// How much of an answer is taken.
package struct HTTPLimits: Sendable, Hashable {
  /// Of the body, after decompression.
  package var body = 64 << 20
  /// Of all header lines together.
  package var headerBytes = 128 << 10
  package var headerCount = 200

  package init() {}
}

package struct HTTPTimeLimits: Sendable, Hashable {
  /// Name, connection and TLS together.
  package var connect = Duration.seconds(10)
  /// One attempt from its start to the last byte; nil for what may be long, as a clone: slowness ends that.
  package var attempt: Duration? = .seconds(60)
  /// Fewer bytes a second than this through `slowness` end an attempt. Time in which the
  /// reader is behind does not count; time in which nobody makes the request's body does.
  package var slowBytes = 1
  package var slowness = Duration.seconds(30)
  /// Everything together: waiting for a place, all attempts, the pauses between.
  package var deadline: Duration?

  package init() {}
}

/// When and how often a request that may be repeated is.
package struct HTTPRetry: Sendable, Hashable {
  package var attempts = 4
  /// The pause before attempt n + 1 is drawn evenly between nothing and `first` doubled n - 1 times, at most `longest`.
  package var first = Duration.milliseconds(500)
  package var longest = Duration.seconds(20)
  /// A Retry-After beyond this is not waited for: the caller gets the answer.
  package var longestRetryAfter = Duration.seconds(60)

  package init() {}

  package static var never: HTTPRetry {
    var retry = HTTPRetry()
    retry.attempts = 1
    return retry
  }
}

/// Time and chance, so that tests need neither.
package struct HTTPTime: Sendable {
  package var now: @Sendable () -> ContinuousClock.Instant
  /// Seconds since 1970, for dates in headers.
  package var wall: @Sendable () -> Int
  package var sleep: @Sendable (Duration) async throws -> Void
  /// Even in 0..<1.
  package var random: @Sendable () -> Double

  package init(
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
    wall: @escaping @Sendable () -> Int = { systemSeconds() },
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) {
    self.now = now
    self.wall = wall
    self.sleep = sleep
    self.random = random
  }
}
