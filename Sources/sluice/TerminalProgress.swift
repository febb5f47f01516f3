import Jobs

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Says on a terminal how far long work is, in one line that goes away. What is not a terminal (a log, cron's mail) never sees it.
enum TerminalProgress {
  /// nil where nobody watches.
  static var teller: (@Sendable (ProgressLine) -> Void)? {
    guard isatty(STDERR_FILENO) != 0, Environment.isTerminalCapable else { return nil }
    return { line in
      // Back to the line's start, and what stood there cleared.
      switch line {
      case .at(let text): Output.errorBytes("\r\u{1B}[K\(text)")
      case .over: Output.errorBytes("\r\u{1B}[K")
      }
    }
  }

  private enum Environment {
    static var isTerminalCapable: Bool { getenv("TERM").map { String(cString: $0) != "dumb" } ?? false }
  }
}
