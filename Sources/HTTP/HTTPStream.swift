import Synchronization

/// An answer whose body comes in parts. The server is held back while nobody reads; dropping it ends the transfer.
///
/// One reader.
package final class HTTPStream: Sendable {
  package let head: HTTPHead
  private let client: HTTPClient
  private let arrival: Exchange.Arrival
  private let isLogged = Mutex(false)

  init(_ client: HTTPClient, _ arrival: Exchange.Arrival) {
    head = arrival.head
    self.client = client
    self.arrival = arrival
  }

  deinit {
    client.loop.stop(arrival.transfer, .cancelled)
    log(nil)
  }

  /// The next part, or nil at the end.
  /// - Throws: `HTTPError` when the connection ends before the body, or a limit is reached.
  package func next() async throws(HTTPError) -> [UInt8]? {
    let loop = client.loop
    let transfer = arrival.transfer
    let result = await withTaskCancellationHandler {
      await transfer.waitForBytes { loop.resumeReceiving(transfer) }
    } onCancel: {
      loop.stop(transfer, .cancelled)
    }
    switch result {
    case .success(let bytes?): return bytes
    case .success(nil):
      log(nil)
      return nil
    case .failure(let failure):
      log(failure)
      throw failure.error(arrival.request, attempts: 1)
    }
  }

  private func log(_ failure: Failure?) {
    let isFirst = isLogged.withLock { isLogged in
      defer { isLogged = true }
      return !isLogged
    }
    guard isFirst, let log = client.settings.log else { return }
    let facts = arrival.transfer.shared.withLock { try? $0.outcome?.get() }
    var entry = HTTPLogEntry(arrival.request, attempt: arrival.attempt)
    entry.take(head, facts)
    entry.failure = failure.map { arrival.request.redacted($0.message) }
    log(entry)
  }
}

extension HTTPStream: AsyncSequence {
  package struct AsyncIterator: AsyncIteratorProtocol {
    let stream: HTTPStream

    package mutating func next() async throws(HTTPError) -> [UInt8]? { try await stream.next() }

    package mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPError) -> [UInt8]? {
      try await stream.next()
    }
  }

  package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}
