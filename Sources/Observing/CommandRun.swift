import Host

/// Why there is no answer: one line for people, without secrets.
struct NoAnswer: Error, Equatable {
  let text: String
  init(_ text: String) { self.text = text }
}

/// Runs a command of the operator's for one cluster: no shell, no standard input, and nothing that is secret.
struct CommandRun: Sendable {
  /// What it is called where something is wrong: `the observer`.
  let subject: String
  /// With `{cluster}` and the names of captures and values in them.
  let arguments: [String]
  let folder: String?
  let environment: [String: String]
  let timeout: Duration

  static let outputLimit = 1 << 20

  struct End {
    var status: Int32
    var output: [UInt8]
    var isTruncated: Bool
    var errors: [UInt8]
  }

  /// - Throws: `NoAnswer` when it could not be started or did not end by itself.
  func end(for target: ObservationTarget) async throws(NoAnswer) -> End {
    var texts: [String] = []
    for argument in arguments {
      switch Placeholders.replaced(in: argument, with: target.placeholders) {
      case .text(let text): texts.append(text)
      case .unknown(let name): throw NoAnswer("\(subject)'s argument \(argument) needs {\(name)}, which has no value here")
      }
    }
    var environment = environment
    environment["SLUICE_CLUSTER"] = target.cluster
    let child = ChildProcess(
      texts, environment: environment, folder: folder, outputLimit: Self.outputLimit, timeout: timeout)
    let outcome: ChildProcess.Outcome
    do { outcome = try await child.run() } catch { throw NoAnswer("\(subject): \(error)") }
    switch outcome.end {
    case .timedOut: throw NoAnswer("\(subject) gave no answer within \(timeout.words)")
    case .signalled(let signal):
      throw NoAnswer("\(subject) was ended by signal \(signal)\(Self.lastWords(outcome.errors, after: ": "))")
    case .exited(let status):
      return End(status: status, output: outcome.output, isTruncated: outcome.outputTruncated, errors: outcome.errors)
    }
  }

  /// For an end that is no answer.
  func failure(_ end: End) -> NoAnswer {
    NoAnswer("\(subject) exited with status \(end.status)\(Self.lastWords(end.errors, after: ": "))")
  }

  var tooLong: NoAnswer { NoAnswer("\(subject)'s answer has more than 1 MiB") }

  /// The last line that says something: mostly the one that says why.
  static func lastWords(_ bytes: [UInt8], after start: String = "") -> String {
    let lines = String(decoding: bytes.suffix(4096), as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let line = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return "" }
    return start + OneLine.text(String(line), limit: 200)
  }
}

extension ObservationTarget {
  /// What placeholders stand for.
  var placeholders: [String: String] {
    var values = values
    values["cluster"] = cluster
    return values
  }

  /// A text of the policy's for this cluster.
  func text(_ template: String) throws(NoAnswer) -> String {
    switch Placeholders.replaced(in: template, with: placeholders) {
    case .text(let text): return text
    case .unknown(let name): throw NoAnswer("\(OneLine.text(template, limit: 200)) needs {\(name)}, which has no value here")
    }
  }
}

extension Duration {
  /// As the policy writes it: `20s`, `1500ms`.
  var words: String {
    let (seconds, attoseconds) = components
    guard attoseconds == 0 else { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
    for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60)] as [(String, Int64)]
    where seconds > 0 && seconds % length == 0 { return "\(seconds / length)\(unit)" }
    return "\(seconds)s"
  }
}
