import HTTP
import Host

/// One run of a plugin, and the words for its failure.
struct ExecRun {
  let plugin: ExecPlugin
  /// The secrets that it gave before, and may show again.
  let earlier: [Secret]

  func credential(_ environment: [String: String], _ timeout: Duration) async throws(KubernetesError) -> ExecCredential {
    let outcome: ChildProcess.Outcome
    do { outcome = try await plugin.child(environment, timeout: timeout).run() } catch {
      if error.kind == .notFound {
        throw failure(
          "cannot be started: there is no such command or interpreter",
          hint: plugin.installHint ?? "install it, or check exec.command")
      }
      throw error.kind == .cancelled
        ? KubernetesError(.unreachable(.cancelled), "\(plugin.shownName) was cancelled")
        : failure("cannot be started: \(error.message)")
    }
    switch outcome.end {
    case .timedOut: throw failure("gave no answer within \(timeout.plainText)" + lastWords(outcome))
    case .signalled(let signal): throw failure("was ended by signal \(signal)" + lastWords(outcome))
    case .exited(let status) where status != 0: throw failure("exited with status \(status)" + lastWords(outcome))
    case .exited: break
    }
    guard !outcome.outputTruncated else { throw failure("printed more than 1 MiB") }
    do { return try ExecCredential(parsing: outcome.output, version: plugin.version) } catch {
      throw failure(error.message + lastWords(outcome), hint: error.hint)
    }
  }

  private func failure(_ why: String, hint: String? = nil) -> KubernetesError {
    KubernetesError(.credentials, "\(plugin.shownName) \(why)", hint: hint.map { OneLine.text($0, limit: 500) })
  }

  /// The last line of its errors that says something, without what is or looks like a secret.
  private func lastWords(_ outcome: ChildProcess.Outcome) -> String {
    let lines = String(decoding: outcome.errors.suffix(16_384), as: UTF8.self).split(whereSeparator: \.isNewline)
    guard let line = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return "" }
    let text = Redactor(secrets: earlier + given + printed(outcome.output)).redact(String(line))
    return ": " + OneLine.text(SecretLikeness.redact(text), limit: 300)
  }

  /// Variables of the kubeconfig whose name says that they are secret.
  private var given: [Secret] {
    let words = ["token", "secret", "passw", "key", "credential", "auth"]
    return plugin.variables.filter { variable in words.contains { variable.name.lowercased().contains($0) } }.map(\.value)
  }

  /// Every text of the output, should the errors show it too.
  private func printed(_ output: [UInt8]) -> [Secret] {
    guard let status = (try? JSONValue(parsing: output))?["status"]?.object else { return [] }
    return status.values.compactMap(\.string).filter { $0.utf8.count >= 4 }.map { Secret($0) }
  }
}

/// Words that may be tokens or keys, in text of which nobody knows what secrets it may have.
enum SecretLikeness {
  /// Replaces runs of 20 characters and more in which letters and digits mix (JWT, tokens of clouds, keys), and what is
  /// given to a name such as `token=`.
  static func redact(_ text: String) -> String {
    var result = ""
    var run = ""
    func flush() {
      guard !run.isEmpty else { return }
      result += isSecret(run, after: result) ? "***" : run
      run = ""
    }
    for character in text {
      if character.isASCII, character.isLetter || character.isNumber || "-_+=~%".contains(character) {
        run.append(character)
        // `token=abc`: the name stays, its value is judged by it.
        if character == "=", run.count < 20 { flush() }
      } else {
        flush()
        result.append(character)
      }
    }
    flush()
    return result
  }

  private static func isSecret(_ run: String, after before: String) -> Bool {
    let before = before.lowercased()
    if ["token=", "password=", "secret=", "key=", "bearer "].contains(where: { before.hasSuffix($0) }) { return true }
    return run.count >= 20 && run.contains(where: \.isNumber) && run.contains(where: \.isLetter)
  }
}

extension Duration {
  /// `20 s`, `500 ms`.
  var plainText: String {
    let (seconds, attoseconds) = components
    return attoseconds == 0 ? "\(seconds) s" : "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms"
  }
}
