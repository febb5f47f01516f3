import FakeGitHub
import Foundation
import HTTP
import TestSupport
import Testing

@Suite("Who may ask the fake GitHub")
struct AccessTests {
  @Test(
    "answers those whom it knows, and hides what they may not see",
    arguments: [
      ("sluice", 200, ""), ("reader", 200, ""), ("stranger", 404, "Not Found"), ("wrong", 401, "Bad credentials"),
    ])
  func knows(_ login: String, _ status: Int, _ message: String) async throws {
    let asked = try Asked()
    let reply = try await asked.ask(.get, "", as: login)
    #expect(reply.status == status)
    #expect(reply.message == message)
    #expect(asked.fake.requests.map(\.user) == [login == "wrong" ? nil : login])
  }

  @Test("a token may come in each way that GitHub takes, and nobody at all sees nothing private")
  func ways() async throws {
    let asked = try Asked()
    let token = asked.tokens["ada"] ?? ""
    for header in ["token \(token)", "bearer \(token)", "Basic " + Data("ada:\(token)".utf8).base64EncodedString()] {
      let reply = try await asked.ask(.get, "/user", as: nil, headers: [("Authorization", header)])
      #expect(reply["login"] == "ada")
    }
    #expect(try await asked.ask(.get, "", as: nil).status == 404)
    #expect(try await asked.ask(.get, "/user", as: nil).status == 401)
    asked.fake.change { $0.isPrivate = false }
    #expect(try await asked.ask(.get, "", as: nil).status == 200)
    asked.fake.revoke(token: token)
    #expect(try await asked.ask(.get, "/user", as: "ada").status == 401)
  }

  @Test("what needs more than they have is refused")
  func permissions() async throws {
    let asked = try Asked()
    try asked.pull()
    let head = asked.fake.branch("bump") ?? ""
    #expect(try await asked.ask(.post, "statuses/\(head)", as: "reader", ["state": "success"]).status == 403)
    #expect(try await asked.ask(.post, "issues/1/labels", as: "reader", ["labels": ["x"]]).status == 403)
    #expect(try await asked.ask(.delete, "git/refs/heads/bump", as: "reader").status == 403)
    #expect(try await asked.ask(.get, "branches/main/protection", as: "ada").status == 403)
    #expect(try await asked.ask(.get, "branches/main/protection", as: "root").message == "Branch not protected")
    let level = try await asked.ask(.get, "collaborators/reader/permission")
    #expect(level["permission"] == "read")
    let own = try await asked.ask(.post, "pulls/1/reviews", ["event": "APPROVE"])
    #expect(own.status == 422)
    #expect(own.text.contains("Can not approve your own pull request"))
  }

  @Test("the repository goes on under a new name, and says so to those who ask for the old")
  func renamed() async throws {
    let asked = try Asked()
    let old = asked.fake.url
    try asked.fake.rename(to: "armada")
    let moved = try await asked.ask(.get, "/repos/example/fleet/pulls?state=all")
    #expect(moved.status == 301)
    let place = try #require(moved.headers["Location"])
    #expect(place == asked.fake.api + "/repositories/1/pulls?state=all")
    #expect(try await asked.ask(.get, String(place.dropFirst(asked.fake.api.count))).status == 200)
    #expect(try await asked.ask(.post, "/repos/example/fleet/pulls", ["title": "x"]).status == 307)
    #expect(try await asked.ask(.get, "").json["full_name"] as? String == "example/armada")
    for url in [old, asked.fake.url] { #expect(try asked.git(["ls-remote", url]).output.contains("refs/heads/main")) }
  }

  // MARK: Apps

  /// A key, and an App's tokens signed with it by openssl.
  struct Key {
    let folder: TemporaryFolder
    let publicKey: String

    init() throws {
      folder = try TemporaryFolder()
      try Command.check(["openssl", "genrsa", "-out", "key.pem", "2048"], in: folder.path)
      publicKey = try Command.check(["openssl", "rsa", "-in", "key.pem", "-pubout"], in: folder.path)
    }

    func token(_ claims: String) throws -> String {
      func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
          .replacingOccurrences(of: "=", with: "")
      }
      let text = encoded(Array(#"{"alg":"RS256","typ":"JWT"}"#.utf8)) + "." + encoded(Array(claims.utf8))
      try folder.write(text, to: "text")
      try Command.check(["openssl", "dgst", "-sha256", "-sign", "key.pem", "-out", "signature", "text"], in: folder.path)
      return text + "." + encoded(try folder.read("signature"))
    }
  }

  @Test("an App gets a token of an hour for its installation, and may what that was given")
  func apps() async throws {
    let asked = try Asked()
    let key = try Key()
    asked.fake.install(app: "sluice-app", publicKey: key.publicKey, permissions: ["contents": "write", "pull_requests": "read"])
    let now = asked.clock.now
    let jwt = try key.token(#"{"iat":\#(now - 60),"exp":\#(now + 540),"iss":"4242"}"#)
    #expect(try await asked.ask(.get, "/app", as: jwt)["slug"] == "sluice-app")
    #expect(try await asked.ask(.get, "installation", as: jwt).json["id"] as? Int == 77)
    let made = try await asked.ask(.post, "/app/installations/77/access_tokens", as: jwt, ["repositories": ["fleet"]])
    #expect(made.status == 201)
    let token = try #require(made["token"])
    #expect(try await asked.ask(.get, "", as: token).status == 200)
    let refused = try await asked.ask(.post, "pulls", as: token, ["title": "x", "head": "y", "base": "main"])
    #expect(refused.status == 403)
    #expect(refused.message == "Resource not accessible by integration")
    #expect(try asked.git(["ls-remote", asked.fake.url], as: token).status == 0)
    asked.clock.advance(3_600)
    #expect(try await asked.ask(.get, "", as: token).message == "Bad credentials")
    let other = try await asked.ask(.post, "/app/installations/77/access_tokens", as: "ada")
    #expect(other.message == "A JSON web token could not be decoded")
  }

  @Test(
    "an App's own token is judged by its times and its signature",
    arguments: [
      (-60, 540, "4242", 200, ""), (5, 540, "4242", 401, "'Issued at' claim ('iat')"),
      (-60, 700, "4242", 401, "is too far in the future"),
      (-900, -300, "4242", 401, "the future time at which the assertion expires"),
      (-60, 540, "17", 404, "Integration not found"), (-60, 540, "other key", 401, "A JSON web token could not be decoded"),
    ])
  func tokens(_ issued: Int, _ expires: Int, _ issuer: String, _ status: Int, _ words: String) async throws {
    let asked = try Asked()
    let key = try Key()
    asked.fake.install(app: "sluice-app", publicKey: issuer == "other key" ? try Key().publicKey : key.publicKey)
    let name = issuer == "other key" ? "4242" : issuer
    let jwt = try key.token(
      #"{"iat":\#(asked.clock.now + issued),"exp":\#(asked.clock.now + expires),"iss":"\#(name)"}"#)
    let reply = try await asked.ask(.get, "/app", as: jwt)
    #expect(reply.status == status)
    #expect(words.isEmpty ? reply.message.isEmpty : reply.message.contains(words))
  }
}
