import Foundation
import TestSupport
import Testing

@testable import HTTP

@Suite("HTTP/2", .enabled(if: HTTP2Server.isPresent, "there is no nghttpd here (install nghttp2-server)"))
struct HTTP2Tests {
  let authority = try! TestAuthority.shared()  // without openssl there is nothing to test

  @Test("Many requests at once share one connection, and each gets its own answer")
  func multiplexing() async throws {
    let server = try HTTP2Server(authority)
    let book = LogBook()
    let client = HTTPClient {
      $0.perHost = 50
      $0.log = book.log
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        let request = try server.request("/\(number % 10)")
        group.addTask {
          let answer = try await client.send(request)
          #expect(answer.head.version == .http2 && answer.text == String(repeating: "\(number % 10)", count: 20_000))
        }
      }
      try await group.waitForAll()
    }
    #expect(book.all.count == 200 && book.all.filter { !$0.isReused }.count == 1)
    #expect(book.all.allSatisfy { $0.description.contains("HTTP/2") })
  }

  @Test("What may pause has no part in a connection that others share")
  func streams() async throws {
    let server = try HTTP2Server(authority)
    let client = HTTPClient()
    #expect(try await client.send(server.request("/1")).head.version == .http2)
    // This server speaks nothing older, so the stream's own connection comes to nothing.
    let error = await #expect(throws: HTTPError.self) { try await client.stream(server.request("/1")) }
    #expect(error?.kind == .interrupted)
    #expect(try await client.send(server.request("/1")).head.version == .http2)
  }

  @Test("The name that is asked for, a posted body, a cancelled request, a body beyond the limit: the connection lives on")
  func mixture() async throws {
    let server = try HTTP2Server(authority)
    let client = HTTPClient()
    var named = try server.request("/1")
    named.connection.serverName = "localhost"
    named.url = try HTTPURL("https://127.0.0.1:\(server.port)/1")
    #expect(try await client.send(named).status == 200)

    var post = try server.request("/1")
    post.method = .post
    post.body = .bytes([UInt8](repeating: 1, count: 300_000))
    #expect(try await client.send(post).head.version == .http2)

    var large = try server.request("/large")
    large.limits.body = 1 << 20
    #expect(try await client.failure(large).kind == .tooLarge)
    let request = try server.request("/large")
    let task = Task { try await client.send(request) }
    task.cancel()
    _ = try? await task.value
    #expect(try await client.send(server.request("/1")).status == 200)
  }
}

/// `nghttpd` on loopback with some files.
private final class HTTP2Server: Sendable {
  static let program = "/usr/sbin/nghttpd"
  static var isPresent: Bool { FileManager.default.isExecutableFile(atPath: program) }

  let port: Int
  private let authority: TestAuthority
  private let folder: TemporaryFolder
  private let running: Running

  init(_ authority: TestAuthority) throws {
    self.authority = authority
    folder = try TemporaryFolder()
    for number in 0..<10 { try folder.write(String(repeating: "\(number)", count: 20_000), to: "\(number)") }
    try folder.write([UInt8](repeating: 7, count: 8 << 20), to: "large")
    port = try SSHServer.freePort()
    let keys = authority.folder.path
    running = try Command.start(
      ["timeout", "120", Self.program, "-a", "127.0.0.1", "-d", folder.path, "\(port)", "\(keys)/good.key", "\(keys)/good.pem"])
    while !TLSServer.answers(port) {
      guard running.process.isRunning else { throw Command.Failure(description: "nghttpd does not start") }
      usleep(5_000)
    }
  }

  deinit { kill(-running.process.processIdentifier, SIGKILL) }

  func request(_ path: String) throws -> HTTPRequest {
    var request = HTTPRequest(.get, try HTTPURL("https://localhost:\(port)\(path)"))
    request.connection.trust = .only(authority.file("ca.pem"))
    request.retry = .never
    return request
  }
}
