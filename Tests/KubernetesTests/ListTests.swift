import Foundation
import HTTP
import Host
import Synchronization
import TestSupport
import Testing

@testable import Kubernetes

@Suite("Lists in pages")
struct ListTests {
  static func page(_ items: [Int], continue token: String? = nil, kind: String = "NodeList") -> Reply {
    let metadata = token.map { #""continue": "\#($0)", "# } ?? ""
    return json(
      #"{"kind": "\#(kind)", "metadata": {\#(metadata)"resourceVersion": "7"}, "items": [\#(items.map { #"{"n": \#($0)}"# }.joined(separator: ","))]}"#,
      ["Date: Sun, 06 Nov 1994 08:49:37 GMT"])
  }

  /// Answers in order; the last for ever.
  func server(_ replies: [Reply]) throws -> RawServer {
    let rest = Mutex(replies)
    return try RawServer(answering: { _ in rest.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } })
  }

  func list(_ server: RawServer, query: [(name: String, value: String)] = []) async throws(KubernetesError) -> KubernetesList<Int>
  {
    let asking: KubernetesClient
    do { asking = try client(server) } catch { throw KubernetesError(.configuration, "\(error)") }
    return try await asking.list("/api/v1/nodes", query: query) { (reader) throws(JSONError) in
      var number = 0
      try reader.object { (reader, key) throws(JSONError) in if key == "n" { number = try reader.integer() ?? 0 } }
      return number
    }
  }

  @Test("All pages, with the resource version on the first alone")
  func pages() async throws {
    let server = try server([Self.page([1, 2], continue: "a/b"), Self.page([], continue: "c"), Self.page([3], continue: "")])
    let list = try await list(server, query: [("resourceVersion", "0"), ("labelSelector", "x")])
    #expect(list.items == [1, 2, 3] && list.date == 784_111_777)
    #expect(
      server.requests.map(\.target) == [
        "/api/v1/nodes?resourceVersion=0&labelSelector=x&limit=250", "/api/v1/nodes?labelSelector=x&limit=250&continue=a%2Fb",
        "/api/v1/nodes?labelSelector=x&limit=250&continue=c",
      ])
  }

  @Test("A later page that has expired begins the whole again, once and without pages")
  func expired() async throws {
    let gone = json(#"{"kind": "Status", "message": "The provided continue parameter is too old"}"#, status: 410)
    let server = try server([Self.page([1], continue: "a"), gone, Self.page([5, 6])])
    #expect(try await list(server, query: [("resourceVersion", "0")]).items == [5, 6])
    #expect(
      server.requests.map(\.target) == [
        "/api/v1/nodes?resourceVersion=0&limit=250", "/api/v1/nodes?limit=250&continue=a", "/api/v1/nodes?resourceVersion=0",
      ])
    let first = Self.page([1], continue: "a")
    for (replies, requests) in [([gone], 1), ([first, gone], 3), ([first, gone, first, gone], 4)] {
      let server = try self.server(replies)
      let error = try await failure { () async throws(KubernetesError) in try await list(server) }
      #expect(error.kind == .expired && server.requests.count == requests)
    }
  }

  @Test("A list that never ends is an error", arguments: [["a"], ["a", "b"]])
  func endless(_ tokens: [String]) async throws {
    let turn = Mutex(0)
    let server = try RawServer(answering: { _ in
      let token = turn.withLock { turn in
        turn += 1
        return tokens[turn % tokens.count]
      }
      return Self.page([1], continue: token)
    })
    let error = try await failure { () async throws(KubernetesError) in try await list(server) }
    #expect(error.kind == .malformed && error.message.contains("the list does not end"), "\(error)")
    #expect(server.requests.count == tokens.count + 1)
  }

  @Test("More items than anyone has is an error")
  func bound() async throws {
    let turn = Mutex(0)
    let items = [Int](repeating: 1, count: 70_000)
    let server = try RawServer(answering: { _ in
      let token = turn.withLock { turn in
        turn += 1
        return "t\(turn)"
      }
      return Self.page(items, continue: token)
    })
    let error = try await failure { () async throws(KubernetesError) in try await list(server) }
    #expect(error.kind == .tooLarge && error.message == "cannot GET /api/v1/nodes: the list has more than 200000 items")
    #expect(server.requests.count == 3)
  }

  static let wrong: [(reply: Reply, kind: KubernetesError.Kind, words: String)] = [
    (json("{}"), .malformed, "the answer is no list: an object without a kind, without items"),
    (json(#"{"kind": "Status", "status": "Success"}"#), .malformed, "no list: kind Status, without items"),
    (json(#"{"kind": "NodeList"}"#), .malformed, "no list: kind NodeList, without items"),
    (json(#"{"kind": "Table", "items": []}"#), .malformed, "no list: kind Table"),
    (json(#"{"kind": "NodeList", "items": [{"n": 1}"#), .malformed, "the JSON is not as it should be"),
    (json(#"{"kind": "NodeList", "items": {"n": 1}}"#), .malformed, "expected a list"),
    (json(#"{"kind": "NodeList", "items": [5]}"#), .malformed, "expected an object"),
    (json(#"{"kind": "NodeList", "items": []} more"#), .malformed, "expected the end"),
    (Reply(200, "<html>", []), .notJSON, "an HTML page"),
    (Reply(500, "", []), .unavailable(500), "HTTP 500"),
  ]

  @Test("Nothing that is no list passes for an empty one", arguments: wrong)
  func isRefused(_ reply: Reply, _ kind: KubernetesError.Kind, _ words: String) async throws {
    for replies in [[reply], [Self.page([1], continue: "a"), reply]] {
      let server = try server(replies)
      let error = try await failure { () async throws(KubernetesError) in try await list(server) }
      #expect(
        error.kind == kind && error.message.contains(words) && error.message.hasPrefix("cannot GET /api/v1/nodes: "), "\(error)")
    }
  }

  @Test("An empty list is one, also where the server writes null")
  func empty() async throws {
    for text in [#"{"kind": "PodList", "items": []}"#, #"{"items": null, "kind": "PodList", "metadata": null}"#] {
      let list = try await list(try server([json(text)]))
      #expect(list.items.isEmpty && list.date == nil)
    }
  }

  @Test("Dates of headers")
  func dates() {
    #expect(HTTPDate.seconds("Mon, 23 Nov 2026 01:31:59 GMT") == 1_795_397_519)
    for text in ["", "Mon, 23 Nov 2026 01:31:59 CET", "Monday, 23-Nov-26 01:31:59 GMT", "Mon, 32 Nov 2026 01:31:59 GMT"] {
      #expect(HTTPDate.seconds(text) == nil)
    }
  }
}
