import FakeKubernetes
import Fleet
import Foundation
import HTTP
import Host
import Promotion
import TestSupport
import Testing
import YAML

@testable import Observing

@Suite("A field of a JSON answer")
struct HTTPFieldTests {
  private static let source = "http api"

  private func sample(
    _ settings: HTTPSettings, _ field: String = "version", means: ObservingMeans = ReaderFixture.means(nil),
    target: ObservationTarget = ObservationTarget(cluster: "eu-1", values: ["tier": "prod"])
  ) async throws -> Sample {
    let reader = ComponentReader("api", .http(settings, field: try FieldPath(field)), pattern: nil, means: means)
    return await reader.sample(target, nil)
  }

  private func answering(_ reply: Reply) throws -> RawServer { try RawServer { _ in reply } }

  @Test(
    "A string or a number at any path is the version",
    arguments: [
      (#"{"version": "1.2.3"}"#, "version", "1.2.3"), (#"{"version": 1.10}"#, "version", "1.10"),
      (#"{"a": {"b.c": [{"v": " 2 "}]}}"#, #"a.b\.c.0.v"#, "2"), (#"["x", "3"]"#, "[1]", "3"), (#"{"0": "4"}"#, "0", "4"),
      (#"{"apps": [{"name": "web", "v": "5"}, {"name": "api", "v": "6"}]}"#, "apps.[name=api].v", "6"),
    ])
  func found(body: String, field: String, version: String) async throws {
    let server = try answering(Reply(200, body))
    #expect(try await sample(.of("http://127.0.0.1:\(server.port)/v"), field) == .version(version))
  }

  @Test(
    "Anything else is a gap that says why",
    arguments: [
      (Reply(200, "{}"), "version", "the answer of URL has no field version"),
      (Reply(200, #"{"version": null}"#), "version", "the field version of URL is null, not a string or a number"),
      (Reply(200, #"{"version": ["1"]}"#), "version", "the field version of URL is a list, not a string or a number"),
      (Reply(200, #"{"version": "1"}"#), "version.0", "the answer of URL has no field version.0"),
      (Reply(200, #"[{"n": "a", "v": "1"}, {"n": "a", "v": "2"}]"#), "[n=a].v", "the answer of URL has no field [n=a].v"),
      (Reply(200, #"{"version": ""}"#), "version", "the field version of the answer is empty"),
      (Reply(200, "<html>"), "version", "the answer of URL is not JSON at 1:1: expected a value, found '<'"),
      (Reply(200, #"{"version": "1"#), "version", "the answer of URL is not JSON at 1:13: a string without its closing quote"),
      (Reply(200, ""), "version", "the answer of URL is not JSON at 1:1: expected a value, the text ends"),
      (Reply(500, #"{"version": "1"}"#), "version", "URL answers HTTP 500"),
      (Reply(404, ""), "version", "URL answers HTTP 404"),
      (Reply(302, "", ["Location: https://login.example/?state=1"]), "version", "URL answers HTTP 302 to https://login.example"),
    ])
  func wrong(reply: Reply, field: String, why: String) async throws {
    let server = try answering(reply)
    let url = "http://127.0.0.1:\(server.port)/v"
    #expect(try await sample(.of(url), field) == .gap(Self.source, why.replacing("URL", with: url)))
    #expect(server.requests.count == 1)
  }

  @Test("An answer that is too large, or does not end, is a gap")
  func endless() async throws {
    let large = try answering(Reply(200, "\"" + String(repeating: "x", count: 5 << 20) + "\""))
    let first = try await sample(.of("http://127.0.0.1:\(large.port)/v"))
    #expect(first.gaps.map(\.text).first?.hasSuffix("/v: the answer has more than 4194304 bytes") == true)
    let mute = try RawServer { connection in
      _ = connection.request()
      connection.waitForClose()
    }
    let second = try await sample(.of("http://127.0.0.1:\(mute.port)/v", timeout: .milliseconds(250)))
    #expect(second == .gap(Self.source, "cannot GET http://127.0.0.1:\(mute.port)/v: no answer within 250ms"))
  }

  @Test("Nobody there is a gap")
  func nobody() async throws {
    let port = try SSHServer.freePort()
    let sample = try await sample(.of("http://127.0.0.1:\(port)/"))
    #expect(sample.versions.isEmpty && sample.gaps.count == 1)
    #expect(sample.gaps[0].text.hasPrefix("cannot GET http://127.0.0.1:\(port)/: "))
  }

  // MARK: Addresses

  private func url(_ template: String, _ values: [String: String]) throws -> String {
    let question = HTTPQuestion(settings: .of(template), means: ReaderFixture.means(nil))
    do { return try question.url(for: ObservationTarget(cluster: "eu-1", values: values)).text } catch { return error.text }
  }

  @Test(
    "A value fills its part of the address, and alters no other",
    arguments: [
      ("https://prom.{cluster}.example/x", [:], "https://prom.eu-1.example/x"),
      ("https://h/{a}/x", ["a": "b/../c?d#e f"], "https://h/b%2F..%2Fc%3Fd%23e%20f/x"),
      ("https://h/x?q={a}", ["a": "1&r=2"], "https://h/x?q=1%26r%3D2"),
      ("{a}/x", ["a": "https://prom.example:9090/base"], "https://prom.example:9090/base/x"),
      ("https://{a}/x", ["a": "10.0.0.1:80"], "https://10.0.0.1:80/x"),
      ("https://h.{a}/", ["a": "evil/x"], "its address cannot have \"evil/x\" for {a} in its host"),
      ("https://h.{a}/", ["a": "user@evil"], "its address cannot have \"user@evil\" for {a} in its host"),
      ("https://h{a}/", ["a": ""], "its address cannot have \"\" for {a} in its host"),
      ("https://h/{b}", [:], "its address needs {b}, which has no value here"),
      (
        "{a}", ["a": "file:///etc/passwd"], "the address of a request: it is neither https:// nor http://"
      ),
    ] as [(String, [String: String], String)])
  func address(template: String, values: [String: String], result: String) throws {
    #expect(try url(template, values) == result)
  }

  // MARK: Tokens, over real TLS

  private func asked(
    _ fixture: ReaderFixture, token: SecretPlace? = .file("token"), ca: String? = "ca.pem", _ environment: [String: String] = [:]
  ) async throws -> Sample {
    let url = fixture.server.url(ReaderFixture.name) + "/api/v1/namespaces/{tier}/configmaps/info"
    return try await sample(
      .of(url, token: token, ca: ca), "data.automation", means: ReaderFixture.means(fixture.folder.path, environment: environment)
    )
  }

  private func info() throws -> ReaderFixture {
    try ReaderFixture { $0.configMaps = [FakeConfigMap("info", namespace: "prod", data: ["automation": "2.0"])] }
  }

  @Test("A token from a file or a variable goes to the server that the private CA vouches for")
  func token() async throws {
    let fixture = try info()
    #expect(try await asked(fixture) == .version("2.0"))
    let variable = ["TOKEN": fixture.server.token(ReaderFixture.name)]
    #expect(try await asked(fixture, token: .environment("TOKEN"), variable) == .version("2.0"))
    let absent = try await asked(fixture, token: nil)
    #expect(absent.gaps.map { $0.text.hasSuffix("answers HTTP 401") } == [true])
  }

  @Test("A server that the authorities do not vouch for gets no request")
  func stranger() async throws {
    let fixture = try info()
    fixture.server.update(ReaderFixture.name) { $0.certificate = .stranger }
    let sample = try await asked(fixture)
    #expect(sample.versions.isEmpty && sample.gaps.count == 1)
    #expect(fixture.server.requests(ReaderFixture.name).isEmpty)
  }

  @Test("A token that is refused is read once more, and a newer one sent")
  func refused() async throws {
    let fixture = try info()
    let right = fixture.server.token(ReaderFixture.name)
    try fixture.folder.write("old-token", to: "token")
    // The refusal comes slowly enough for the file to be written anew behind it.
    fixture.server.update(ReaderFixture.name) { $0.fail("/", .slow(bytesPerSecond: 200), times: 1) }
    async let sample = asked(fixture)
    #expect(await eventually { !fixture.server.requests(ReaderFixture.name).isEmpty })
    try fixture.folder.write(right, to: "token")
    #expect(try await sample == .version("2.0"))
    #expect(fixture.server.requests(ReaderFixture.name).count == 2)
  }

  @Test("A token that stays refused is sent once, and is in no text")
  func stays() async throws {
    let fixture = try info()
    try fixture.folder.write("old-token", to: "token")
    let sample = try await asked(fixture)
    #expect(sample.gaps.map { $0.text.hasSuffix("answers HTTP 401") } == [true])
    #expect(fixture.server.requests(ReaderFixture.name).count == 1 && !"\(sample)".contains("old-token"))
  }

  @Test("A token that the server says back is no version, and is in no text")
  func echoed() async throws {
    let fixture = try info()
    let token = fixture.server.token(ReaderFixture.name)
    fixture.server.update(ReaderFixture.name) { $0.configMaps[0].data = ["automation": "x-\(token)"] }
    let url = fixture.server.url(ReaderFixture.name) + "/api/v1/namespaces/prod/configmaps/info"
    #expect(try await asked(fixture) == .gap(Self.source, "the field data.automation of \(url) holds the token"))
    fixture.server.update(ReaderFixture.name) { $0.fail("/", .redirect("https://\(token).example/")) }
    #expect(try await asked(fixture) == .gap(Self.source, "\(url) answers HTTP 302 to https://***.example"))
    let settings = HTTPSettings.of(url, token: .file("token"), ca: "ca.pem")
    let probe = Probe.of(.http(settings, statuses: []), folder: fixture.folder.path)
    let line = await probe.sample(fixture.target).line
    #expect(line == "probe errors: bad: \(url) answers HTTP 302 to https://***.example, expected 200 to 299")
  }

  @Test("A token that is not there, or would go over http, is a gap, and nothing is asked")
  func withheld() async throws {
    let server = try answering(Reply(200, #"{"version": "1"}"#))
    let plain = "http://127.0.0.1:\(server.port)"
    let means = ReaderFixture.means(nil, environment: ["TOKEN": "t"])
    #expect(
      try await sample(.of(plain, token: .environment("TOKEN")), means: means)
        == .gap(Self.source, "\(plain) is not https: its token is not sent, hint: use https"))
    let absent = try await sample(.of("https://127.0.0.1:\(server.port)", token: .environment("OTHER")), means: means)
    #expect(absent.gaps.map(\.text) == ["the secret's variable OTHER is not set, hint: export OTHER=… and run again"])
    #expect(server.requests.isEmpty)
  }
}

/// Waits for something that happens on another thread, for some seconds at most.
func eventually(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<5000 {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(2))
  }
  return condition()
}
