#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The time of day.
package struct HostClock: Sendable {
  package init() {}

  /// Seconds since 1970 in UTC.
  ///
  /// Debug builds take them from the file that `SLUICE_CLOCK` names, so that tests hold the time in their hands.
  package func now() -> Int {
    #if DEBUG
      if let file = Environment.value("SLUICE_CLOCK") { return Self.seconds(in: file) }
    #endif
    return time(nil)
  }

  /// Waits. Where a test holds the time in its hands, none has to pass.
  @Sendable package static func pause(_ duration: Duration) async throws {
    #if DEBUG
      if Environment.value("SLUICE_CLOCK") != nil { return }
    #endif
    try await Task.sleep(for: duration)
  }

  #if DEBUG
    static func seconds(in file: String) -> Int {
      let text = (try? AtomicFile.read(file, limit: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      guard let seconds = Int(text.filter { !$0.isWhitespace }) else {
        preconditionFailure("SLUICE_CLOCK names \(file), which holds no seconds")
      }
      return seconds
    }
  #endif
}
