import FakeKubernetes
import Foundation
import TestSupport
import Testing

@Suite("Who may ask the fake Kubernetes API")
struct AuthenticationTests {
  enum Who: String, CaseIterable, Sendable {
    case nobody, token, wrongToken, certificate, expired, stranger, wrongTokenWithCertificate, basic
  }

  @Test(
    "answers to a token or a client certificate that it knows, and to nobody else",
    arguments: [
      (Who.nobody, 401), (.token, 200), (.wrongToken, 401), (.certificate, 200), (.expired, 401), (.stranger, 401),
      (.wrongTokenWithCertificate, 401), (.basic, 401),
    ])
  func authenticates(_ who: Who, _ status: Int) throws {
    let asked = try Asked()
    let arguments: [String] =
      switch who {
      case .nobody: []
      case .token: asked.bearer
      case .wrongToken: ["-H", "Authorization: Bearer other"]
      case .certificate: ["--cert", asked.folder.path + "/client.pem"]
      case .expired: ["--cert", asked.folder.path + "/expired.pem"]
      case .stranger: ["--cert", asked.folder.path + "/stranger.pem"]
      case .wrongTokenWithCertificate: ["--cert", asked.folder.path + "/client.pem", "-H", "Authorization: Bearer other"]
      case .basic: ["--user", "sluice:secret"]
      }
    for path in ["/version", "/api/v1/nodes"] {
      let reply = try asked.curl(path, as: arguments)
      #expect(reply.status == status)
      #expect((reply.json["kind"] as? String == "Status") == (status == 401))
    }
    #expect(asked.server.requests(Asked.name).map(\.user) == [status == 200 ? "sluice" : nil, status == 200 ? "sluice" : nil])
  }

  @Test("a token of one cluster is worth nothing at another")
  func tokensAreTheClustersOwn() throws {
    let asked = try Asked()
    try asked.server.add("prod-2", .healthy(version: "v1.31.4"))
    let reply = try asked.curl("/version", as: ["-H", "Authorization: Bearer \(asked.server.token("prod-2"))"])
    #expect(reply.status == 401)
  }

  @Test(
    "shows certificates that clients refuse",
    arguments: [(FakeCluster.Certificate.good, Int32(0)), (.expired, 60), (.wrongName, 60), (.stranger, 60)])
  func certificates(_ certificate: FakeCluster.Certificate, _ exit: Int32) throws {
    let asked = try Asked()
    asked.server.update(Asked.name) { $0.certificate = certificate }
    #expect(try asked.curl("/version").exit == exit)
    #expect(
      try asked.curl("/version", arguments: ["--cacert", asked.folder.path + "/other-ca.pem"]).exit
        == (certificate == .stranger ? 0 : 60))
  }

  @Test("a token is known until another takes its place")
  func tokensChange() throws {
    let asked = try Asked()
    let old = asked.bearer
    asked.server.replaceToken(Asked.name, by: "next")
    #expect(try [asked.curl("/version", as: old).status, asked.curl("/version").status] == [401, 200])
  }

  @Test("takes the word of those that it knows for whom they are, and writes down what they sent")
  func impersonation() throws {
    let asked = try Asked()
    let other = ["-H", "Impersonate-User: someone"]
    #expect(
      try [asked.curl("/version", as: asked.bearer + other).status, asked.curl("/version", as: other).status] == [200, 401])
    #expect(asked.server.requests(Asked.name).map(\.user) == ["someone", nil])
    #expect(asked.server.requests(Asked.name)[0].headers["accept"] == "*/*")
    #expect(asked.server.requests(Asked.name)[0].headers["authorization"] == nil)
  }
}
