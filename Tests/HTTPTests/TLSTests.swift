import TestSupport
import Testing

@testable import HTTP

@Suite("TLS")
struct TLSTests {
  let client = HTTPClient()
  let authority = try! TestAuthority.shared()  // without openssl there is nothing to test

  @Test("A private authority, as a file and as bytes; without it nobody is trusted")
  func privateAuthority() async throws {
    let server = try TLSServer(authority, certificate: "good")
    #expect(try await client.send(server.request(.only(authority.file("ca.pem")))).status == 200)
    #expect(try await client.send(server.request(.only(authority.bytes("ca.pem")), host: "127.0.0.1")).status == 200)
    for trust in [HTTPConnection.Trust.system, .only(authority.file("stranger.pem")), .only(try authority.bytes("stranger.pem"))]
    {
      let error = try await client.failure(server.request(trust))
      #expect(error.kind == .tls && error.message.contains("no authority that is trusted"), "\(error)")
    }
    #expect(try await client.send(server.request(.anything)).status == 200)
  }

  @Test("A connection that was not verified is not used for who verifies")
  func noMixing() async throws {
    let server = try TLSServer(authority, certificate: "good")
    #expect(try await client.send(server.request(.anything)).status == 200)
    #expect(try await client.failure(server.request(.system)).kind == .tls)
  }

  @Test("Expired, and for another name")
  func wrong() async throws {
    let expired = try TLSServer(authority, certificate: "expired")
    let late = try await client.failure(expired.request(.only(authority.file("ca.pem"))))
    #expect(late.kind == .tls && late.message == "the server's certificate has expired", "\(late)")
    let other = try TLSServer(authority, certificate: "name")
    let name = try await client.failure(other.request(.only(authority.file("ca.pem"))))
    #expect(name.kind == .tls && name.message.contains("is for other names than localhost"), "\(name)")
    #expect("\(name)".contains(", hint: "))
  }

  @Test("Another name may be asked for and verified than the address has")
  func serverName() async throws {
    let server = try TLSServer(authority, certificate: "name")
    var request = try server.request(.only(authority.file("ca.pem")), host: "127.0.0.1")
    request.connection.serverName = "kubernetes.example"
    #expect(try await client.send(request).head.url == request.url)
    request.connection.serverName = "other.example"
    let error = try await client.failure(request)
    #expect(error.kind == .tls && error.message.contains("other.example"), "\(error)")
    let mute = try TLSServer(authority, certificate: "name", isMute: true)
    var unanswered = try mute.request(.only(authority.file("ca.pem")), host: "127.0.0.1")
    unanswered.connection.serverName = "kubernetes.example"
    unanswered.timing.attempt = .milliseconds(500)
    #expect(try await client.failure(unanswered).kind == .timedOut)
    // The server reads the host that was meant.
    let seen = try mute.stop()
    #expect(seen.contains("Host: 127.0.0.1:\(mute.port)\r\n") && !seen.contains("kubernetes"), "\(seen)")
    for name in ["a@localhost", "localhost:1", "a/b", "", "a\r\nb"] {
      request.connection.serverName = name
      #expect(try await client.failure(request).kind == .invalid)
    }
  }

  @Test("A client's certificate, as files and as bytes, and the words without one")
  func clientCertificate() async throws {
    let server = try TLSServer(
      authority, certificate: "good", ["-Verify", "1", "-verify_return_error", "-CAfile", authority.folder.path + "/ca.pem"])
    var request = try server.request(.only(authority.file("ca.pem")))
    let none = try await client.failure(request)
    #expect(none.kind == .tls && none.message.contains("wants a client certificate"), "\(none)")
    request.connection.certificate = authority.file("client.pem")
    request.connection.key = authority.file("client.key")
    #expect(try await client.send(request).status == 200)
    request.connection.certificate = try authority.bytes("client.pem")
    request.connection.key = try authority.bytes("client.key")
    #expect(try await client.send(request).status == 200)
    // Who has none does not go over the connection of who has.
    request.connection.certificate = nil
    request.connection.key = nil
    #expect(try await client.failure(request).kind == .tls)
    request.connection.certificate = authority.file("stranger.pem")
    request.connection.key = authority.file("client.key")
    let mixed = try await client.failure(request)
    #expect(mixed.kind == .tls && mixed.message.contains("the client's certificate or key cannot be used"), "\(mixed)")
  }

  @Test("Settings that cannot be read, and a server without TLS")
  func settings() async throws {
    let server = try TLSServer(authority, certificate: "good")
    for trust in [HTTPConnection.Trust.only(.file("/no/such/file")), .only(.bytes(Array("no PEM".utf8)))] {
      let error = try await client.failure(server.request(trust))
      #expect(error.kind == .tls && error.message.contains("authorities' certificates cannot be read"), "\(error)")
    }
    let plain = try RawServer { connection in
      _ = connection.bytes(5)
      try connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
    }
    var request = HTTPRequest(.get, try HTTPURL("https://127.0.0.1:\(plain.port)/"))
    request.retry = .never
    let error = try await client.failure(request)
    #expect(error.kind == .tls && error.message.contains("does not speak TLS"), "\(error)")
  }

  @Test("Nothing answers a handshake: the time to connect ends it")
  func silent() async throws {
    let server = try RawServer { $0.waitForClose() }
    var request = HTTPRequest(.get, try HTTPURL("https://127.0.0.1:\(server.port)/"))
    request.retry = .never
    request.timing.connect = .milliseconds(100)
    let error = try await client.failure(request)
    #expect(error.kind == .timedOut && error.message == "no connection within 100 ms", "\(error)")
  }
}
