package import Promotion

/// What became of one question of a probe.
package struct ProbeResult: Sendable, Equatable {
  package enum Outcome: Sendable { case good, bad, unanswered }

  package var outcome: Outcome
  /// What counts: of a dry run nothing.
  package var sample: Sample
  /// For people: one line, whatever the outcome.
  package var line: String
}

/// What an answer says, in words.
enum ProbeVerdict: Equatable {
  case good(String)
  /// - count: how much of it.
  case bad(String, count: Int)
  case unanswered(String)

  var text: String {
    switch self {
    case .good(let text), .bad(let text, _), .unanswered(let text): text
    }
  }

  var outcome: ProbeResult.Outcome {
    switch self {
    case .good: .good
    case .bad: .bad
    case .unanswered: .unanswered
    }
  }
}
