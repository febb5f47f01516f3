import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTP

@Suite("Attempts")
struct RetryTests {
  @Test(
    "Pauses double and are drawn, and Retry-After is obeyed up to its limit",
    arguments: [
      (1, nil, 1.0, 500), (2, nil, 1.0, 1000), (3, nil, 0.5, 1000), (3, nil, 0.0, 0), (4, nil, 1.0, nil),
      (1, 3, 0.0, 3000), (1, 3, 1.0, 3500), (1, 61, 0.0, nil), (4, 1, 0.0, nil), (1, Int.max, 0.0, nil),
    ] as [(Int, Int?, Double, Int?)])
  func pauses(_ attempt: Int, _ retryAfter: Int?, _ random: Double, _ milliseconds: Int?) {
    let pause = HTTPRetry().pause(after: attempt, retryAfter: retryAfter, random: random)
    #expect(pause?.milliseconds == milliseconds)
  }

  @Test(
    "Retry-After is seconds or a date",
    arguments: [
      ("7", 7), (" 0 ", 0), ("Fri, 15 Jan 2027 08:00:30 GMT", 30), ("Fri, 15 Jan 2027 07:00:00 GMT", 0), ("soon", nil),
      ("-1", nil), ("", nil), ("99999999999999999999", Int.max), ("7.5", nil),
    ] as [(String, Int?)])
  func retryAfter(_ text: String, _ seconds: Int?) {
    #expect(RetryAfter.seconds(text, now: 1_800_000_000) == seconds)
  }

  @Test("No pause is ever longer than its longest")
  func longest() {
    var retry = HTTPRetry()
    retry.attempts = 1000
    for attempt in 1..<1000 { #expect(retry.pause(after: attempt, retryAfter: nil, random: 1)! <= retry.longest) }
  }

  /// Answers with each of these in turn; 0 is a reset.
  private func server(_ statuses: [Int], _ headers: [String] = []) throws -> RawServer {
    let turn = Mutex(0)
    return try RawServer { connection in
      while connection.request() != nil {
        let status = turn.withLock { turn in
          defer { turn += 1 }
          return statuses[min(turn, statuses.count - 1)]
        }
        if status == 0 { return connection.reset() }
        try connection.send(Reply(status, "\(status)", headers).bytes)
      }
    }
  }

  @Test(
    "What passes is asked again, what does not pass is an answer",
    arguments: [
      ([503, 429, 200], 200, 3), ([502, 504, 503, 503, 200], 503, 4), ([500, 200], 500, 1), ([404, 200], 404, 1),
      ([0, 0, 200], 200, 3),
    ])
  func again(_ statuses: [Int], _ status: Int, _ asked: Int) async throws {
    let server = try server(statuses)
    let fake = FakeTime()
    let client = HTTPClient { $0.time = fake.time }
    let answer = try await client.send(server.request(retry: HTTPRetry()))
    #expect(answer.status == status && answer.text == "\(status)")
    #expect(server.requests.count == asked)
    #expect(fake.slept.map(\.milliseconds) == Array([250, 500, 1000].prefix(asked - 1)))
  }

  @Test("Only what may be repeated is")
  func repeatable() async throws {
    let fake = FakeTime()
    let client = HTTPClient { $0.time = fake.time }
    for method in [HTTPRequest.Method.post, .put, .patch, .delete] {
      let server = try server([503, 200])
      var request = server.request("/", method, body: .bytes(Array("a body".utf8)), retry: HTTPRetry())
      #expect(try await client.send(request).status == 503)
      request.isRepeatable = true
      let other = try self.server([0, 503, 200])
      request.url = other.url()
      #expect(try await client.send(request).status == 200)
      #expect(other.requests.map(\.text) == ["a body", "a body", "a body"])
    }
  }

  @Test("A body that was cut is asked for again as a whole, but not once a reader had some of it")
  func cut() async throws {
    let turn = Mutex(0)
    let server = try RawServer { connection in
      _ = connection.request()
      let isFirst = turn.withLock { turn in
        turn += 1
        return turn % 2 == 1
      }
      try connection.send("HTTP/1.1 200 X\r\nContent-Length: 4\r\n\r\n" + (isFirst ? "ab" : "abcd"))
    }
    let fake = FakeTime()
    let client = HTTPClient { $0.time = fake.time }
    #expect(try await client.send(server.request(retry: HTTPRetry())).text == "abcd")
    let stream = try await client.stream(server.request(retry: HTTPRetry()))
    var body: [UInt8] = []
    do {
      for try await part in stream { body += part }
      Issue.record("the cut was not seen")
    } catch { #expect(error.kind == .interrupted) }
    #expect(body == Array("ab".utf8) && server.requests.count == 3)
  }

  @Test("On a connection that turns out to be dead only what may be repeated is sent again")
  func dead() async throws {
    func asked(_ method: HTTPRequest.Method, _ body: HTTPRequest.Body) async throws -> (answered: Bool, times: Int) {
      let server = try RawServer { connection in
        _ = connection.request()
        try connection.send(Reply().bytes)
        _ = connection.request()
      }
      let client = HTTPClient()
      _ = try await client.send(server.request("/first"))
      let answer = try? await client.send(server.request("/second", method, body: body))
      return (answer != nil, server.requests.filter { $0.target == "/second" }.count)
    }
    let some = HTTPRequest.Body.bytes([1])
    #expect(try await asked(.get, .none) == (true, 2))
    #expect(try await asked(.post, some) == (false, 1))
    #expect(try await asked(.put, some) == (false, 1))
    // These never use a connection that may be dead.
    #expect(try await asked(.post, .none) == (true, 1))
    #expect(try await asked(.delete, .none) == (true, 1))
  }

  @Test("Retry-After as a date, and beyond the limit")
  func waits() async throws {
    let fake = FakeTime(random: 0)
    let client = HTTPClient { $0.time = fake.time }
    let patient = try server([429, 200], ["Retry-After: Fri, 15 Jan 2027 08:00:30 GMT"])
    #expect(try await client.send(patient.request(retry: HTTPRetry())).status == 200)
    #expect(fake.slept == [.seconds(30)])
    let never = try server([429, 200], ["Retry-After: 3600", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1800003600"])
    let answer = try await client.send(never.request(retry: HTTPRetry()))
    #expect(answer.status == 429 && never.requests.count == 1)
    let limit = answer.head.rateLimit(now: 0)
    #expect(limit.remaining == 0 && limit.reset == 1_800_003_600 && limit.retryAfter == 3600 && limit.limit == nil)
  }

  @Test("One deadline stands over all attempts")
  func deadline() async throws {
    let server = try server([503])
    let fake = FakeTime(random: 0.999)
    let client = HTTPClient { $0.time = fake.time }
    var request = server.request(retry: HTTPRetry())
    request.retry.attempts = 100
    request.timing.deadline = .seconds(10)
    #expect(try await client.send(request).status == 503)
    #expect(fake.slept.reduce(.zero, +) < .seconds(10) && fake.slept.count >= 3)
  }

  @Test("A pause ends when its task is cancelled")
  func cancelled() async throws {
    let server = try server([503])
    let client = HTTPClient { $0.time = HTTPTime(sleep: { _ in try await Task.sleep(for: .seconds(3600)) }) }
    let request = server.request(retry: HTTPRetry())
    let task = Task { try await client.failure(request) }
    #expect(await eventually { !server.requests.isEmpty })
    task.cancel()
    #expect(try await task.value.kind == .cancelled)
  }

  @Test("Each attempt is one line in the log, without secrets")
  func log() async throws {
    let server = try server([0, 503, 200])
    let fake = FakeTime()
    let book = LogBook()
    let client = HTTPClient {
      $0.time = fake.time
      $0.log = book.log
    }
    var request = server.request("/a?limit=5&access_token=hunter2", retry: HTTPRetry())
    request.headers.append("Authorization", "Bearer hunter2")
    _ = try await client.send(request)
    let lines = book.all.map(\.description)
    try #require(lines.count == 3, "\(lines)")
    #expect(lines[0].hasPrefix("GET http://127.0.0.1:\(server.port)/a?limit=5&access_token=*** 0 B 0 ms: the conn"), "\(lines)")
    #expect(lines[1].contains(" 503 3 B ") && lines[1].hasSuffix(" HTTP/1.1, attempt 2"), "\(lines)")
    #expect(lines[2].contains(" 200 3 B ") && lines[2].hasSuffix(" HTTP/1.1, attempt 3, connection reused"), "\(lines)")
    #expect(!lines.joined().contains("hunter2"))
  }
}
