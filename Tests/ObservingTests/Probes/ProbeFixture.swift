import Foundation
import Promotion
import TestSupport

@testable import Fleet
@testable import Observing

extension Probe {
  /// A probe called `errors` of the component `api`.
  static func of(
    _ question: ProbeSettings.Question, isDryRun: Bool = false, folder: String? = nil,
    environment: [String: String] = ["PATH": "/usr/bin:/bin"], secrets: Set<String> = []
  ) -> Probe {
    Probe(
      ProbeSettings(
        name: "errors", question: question, errorLimit: 3, isDryRun: isDryRun,
        place: Place(file: "policy.yaml", line: 1, column: 1)),
      scope: .component("api"), means: ReaderFixture.means(folder, environment: environment, secrets: secrets))
  }
}

extension ProbeResult {
  static func good(_ text: String) -> ProbeResult {
    ProbeResult(outcome: .good, sample: Sample(), line: "probe errors: good: \(text)")
  }

  static func bad(_ text: String, count: Int = 1) -> ProbeResult {
    let finding = Finding(
      .component("api"), source: "probe errors", key: "probe/errors", count: count, text: "probe errors: \(text)")
    return ProbeResult(outcome: .bad, sample: Sample(findings: [finding]), line: "probe errors: bad: \(text)")
  }

  static func unanswered(_ text: String) -> ProbeResult {
    let gap = Gap(.component("api"), source: "probe errors", text: "probe errors: \(text)", limit: 3)
    return ProbeResult(outcome: .unanswered, sample: Sample(gaps: [gap]), line: "probe errors: no answer: \(text)")
  }
}
