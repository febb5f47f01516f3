import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTP

@Suite("Streams", .timeLimit(.minutes(1)))
struct StreamTests {
  let client = HTTPClient()

  @Test("The head comes before the body, and the body in its order")
  func parts() async throws {
    let gate = DispatchSemaphore(value: 0)
    let server = try RawServer { connection in
      _ = connection.request()
      try connection.send("HTTP/1.1 200 X\r\nContent-Length: 6\r\n\r\n")
      for part in ["ab", "cd", "ef"] {
        gate.wait()
        try connection.send(part)
      }
      _ = connection.request()
    }
    let stream = try await client.stream(server.request())
    #expect(stream.head.status == 200)
    for part in ["ab", "cd", "ef"] {
      gate.signal()
      #expect(try await stream.next() == Array(part.utf8))
    }
    for _ in 0..<2 { #expect(try await stream.next() == nil) }
  }

  @Test("A reader who is behind holds the server back, and then gets every byte")
  func backPressure() async throws {
    let size = 64 << 20
    let sent = Mutex((bytes: 0, isBlocked: false))
    let server = try RawServer { connection in
      _ = connection.request()
      try connection.send("HTTP/1.1 200 X\r\nContent-Length: \(size)\r\n\r\n")
      connection.sendLimit(milliseconds: 200)
      let chunk = [UInt8](repeating: 7, count: 1 << 16)
      var left = size
      while left > 0 {
        let count = connection.write(Array(chunk.prefix(left)))
        left -= count
        let isShort = count < chunk.count && left > 0
        sent.withLock {
          $0.bytes += count
          $0.isBlocked = $0.isBlocked || isShort
        }
        if isShort { connection.sendLimit(milliseconds: 5000) }
      }
    }
    var request = server.request()
    request.limits.body = size
    request.timing.slowness = .seconds(1)
    let stream = try await client.stream(request)
    #expect(await eventually { sent.withLock(\.isBlocked) })
    // A reader who rests is no slow server.
    try await Task.sleep(for: .milliseconds(2200))
    #expect(sent.withLock(\.bytes) < 32 << 20)
    var count = 0
    var largest = 0
    for try await part in stream {
      count += part.count
      largest = max(largest, part.count)
    }
    #expect(count == size && largest <= 2 * Transfer.highWater)
  }

  @Test("The limit holds for streams too")
  func limit() async throws {
    let server = try RawServer { connection in
      _ = connection.request()
      try connection.send("HTTP/1.1 200 X\r\n\r\n" + String(repeating: "x", count: 5000))
    }
    var request = server.request()
    request.limits.body = 4000
    do {
      for try await part in try await client.stream(request) { #expect(part.count <= 4000) }
      Issue.record("there was no limit")
    } catch { #expect(error.kind == .tooLarge) }
  }

  @Test("A cancelled task ends its transfer: before the head, in the body, in the queue")
  func cancellation() async throws {
    let server = try RawServer { connection in
      guard let request = connection.request() else { return }
      if request.target == "/body" { try connection.send("HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nabc") }
      connection.waitForClose()
    }
    let client = HTTPClient { $0.perHost = 2 }
    // Nothing else ends these.
    func request(_ path: String) -> HTTPRequest {
      var request = server.request(path)
      request.timing.attempt = nil
      request.timing.slowness = .seconds(3600)
      return request
    }
    let tasks = ["/head", "/body", "/queue"].map { path in
      let request = request(path)
      return Task { try await client.failure(request) }
    }
    #expect(await eventually { server.requests.count == 2 })
    for task in tasks { task.cancel() }
    for task in tasks { #expect(try await task.value.kind == .cancelled) }
    #expect(await eventually { server.openConnections == 0 })
    let next = request("/next")
    let late = Task {
      try? await Task.sleep(for: .seconds(3600))
      return try await client.failure(next)
    }
    late.cancel()
    #expect(try await late.value.kind == .cancelled)
  }

  @Test("A stream that is dropped gives its place to the next")
  func dropped() async throws {
    let server = try RawServer { connection in
      _ = connection.request()
      try connection.send("HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nabc")
      connection.waitForClose()
    }
    let client = HTTPClient { $0.perHost = 1 }
    for _ in 0..<5 {
      let stream = try await client.stream(server.request())
      #expect(try await stream.next() == Array("abc".utf8))
    }
    #expect(server.requests.count == 5)
  }

  @Test("A body is sent as bytes, with its length")
  func bytes() async throws {
    let server = try RawServer { request in
      Reply(200, "\(request.method) \(request.headers["content-length"]!) \(request.body.count)")
    }
    let large = [UInt8](repeating: 1, count: 3_000_000)
    for method in [HTTPRequest.Method.post, .put, .patch, .delete] {
      let answer = try await client.send(server.request("/", method, body: .bytes(large)))
      #expect(answer.text == "\(method.rawValue) 3000000 3000000")
    }
    #expect(try await client.send(server.request("/", .post)).text == "POST 0 0")
    #expect(server.requests.allSatisfy { $0.headers["expect"] == nil })
  }

  @Test("A body is sent in parts, and its maker held back while the server does not read", arguments: [true, false])
  func upload(_ isLengthKnown: Bool) async throws {
    let gate = DispatchSemaphore(value: 0)
    let server = try RawServer { connection in
      gate.wait()
      guard let request = connection.request() else { return }
      let isRight = request.body == [UInt8](repeating: 1, count: request.body.count)
      try connection.send(Reply(200, "\(request.body.count) \(isRight)").bytes)
    }
    let parts = 512
    let made = Mutex(0)
    let body = HTTPRequest.Body.stream(length: isLengthKnown ? parts << 16 : nil) {
      made.withLock { made in
        made += 1
        return made <= parts ? [UInt8](repeating: 1, count: 1 << 16) : nil
      }
    }
    let request = server.request("/", .post, body: body)
    let client = client
    let task = Task { try await client.send(request) }
    var last = -1
    while last != made.withLock({ $0 }) || last < 4 {
      last = made.withLock { $0 }
      try await Task.sleep(for: .milliseconds(150))
    }
    #expect(last < parts / 2)
    gate.signal()
    #expect(try await task.value.text == "\(parts << 16) true")
  }

  @Test("Who makes the body may fail, or make too much or too little")
  func makers() async throws {
    struct Broken: Error {}
    let server = try RawServer { _ in Reply(200) }
    func failing(_ length: Int?, _ next: @escaping @Sendable (Int) throws -> [UInt8]?) async throws -> HTTPError {
      let turn = Mutex(0)
      return try await client.failure(
        server.request(
          "/", .post,
          body: .stream(length: length) {
            try next(
              turn.withLock { turn in
                defer { turn += 1 }
                return turn
              })
          }))
    }
    let thrown = try await failing(nil) { turn in
      if turn == 1 { throw Broken() }
      return [1]
    }
    #expect(thrown.kind == .body && thrown.message.contains("Broken"))
    #expect(try await failing(10) { $0 == 0 ? [1, 2, 3] : nil }.kind == .body)
    #expect(try await failing(2) { $0 == 0 ? [1, 2, 3] : nil }.kind == .body)
  }

  @Test("An answer that comes before the body is sent ends the sending")
  func early() async throws {
    let server = try RawServer { connection in
      _ = connection.head()
      try connection.send("HTTP/1.1 413 X\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
      connection.waitForClose()
    }
    let made = Mutex(0)
    let request = server.request(
      "/", .post,
      body: .stream(length: nil) {
        made.withLock { $0 += 1 }
        return [UInt8](repeating: 1, count: 1 << 16)
      })
    let answer = try await client.send(request)
    #expect(answer.status == 413 && answer.text == "big")
    #expect(
      await eventually {
        let before = made.withLock { $0 }
        usleep(20_000)
        return before == made.withLock { $0 }
      })
  }

  @Test("A client that is closed answers nobody, and keeps nobody waiting")
  func closed() async throws {
    let server = try RawServer { connection in
      _ = connection.request()
      connection.waitForClose()
    }
    let client = HTTPClient { $0.perHost = 1 }
    let request = server.request()
    let tasks = (0..<3).map { _ in Task { try await client.failure(request) } }
    #expect(await eventually { server.requests.count == 1 })
    await client.close()
    for task in tasks { #expect(try await task.value.kind == .closed) }
    #expect(try await client.failure(request).kind == .closed)
    await client.close()
    #expect(await eventually { server.openConnections == 0 })
  }
}
