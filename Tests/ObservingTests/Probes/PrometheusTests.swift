import Fleet
import Foundation
import Promotion
import TestSupport
import Testing

@testable import Observing

@Suite("Probes of a real Prometheus", .enabled(if: PrometheusServer.isPresent, "\(PrometheusServer.absence)"))
struct PrometheusTests {
  private func ask(
    _ query: String, _ expectation: String, of server: PrometheusServer, cluster: String = "eu.1", isDryRun: Bool = false
  ) async throws -> ProbeResult {
    let question = ProbeSettings.Question.prometheus(
      .of(server.url), query: query, expect: try #require(Expectation(expectation)))
    return await Probe.of(question, isDryRun: isDryRun)
      .sample(ObservationTarget(cluster: cluster, values: ["odd": #"a"b\c"#, "path": "/a"]))
  }

  private func ask(_ query: String, _ expectation: String) async throws -> ProbeResult {
    let server = try PrometheusServer.shared()
    try await server.wait()
    return try await ask(query, expectation, of: server)
  }

  @Test(
    "Vectors and scalars are judged",
    arguments: [
      (#"app_errors{path="{path}"}"#, "< 0.01", .good("0.002 is < 0.01")), ("max(app_errors)", "<= 0.5", .good("0.5 is <= 0.5")),
      ("app_errors", "< 1", .good("all 3 are < 1")), ("scalar(max(app_errors))", "== 0.5", .good("0.5 is == 0.5")),
      ("1 / 0", "> 5", .good("+Inf is > 5")), ("scalar(app_infinite)", "< 5", .bad("+Inf is not < 5")),
      ("max(app_errors)", "< 0.01", .bad("0.5 of {} is not < 0.01")),
      (#"count(app_cluster{cluster=~"{cluster}"})"#, "== 1", .good("1 is == 1")),
      (#"sum(app_odd{name="{odd}"})"#, "== 7", .good("7 is == 7")), (#"sum(app_odd{name='{odd}'})"#, "== 7", .good("7 is == 7")),
      (#"count(app_cluster{cluster=~"eu.{1}1"})"#, "== 2", .good("2 is == 2")),
    ] as [(String, String, ProbeResult)])
  func judged(query: String, expectation: String, result: ProbeResult) async throws {
    #expect(try await ask(query, expectation) == result)
  }

  @Test("Of several that are bad the worst is named with its labels")
  func worst() async throws {
    let result = try await ask("app_errors", "< 0.01")
    #expect(result.outcome == .bad && result.sample.findings.map(\.count) == [2])
    let text = try #require(result.sample.findings.first?.text)
    #expect(text.hasPrefix("probe errors: 2 of 3 are not < 0.01, the worst is 0.5 of app_errors{instance=\"127.0.0.1:"))
    #expect(text.hasSuffix("\",job=\"app\",path=\"/b\"}"))
  }

  @Test(
    "Nothing, NaN and what is no number are no answer",
    arguments: [
      ("app_missing", "the answer is empty: no series is known for the query"),
      ("app_errors > 5", "the answer is empty: no series is known for the query"),
      ("scalar(app_missing)", "the answer is NaN"), ("scalar(app_errors)", "the answer is NaN"),
      ("app_errors[1m]", "the answer is a matrix, hint: the query must give a vector or a scalar"),
      (#""text""#, "the answer is a string, hint: the query must give a vector or a scalar"),
      ("app_errors offset 1d", "the answer is empty: no series is known for the query"),
    ])
  func unanswered(query: String, why: String) async throws {
    let server = try PrometheusServer.shared()
    let result = try await ask(query, "< 1")
    let place = why.hasPrefix("the answer is a m") || why.hasPrefix("the answer is a s") ? "\(server.url): " : ""
    #expect(result == .unanswered(place + why))
  }

  @Test("One of several that is NaN makes the whole unknown")
  func oneNaN() async throws {
    let result = try await ask("app_nan", "< 1")
    #expect(result.outcome == .unanswered)
    #expect(result.sample.gaps.first?.text.hasPrefix("probe errors: 1 of 2 are NaN, as app_nan{instance=") == true)
  }

  @Test(
    "A query that it refuses, or fails at, is no answer, with its words",
    arguments: [
      ("app_errors{", "it answers HTTP 400, bad_data: "), ("sum(", "it answers HTTP 400, bad_data: "),
      ("app_errors * on () app_errors", "it answers HTTP 422, execution: "),
    ])
  func refused(query: String, words: String) async throws {
    let server = try PrometheusServer.shared()
    let result = try await ask(query, "< 1")
    #expect(result.outcome == .unanswered && result.sample.gaps.map(\.limit) == [3])
    #expect(result.sample.gaps.first?.text.hasPrefix("probe errors: \(server.url): \(words)") == true)
  }

  @Test("A query too long for an address is asked for as well")
  func long() async throws {
    let query = (0..<300).map { "app_missing_\($0) or " }.joined() + #"app_errors{path="/a"}"#
    #expect(try await ask(query, "< 0.01") == .good("0.002 is < 0.01"))
  }

  @Test("A server that is gone is a gap with the limit")
  func gone() async throws {
    let server = try PrometheusServer()
    try await server.wait()
    #expect(try await ask("sum(app_odd)", "== 7", of: server).outcome == .good)
    server.stop()
    #expect(await eventually { (try? Command.run(["curl", "-q", "-s", "--noproxy", "*", server.url]))?.status == 7 })
    let result = try await ask("sum(app_odd)", "== 7", of: server)
    #expect(result.outcome == .unanswered && result.sample.findings.isEmpty && result.sample.gaps.map(\.limit) == [3])
    #expect(try await ask("sum(app_odd)", "== 7", of: server, isDryRun: true).sample == Sample())
  }
}
