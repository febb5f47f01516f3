import Foundation
import Git
import HTTP
import Host
import TestSupport
import Testing

@Suite("over http, refusals and failures say what to do, and secrets stay secret")
struct HTTPRefusalTests {
  @Test("credentials are asked for once, once more when they are refused, and no more")
  func credentials() async throws {
    let http = try HTTPOrigin { $0.credentials = ("me", "first-secret") }
    let tip = try http.origin.commit(["a": "1"])
    let calls = Counter()
    let provider: HTTPAccess.Provider = { refused in
      calls.add()
      return HTTPAccess.Credentials(user: "me", password: Secret(refused ? "second-secret" : "first-secret"))
    }
    let repository = try await http.open(provider)
    #expect(calls.value == 0)
    try await repository.fetch(prefixes: ["refs/heads/"])
    #expect(calls.value == 1)
    #expect(http.server.newEntries().allSatisfy { $0.status == 200 })
    // The token is renewed between two questions.
    http.server.change { $0.credentials = ("me", "second-secret") }
    let mine = try await repository.change(["a": "2"], on: tip)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
    #expect(calls.value == 2)
    #expect(http.server.newEntries().map(\.status) == [401, 200])
    _ = try await repository.references(prefixes: [""])
    #expect(calls.value == 2)
    // And is no good at all.
    http.server.change { $0.credentials = ("me", "third-secret") }
    let error = try await failure { _ = try await repository.references(prefixes: [""]) }
    #expect(error.kind == .refused && error.exitCode == 77)
    #expect(error.message == "the credentials are refused" && error.hint != nil)
    #expect(!"\(error)".contains("secret"))
    #expect(http.server.newEntries().map(\.status).suffix(2) == [401, 401])
    let nobody = try await failure { _ = try await http.open(cache: http.cache + "2").references(prefixes: [""]) }
    #expect(nobody.kind == .refused && nobody.message == "the server asks who we are", "\(nobody)")
  }

  @Test("secrets stand in no error, no log, and no file")
  func secrets() async throws {
    let http = try HTTPOrigin { $0.credentials = ("me", "hunter2-secret") }
    let tip = try http.origin.commit(["a": "1"])
    let repository = try await http.open(HTTPOrigin.login())
    try await repository.fetch(prefixes: ["refs/heads/"])
    _ = try await repository.blobs(try await repository.files(in: tip).map(\.id))
    let mine = try await repository.change(["a": "2"], on: tip)
    #expect(try await repository.push([RefUpdate("refs/heads/main", from: tip, to: mine)]) == [.updated])
    let pair = Data("me:hunter2-secret".utf8).base64EncodedString()
    for secret in ["hunter2", pair] {
      #expect(try Command.run(["grep", "-r", secret, http.cache]).status == 1)
    }
    http.server.change {
      $0.credentials = nil
      $0.hook = { request, _ in
        let seen = request.headers["authorization"] ?? ""
        return .answer(Reply(500, "I know you: \(seen) hunter2-secret", ["Content-Type: text/plain"]))
      }
    }
    // What a server says of them to everybody is its own fault, but not passed on either.
    let error = try await failure { _ = try await repository.references(prefixes: [""]) }
    #expect(error.kind == .unreachable && error.message.contains("500"), "\(error)")
    #expect(!"\(error)".contains("hunter2") && !"\(error)".contains(pair), "\(error)")
  }

  @Test("credentials are sent over https, or within this machine")
  func plain() async throws {
    let calls = Counter()
    let repository = try await Repository.open(
      try RemoteLocation("http://git.invalid/x.git", relativeTo: "/"),
      http: HTTPAccess(client: HTTPOrigin.client) { _ in
        calls.add()
        return HTTPAccess.Credentials(user: "me", password: Secret("hunter2-secret"))
      })
    let error = try await failure { _ = try await repository.references(prefixes: [""]) }
    #expect(error.kind == .refused && error.hint == "use https://", "\(error)")
    #expect(!"\(error)".contains("hunter2"))
  }

  @Test("credentials are for the address alone, not for where it redirects")
  func redirected() async throws {
    let other = try HTTPOrigin { $0.credentials = ("me", "hunter2-secret") }
    try other.origin.commit(["a": "1"])
    let target = other.url
    let http = try HTTPOrigin {
      $0.credentials = ("me", "hunter2-secret")
      $0.hook = { request, _ in
        .answer(Reply(302, "", ["Location: \(target)" + request.target.dropFirst("/origin.git".count)]))
      }
    }
    let error = try await failure { _ = try await http.open(HTTPOrigin.login()).references(prefixes: [""]) }
    #expect(error.kind == .refused && error.message.contains("redirects to http://127.0.0.1"), "\(error)")
    #expect(other.server.entries.allSatisfy { $0.headers["authorization"] == nil })
    #expect(other.server.entries.count == 1)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let status: Int
    let type: String
    let body: String
    let kind: GitError.Kind
    let says: String
    var testDescription: String { "\(status) \(type)" }
  }

  @Test(
    "statuses and pages",
    arguments: [
      Case(status: 403, type: "text/plain", body: "this \u{1b}[1mis archived\n", kind: .refused, says: "does not allow it (this"),
      Case(status: 404, type: "text/html", body: "<p>", kind: .notARepository, says: "private repository looks like that"),
      Case(status: 413, type: "text/html", body: "<p>", kind: .refused, says: "client_max_body_size"),
      Case(status: 500, type: "text/html", body: "<p>", kind: .unreachable, says: "the server answers 500"),
      Case(status: 429, type: "text/html", body: "<p>", kind: .unreachable, says: "run again later"),
      Case(status: 200, type: "text/html; charset=utf-8", body: "<!DOCTYPE html><p>", kind: .notARepository, says: "a web page"),
      Case(status: 200, type: "text/plain", body: "hello", kind: .notARepository, says: "does not speak git's protocol"),
      Case(
        status: 200, type: "application/x-git-upload-pack-result", body: "002dERR access denied by \u{7}policy of somebody\n",
        kind: .refused, says: "access denied by"),
    ])
  func statuses(_ given: Case) async throws {
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(["a": "1"])
    try http.origin.git("branch", "x", "main")
    let fresh = try await http.open(cache: http.cache + "-fresh")
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/main"])
    let more = try http.origin.commit(["a": "2"])
    http.server.change { $0.hook = { _, _ in .answer(Reply(given.status, given.body, ["Content-Type: \(given.type)"])) } }
    for attempt in 0..<3 {
      let error = try await failure {
        switch attempt {
        case 0: _ = try await fresh.references(prefixes: [""])
        case 1: _ = try await repository.references(prefixes: [""])
        default: _ = try await repository.blob(ObjectID(high: 1, middle: 2, low: 3))
        }
      }
      // To the first question the last of these is no answer of git's.
      if attempt > 0 || given.kind != .refused || given.status != 200 {
        #expect(error.kind == given.kind, "\(attempt): \(error)")
        #expect("\(error)".contains(given.says), "\(attempt): \(error)")
      }
      #expect("\(error)".unicodeScalars.allSatisfy { $0.value >= 32 && $0.value < 127 }, "\(error)")
      #expect("\(error)".contains(http.url))
    }
    let mine = try await repository.change(["b": "1"], on: tip)
    let error = try await failure { _ = try await repository.push([RefUpdate("refs/heads/n", from: nil, to: mine)]) }
    #expect(error.kind == given.kind || given.status == 200, "\(error)")
    http.server.change { $0.hook = { _, _ in .serve } }
    #expect(try await repository.fetch(prefixes: ["refs/heads/main"]) == ["refs/heads/main": more])
    #expect(try await repository.push([RefUpdate("refs/heads/n", from: nil, to: mine)]) == [.updated])
  }

  @Test("an object that nobody has is an error of the remote, and the cache stays")
  func unknownObject() async throws {
    let http = try HTTPOrigin()
    try http.origin.commit(["a": "1"])
    let repository = try await http.open()
    try await repository.fetch(prefixes: ["refs/heads/"])
    http.asked()
    let error = try await failure { _ = try await repository.blob(ObjectID(high: 1, middle: 2, low: 3)) }
    #expect(error.kind == .notFound && error.message.contains("not our ref"), "\(error)")
    #expect(http.asked() == [ask])
    #expect(await repository.notices.isEmpty)
  }

  @Test("nobody there, no such host, and a server of something else")
  func unreachable() async throws {
    let port = try SSHServer.freePort()
    for (url, kind) in [
      ("http://127.0.0.1:\(port)/x.git", GitError.Kind.unreachable), ("https://host.invalid/x.git", .unreachable),
    ] {
      let repository = try await Repository.open(
        try RemoteLocation(url, relativeTo: "/"), http: HTTPAccess(client: HTTPOrigin.client))
      let error = try await failure { _ = try await repository.references(prefixes: [""]) }
      #expect(error.kind == kind && error.exitCode == 69 && "\(error)".contains(url), "\(error)")
    }
    let mute = try RawServer { connection in
      _ = connection.request()
      try connection.send("220 smtp.example ready\r\n")
    }
    let repository = try await Repository.open(
      try RemoteLocation("http://127.0.0.1:\(mute.port)/x", relativeTo: "/"), http: HTTPAccess(client: HTTPOrigin.client))
    #expect(try await failure { _ = try await repository.references(prefixes: [""]) }.kind == .unreachable)
  }

  @Test("over real TLS only a certificate of who is trusted, for this name, will do")
  func tls() async throws {
    let authority = try TestAuthority.shared()
    let http = try HTTPOrigin()
    let tip = try http.origin.commit(["a": "1"])
    let old = GitBackend(root: http.origin.folder.path)
    let asked = RawRequest(method: "GET", target: "/origin.git/info/refs?service=git-upload-pack")
    let answers = try TemporaryFolder()
    let (head, body) = try old.answer(asked)
    let lines = head.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    try answers.write(Array("HTTP/1.0 200 OK\r\n\(lines)\r\n".utf8) + body, to: String(asked.target.dropFirst()))
    let good = try TLSServer(authority, certificate: "good", answers: answers.path)
    let other = try TLSServer(authority, certificate: "name")
    func references(_ server: TLSServer, _ trust: HTTPConnection.Trust) async throws -> [String: ObjectID] {
      var connection = HTTPConnection()
      connection.trust = trust
      let repository = try await Repository.open(
        try RemoteLocation("https://localhost:\(server.port)/origin.git", relativeTo: "/"),
        http: HTTPAccess(client: HTTPOrigin.client, connection: connection, credentials: HTTPOrigin.login()))
      return try await repository.references(prefixes: ["refs/heads/main"])
    }
    let known = HTTPConnection.Trust.only(.file(authority.folder.path + "/ca.pem"))
    #expect(try await references(good, known) == ["refs/heads/main": tip])
    let unknown = try await failure { _ = try await references(good, .system) }
    #expect(unknown.kind == .unreachable && unknown.exitCode == 69, "\(unknown)")
    #expect(unknown.message.contains("no authority that is trusted") && unknown.hint != nil, "\(unknown)")
    let name = try await failure { _ = try await references(other, known) }
    #expect(name.kind == .unreachable && name.message.contains("is for other names than localhost"), "\(name)")
    let page = try TLSServer(authority, certificate: "good")
    let wrong = try await failure { _ = try await references(page, known) }
    #expect(wrong.kind == .notARepository && wrong.message.contains("web page"), "\(wrong)")
  }
}
