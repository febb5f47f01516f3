import Kubernetes
import Promotion
import Testing

@testable import Observing

@Suite("What an API server and its parts say of themselves")
struct AnswerRuleTests {
  private func readyz(_ status: Int, _ body: String) throws(KubernetesError) -> [Finding] {
    let rule = try ReadyzRule(status: status, body: Array(body.utf8))
    return found { rule.judge(&$0) }
  }

  @Test("An API server that is ready is", arguments: ["ok", "[+]ping ok\nreadyz check passed\n", "readyz check passed"])
  func ready(body: String) throws { #expect(try readyz(200, body).isEmpty) }

  @Test("One that is not says what fails", arguments: [500, 503])
  func notReady(status: Int) throws {
    let body = "[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/rbac failed: reason withheld\nreadyz check failed\n"
    #expect(
      try readyz(status, body).lines == [
        "readyz/etcd: the API server's readyz: etcd failed",
        "readyz/poststarthook/rbac: the API server's readyz: poststarthook/rbac failed",
      ])
    #expect(try readyz(status, "readyz check failed").lines == ["readyz: the API server's readyz: HTTP \(status)"])
    let many = (0..<100).map { "[-]check-\($0) failed\n" }.joined()
    #expect(try readyz(status, many).count == 20)
  }

  @Test(
    "Anything else is no answer",
    arguments: [
      (200, "<html>login</html>", .malformed), (200, "", .malformed), (200, "[+]ping ok\n[+]lo", .malformed),
      (200, "okay", .malformed), (500, "<html>oops</html>", .unavailable(500)),
      (503, "no healthy upstream", .unavailable(503)), (401, "", .unauthorized), (403, "{}", .forbidden), (404, "", .notFound),
      (429, "", .throttled), (302, "", .redirected), (418, "", .refused(418)), (502, "[+]ping ok", .unavailable(502)),
    ] as [(Int, String, KubernetesError.Kind)])
  func noAnswer(status: Int, body: String, kind: KubernetesError.Kind) {
    let error = #expect(throws: KubernetesError.self) { try readyz(status, body) }
    #expect(error?.kind == kind)
    #expect(error?.message.contains("/readyz: HTTP \(status)") == true)
  }

  @Test("Only aggregated APIs that are not available are found")
  func aggregated() {
    let services = [
      APIServiceRow("v1.", isAggregated: false, available: nil),
      APIServiceRow("a", isAggregated: true, available: ConditionRow("Available", status: "True")),
      APIServiceRow("b", isAggregated: true, available: ConditionRow("Available", status: "False", reason: "MissingEndpoints")),
      APIServiceRow("c", isAggregated: true, available: ConditionRow("Available", status: "Unknown")),
      APIServiceRow("d", isAggregated: true, available: nil),
    ]
    #expect(
      found { AggregatedAPIRule(services: services).judge(&$0) }.lines == [
        "apiservice/b: the aggregated API b is not available: MissingEndpoints",
        "apiservice/c: the aggregated API c is not available",
        "apiservice/d: the aggregated API d is not available: nobody has looked yet",
      ])
  }
}
