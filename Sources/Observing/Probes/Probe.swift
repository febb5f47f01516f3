package import Fleet
import HTTP
import Host
import Kubernetes
package import Promotion

/// Asks a question of the operator's about a cluster.
///
/// A definite answer that is wrong is a finding; none, or one that says nothing, is a gap, which becomes a failure after as many
/// in a row as the settings say.
package struct Probe: Sendable {
  private let settings: ProbeSettings
  private let scope: SampleScope
  private let means: ObservingMeans

  /// - Parameter scope: the cluster, or the component whose probe it is.
  package init(_ settings: ProbeSettings, scope: SampleScope, means: ObservingMeans) {
    self.settings = settings
    self.scope = scope
    self.means = means
  }

  package func sample(_ target: ObservationTarget) async -> ProbeResult {
    let verdict: ProbeVerdict
    do throws(NoAnswer) { verdict = try await ask(target) } catch { verdict = .unanswered(error.text) }
    return result(verdict)
  }

  private func ask(_ target: ObservationTarget) async throws(NoAnswer) -> ProbeVerdict {
    switch settings.question {
    case .prometheus(let http, let query, let expectation):
      return try await prometheus(HTTPQuestion(settings: http, means: means), query, expectation, target)
    case .http(let http, let statuses):
      return try await page(HTTPQuestion(settings: http, means: means), statuses, target)
    case .command(let arguments, let timeout):
      return try await command(means.run(arguments, timeout: timeout), target)
    }
  }

  private func result(_ verdict: ProbeVerdict) -> ProbeResult {
    let source = "probe \(settings.name)"
    let text = OneLine.text(verdict.text, limit: 500)
    var sample = Sample()
    if !settings.isDryRun {
      switch verdict {
      case .good: break
      case .bad(_, let count):
        sample.findings = [
          Finding(scope, source: source, key: "probe/\(settings.name)", count: count, text: "\(source): \(text)")
        ]
      case .unanswered:
        sample.gaps = [Gap(scope, source: source, text: "\(source): \(text)", limit: settings.errorLimit)]
      }
    }
    let word =
      switch verdict {
      case .good: "good"
      case .bad: "bad"
      case .unanswered: "no answer"
      }
    let line = "\(source)\(settings.isDryRun ? " (dry run, not counted)" : ""): \(word): \(text)"
    return ProbeResult(outcome: verdict.outcome, sample: sample, line: line)
  }

  // MARK: Prometheus

  /// Longer questions go into the body: servers and proxies bound the address.
  static let longestAddress = 2000
  static let answerLimit = 8 << 20

  private func prometheus(
    _ question: HTTPQuestion, _ query: String, _ expectation: Expectation, _ target: ObservationTarget
  ) async throws(NoAnswer) -> ProbeVerdict {
    let query = try PromQL.query(query, for: target)
    // Prometheus too need not work on for nobody.
    let form = [("query", query), ("timeout", question.settings.timeout.words)]
      .map { "\($0)=\(KubernetesPath.encoded($1))" }.joined(separator: "&")
    let isShort = form.utf8.count <= Self.longestAddress
    let url = try question.url(for: target, path: "/api/v1/query", query: isShort ? form : "")
    let answer = try await question.ask(url, limit: Self.answerLimit) { request in
      request.headers.append("Accept", "application/json")
      if !isShort {
        request.method = .post
        request.headers.append("Content-Type", "application/x-www-form-urlencoded")
        request.body = .bytes(Array(form.utf8))
      }
    }
    return answer.redacted {
      do throws(NoAnswer) {
        return try PrometheusAnswer(status: answer.status, shownStatus: answer.shownStatus, answer.body).verdict(expectation)
      } catch {
        return .unanswered("\(url.origin): \(error.text)")
      }
    }
  }

  // MARK: HTTP

  /// So much of a page is read: that it ends, or goes on, is enough.
  static let pageLimit = 64 << 10

  private func page(
    _ question: HTTPQuestion, _ statuses: [Int], _ target: ObservationTarget
  ) async throws(NoAnswer) -> ProbeVerdict {
    let url = try question.url(for: target)
    let answer = try await question.ask(url, limit: Self.pageLimit, isCut: true)
    return answer.redacted {
      let shown = "\(url) answers \(answer.shownStatus)"
      if statuses.isEmpty ? (200..<300).contains(answer.status) : statuses.contains(answer.status) { return .good(shown) }
      // These say something of us.
      if answer.status == 429 { return .unanswered("\(shown): too many questions") }
      if answer.status == 401, answer.sentToken { return .unanswered("\(shown): the token is not accepted") }
      let expected = statuses.isEmpty ? "200 to 299" : statuses.map { "\($0)" }.joined(separator: ", ")
      return .bad("\(shown), expected \(expected)", count: 1)
    }
  }

  // MARK: Commands

  private func command(_ run: CommandRun, _ target: ObservationTarget) async throws(NoAnswer) -> ProbeVerdict {
    let end = try await run.end(for: target)
    let said = CommandRun.lastWords(end.output)
    switch end.status {
    case 0: return .good("the command exited with status 0" + (said.isEmpty ? "" : ": \(said)"))
    case 1:
      let why = said.isEmpty ? CommandRun.lastWords(end.errors) : said
      return .bad(why.isEmpty ? "the command exited with status 1" : why, count: 1)
    default: throw run.failure(end)
    }
  }
}

extension HTTPQuestion.Answer {
  /// A verdict without the token in it, should the server say it back.
  fileprivate func redacted(_ verdict: () -> ProbeVerdict) -> ProbeVerdict {
    switch verdict() {
    case .good(let text): .good(redactor.redact(text))
    case .bad(let text, let count): .bad(redactor.redact(text), count: count)
    case .unanswered(let text): .unanswered(redactor.redact(text))
    }
  }
}
