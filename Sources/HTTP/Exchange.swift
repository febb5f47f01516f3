import Synchronization

/// One request to its answer: the cache asked, attempts made, redirects followed, all within one deadline.
struct Exchange: Sendable {
  /// A final answer: whole, or its head with the transfer that brings the rest.
  struct Arrival: Sendable {
    var request: HTTPRequest
    var attempt: Int
    var transfer: Transfer
    var head: HTTPHead
    var body: [UInt8] = []
    var isFromCache = false
  }

  private let client: HTTPClient
  private let mode: Transfer.Mode
  private let deadline: ContinuousClock.Instant?

  init(_ client: HTTPClient, _ request: HTTPRequest, _ mode: Transfer.Mode) {
    self.client = client
    self.mode = mode
    deadline = request.timing.deadline.map { client.settings.time.now().advanced(by: $0) }
  }

  func run(_ request: HTTPRequest) async throws(HTTPError) -> Arrival {
    if let name = request.headers.invalidName {
      throw Failure(.invalid, "the header \(name) holds characters that no header may").error(request, attempts: 1)
    }
    if let name = request.connection.serverName {
      // It becomes part of an address.
      guard let url = try? HTTPURL("https://\(name)/"), url.origin.host == name.lowercased(), url.origin.isDefaultPort else {
        throw Failure(.invalid, "the server's name \(name) is no host's name").error(request, attempts: 1)
      }
    }
    var request = request
    if request.headers["user-agent"] == nil { request.headers.append("User-Agent", client.settings.userAgent) }
    var followed = 0
    while true {
      let arrival = try await answer(request)
      guard let next = try Redirect.next(after: arrival.head, request, followed: followed) else { return arrival }
      client.loop.stop(arrival.transfer, .cancelled)
      request = next
      followed += 1
    }
  }

  /// The answer at this address, from the server or, where the server says so, from the cache.
  private func answer(_ request: HTTPRequest) async throws(HTTPError) -> Arrival {
    guard mode == .whole, let cache = client.settings.cache, let key = CacheKey(request) else {
      return try await attempts(request)
    }
    guard let kept = cache.entry(key) else {
      let arrival = try await attempts(request)
      cache.keep(arrival.head, arrival.body, key)
      return arrival
    }
    var conditional = request
    kept.makeConditional(&conditional.headers)
    conditional.asksForCache = true
    var arrival = try await attempts(conditional)
    if arrival.head.status == 304 {
      arrival.request = request
      arrival.head = kept.head(renewedBy: arrival.head)
      arrival.body = kept.body
      arrival.isFromCache = true
      cache.touch(key)
    } else {
      cache.keep(arrival.head, arrival.body, key)
    }
    return arrival
  }

  private func attempts(_ request: HTTPRequest) async throws(HTTPError) -> Arrival {
    var number = 1
    while true {
      let result = await attempt(request, number)
      guard let pause = pause(after: result, request, number) else {
        switch result {
        case .success(let arrival): return arrival
        case .failure(let failure): throw failure.error(request, attempts: number)
        }
      }
      if case .success(let arrival) = result { client.loop.stop(arrival.transfer, .cancelled) }
      do { try await client.settings.time.sleep(pause) } catch { throw Failure.cancelled.error(request, attempts: number) }
      number += 1
    }
  }

  /// How long to wait before asking again; nil: what came is the answer.
  private func pause(after result: Result<Arrival, Failure>, _ request: HTTPRequest, _ number: Int) -> Duration? {
    let time = client.settings.time
    var retryAfter: Int?
    switch result {
    case .success(let arrival):
      guard HTTPRetry.isPassing(arrival.head.status) else { return nil }
      retryAfter = arrival.head.rateLimit(now: time.wall()).retryAfter
    case .failure(let failure): guard failure.isPassing else { return nil }
    }
    guard request.canRepeat, let pause = request.retry.pause(after: number, retryAfter: retryAfter, random: time.random()) else {
      return nil
    }
    if let deadline, time.now().advanced(by: pause) >= deadline { return nil }
    return pause
  }

  private func attempt(_ request: HTTPRequest, _ number: Int) async -> Result<Arrival, Failure> {
    var entry = HTTPLogEntry(request, attempt: number)
    let result = await attempt(request, number, &entry)
    if case .failure(let failure) = result { entry.failure = request.redacted(failure.message) }
    // Of a body that is still to come, the stream tells.
    if mode == .whole || entry.failure != nil { client.settings.log?(entry) }
    return result
  }

  private func attempt(
    _ request: HTTPRequest, _ number: Int, _ entry: inout HTTPLogEntry
  ) async -> Result<Arrival, Failure> {
    if Task.isCancelled { return .failure(.cancelled) }
    let remaining = deadline.map { client.settings.time.now().duration(to: $0) }
    if let remaining, remaining <= .zero { return .failure(.deadline) }
    let proxy: ProxyAddress?
    do { proxy = try request.connection.proxyAddress(for: request.url) } catch {
      return .failure(Failure(error.kind, "\(error.context): \(error.message)", hint: error.hint))
    }
    let transfer = Transfer(request, proxy: proxy, mode: mode, remaining: remaining)
    let loop = client.loop
    loop.start(transfer)
    startFeeding(transfer)
    return await withTaskCancellationHandler {
      switch mode {
      case .whole:
        return await transfer.waitForEnd().map { head, body, facts in
          entry.take(head, facts)
          entry.isFromCache = request.asksForCache && head.status == 304
          return Arrival(request: request, attempt: number, transfer: transfer, head: head, body: body)
        }
      case .stream:
        return await transfer.waitForHead().map { head in
          Arrival(request: request, attempt: number, transfer: transfer, head: head)
        }
      }
    } onCancel: {
      loop.stop(transfer, .cancelled)
    }
  }

  private func startFeeding(_ transfer: Transfer) {
    guard case .stream(_, let next) = transfer.request.body else { return }
    let loop = client.loop
    let feeder = Task {
      do {
        while let bytes = try await next() {
          guard await transfer.feed(bytes, resume: { loop.resumeSending(transfer) }) else { return }
        }
        transfer.endFeeding { loop.resumeSending(transfer) }
      } catch {
        loop.stop(transfer, Failure(.body, "what makes the request's body failed: \(error)"))
      }
    }
    let isOver = transfer.shared.withLock { state in
      state.feeder = feeder
      return state.outcome != nil
    }
    if isOver { feeder.cancel() }
  }
}
