import FakeKubernetes
import Foundation
import TestSupport
import Testing

@Suite("What goes wrong with the fake Kubernetes API")
struct FaultTests {
  private func asked(_ kind: FakeFault.Kind, times: Int = .max) throws -> Asked {
    var cluster = FakeCluster.healthy(version: "v1.31.4")
    cluster.fail("/api/v1/nodes", kind, times: times)
    return try Asked(cluster)
  }

  @Test("a status with headers, as often as it is asked for, on its paths alone")
  func statuses() throws {
    let asked = try asked(.status(429, ["Retry-After": "7"]), times: 1)
    #expect(try asked.curl("/api/v1/pods").status == 200)
    let reply = try asked.curl("/api/v1/nodes?limit=1")
    #expect(reply.status == 429)
    #expect(reply.head.contains("Retry-After: 7\r\n"))
    #expect(reply.json["reason"] as? String == "TooManyRequests")
    #expect(try asked.curl("/api/v1/nodes").status == 200)
  }

  @Test("a token is refused once")
  func unauthorizedOnce() throws {
    let asked = try Asked()
    asked.server.update(Asked.name) { $0.faults = [.unauthorizedOnce] }
    #expect(try [asked.curl("/version").status, asked.curl("/version").status] == [401, 200])
  }

  @Test("a later page alone")
  func laterPages() throws {
    let asked = try Asked()
    asked.server.update(Asked.name) { $0.fail("/api/v1/pods", .status(410), times: 1, continuedOnly: true) }
    let token = try asked.curl("/api/v1/pods?limit=2").metadata["continue"] as? String ?? ""
    #expect(try asked.curl("/api/v1/pods?limit=2&continue=\(token)").status == 410)
    #expect(try asked.curl("/api/v1/pods?limit=2&continue=\(token)").status == 200)
  }

  @Test(
    "no answer, or not a whole one",
    arguments: [(FakeFault.Kind.reset, [Int32(56), 35]), (.close, [52, 56]), (.cutOff, [18, 56])])
  func ends(_ kind: FakeFault.Kind, _ exits: [Int32]) throws {
    let reply = try asked(kind).curl("/api/v1/nodes")
    #expect(exits.contains(reply.exit))
    #expect((reply.status == 200) == (kind == .cutOff))
  }

  @Test("silence until the client gives up, which keeps no other waiting")
  func hangs() throws {
    let asked = try asked(.hang)
    let reply = try asked.curl("/api/v1/nodes", arguments: ["--max-time", "0.3"])
    #expect(reply.exit == 28)
    #expect(try asked.curl("/version").status == 200)
    #expect(asked.server.requests(Asked.name).map(\.path) == ["/api/v1/nodes", "/version"])
  }

  @Test("a login page, half of the JSON, a place elsewhere")
  func wrongAnswers() throws {
    let page = try asked(.html).curl("/api/v1/nodes")
    #expect(page.status == 200)
    #expect(page.head.contains("Content-Type: text/html"))
    let half = try asked(.truncated).curl("/api/v1/nodes")
    #expect(half.exit == 0)
    #expect(half.status == 200)
    #expect(half.json.isEmpty)
    #expect(half.body.hasPrefix(#"{"kind":"NodeList""#))
    let redirect = try asked(.redirect("https://elsewhere.example/")).curl("/api/v1/nodes")
    #expect(redirect.status == 302)
    #expect(redirect.head.contains("Location: https://elsewhere.example/\r\n"))
  }

  @Test("an answer as long as is asked for, and valid JSON still", arguments: ["/api/v1/nodes", "/version"])
  func huge(_ path: String) throws {
    let asked = try Asked()
    asked.server.update(Asked.name) { $0.fail(path, .huge(50_000_000)) }
    let reply = try asked.curl(path)
    #expect(reply.exit == 0)
    #expect(reply.body.utf8.count == 50_000_000)
    #expect(reply.items.count == (path == "/version" ? 0 : 3))
    #expect(reply.json["padding"] != nil)
  }

  @Test("slowly")
  func slow() throws {
    let asked = try asked(.slow(bytesPerSecond: 1_000))
    #expect(try asked.curl("/api/v1/nodes", arguments: ["--max-time", "0.5"]).exit == 28)
    asked.server.update(Asked.name) { $0.heal() }
    #expect(try asked.curl("/api/v1/nodes").items.count == 3)
  }

  @Test("any answer that a test makes up")
  func answers() throws {
    let reply = try asked(.answer(#"{"items":5}"#)).curl("/api/v1/nodes")
    #expect(reply.status == 200)
    #expect(reply.body == #"{"items":5}"#)
  }

  @Test("connections on which nothing is said, or that are refused")
  func connections() throws {
    let asked = try Asked()
    asked.server.update(Asked.name) { $0.isSilent = true }
    #expect(try asked.curl("/version", arguments: ["--max-time", "0.3"]).exit == 28)
    asked.server.update(Asked.name) { $0.isSilent = false }
    #expect(try asked.curl("/version").status == 200)
    asked.server.close(Asked.name)
    #expect(try asked.curl("/version").exit == 7)
  }
}
