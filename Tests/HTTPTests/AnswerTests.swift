import Foundation
import TestSupport
import Testing

@testable import HTTP

@Suite("Answers")
struct AnswerTests {
  let client = HTTPClient { $0.perHost = 4 }

  @Test("A request arrives as it was made, and its answer as it was sent")
  func plain() async throws {
    let server = try RawServer { connection in
      _ = connection.request()
      try connection.send("HTTP/1.1 418 Teapot\r\nX-One: a\r\nx-one:b \r\nContent-Length: 5\r\n\r\nhello")
    }
    let request = server.request("/a/b?c=d", headers: ["Accept": "application/json", "X-Empty": ""])
    let answer = try await client.send(request)
    #expect(answer.status == 418 && answer.text == "hello" && answer.head.version == .http1)
    #expect(answer.headers.values("X-ONE") == ["a", "b"])
    let seen = try #require(server.requests.first)
    #expect(seen.method == "GET" && seen.target == "/a/b?c=d")
    #expect(seen.headers["accept"] == "application/json" && seen.headers["x-empty"] == "")
    #expect(seen.headers["user-agent"] == "sluice" && seen.headers["expect"] == nil)
    #expect(seen.headers["accept-encoding"] == "gzip")
  }

  @Test("One connection serves request after request, errors and empty answers included")
  func reuse() async throws {
    let server = try RawServer { request in
      switch request.target {
      case "/204": var reply = Reply(204); reply.body = []; return reply
      case "/500": return Reply(500, "no")
      default: return Reply(200, request.target)
      }
    }
    for path in ["/1", "/204", "/500", "/2"] { _ = try await client.send(server.request(path)) }
    _ = try await client.send(server.request("/", .head))
    #expect(server.accepts == 1 && server.requests.count == 5)
  }

  @Test("No more than so many at once go to a host, and all are answered")
  func perHost() async throws {
    let server = try RawServer { request in
      usleep(2_000)
      return Reply(200, request.target)
    }
    let client = client
    let answers = try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<60 { group.addTask { try await client.send(server.request("/\(number)")).text } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(answers.count == 60)
    #expect(server.accepts <= 4 && server.mostUnderWay <= 4 && server.mostUnderWay > 1)
  }

  @Test(
    "Answers with and without a body",
    arguments: [
      ("HTTP/1.1 204 X\r\n\r\n", 204, ""), ("HTTP/1.1 304 X\r\nContent-Length: 10\r\n\r\n", 304, ""),
      ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nX: 1\r\n\r\nHTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
      ("HTTP/1.0 200 X\r\n\r\nuntil the end", 200, "until the end"),
      ("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n", 200, "abc"),
      ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, ""),
      ("HTTP/1.1 200 X\r\nFolded: a\r\n b\r\nContent-Length: 1\r\n\r\nx", 200, "x"),
    ])
  func shapes(_ text: String, _ status: Int, _ body: String) async throws {
    let server = try RawServer { connection in
      _ = connection.request()
      try connection.send(text)
    }
    let answer = try await client.send(server.request())
    #expect(answer.status == status && answer.text == body)
    #expect(answer.headers["trailer"] == nil && answer.headers["x"] == nil)
    if text.contains("Folded") { #expect(answer.headers["folded"] == "a b") }
  }

  @Test(
    "What is wrong is refused, in words",
    arguments: [
      ("", HTTPError.Kind.interrupted, "without an answer"),
      ("HTTP/1.1 200 X\r\nA: b\r\n", .interrupted, "within the answer's header lines"),
      ("SSH-2.0-OpenSSH_9\r\n", .malformed, "not HTTP"),
      ("<html>it is late</html>", .malformed, "not HTTP"),
      ("HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\nabc", .interrupted, "before the answer did"),
      ("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", .interrupted, "before the answer did"),
      ("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", .malformed, "chunk"),
      ("HTTP/1.1 200 X\r\nContent-Length: abc\r\n\r\nabc", .malformed, "not HTTP"),
      ("HTTP/1.1 200 X\r\nContent-Length: -3\r\n\r\nabc", .malformed, "not HTTP"),
      ("HTTP/1.1 200 X\r\nContent-Length: 3\r\nContent-Length: 2\r\n\r\nabc", .malformed, "more than one"),
      ("HTTP/1.1 200 X\r\nContent-Length: 99999999999999999999\r\n\r\nabc", .malformed, "Content-Length"),
      ("HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd", .malformed, "damaged"),
      ("HTTP/1.1 200 X\r\nContent-Length: 2000\r\n\r\n", .tooLarge, "larger than 1000 bytes"),
      ("HTTP/1.1 200 X\r\n\r\n" + String(repeating: "x", count: 1001), .tooLarge, "larger than 1000 bytes"),
      ("HTTP/1.1 200 X\r\n" + String(repeating: "A: b\r\n", count: 300) + "\r\n", .tooLarge, "header lines"),
      ("HTTP/1.1 200 X\r\nA: " + String(repeating: "b", count: 99_000) + "\r\n\r\n", .tooLarge, "header lines"),
      ("HTTP/1.1 200 X\r\nA: " + String(repeating: "b", count: 400_000) + "\r\n\r\n", .tooLarge, "header line"),
    ])
  func wrong(_ text: String, _ kind: HTTPError.Kind, _ words: String) async throws {
    let server = try RawServer { connection in
      _ = connection.request()
      try connection.send(text)
    }
    var request = server.request("/x")
    request.limits.body = 1000
    request.limits.headerBytes = 50_000
    let error = try await client.failure(request)
    #expect(error.kind == kind && "\(error)".contains(words), "\(error)")
    #expect("\(error)".hasPrefix("cannot GET http://127.0.0.1:\(server.port)/x: "))
  }

  @Test("A connection that is reset in a body is no answer")
  func reset() async throws {
    let server = try RawServer { connection in
      _ = connection.request()
      try connection.send("HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\nabc")
      connection.reset()
    }
    let error = try await client.failure(server.request())
    #expect(error.kind == .interrupted)
  }

  @Test("A compressed body is limited by what it becomes")
  func bomb() async throws {
    let bomb = try gzipped("head -c 30000000 /dev/zero")
    let small = try gzipped("printf 'a small text'")
    let server = try RawServer { request in
      var reply = Reply(200, "", ["Content-Encoding: gzip"])
      reply.body = request.target == "/bomb" ? bomb : small
      return reply
    }
    #expect(try await client.send(server.request("/small")).text == "a small text")
    var request = server.request("/bomb")
    request.limits.body = 1 << 20
    #expect(bomb.count < 1 << 20)
    #expect(try await client.failure(request).kind == .tooLarge)
  }

  @Test("Nobody listens; no such name")
  func unreachable() async throws {
    let port = try SSHServer.freePort()
    var request = HTTPRequest(.get, try HTTPURL("http://127.0.0.1:\(port)/"))
    request.retry = .never
    let error = try await client.failure(request)
    #expect(error.kind == .unreachable && "\(error)".contains("127.0.0.1:\(port): Connection refused"), "\(error)")
    request.url = try HTTPURL("http://no-such-host.invalid/")
    #expect(try await client.failure(request).kind == .unresolved)
  }

  @Test("A body that comes too slowly ends, and so does an attempt that is too long")
  func slow() async throws {
    let server = try RawServer { connection in
      _ = connection.request()
      try connection.send("HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n")
      connection.waitForClose()
    }
    func request(_ change: (inout HTTPTimeLimits) -> Void) -> HTTPRequest {
      var request = server.request()
      change(&request.timing)
      return request
    }
    async let slow = client.failure(
      request {
        $0.slowness = .seconds(1)
        $0.slowBytes = 10
      })
    async let long = client.failure(request { $0.attempt = .milliseconds(50) })
    async let late = client.failure(request { $0.deadline = .milliseconds(60) })
    let (a, b, c) = try await (slow, long, late)
    #expect(a.kind == .timedOut && a.message.contains("fewer than 10 bytes a second came for 1 s"), "\(a)")
    #expect(b.kind == .timedOut && b.message.contains("no whole answer within 50 ms"), "\(b)")
    #expect(c.kind == .deadline, "\(c)")
  }

  @Test("A header that would be two is not sent")
  func injection() async throws {
    let server = try RawServer { _ in Reply() }
    for (name, value) in [("X-A", "b\r\nX-C: d"), ("X-A", "b\u{0}"), ("X A", "b"), ("", "b"), ("X:A", "b")] {
      var request = server.request()
      request.headers.append(name, value, isSecret: true)
      let error = try await client.failure(request)
      #expect(error.kind == .invalid && !"\(error)".contains("X-C"))
    }
    #expect(server.requests.isEmpty)
  }
}
