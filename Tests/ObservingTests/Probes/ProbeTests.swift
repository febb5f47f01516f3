import FakeKubernetes
import Fleet
import Foundation
import Promotion
import TestSupport
import Testing

@testable import Observing

@Suite("Probes by HTTP and command")
struct ProbeTests {
  private let target = ObservationTarget(cluster: "eu-1", values: ["tier": "prod"])

  private func ask(_ reply: Reply, _ statuses: [Int] = [], isDryRun: Bool = false) async throws -> (ProbeResult, String) {
    let server = try RawServer { _ in reply }
    let url = "http://127.0.0.1:\(server.port)/health"
    return (await Probe.of(.http(.of(url), statuses: statuses), isDryRun: isDryRun).sample(target), url)
  }

  @Test(
    "A status that is expected is good, and the first answer's counts",
    arguments: [(200, []), (204, []), (299, []), (503, [200, 503]), (302, [302])])
  func expected(status: Int, statuses: [Int]) async throws {
    let (result, url) = try await ask(Reply(status, "x"), statuses)
    #expect(result == .good("\(url) answers HTTP \(status)"))
  }

  @Test(
    "Any other is a failure",
    arguments: [
      (500, [], "200 to 299"), (404, [], "200 to 299"), (401, [], "200 to 299"), (200, [204, 206], "204, 206"),
      (300, [], "200 to 299"),
    ])
  func unexpected(status: Int, statuses: [Int], expected: String) async throws {
    let (result, url) = try await ask(Reply(status, "x"), statuses)
    #expect(result == .bad("\(url) answers HTTP \(status), expected \(expected)"))
  }

  @Test("A redirect is not followed, and its target's path not shown")
  func redirect() async throws {
    let (result, url) = try await ask(Reply(302, "", ["Location: https://login.example/session?t=abc"]))
    #expect(result == .bad("\(url) answers HTTP 302 to https://login.example, expected 200 to 299"))
  }

  @Test("A server that has had too many questions says nothing of its health")
  func throttled() async throws {
    let (result, url) = try await ask(Reply(429, "", ["Retry-After: 1"]))
    #expect(result == .unanswered("\(url) answers HTTP 429: too many questions"))
  }

  @Test("A page of any length has a status; one that breaks off has none")
  func pages() async throws {
    let (long, url) = try await ask(Reply(200, String(repeating: "x", count: 2 << 20)))
    #expect(long == .good("\(url) answers HTTP 200"))
    let broken = try RawServer { connection in
      _ = connection.request()
      try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    }
    let result = await Probe.of(.http(.of("http://127.0.0.1:\(broken.port)"), statuses: [])).sample(target)
    #expect(result.outcome == .unanswered && result.sample.gaps.count == 1 && result.sample.findings.isEmpty)
  }

  @Test("No answer is a gap with its limit: nobody there, and nobody who speaks")
  func silent() async throws {
    let port = try SSHServer.freePort()
    let refused = await Probe.of(.http(.of("http://127.0.0.1:\(port)"), statuses: [])).sample(target)
    #expect(refused.outcome == .unanswered && refused.sample.gaps.map(\.limit) == [3])
    let mute = try RawServer { connection in
      _ = connection.request()
      connection.waitForClose()
    }
    let url = "http://127.0.0.1:\(mute.port)/{tier}"
    let late = await Probe.of(.http(.of(url, timeout: .milliseconds(250)), statuses: [])).sample(target)
    #expect(late == .unanswered("cannot GET http://127.0.0.1:\(mute.port)/prod: no answer within 250ms"))
  }

  @Test("Of a dry run there is only the line for people")
  func dryRun() async throws {
    let (bad, url) = try await ask(Reply(500), isDryRun: true)
    let line = "probe errors (dry run, not counted): bad: \(url) answers HTTP 500, expected 200 to 299"
    #expect(bad == ProbeResult(outcome: .bad, sample: Sample(), line: line))
    let silent = await Probe.of(.http(.of("http://{region}/"), statuses: []), isDryRun: true).sample(target)
    #expect(silent.sample == Sample() && silent.outcome == .unanswered)
  }

  @Test("A token goes over TLS; that it is refused says nothing of the cluster, and it is in no text")
  func token() async throws {
    let fixture = try ReaderFixture()
    let environment = ["TOKEN": fixture.server.token(ReaderFixture.name), "OLD": "old-token-abc"]
    func ask(_ name: String) async -> ProbeResult {
      let settings = HTTPSettings.of(
        fixture.server.url(ReaderFixture.name) + "/readyz", token: .environment(name), ca: fixture.folder.path + "/ca.pem")
      return await Probe.of(.http(settings, statuses: []), environment: environment).sample(target)
    }
    #expect(await ask("TOKEN").outcome == .good)
    let old = await ask("OLD")
    let url = fixture.server.url(ReaderFixture.name) + "/readyz"
    #expect(old == .unanswered("\(url) answers HTTP 401: the token is not accepted"))
  }

  // MARK: Commands

  private func run(_ script: String, timeout: Duration = .seconds(300)) async -> ProbeResult {
    let question = ProbeSettings.Question.command(["sh", "-c", script, "probe", "{cluster}"], timeout: timeout)
    return await Probe.of(
      question, environment: ["PATH": "/usr/bin:/bin", "TOKEN": "secret", "SEEN": "yes"], secrets: ["TOKEN"]
    ).sample(target)
  }

  @Test(
    "A command that exits with 0 is good, with 1 a failure with its last line, with anything else no answer",
    arguments: [
      ("true", .good("the command exited with status 0")),
      ("echo all; echo well", .good("the command exited with status 0: well")),
      ("echo a; echo 'queue is long'; echo; exit 1", .bad("queue is long")), ("echo why >&2; exit 1", .bad("why")),
      ("exit 1", .bad("the command exited with status 1")),
      ("echo out; echo broken >&2; exit 2", .unanswered("the command exited with status 2: broken")),
      ("exit 127", .unanswered("the command exited with status 127")),
      ("kill -TERM $$", .unanswered("the command was ended by signal 15")),
      (#"echo "$1 $SLUICE_CLUSTER $SEEN ${TOKEN:-none}"; exit 1"#, .bad("eu-1 eu-1 yes none")),
      (#"printf 'a\033[31mb\n'; exit 1"#, .bad("a [31mb")),
    ] as [(String, ProbeResult)])
  func command(script: String, result: ProbeResult) async { #expect(await run(script) == result) }

  @Test("A command that takes too long gives no answer")
  func slow() async {
    #expect(await run("sleep 1000", timeout: .milliseconds(250)) == .unanswered("the command gave no answer within 250ms"))
  }
}
