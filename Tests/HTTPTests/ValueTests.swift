import TestSupport
import Testing

@testable import HTTP

@Suite("Addresses, headers, places and proxies")
struct ValueTests {
  @Test(
    "What is no address is refused, and not repeated",
    arguments: [
      "", "ftp://a/", "file:///etc/passwd", "https://u:hunter2@a/", "https://hunter2@a/", "a b", "https://a/\u{e9}", "https://",
      "//a/b", "/only/a/path", "https://a:99999/", "https://a/\r\nX: y", "javascript:hunter2",
    ])
  func refused(_ text: String) {
    let error = #expect(throws: HTTPError.self) { try HTTPURL(text) }
    #expect(error?.kind == .invalid)
    #expect(error.map { !"\($0)".contains("hunter2") } == true)
  }

  @Test(
    "An address and what it is the same as",
    arguments: [
      ("HTTPS://API.Example/a", "https://api.example", "/a"), ("https://a:443", "https://a", "/"),
      ("http://a:443/", "http://a:443", "/"),
      ("https://[::1]:6443/x?y#z", "https://[::1]:6443", "/x?y"),
    ])
  func origins(_ text: String, _ origin: String, _ target: String) throws {
    let url = try HTTPURL(text)
    #expect("\(url.origin)" == origin && url.target == target && !url.text.contains("#"))
  }

  @Test(
    "References mean what they mean in browsers",
    arguments: [
      ("../c", "https://a/c"), ("d?e", "https://a/b/d?e"), ("//other/x", "https://other/x"), ("?q", "https://a/b/c?q"),
      ("https://z", "https://z/"), ("/", "https://a/"),
    ])
  func references(_ reference: String, _ expected: String) throws {
    #expect(try HTTPURL("https://a/b/c").resolving(reference) == HTTPURL(expected))
  }

  @Test("What people see of an address")
  func shown() throws {
    let long = String(repeating: "c", count: 100)
    let url = try HTTPURL("https://a/p?limit=5&access_token=hunter2&X-Amz-Signature=hunter3&continue=\(long)&x")
    #expect("\(url)" == "https://a/p?limit=5&access_token=***&X-Amz-Signature=***&continue=\(long.prefix(60))…&x")
    var hook = HTTPRequest(.post, try HTTPURL("https://hooks.example/services/hunter2"))
    hook.hidesPath = true
    let error = Failure(.unreachable, "no way to /services/hunter2").error(hook, attempts: 2)
    #expect("\(error)" == "cannot POST https://hooks.example/…: no way to /… (2 attempts)")
  }

  @Test("Secrets do not print, whichever way they are printed")
  func secrets() throws {
    var headers = ["Authorization": "Bearer hunter2", "X-Plain": "seen"] as HTTPHeaders
    headers.append("X-Mine", "hunter2", isSecret: true)
    var request = HTTPRequest(.get, try HTTPURL("https://a/"), headers: headers)
    request.connection.key = .bytes(Array("hunter2".utf8))
    request.connection.proxy = .url("http://u:hunter2@proxy")
    var dumped = ""
    dump(request, to: &dumped)
    for text in ["\(headers)", "\(headers.fields)", String(reflecting: headers), "\(request)", dumped] {
      #expect(!text.contains("hunter2"), "\(text)")
    }
    #expect("\(headers)".contains("X-Plain: seen"))
    #expect(request.redacted("it said Bearer hunter2, and hunter2") == "it said ***, and ***")
  }

  @Test("Hosts take turns, within both limits")
  func admission() throws {
    let a = try HTTPURL("https://a").origin
    let b = try HTTPURL("https://b").origin
    var admission = Admission<Int>(total: 3, perHost: 2)
    for id in 1...5 { admission.add(id, to: a) }
    for id in 11...12 { admission.add(id, to: b) }
    func all() -> [Int] {
      var ids: [Int] = []
      while let id = admission.next() { ids.append(id) }
      return ids
    }
    #expect(all() == [1, 11, 2])
    admission.release(a)
    #expect(all() == [12])
    admission.release(a)
    #expect(all() == [3])
    #expect([4, 4, 3].map { admission.remove($0, from: a) } == [true, false, false])
    admission.release(b)
    #expect(all() == [5])
    for _ in 0..<2 { admission.release(a) }
    admission.release(b)
    #expect(all() == [] && admission.running == 0 && !admission.isAnyoneWaiting)
  }

  @Test("In any order of coming and going, nobody is forgotten and no limit broken", arguments: 0..<20)
  func admissionAtRandom(_ seed: UInt64) throws {
    var random = Seeded(seed)
    let hosts = try (0..<4).map { try HTTPURL("https://h\($0)").origin }
    var admission = Admission<Int>(total: 5, perHost: 2)
    var running: [Int: Int] = [:]
    var waiting: [Int: Int] = [:]
    for id in 0..<2000 {
      let host = Int.random(in: 0..<4, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<4:
        admission.add(id, to: hosts[host])
        waiting[id] = host
      case 4 where !waiting.isEmpty:
        let gone = waiting.randomElement(using: &random)!
        let isRemoved = admission.remove(gone.key, from: hosts[gone.value])
        #expect(isRemoved)
        waiting[gone.key] = nil
      default:
        guard let done = running.randomElement(using: &random) else { break }
        running[done.key] = nil
        admission.release(hosts[done.value])
      }
      while let next = admission.next() {
        running[next] = waiting.removeValue(forKey: next)
        #expect(running[next] != nil)
      }
      let counts = running.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      #expect(running.count <= 5 && counts.values.allSatisfy { $0 <= 2 })
      // Nobody waits who could go.
      let isFull = running.count == 5
      #expect(isFull || waiting.values.allSatisfy { counts[$0] == 2 })
    }
  }

  @Test(
    "no_proxy, as kubectl reads it",
    arguments: [
      ("", "https://a.example", false), ("*", "https://a.example", true), ("a.example", "https://a.example", true),
      ("example", "https://a.example", true), (".example", "https://a.example", true), (".a.example", "https://a.example", false),
      ("*.example", "https://a.example", true), ("xample", "https://a.example", false),
      ("a.example:443", "https://a.example", true),
      ("a.example:80", "https://a.example", false), ("10.0.0.0/8", "https://10.1.2.3", true),
      ("10.0.0.0/8", "https://11.1.2.3", false),
      ("10.1.2.3", "https://10.1.2.3:6443", true), ("fd00::/8", "https://[fd00::1]", true),
      ("x, b.example", "https://b.example", true),
      ("", "https://localhost", true), ("", "http://127.0.0.9", true), ("", "http://[::1]", true),
      ("A.EXAMPLE", "https://a.example", true),
      ("[fd00::1]:443", "https://[fd00::1]", true), ("1.2.3.4", "https://a.example", false),
      ("0.0.0.0/99", "https://1.1.1.1", false),
    ])
  func exceptions(_ list: String, _ url: String, _ isDirect: Bool) throws {
    var connection = HTTPConnection()
    connection.proxy = .environment(["https_proxy": "http://proxy", "http_proxy": "http://proxy", "no_proxy": list])
    #expect((try connection.proxyAddress(for: HTTPURL(url)) == nil) == isDirect)
  }

  @Test("Proxies from the environment and their passwords")
  func proxies() throws {
    var connection = HTTPConnection()
    func address(_ url: String, _ environment: [String: String]) throws -> ProxyAddress? {
      connection.proxy = .environment(environment)
      return try connection.proxyAddress(for: HTTPURL(url))
    }
    #expect(try address("https://a", ["http_proxy": "p"]) == nil)
    #expect(try address("http://a", ["http_proxy": "p:1"])?.address == "http://p:1")
    #expect(try address("http://a", ["HTTP_PROXY": "p:1"])?.address == "http://p:1")
    #expect(try address("http://a", ["HTTP_PROXY": "p:1", "REQUEST_METHOD": "GET"]) == nil)
    let socks = try #require(try address("https://a", ["HTTPS_PROXY": "socks5://u:p%40ss@p"]))
    #expect(socks.address == "socks5h://p:1080" && socks.user == "u" && socks.password == "p@ss")
    for wrong in ["ftp://p", "http://", "socks4://p"] {
      let error = #expect(throws: HTTPError.self) { try address("https://a", ["https_proxy": wrong]) }
      #expect(error?.kind == .invalid)
    }
  }
}
