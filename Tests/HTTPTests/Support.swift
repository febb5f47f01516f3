import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// Time that passes only in sleeps, and chance that is told.
final class FakeTime: Sendable {
  private final class Clock: Sendable {
    let state = Mutex((now: ContinuousClock.now, slept: [Duration]()))
  }
  private let clock: Clock
  let time: HTTPTime

  init(random: Double = 0.5, wall: Int = 1_800_000_000) {
    let clock = Clock()
    self.clock = clock
    time = HTTPTime(
      now: { clock.state.withLock { $0.now } }, wall: { wall },
      sleep: { duration in
        try Task.checkCancellation()
        clock.state.withLock {
          $0.slept.append(duration)
          $0.now = $0.now.advanced(by: duration)
        }
      }, random: { random })
  }

  var slept: [Duration] { clock.state.withLock { $0.slept } }
}

/// Collects what is logged.
final class LogBook: Sendable {
  private let entries = Mutex<[HTTPLogEntry]>([])
  var log: @Sendable (HTTPLogEntry) -> Void { { entry in self.entries.withLock { $0.append(entry) } } }
  var all: [HTTPLogEntry] { entries.withLock { $0 } }
}

extension HTTPClient {
  convenience init(_ change: (inout Settings) -> Void) {
    var settings = Settings()
    change(&settings)
    self.init(settings)
  }

  /// What a request that must fail says.
  func failure(_ request: HTTPRequest, _ place: SourceLocation = #_sourceLocation) async throws -> HTTPError {
    do {
      let answer = try await send(request)
      Issue.record("there was an answer: \(answer.status)", sourceLocation: place)
    } catch { return error }
    throw Command.Failure(description: "no failure")
  }
}

/// The bytes that `gzip` makes.
func gzipped(_ script: String) throws -> [UInt8] {
  let folder = try TemporaryFolder()
  try Command.check(["sh", "-c", "\(script) | gzip -c > out"], in: folder.path)
  return try folder.read("out")
}

/// Waits for something that happens on another thread, for some seconds at most.
func eventually(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<5000 {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(2))
  }
  return condition()
}

extension RawServer {
  func url(_ path: String = "/") -> HTTPURL {
    try! HTTPURL("http://127.0.0.1:\(port)\(path)")  // is one
  }

  /// A request that is sent once.
  func request(
    _ path: String = "/", _ method: HTTPRequest.Method = .get, headers: HTTPHeaders = HTTPHeaders(),
    body: HTTPRequest.Body = .none, retry: HTTPRetry = .never
  ) -> HTTPRequest {
    var request = HTTPRequest(method, url(path), headers: headers, body: body)
    request.retry = retry
    return request
  }
}

extension TLSServer {
  func request(_ trust: HTTPConnection.Trust = .system, host: String = "localhost") throws -> HTTPRequest {
    var request = HTTPRequest(.get, try HTTPURL("https://\(host):\(port)/"))
    request.connection.trust = trust
    request.retry = .never
    return request
  }
}

extension TestAuthority {
  func file(_ name: String) -> HTTPConnection.PEM { .file(folder.path + "/" + name) }
  func bytes(_ name: String) throws -> HTTPConnection.PEM { .bytes(try folder.read(name)) }
}
