import Foundation
import Git
import HTTP
import Host
import JWTKit
import Synchronization
import TestSupport
import Testing

@testable import Forge

@Suite struct GitHubIdentityTests {
  private struct Claims: JWTPayload {
    let iat: Int
    let exp: Int
    let iss: String
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private static func answer(token: String, expires: Int) -> String {
    "{\"token\": \"\(token)\", \"expires_at\": \"\(RFC3339.text(seconds: expires))\"}"
  }

  private func key(_ fixture: GitHubFixture) throws -> String {
    let path = fixture.folder.path + "/key.pem"
    try Command.check(["openssl", "genrsa", "-traditional", "-out", path, "2048"])
    return path
  }

  private func app(_ fixture: GitHubFixture, key: String, installation: Int? = nil) throws -> GitHubSettings {
    try fixture.settings(credentials: .app(id: "4711", installation: installation, key: SecretReference(.file(key))))
  }

  // MARK: A token

  @Test func `a token goes into the header with the version of the API`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls", 200, "[]")
    _ = try await fixture.forge().open(prefix: "sluice/")
    let headers = try #require(fixture.server.requests.first?.headers)
    #expect(headers["authorization"] == "Bearer ghp_first")
    #expect(headers["x-github-api-version"] == "2022-11-28")
    #expect(headers["accept"] == "application/vnd.github+json")
    #expect(headers["user-agent"] == "sluice")
  }

  @Test func `a refused token is read again from its file, and the call made once more`() async throws {
    let fixture = try GitHubFixture()
    let path = try fixture.folder.write("ghp_old\n", to: "token")
    fixture.script.on("GET /pulls") { request in
      if request.headers["authorization"] == "Bearer ghp_new" { return Reply(200, "[]") }
      _ = try? fixture.folder.write("ghp_new\n", to: "token")
      return Reply(401, GitHubFixture.refusal("Bad credentials"))
    }
    let forge = try fixture.forge(fixture.settings(credentials: .token(SecretReference(.file(path)))))
    #expect(try await forge.open(prefix: "sluice/").isEmpty)
    #expect(fixture.asked.count == 2)
  }

  @Test func `a token that stays refused is one clear sentence, and code 77`() async throws {
    let fixture = try GitHubFixture()
    fixture.script.on("GET /pulls", 401, GitHubFixture.refusal("Bad credentials"))
    let forge = try fixture.forge()
    let error = await #expect(throws: ForgeError.self) { try await forge.open(prefix: "sluice/") }
    #expect(error?.exitCode == 77)
    #expect(
      error.map { "\($0)" }?.replacing("127.0.0.1:\(fixture.server.port)", with: "HOST")
        == "HOST refuses the token in the variable TOKEN: Bad credentials, hint: it is wrong, expired or withdrawn: put a new one there"
    )
    #expect(fixture.asked.count == 1)
  }

  @Test func `a variable that is not set is named`() async throws {
    let fixture = try GitHubFixture()
    let forge = try fixture.forge(fixture.settings(environment: [:]))
    let said = await words { () async throws(ForgeError) in _ = try await forge.open(prefix: "") }
    #expect(said.contains("the secret's variable TOKEN is not set, hint: export TOKEN=…"))
    #expect(fixture.asked.isEmpty)
  }

  // MARK: An app

  @Test func `an app signs for ten minutes, finds its installation, and asks with the token made for it`() async throws {
    let fixture = try GitHubFixture()
    let path = try key(fixture)
    fixture.script.on("GET /installation", 200, "{\"id\": 99, \"app_slug\": \"sluice\"}")
    fixture.script.on(
      "POST /app/installations/99/access_tokens", 201,
      Self.answer(token: "ghs_one", expires: GitHubFixture.now + 3600))
    fixture.script.on("GET /pulls", 200, "[]")
    let forge = try fixture.forge(app(fixture, key: path))
    _ = try await forge.open(prefix: "")
    await forge.refresh()
    _ = try await forge.open(prefix: "")
    #expect(
      fixture.asked == [
        "GET /installation", "POST /app/installations/99/access_tokens", "GET /pulls?state=open&per_page=100",
        "GET /pulls?state=open&per_page=100",
      ])
    #expect(fixture.server.requests[2].headers["authorization"] == "Bearer ghs_one")
    #expect(try fixture.body("POST /app/installations/99/access_tokens")["repositories"]?.strings == ["fleet"])

    let signed = try #require(fixture.server.requests[0].headers["authorization"]?.split(separator: " ").last.map(String.init))
    let pem = try String(contentsOfFile: path, encoding: .utf8)
    let keys = await JWTKeyCollection().add(
      rsa: try Insecure.RSA.PrivateKey(pem: pem).publicKey, digestAlgorithm: .sha256)
    let claims = try await keys.verify(signed, as: Claims.self)
    #expect(claims.iat == GitHubFixture.now - 60)
    #expect(claims.exp == GitHubFixture.now + 540)
    #expect(claims.iss == "4711")
  }

  @Test func `an app's token is renewed a minute before it ends, and git signs in with the same`() async throws {
    let fixture = try GitHubFixture()
    let path = try key(fixture)
    fixture.script.on(
      "POST /app/installations/5/access_tokens", 201, Self.answer(token: "ghs_one", expires: GitHubFixture.now + 3600))
    fixture.script.on(
      "POST /app/installations/5/access_tokens", 201, Self.answer(token: "ghs_two", expires: GitHubFixture.now + 7200))
    let forge = try fixture.forge(app(fixture, key: path, installation: 5))
    func password() async throws -> String { try await forge.identity.gitCredentials(refused: false).password.reveal() }
    #expect(try await password() == "ghs_one")
    fixture.clock.now = GitHubFixture.now + 3600 - 61
    #expect(try await password() == "ghs_one")
    fixture.clock.now = GitHubFixture.now + 3600 - 60
    #expect(try await password() == "ghs_two")
    #expect(try await forge.identity.gitCredentials(refused: false).user == "x-access-token")
    #expect(fixture.asked.count == 2)
  }

  @Test func `an app's token that git's server refuses is made anew`() async throws {
    let fixture = try GitHubFixture()
    let path = try key(fixture)
    let name = "POST /app/installations/5/access_tokens"
    fixture.script.on(name, 201, Self.answer(token: "ghs_one", expires: GitHubFixture.now + 3600))
    fixture.script.on(name, 201, Self.answer(token: "ghs_two", expires: GitHubFixture.now + 3600))
    let identity = try fixture.forge(app(fixture, key: path, installation: 5)).identity
    _ = try await identity.gitCredentials(refused: false)
    #expect(try await identity.gitCredentials(refused: true).password.reveal() == "ghs_two")
  }

  /// The token's end is of the server's clock: one an hour behind would make a new token for each call.
  @Test func `a clock that is wrong by an hour does not make a token for each call`() async throws {
    let fixture = try GitHubFixture()
    let path = try key(fixture)
    fixture.clock.now = 784_111_777 + 3700
    fixture.script.on(
      "POST /app/installations/5/access_tokens", 201, Self.answer(token: "ghs_one", expires: 784_111_777 + 3600),
      ["Date: Sun, 06 Nov 1994 08:49:37 GMT"])
    let identity = try fixture.forge(app(fixture, key: path, installation: 5)).identity
    for _ in 0..<3 { _ = try await identity.gitCredentials(refused: false) }
    #expect(fixture.asked.count == 1)
  }

  @Test(arguments: [(720, "12 minutes ahead of"), (-90, "2 minutes behind"), (30, nil)] as [(Int, String?)])
  func `a refused signature tells of clocks that differ`(lead: Int, said: String?) async throws {
    let fixture = try GitHubFixture()
    let path = try key(fixture)
    fixture.clock.now = 784_111_777 + lead
    fixture.script.on(
      "GET /installation", 401, GitHubFixture.refusal("'Issued at' claim ('iat') must be an Integer in the past"),
      ["Date: Sun, 06 Nov 1994 08:49:37 GMT"])
    let forge = try fixture.forge(app(fixture, key: path))
    let error = await #expect(throws: ForgeError.self) { try await forge.open(prefix: "") }
    #expect(error?.exitCode == 77)
    let text = error.map { "\($0)" } ?? ""
    if let said {
      #expect(text.contains("this machine's clock is \(said) 127.0.0.1"))
      #expect(text.contains("hint: set this machine's clock"))
    } else {
      #expect(!text.contains("this machine's clock"))
      #expect(text.contains("hint: check the app's id, and that the key is one of the app's own"))
    }
  }

  @Test func `a key that is none is refused with what to give`() async throws {
    let fixture = try GitHubFixture()
    let cases = [
      ("ghp_a_token", "is no key in PEM"),
      ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "is no private key"),
      ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----", "is locked by a password"),
      ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----", "is no RSA private key of 2,048 bits or more"),
      (try Command.check(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"]), "is no RSA private key"),
    ]
    for (text, said) in cases {
      let settings = try fixture.settings(
        credentials: .app(id: "4711", installation: nil, key: SecretReference(.environment("KEY"))), environment: ["KEY": text])
      let forge = try fixture.forge(settings)
      let words = await words { () async throws(ForgeError) in _ = try await forge.open(prefix: "") }
      #expect(words.contains("the key of app 4711 in the variable KEY \(said)"))
      #expect(words.contains("hint: give the .pem file"))
      #expect(!words.contains("MIIB"))
    }
    #expect(fixture.asked.isEmpty)
  }

  @Test func `a key in a variable may hold its line ends as two characters`() async throws {
    let fixture = try GitHubFixture()
    let pem = try String(contentsOfFile: key(fixture), encoding: .utf8).replacing("\n", with: "\\n")
    fixture.script.on(
      "POST /app/installations/5/access_tokens", 201, Self.answer(token: "ghs_one", expires: GitHubFixture.now + 3600))
    let settings = try fixture.settings(
      credentials: .app(id: "4711", installation: 5, key: SecretReference(.environment("KEY"))), environment: ["KEY": pem])
    #expect(try await fixture.forge(settings).identity.gitCredentials(refused: false).password.reveal() == "ghs_one")
  }

  @Test func `an app that is not installed says so`() async throws {
    let fixture = try GitHubFixture()
    let forge = try fixture.forge(app(fixture, key: key(fixture)))
    let said = await words { () async throws(ForgeError) in _ = try await forge.open(prefix: "") }
    #expect(said.hasPrefix("app 4711 is not installed on octo/fleet"))
  }
}

@Suite struct GitHubSettingsTests {
  @Test(arguments: [
    ("https://github.com/octo/fleet.git", "https://api.github.com/", "github.com"),
    ("https://github.com/octo/fleet", "https://api.github.com/", "github.com"),
    ("git@github.com:octo/fleet.git", "https://api.github.com/", "github.com"),
    ("ssh://git@ssh.github.com:443/octo/fleet.git", "https://api.github.com/", "github.com"),
    ("https://git.corp.example/octo/fleet.git", "https://git.corp.example/api/v3", "git.corp.example"),
    ("https://git.corp.example:8443/octo/fleet.git", "https://git.corp.example:8443/api/v3", "git.corp.example:8443"),
    ("ssh://git@git.corp.example:2222/octo/fleet", "https://git.corp.example/api/v3", "git.corp.example"),
    ("https://acme.ghe.com/octo/fleet", "https://api.acme.ghe.com/", "acme.ghe.com"),
    ("http://127.0.0.1:8080/octo/fleet", "http://127.0.0.1:8080/api/v3", "127.0.0.1:8080"),
  ])
  func `the API and the project are told by the repository's address`(address: String, api: String, host: String) throws {
    let settings = try GitHubSettings(
      repository: address, credentials: .token(SecretReference(.environment("T"))), environment: [:])
    #expect(settings.api.text == api)
    #expect(settings.host == host)
    #expect(settings.project == "octo/fleet")
  }

  @Test(arguments: [
    ("https://github.com/octo", "names no repository at GitHub"),
    ("https://github.com/octo/fleet/tree", "names no repository at GitHub"),
    ("https://github.com/octo/../fleet", "names no repository at GitHub"),
    ("/srv/octo/fleet.git", "names no repository at GitHub"),
    ("http://git.corp.example/octo/fleet.git", "would go to git.corp.example over plain http"),
    ("http://127.0.0.1.corp.example/octo/fleet.git", "over plain http"),
  ])
  func `an address that can't be right is refused with what to write`(address: String, said: String) throws {
    let error = #expect(throws: ForgeError.self) {
      try GitHubSettings(repository: address, credentials: .token(SecretReference(.environment("T"))), environment: [:])
    }
    #expect(error.map { "\($0)" }?.contains(said) == true)
    #expect(error.map { "\($0)" }?.contains("hint: ") == true)
  }
}
