/// Asks servers: one pool of connections on one thread, with its limits, and what it remembers between runs.
///
/// Share one in a process. A request carries its own settings of connection, time and size.
package final class HTTPClient: Sendable {
  package struct Settings: Sendable {
    /// Requests under way at once. Others wait, hosts in turn.
    package var total = 128
    package var perHost = 8
    package var userAgent = "sluice"
    package var cache: HTTPCache?
    package var time = HTTPTime()
    /// Told of each attempt when it has ended.
    package var log: (@Sendable (HTTPLogEntry) -> Void)?

    package init() {}
  }

  let settings: Settings
  let loop: CurlLoop

  package init(_ settings: Settings = Settings()) {
    self.settings = settings
    loop = CurlLoop(total: settings.total, perHost: settings.perHost)
  }

  deinit { loop.close() }

  /// Ends what runs and closes all connections; returns when they are.
  package func close() async {
    loop.close()
    await loop.waitForEnd()
  }

  /// Asks, and reads the whole answer.
  ///
  /// A status that refuses is an answer as any other.
  /// - Throws: `HTTPError` when there is no answer, after all attempts.
  package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    let arrival = try await Exchange(self, request, .whole).run(request)
    return HTTPResponse(head: arrival.head, body: arrival.body, isFromCache: arrival.isFromCache)
  }

  /// Asks, and gives the answer as soon as its head is there; the body comes as it is read.
  ///
  /// Attempts are made until there is a head: what has been read is never read again.
  /// - Throws: `HTTPError` when there is no answer.
  package func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
    HTTPStream(self, try await Exchange(self, request, .stream).run(request))
  }
}
