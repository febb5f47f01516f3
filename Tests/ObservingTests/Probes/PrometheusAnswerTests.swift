import Fleet
import Foundation
import Promotion
import TestSupport
import Testing

@testable import Observing

@Suite("What Prometheus answers")
struct PrometheusAnswerTests {
  private func verdict(_ body: String, status: Int = 200, _ expectation: String = "< 1") -> ProbeVerdict {
    do throws(NoAnswer) {
      return try PrometheusAnswer(status: status, shownStatus: "HTTP \(status)", Array(body.utf8)).verdict(
        Expectation(expectation)!)
    } catch {
      return .unanswered(error.text)
    }
  }

  private func vector(_ samples: String, _ more: String = "") -> String {
    #"{"status":"success","data":{"resultType":"vector","result":[\#(samples)]}\#(more)}"#
  }

  private func sample(_ path: String, _ value: String) -> String {
    #"{"metric":{"__name__":"e","p":"\#(path)"},"value":[1.5,"\#(value)"]}"#
  }

  @Test(
    "Each sample must be as expected; of those that are not, the worst is named",
    arguments: [
      (["0.5"], "< 1", .good("0.5 is < 1")), (["0", "0.9", "-Inf"], "< 1", .good("all 3 are < 1")),
      (["1"], "< 1", .bad("1 of e{p=\"0\"} is not < 1", count: 1)),
      (["0", "2", "7", "3"], "< 1", .bad("3 of 4 are not < 1, the worst is 7 of e{p=\"2\"}", count: 3)),
      (["0", "-2", "5"], ">= 1", .bad("2 of 3 are not >= 1, the worst is -2 of e{p=\"1\"}", count: 2)),
      (["0", "+Inf"], "<= 1", .bad("1 of 2 are not <= 1, the worst is +Inf of e{p=\"1\"}", count: 1)),
      (["+Inf"], "> 1", .good("+Inf is > 1")),
      (["1", "1.5", "-3"], "== 1", .bad("2 of 3 are not == 1, the worst is -3 of e{p=\"2\"}", count: 2)),
      (["NaN"], "!= 1", .unanswered("e{p=\"0\"} is NaN")),
      (["0", "NaN", "NaN"], "< 1", .unanswered("2 of 3 are NaN, as e{p=\"1\"}")),
      (["NaN", "2"], "< 1", .bad("1 of 2 are not < 1, the worst is 2 of e{p=\"1\"}", count: 1)),
      ([], "< 1", .unanswered("the answer is empty: no series is known for the query")),
      (["1e-05"], "< 1", .good("1e-05 is < 1")),
    ] as [([String], String, ProbeVerdict)])
  func samples(values: [String], expectation: String, expected: ProbeVerdict) {
    let samples = values.enumerated().map { sample("\($0)", $1) }.joined(separator: ",")
    #expect(verdict(vector(samples), expectation) == expected)
  }

  @Test(
    "A good answer that may not be whole is none; a bad one is bad anyhow",
    arguments: [
      ("0", #","warnings":["store api: unavailable"]"#, .unanswered("the answer may not be whole: store api: unavailable")),
      ("2", #","warnings":["store api: unavailable"]"#, .bad("2 of e{p=\"a\"} is not < 1", count: 1)),
      ("0", #","warnings":["PromQL info: metric might not be a counter"]"#, .good("0 is < 1")),
      ("0", #","infos":["PromQL info: x"]"#, .good("0 is < 1")), ("0", #","warnings":[]"#, .good("0 is < 1")),
    ] as [(String, String, ProbeVerdict)])
  func warnings(value: String, more: String, expected: ProbeVerdict) {
    #expect(verdict(vector(sample("a", value), more)) == expected)
  }

  @Test(
    "What holds no numbers is no answer",
    arguments: [
      (#"{"status":"success","data":{"resultType":"scalar","result":[1,"x"]}}"#, "the answer's scalar is no number"),
      (#"{"status":"success","data":{"resultType":"scalar","result":[1,0.5]}}"#, "the answer's scalar is no number"),
      (#"{"status":"success","data":{"resultType":"vector","result":{}}}"#, "the answer's vector is no list"),
      (#"{"status":"success","data":{"resultType":"vector"}}"#, "the answer's vector is no list"),
      (#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0x1"]}]}}"#, "{} has no number"),
      (
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"h"},"histogram":[1,{}]}]}}"#,
        "h{} is a histogram, hint: take a number of it in the query"
      ),
      (
        #"{"status":"success","data":{"resultType":"matrix","result":[]}}"#,
        "the answer is a matrix, hint: the query must give a vector or a scalar"
      ),
      (#"{"status":"success"}"#, "the answer is not Prometheus' JSON"),
      (#"{"status":"success","data":[]}"#, "the answer is not Prometheus' JSON"),
      ("{}", "the answer is not Prometheus' JSON"), ("<html>", "the answer is not Prometheus' JSON"),
      ("", "the answer is not Prometheus' JSON"),
      (#"{"status":"error","errorType":"timeout","error":"too slow"}"#, "it answers HTTP 200, timeout: too slow"),
    ])
  func noNumbers(body: String, why: String) { #expect(verdict(body) == .unanswered(why)) }

  @Test(
    "A refusal is no answer, with its words",
    arguments: [
      (400, #"{"status":"error","errorType":"bad_data","error":"parse error"}"#, "it answers HTTP 400, bad_data: parse error"),
      (
        422, #"{"status":"error","errorType":"execution","error":"many-to-many"}"#, "it answers HTTP 422, execution: many-to-many"
      ),
      (503, #"{"status":"error","error":"not ready"}"#, "it answers HTTP 503, not ready"),
      (503, "Service Unavailable", "it answers HTTP 503"),
      (500, #"{"status":"success","data":{"resultType":"scalar","result":[1,"0"]}}"#, "it answers HTTP 500"),
    ])
  func refusals(status: Int, body: String, why: String) { #expect(verdict(body, status: status) == .unanswered(why)) }

  @Test("Labels are bounded, and without control characters")
  func labels() {
    let labels = (0..<12).map { #""l\#($0 + 10)":"v\u001b\#($0)""# }.joined(separator: ",")
    let body = vector(#"{"metric":{\#(labels)},"value":[1,"5"]}"#)
    guard case .bad(let text, 1) = verdict(body) else {
      Issue.record("it must be bad")
      return
    }
    let shown = (0..<8).map { "l\($0 + 10)=\"v \($0)\"" }.joined(separator: ",")
    #expect(text == "5 of {\(shown),…} is not < 1")
  }

  // MARK: How it is asked

  @Test(
    "The address of the question is below the server's, whatever its path",
    arguments: [
      ("", "/api/v1/query?"), ("/", "/api/v1/query?"), ("/prom/{tier}/", "/prom/prod/api/v1/query?"),
      ("/p?tenant={tier}", "/p/api/v1/query?tenant=prod&"),
    ])
  func address(path: String, target: String) async throws {
    let server = try RawServer { _ in Reply(200, #"{"status":"success","data":{"resultType":"scalar","result":[1,"0"]}}"#) }
    let settings = HTTPSettings.of("http://127.0.0.1:\(server.port)\(path)", timeout: .seconds(90))
    let probe = Probe.of(.prometheus(settings, query: #"up{c="{cluster}"}"#, expect: Expectation(.less, 1)))
    #expect(await probe.sample(ObservationTarget(cluster: "eu-1", values: ["tier": "prod"])) == .good("0 is < 1"))
    let request = try #require(server.requests.first)
    #expect(request.method == "GET" && request.target == target + "query=up%7Bc%3D%22eu-1%22%7D&timeout=90s")
  }

  @Test("A redirect, and words of the server's that hold control characters, are told in one line")
  func words() async throws {
    let server = try RawServer { request in
      request.target.contains("redirect")
        ? Reply(302, "", ["Location: https://login.example/x?y=z"])
        : Reply(503, #"{"status":"error","errorType":"a\nb","error":"c\u001b[31m"}"#)
    }
    let base = "http://127.0.0.1:\(server.port)"
    func ask(_ path: String) async -> ProbeResult {
      await Probe.of(.prometheus(.of(base + path), query: "up", expect: Expectation(.less, 1))).sample(
        ObservationTarget(cluster: "c"))
    }
    #expect(await ask("") == .unanswered("\(base): it answers HTTP 503, a b: c [31m"))
    #expect(await ask("/redirect") == .unanswered("\(base): it answers HTTP 302 to https://login.example"))
  }
}
