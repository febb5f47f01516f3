import Foundation
import TestSupport
import Testing

@testable import HTTP

@Suite("Redirects")
struct RedirectTests {
  let client = HTTPClient()

  private let secrets: HTTPHeaders = {
    var headers: HTTPHeaders = [
      "Authorization": "Bearer hunter2", "Cookie": "a=b", "PRIVATE-TOKEN": "hunter3", "Accept": "text/plain",
    ]
    headers.append("X-Custom", "hunter4", isSecret: true)
    headers.append("Impersonate-User", "admin")
    return headers
  }()

  @Test("Credentials stay with their origin", arguments: [301, 302, 303, 307, 308])
  func origins(_ status: Int) async throws {
    let other = try RawServer { request in Reply(200, request.target) }
    let target = other.url("/there?x=1").text
    let server = try RawServer { request in
      switch request.target {
      case "/same/from": Reply(status, "", ["Location: ../to?y"])
      case "/away": Reply(status, "", ["Location: \(target)"])
      default: Reply(200, request.target)
      }
    }
    let near = try await client.send(server.request("/same/from", headers: secrets))
    #expect(near.text == "/to?y" && near.head.url == server.url("/to?y"))
    #expect(
      server.requests[1].headers["authorization"] == "Bearer hunter2" && server.requests[1].headers["x-custom"] == "hunter4")

    let away = try await client.send(server.request("/away", headers: secrets))
    #expect(away.text == "/there?x=1" && away.head.url == other.url("/there?x=1"))
    let seen = try #require(other.requests.first)
    #expect(Set(seen.headers.keys) == ["host", "accept", "user-agent", "accept-encoding"])
  }

  @Test("The same host on another port or under another name is another origin")
  func names() async throws {
    let server = try RawServer { request in
      request.headers["host"]!.hasPrefix("localhost")
        ? Reply(200, "there") : Reply(302, "", ["Location: http://localhost:\(request.target.dropFirst())/"])
    }
    let answer = try await client.send(server.request("/\(server.port)", headers: secrets))
    #expect(answer.text == "there" && server.requests.last?.headers["authorization"] == nil)
  }

  @Test("Credentials do not come back with a redirect that comes back")
  func back() async throws {
    let holder = Holder()
    let server = try RawServer { request in
      request.target == "/"
        ? Reply(302, "", ["Location: \(holder.text)"]) : Reply(200, request.headers["authorization"] ?? "none")
    }
    let other = try RawServer { _ in Reply(302, "", ["Location: \(holder.back)"]) }
    holder.text = other.url().text
    holder.back = server.url("/end").text
    #expect(try await client.send(server.request(headers: secrets)).text == "none")
  }

  @Test("A circle ends, and so do addresses that are not followed")
  func refused() async throws {
    let server = try RawServer { request in
      let to = ["/circle": "/circle", "/file": "file:///etc/passwd", "/user": "http://a:b@127.0.0.1/", "/ftp": "ftp://x/"]
      return to[request.target].map { Reply(302, "", ["Location: \($0)"]) } ?? Reply(302)
    }
    var request = server.request("/circle")
    request.redirects = 3
    let error = try await client.failure(request)
    #expect(error.kind == .redirect && error.message.contains("more than 3") && server.requests.count == 4)
    for path in ["/file", "/user", "/ftp"] {
      let error = try await client.failure(server.request(path))
      #expect(error.kind == .redirect && !"\(error)".contains("a:b"), "\(error)")
    }
    // Without a place it is only an answer.
    #expect(try await client.send(server.request("/none")).status == 302)
    request.redirects = 0
    #expect(try await client.send(request).status == 302)
  }

  @Test("From https to http no way leads")
  func downgrade() throws {
    let head = HTTPHead(
      status: 302, headers: ["Location": "http://a.example/"], version: .http1, url: try HTTPURL("https://a.example/"))
    let request = HTTPRequest(.get, head.url)
    let error = #expect(throws: HTTPError.self) { try Redirect.next(after: head, request, followed: 0) }
    #expect(error?.kind == .redirect)
  }

  @Test("A call with a body goes on only where the method stays, and within its origin")
  func calls() async throws {
    let other = try RawServer { _ in Reply(200) }
    let target = other.url().text
    let server = try RawServer { request in
      switch request.target {
      case "/308": Reply(308, "", ["Location: /end"])
      case "/301": Reply(301, "", ["Location: /end"])
      case "/away": Reply(307, "", ["Location: \(target)"])
      default: Reply(200, "\(request.method) \(request.text)")
      }
    }
    func post(_ path: String) -> HTTPRequest { server.request(path, .post, body: .bytes(Array("body".utf8))) }
    #expect(try await client.send(post("/308")).text == "POST body")
    #expect(try await client.send(post("/301")).status == 301)
    #expect(try await client.failure(post("/away")).kind == .redirect)
    #expect(other.requests.isEmpty)
  }

  @Test("What says who we are stays behind; whom we believe does not")
  func connection() {
    var connection = HTTPConnection()
    connection.trust = .only(.file("ca"))
    connection.certificate = .file("certificate")
    connection.key = .file("key")
    connection.serverName = "name"
    connection.proxy = .url("http://proxy:1")
    var kept = HTTPConnection()
    kept.trust = .only(.file("ca"))
    kept.proxy = .url("http://proxy:1")
    #expect(connection.withoutIdentity == kept)
    connection.trust = .anything
    #expect(connection.withoutIdentity.trust == .system)
  }
}

private final class Holder: @unchecked Sendable {  // written before it is read
  var text = ""
  var back = ""
}
