import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTP

@Suite("Load")
struct LoadTests {
  @Test("10,000 requests of every kind leave no descriptor open")
  func descriptors() async {
    // In a process of its own: others open files meanwhile.
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) { try await manyRequests() }
    if result == nil || result?.exitStatus != .exitCode(EXIT_SUCCESS) {
      Issue.record("\(String(decoding: result?.standardErrorContent ?? [], as: UTF8.self).suffix(2000))")
    }
  }

  @Test("A storm of requests, streams, and cancellations over many hosts ends, and nobody waits for ever")
  func storm() async throws {
    let servers = try (0..<5).map { _ in
      try RawServer { request in
        if request.target.hasSuffix("7") { usleep(500) }
        return Reply(200, String(repeating: "x", count: request.target.utf8.count * 1000))
      }
    }
    let client = HTTPClient {
      $0.total = 20
      $0.perHost = 6
    }
    let counts = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<1500 {
        let request = servers[number % 5].request("/\(number)")
        let expected = request.url.target.utf8.count * 1000
        group.addTask {
          let task = Task {
            if number % 3 != 0 { return try await client.send(request).body.count }
            var count = 0
            for try await part in try await client.stream(request) { count += part.count }
            return count
          }
          if number % 4 == 0 { task.cancel() }
          do {
            let count = try await task.value
            #expect(count == expected)
            return true
          } catch let error as HTTPError {
            #expect(error.kind == .cancelled && number % 4 == 0, "\(error)")
            return false
          }
        }
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(counts >= 1125)
    #expect(servers.allSatisfy { $0.mostUnderWay <= 8 })
    await client.close()
  }

  @Test("A host that does not answer delays no other")
  func slowHost() async throws {
    let dead = try RawServer { connection in
      _ = connection.request()
      connection.waitForClose()
    }
    let alive = try RawServer { _ in Reply(200, "ok") }
    let client = HTTPClient {
      $0.total = 4
      $0.perHost = 2
    }
    var silent = dead.request()
    // However long the living one takes beside other tests: none of these ends by itself.
    silent.timing.attempt = nil
    silent.timing.slowness = .seconds(3600)
    let stuck = (0..<50).map { _ in Task { [silent] in try await client.failure(silent) } }
    #expect(await eventually { dead.requests.count == 2 })
    for _ in 0..<50 { #expect(try await client.send(alive.request()).text == "ok") }
    for task in stuck { task.cancel() }
    for task in stuck { #expect(try await task.value.kind == .cancelled) }
  }
}

/// Stops the process when it finds something wrong.
private func manyRequests() async throws {
  let server = try RawServer { connection in
    while let request = connection.request() {
      switch request.target.utf8.last! % 10 {  // a request line has a target
      case 3: return
      case 5: return connection.reset()
      case 7: return try connection.send("HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\nabc")
      default: try connection.send(Reply(200, request.target).bytes)
      }
    }
  }
  func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
  let before = try descriptors()
  let failures = Counter()
  let client = HTTPClient()
  await withTaskGroup(of: Void.self) { group in
    for number in 0..<10_000 {
      if number >= 100 { await group.next() }
      group.addTask {
        do {
          var request = server.request("/\(number)")
          // On a busy machine nothing here is late.
          request.timing.connect = .seconds(300)
          request.timing.attempt = .seconds(300)
          let answer = try await client.send(request)
          precondition(answer.text == "/\(number)")
        } catch { failures.add() }
      }
    }
  }
  await client.close()
  var after = try descriptors()
  // The server closes its ends on threads of their own.
  // Fewer than before is no leak: the process may have begun with one that was about to go.
  for _ in 0..<10_000 where after > before {
    usleep(2_000)
    after = try descriptors()
  }
  let failed = failures.count
  precondition(failed == 3_000, "\(failed) failed")
  precondition(after <= before, "\(before) descriptors before, \(after) after")
}

private final class Counter: Sendable {
  private let number = Mutex(0)
  var count: Int { number.withLock { $0 } }
  func add() { number.withLock { $0 += 1 } }
}
