import TestSupport
import Testing

@testable import HTTP

@Suite("Proxies")
struct ProxyTests {
  let client = HTTPClient()

  @Test("A request goes through the proxy, whose password goes nowhere else")
  func plain() async throws {
    let proxy = try RawServer { request in Reply(200, request.target) }
    let server = try RawServer { request in Reply(200, "direct") }
    var request = server.request("/a", headers: ["Authorization": "Bearer mine"])
    request.connection.proxy = .url("http://user:pass%20word@127.0.0.1:\(proxy.port)")
    #expect(try await client.send(request).text == server.url("/a").text)
    #expect(proxy.requests[0].headers["proxy-authorization"] == "Basic dXNlcjpwYXNzIHdvcmQ=")
    #expect(proxy.requests[0].headers["authorization"] == "Bearer mine")
    // Loopback is never asked for through a proxy of the environment.
    request.connection.proxy = .environment(["http_proxy": "http://127.0.0.1:\(proxy.port)"])
    #expect(try await client.send(request).text == "direct" && proxy.requests.count == 1)
    request.url = try HTTPURL("http://cluster.example/x")
    #expect(try await client.send(request).text == "http://cluster.example/x")
    #expect(server.requests[0].headers["proxy-authorization"] == nil)
  }

  @Test("https is tunnelled, and the proxy sees no credential; a proxy that refuses is named")
  func tunnel() async throws {
    let proxy = try RawServer { request in
      request.target == "refused.example:443" ? Reply(407, "no") : Reply(502, "no")
    }
    var request = HTTPRequest(.get, try HTTPURL("https://refused.example/"), headers: ["Authorization": "Bearer mine"])
    request.retry = .never
    request.connection.proxy = .url("http://user:hunter2@127.0.0.1:\(proxy.port)")
    let error = try await client.failure(request)
    #expect(error.kind == .proxy && !"\(error)".contains("hunter2"), "\(error)")
    let seen = try #require(proxy.requests.first)
    #expect(seen.method == "CONNECT" && seen.headers["authorization"] == nil && seen.headers["proxy-authorization"] != nil)
  }

  @Test("A proxy that is not there")
  func absent() async throws {
    let server = try RawServer { _ in Reply() }
    var request = server.request()
    request.connection.proxy = .url("127.0.0.1:\(try SSHServer.freePort())")
    #expect(try await client.failure(request).kind == .unreachable)
    #expect(server.accepts == 0)
    request.connection.proxy = .url("gopher://x")
    let error = try await client.failure(request)
    #expect(error.kind == .invalid && error.message.contains("the proxy's address"))
  }
}
