import Foundation
import HTTP
import Host
import Synchronization
import TestSupport
import Testing

@testable import Kubernetes

@Suite("Asking an API")
struct ClientTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func failed(
    _ path: String = "/api/v1/nodes", _ place: SourceLocation = #_sourceLocation,
    _ answer: @escaping @Sendable (RawRequest) throws -> Reply
  ) async throws -> KubernetesError {
    let server = try RawServer(answering: answer)
    let client = try client(server, .token(Secret("s3cret")))
    return try await failure(place) { () async throws(KubernetesError) in try await client.get(path) }
  }

  @Test("A server's path comes before the API's; the query is encoded, and who asks is in the headers")
  func request() async throws {
    let server = try RawServer { connection in
      while connection.request() != nil { try connection.send(json("{}").bytes) }
    }
    for prefix in ["/k8s/clusters/c-1", "/k8s/clusters/c-1/"] {
      let client = try client(
        server, .token(Secret("abc")), prefix: prefix, impersonation: [("Impersonate-User", "jane"), ("Impersonate-Group", "a")])
      #expect(try await client.get("/api/v1/pods", query: [("fieldSelector", "spec.nodeName=a b&c")]).text == "{}")
    }
    for request in server.requests {
      #expect(request.target == "/k8s/clusters/c-1/api/v1/pods?fieldSelector=spec.nodeName%3Da%20b%26c")
      #expect(request.headers["authorization"] == "Bearer abc" && request.headers["accept"] == "application/json")
      #expect(request.headers["impersonate-user"] == "jane" && request.headers["impersonate-group"] == "a")
      #expect(request.headers["user-agent"] == "sluice")
    }
    #expect(server.requests.count == 2)
  }

  @Test("Name and password")
  func basic() async throws {
    let server = try RawServer(answering: { _ in json("{}") })
    _ = try await client(server, .basic(user: "Aladdin", password: Secret("open sesame"))).get("/x")
    #expect(server.requests.first?.headers["authorization"] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
  }

  @Test("A connection of its own where it is asked for")
  func newConnection() async throws {
    let server = try RawServer(answering: { _ in json("{}") })
    let client = try client(server)
    for isNew in [false, false, true, true] { _ = try await client.get("/version", onNewConnection: isNew) }
    #expect(server.accepts == 3)
  }

  @Test("A 401 has the token's file read again, once")
  func tokenFile() async throws {
    let path = try folder.write("old", to: "token")
    let folder = folder
    let server = try RawServer(answering: { request in
      guard request.headers["authorization"] != "Bearer new" else { return json("{}") }
      try folder.write("new", to: "token")
      return json("{}", status: 401)
    })
    let client = try client(server, .tokenFile(TokenFile(path, fallback: nil)))
    #expect(try await client.get("/a").status == 200)
    #expect(try await client.get("/b").status == 200)
    #expect(server.requests.map(\.target) == ["/a", "/a", "/b"])
  }

  @Test("A token that is refused and has not changed is not sent again")
  func unchanged() async throws {
    let path = try folder.write("same", to: "token")
    let server = try RawServer(answering: { _ in json(#"{"kind": "Status", "message": "no"}"#, status: 401) })
    let client = try client(server, .tokenFile(TokenFile(path, fallback: nil)))
    let error = try await failure { () async throws(KubernetesError) in try await client.get("/a") }
    #expect(error.kind == .unauthorized && server.requests.count == 1)
    #expect("\(error)" == "cannot GET /a: HTTP 401: no, hint: the token is not accepted, also read anew")
  }

  func plugin(_ script: String) throws -> ExecSession {
    _ = try folder.script("echo run >> \(folder.path)/runs\n" + script, "plugin")
    let access = try folder.access(
      user: "exec: {command: ./plugin, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}")
    guard case .plugin(let session) = access.credentials else { throw Command.Failure(description: "no plugin") }
    return session
  }

  @Test("A 401 runs the plugin again, once for each request that is refused")
  func pluginRefresh() async throws {
    let session = try plugin(
      #"echo "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"t$(wc -l < \#(folder.path)/runs)\"}}""#
    )
    let good = Mutex("Bearer t2")
    let server = try RawServer(answering: { request in
      request.headers["authorization"] == good.withLock { $0 } ? json("{}") : json("{}", status: 401)
    })
    let client = try client(server, .plugin(session))
    #expect(try await client.get("/a").status == 200)
    #expect(try await client.get("/b").status == 200)
    #expect(server.requests.compactMap { $0.headers["authorization"] } == ["Bearer t1", "Bearer t2", "Bearer t2"])
    good.withLock { $0 = "nobody's" }
    let error = try await failure { () async throws(KubernetesError) in try await client.get("/c") }
    #expect(error.kind == .unauthorized && server.requests.count == 5)
    #expect(error.hint == "what the credential plugin gives is not accepted, also after another run")
  }

  @Test("A plugin that fails is the request's failure, and nothing is sent")
  func pluginFails() async throws {
    let server = try RawServer(answering: { _ in json("{}") })
    let client = try client(server, .plugin(try plugin("exit 4")))
    let error = try await failure { () async throws(KubernetesError) in try await client.get("/a") }
    #expect(error.kind == .credentials && error.message.hasSuffix("exited with status 4") && server.accepts == 0)
  }

  static let status = #"{"kind": "Status", "apiVersion": "v1", "message": "nodes is forbidden:\nUser \"x\"", "code": 403}"#
  static let refusals: [(path: String, reply: Reply, kind: KubernetesError.Kind, text: String)] = [
    (
      "/api/v1/nodes", json(status, status: 403), .forbidden,
      "HTTP 403: nodes is forbidden: User \"x\", hint: grant list on nodes to these credentials"
    ),
    (
      "/apis/apps/v1/namespaces/kube-system/deployments/a", json("{}", status: 403), .forbidden,
      "HTTP 403: {}, hint: grant get on deployments.apps in namespace kube-system to these credentials"
    ),
    (
      "/readyz", json("{}", status: 403), .forbidden,
      "HTTP 403: {}, hint: grant get on the nonResourceURL /readyz to these credentials"
    ),
    (
      "/api/v1/namespaces/a", json("{}", status: 403), .forbidden,
      "HTTP 403: {}, hint: grant get on namespaces to these credentials"
    ),
    ("/x", Reply(404, "404 page not found\n"), .notFound, "HTTP 404: 404 page not found"),
    ("/x", Reply(400, ""), .refused(400), "HTTP 400"),
    ("/x", json(#"{"kind": "Status", "reason": "Expired"}"#, status: 410), .expired, "HTTP 410: Expired"),
    (
      "/x", Reply(429, "slow", ["Retry-After: 999"]), .throttled, "HTTP 429: slow, hint: the server asks to come back after 999 s"
    ),
    ("/x", Reply(500, "<html><body>oops"), .unavailable(500), "HTTP 500: an HTML page"),
    ("/x", Reply(503, "no\u{1B}[1m\nmore"), .unavailable(503), "HTTP 503: no [1m"),
    ("/x", Reply(201, "{}"), .refused(201), "HTTP 201: {}"),
    ("/x", Reply(500, "you sent s3cret"), .unavailable(500), "HTTP 500: you sent ***"),
    (
      "/x", Reply(302, "", ["Location: https://login.example:8443/?state=s3cret"]), .redirected,
      "HTTP 302: it is redirected to https://login.example:8443, which is not followed, hint: the kubeconfig's server must be"
    ),
    ("/x", Reply(301, "", []), .redirected, "HTTP 301: it is redirected to nowhere"),
    ("/x", Reply(200, " <!DOCTYPE html><html>", ["Content-Type: text/html"]), .notJSON, "the answer is an HTML page, not JSON"),
    ("/x", Reply(200, "hello", ["Content-Type: text/plain"]), .notJSON, "the answer is something else (text/plain), not JSON"),
    ("/x", Reply(200, ""), .notJSON, "the answer is empty, not JSON"),
    ("/x", json("[1]"), .notJSON, "not JSON, hint: does http://127.0.0.1"),
  ]

  @Test("What refuses names the endpoint and says why", arguments: refusals)
  func refusal(_ path: String, _ reply: Reply, _ kind: KubernetesError.Kind, _ text: String) async throws {
    let error = try await failed(path) { _ in reply }
    #expect(error.kind == kind, "\(error)")
    #expect("\(error)".hasPrefix("cannot GET \(path): \(text)") || "\(error)".contains(text), "\(error)")
    #expect(error.message.hasPrefix("cannot GET \(path): "))
    #expect(!"\(error)".contains("s3cret") && !"\(error)".contains("\n"))
  }

  @Test("A message of the server is cut")
  func long() async throws {
    let error = try await failed { _ in
      json(#"{"kind": "Status", "message": "\#(String(repeating: "x", count: 9000))"}"#, status: 500)
    }
    #expect(error.message.count < 600 && error.message.hasSuffix("x…"))
  }

  @Test("Over http the hint for a 401 is the scheme; without a user, that there is none")
  func hints() async throws {
    let server = try RawServer(answering: { _ in json("{}", status: 401) })
    let client = try client(server)
    let error = try await failure { () async throws(KubernetesError) in try await client.get("/a") }
    #expect(error.hint == "credentials are sent over https only, and the server is http")
  }

  @Test("Not now, and then: asked twice, with the time that the server asks for in between")
  func retry() async throws {
    let replies = Mutex([Reply(429, "", ["Retry-After: 1"]), json("{}"), Reply(503), Reply(503), json("{}")])
    let server = try RawServer(answering: { _ in replies.withLock { $0.removeFirst() } })
    let client = try client(server)
    #expect(try await client.get("/a").status == 200)
    #expect(try await failure { () async throws(KubernetesError) in try await client.get("/b") }.kind == .unavailable(503))
    #expect(server.requests.map(\.target) == ["/a", "/a", "/b", "/b"])
  }

  @Test("Any status is an answer to who asks for it, also after the credentials were read anew")
  func status() async throws {
    let server = try RawServer(answering: { request in Reply(request.target == "/readyz?verbose=" ? 500 : 302, "[-]etcd failed") }
    )
    let answer = try await client(server).status(of: "/readyz", query: [("verbose", "")])
    #expect(answer.status == 500 && answer.text == "[-]etcd failed")
    #expect(try await client(server).status(of: "/other").status == 302)
  }

  @Test("Nobody there, no answer in time, a connection that ends, more than is taken")
  func unreachable() async throws {
    let gone = try RawServer { _ in }
    let port = gone.port
    let reset = try RawServer { connection in
      _ = connection.request()
      connection.reset()
    }
    let mute = try RawServer { $0.waitForClose() }
    let huge = try RawServer { connection in
      _ = connection.request()
      try connection.send("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 52428800\r\n\r\n")
      for _ in 0..<50 { try connection.send([UInt8](repeating: 0x20, count: 1 << 20)) }
    }
    func kind(_ server: RawServer, timeout: Duration = .seconds(60)) async throws -> KubernetesError {
      let client = try client(server, timeout: timeout)
      return try await failure { () async throws(KubernetesError) in try await client.get("/api/v1/pods") }
    }
    #expect(try await kind(reset).kind == .unreachable(.interrupted))
    let slow = try await kind(mute, timeout: .milliseconds(300))
    #expect(slow.kind == .unreachable(.deadline) || slow.kind == .unreachable(.timedOut), "\(slow)")
    let tooLarge = try await kind(huge)
    #expect(tooLarge.kind == .tooLarge && tooLarge.message.hasPrefix("cannot GET /api/v1/pods: "), "\(tooLarge)")
    #expect(tooLarge.message.contains("\(32 << 20)") || tooLarge.message.contains("32"), "\(tooLarge)")
    #expect(port == gone.port)
  }

  @Test("An object that breaks off, and one that is another than was read")
  func malformed() async throws {
    let server = try RawServer(answering: { request in
      json(request.target == "/cut" ? #"{"gitVersion": "v1.3"# : #"{"gitVersion": 5}"#)
    })
    let client = try client(server)
    for (path, words) in [("/cut", "the text ends"), ("/other", "expected a string")] {
      let error = try await failure { () async throws(KubernetesError) in
        try await client.object(path) { (reader) throws(JSONError) in
          var version: String?
          try reader.object { (reader, key) throws(JSONError) in if key == "gitVersion" { version = try reader.string() } }
          return version
        }
      }
      #expect(error.kind == .malformed && error.message.contains("cannot GET \(path): "), "\(error)")
      #expect(error.message.contains(words) || error.message.contains("without its closing quote"), "\(error)")
    }
  }
}
