import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HTTP

@Suite("What is kept between runs")
struct CacheTests {
  let folder = try! TemporaryFolder()  // without one there is nothing to test

  private func client(limit: Int = 1 << 20) -> HTTPClient {
    HTTPClient { $0.cache = HTTPCache(folder: folder.path + "/http", limit: limit) }
  }

  private func cached(_ request: HTTPRequest, identity: String? = nil) -> HTTPRequest {
    var request = request
    request.cache = .conditional(identity: identity)
    return request
  }

  /// Answers by tag: the body is the path, with the credential.
  private func server(_ headers: [String] = ["ETag: \"1\""]) throws -> RawServer {
    try RawServer { request in
      if request.headers["if-none-match"] == "\"1\"" || request.headers["if-modified-since"] != nil {
        return Reply(304, "", ["X-RateLimit-Remaining: 7", "ETag: \"1\""])
      }
      return Reply(200, "\(request.target) \(request.headers["authorization"] ?? "")", headers + ["X-RateLimit-Remaining: 9"])
    }
  }

  private var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/http")) ?? [] }

  @Test("Another run gets the kept body where the server says that it holds")
  func acrossRuns() async throws {
    let server = try server()
    let first = try await client().send(cached(server.request("/a")))
    let second = try await client().send(cached(server.request("/a")))
    #expect(!first.isFromCache && second.isFromCache)
    #expect(second.status == 200 && second.text == first.text)
    #expect(first.headers["x-ratelimit-remaining"] == "9" && second.headers["x-ratelimit-remaining"] == "7")
    #expect(server.requests.map { $0.headers["if-none-match"] } == [nil, "\"1\""])
    // Only who asks for it.
    #expect(try await client().send(server.request("/a")).isFromCache == false)
    #expect(server.requests.last?.headers["if-none-match"] == nil)
  }

  @Test("By date where there is no tag")
  func date() async throws {
    let server = try server(["Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"])
    _ = try await client().send(cached(server.request()))
    #expect(try await client().send(cached(server.request())).isFromCache)
    #expect(server.requests.last?.headers["if-modified-since"] == "Sun, 06 Nov 1994 08:49:37 GMT")
  }

  @Test("What may not be kept is not, and what has no name to ask by")
  func notKept() async throws {
    for headers in [
      ["ETag: \"1\"", "Cache-Control: private, no-store"], ["ETag: \"1\"", "Vary: *"], ["X: y"], ["ETag: \"1\"", "X: a\rb"],
    ] {
      let server = try server(headers)
      for _ in 0..<2 { #expect(try await client().send(cached(server.request())).isFromCache == false) }
      #expect(files.isEmpty)
    }
    let wrong = try RawServer { _ in Reply(404, "no", ["ETag: \"1\""]) }
    _ = try await client().send(cached(wrong.request()))
    #expect(files.isEmpty)
  }

  @Test("Answers are kept apart by address, what is accepted, and credential; no secret is in the folder")
  func apart() async throws {
    let server = try server()
    func ask(_ path: String, _ headers: HTTPHeaders, identity: String? = nil) async throws -> HTTPResponse {
      try await client().send(cached(server.request(path, headers: headers), identity: identity))
    }
    let anna: HTTPHeaders = ["Authorization": "Bearer hunter-anna"]
    let bert: HTTPHeaders = ["Authorization": "Bearer hunter-bert"]
    for (path, who) in [("/a", anna), ("/a", bert), ("/b", anna)] { #expect(try await !ask(path, who).isFromCache) }
    #expect(try await !ask("/a", ["Authorization": "Bearer hunter-anna", "Accept": "x"]).isFromCache)
    let again = try await ask("/a", anna)
    #expect(again.isFromCache && again.text == "/a Bearer hunter-anna")
    // A token that changes hourly is still the same one who asks.
    let quiet = try RawServer { request in
      request.headers["if-none-match"] == nil ? Reply(200, "b", ["ETag: \"1\""]) : Reply(304)
    }
    var request = cached(quiet.request(headers: anna), identity: "app 1")
    _ = try await client().send(request)
    request.headers = bert
    #expect(try await client().send(request).isFromCache)
    request.cache = .conditional(identity: "app 2")
    #expect(try await client().send(request).isFromCache == false)
    let found = try Command.run(["grep", "-rlE", "Bearer|hunter-[ab]", folder.path + "/http"]).output
    // The server put one into its body; no name and no header has it.
    #expect(found.split(separator: "\n").allSatisfy { !$0.split(separator: "/").last!.contains("hunter") })
    #expect(files.allSatisfy { $0.utf8.count == 64 + ".http".utf8.count })
  }

  @Test("A damaged file is not there", arguments: ["truncate", "empty", "byte", "foreign", "folder", "swap"])
  func damaged(_ how: String) async throws {
    let server = try server()
    _ = try await client().send(cached(server.request("/a")))
    let file = folder.path + "/http/" + (try #require(files.first))
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    switch how {
    case "truncate": bytes.removeLast()
    case "empty": bytes = []
    case "byte": bytes[bytes.count - 3] ^= 1
    case "foreign": bytes = Array("hello".utf8)
    case "swap":
      _ = try await client().send(cached(server.request("/b")))
      let other = try #require(files.first { !file.hasSuffix($0) })
      bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/http/" + other)))
    default: try FileManager.default.removeItem(atPath: file)
    }
    if how == "folder" {
      try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
    } else {
      try Data(bytes).write(to: URL(fileURLWithPath: file))
    }
    let answer = try await client().send(cached(server.request("/a")))
    #expect(!answer.isFromCache && answer.text == "/a ")
    if how != "folder" { #expect(try await client().send(cached(server.request("/a"))).isFromCache) }
  }

  @Test("The folder stays within its limit, and the oldest goes first")
  func eviction() async throws {
    let server = try RawServer { request in
      request.headers["if-none-match"] != nil ? Reply(304) : Reply(200, String(repeating: "x", count: 1000), ["ETag: \"1\""])
    }
    let client = client(limit: 20_000)
    for number in 0..<50 {
      // The first is used again and again.
      _ = try await client.send(cached(server.request("/\(number)")))
      #expect(try await client.send(cached(server.request("/0"))).isFromCache)
      let size = try files.reduce(0) { sum, name in
        sum + (try Data(contentsOf: URL(fileURLWithPath: folder.path + "/http/" + name))).count
      }
      #expect(size <= 20_000)
    }
    #expect(try await client.send(cached(server.request("/49"))).isFromCache)
    #expect(try await !client.send(cached(server.request("/1"))).isFromCache)
  }

  @Test("Two that share the folder never read a half of anything")
  func sharing() async throws {
    let version = Mutex(0)
    let server = try RawServer { request in
      // Each answer is another, so that files are replaced all the time.
      let number = version.withLock { number in
        number += 1
        return number
      }
      if number % 3 == 0, let tag = request.headers["if-none-match"] { return Reply(304, "", ["ETag: \(tag)"]) }
      return Reply(200, String(repeating: "\(number) ", count: 5000), ["ETag: \"\(number)\""])
    }
    let clients = [client(), client()]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          let answer = try await clients[number % 2].send(cached(server.request("/\(number % 5)")))
          let words = answer.text.split(separator: " ")
          #expect(words.count == 5000 && Set(words).count == 1)
          #expect(answer.headers["etag"] == "\"\(words[0])\"")
        }
      }
      try await group.waitForAll()
    }
    #expect(files.allSatisfy { $0.hasSuffix(".http") } && files.count == 5)
  }

  @Test("A folder that cannot be written keeps nothing, and asking still works")
  func unwritable() async throws {
    let server = try server()
    let client = HTTPClient { $0.cache = HTTPCache(folder: "/proc/no/such/folder") }
    for _ in 0..<2 { #expect(try await client.send(cached(server.request())).status == 200) }
  }
}
