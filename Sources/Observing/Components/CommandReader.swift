/// Reads the one line that a command prints.
struct CommandReader {
  let run: CommandRun

  func text(_ target: ObservationTarget) async throws(NoAnswer) -> String {
    let end = try await run.end(for: target)
    guard end.status == 0 else { throw run.failure(end) }
    guard !end.isTruncated else { throw run.tooLong }
    guard let text = String(validating: end.output, as: UTF8.self) else {
      throw NoAnswer("the command's answer is not UTF-8 text")
    }
    let line = text.trimmed
    guard !line.isEmpty else { throw NoAnswer("the command printed nothing") }
    guard !line.contains(where: \.isNewline) else {
      throw NoAnswer("the command printed more than one line, hint: print the version alone")
    }
    return line
  }
}
