#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Signals that would end the process where an error number says the same and can be reported.
package enum ProcessSignals {
  /// Called once at the start of the program: a full file (EFBIG) and a closed pipe (EPIPE) become errors.
  ///
  /// Children start with the default actions all the same.
  package static func ignoreThoseThatAreErrors() {
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
  }
}
